//! What the host of a webhook's URL means at the moment it is given.
//!
//! A courtesy to whoever mistyped, and one more obstacle: what counts is the look-up at each
//! connection. So a name that means nothing yet, or not in time, passes. The verdict goes into the
//! command, so that a request that was answered before is answered as it was.

use cardium_api_v1::webhook_url::{check_addresses, name_to_look_up};
use cardium_kernel::Problem;

use crate::Wiring;

/// What is known against a URL's host: that it has an address that webhooks may not be sent to.
pub async fn judge_host(wiring: &Wiring, url: &str) -> Option<Problem> {
    let reach = wiring.settings.webhook_reach;
    let name = name_to_look_up(url, reach)?;
    let addresses = wiring.names.look_up(name).await.ok()?;
    check_addresses(&addresses, reach).err()
}
