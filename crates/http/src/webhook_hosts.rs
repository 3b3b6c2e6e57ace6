//! What the host of a webhook's URL means at the moment it is given.
//!
//! A courtesy to whoever mistyped, and one more obstacle: what counts is the look-up at each
//! attempt. So a name that means nothing yet, or not in time, passes.

use cardium_api_v1::webhook_url::{check_addresses, name_to_look_up};
use cardium_kernel::Problem;

use crate::Wiring;

/// Passes a URL whose host has no address that webhooks may not be sent to.
///
/// # Errors
/// `unsafe_webhook_url`.
pub async fn check_host(wiring: &Wiring, url: &str) -> Result<(), Problem> {
    let reach = wiring.settings.webhook_reach;
    let Some(name) = name_to_look_up(url, reach) else {
        return Ok(());
    };
    match wiring.names.look_up(name).await {
        Ok(addresses) => check_addresses(&addresses, reach),
        Err(_) => Ok(()),
    }
}
