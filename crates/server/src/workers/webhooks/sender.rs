//! One attempt: sign, send, read the answer.

use std::{sync::Arc, time::Duration};

use cardium_api_v1::webhook_url::{Reach, check_webhook_url};
use cardium_app::reads::Dispatch;
use cardium_kernel::Timestamp;
use cardium_vault::Keys;
use reqwest::{Client, Response, redirect};

use super::{Guarded, message::Message};

/// How much of an answer is read: enough to let a receiver finish, too little to be a burden.
const ANSWER_BYTES: usize = 64 * 1024;
const USER_AGENT: &str = concat!("Cardium/", env!("CARGO_PKG_VERSION"));

/// Why an attempt got no answer.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// The endpoint's URL is not one that webhooks may be sent to, or not any more.
    #[error("the URL is not one that webhooks may be sent to")]
    Forbidden,
    /// The signing secret does not open with our keys.
    #[error("the signing secret does not open")]
    Secret,
    /// The exchange failed or took too long.
    #[error("the exchange failed")]
    Exchange(#[source] reqwest::Error),
}

/// Sends webhooks: without redirects, proxies or cookies, to allowed addresses only, and never
/// longer than the time-out from the name look-up to the last byte.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    reach: Reach,
    keys: Arc<Keys>,
}

impl Sender {
    /// A sender that gives each attempt this long.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn try_new(
        reach: Reach,
        timeout: Duration,
        keys: Arc<Keys>,
    ) -> Result<Self, reqwest::Error> {
        let builder = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .timeout(timeout)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .dns_resolver(Arc::new(Guarded(reach)))
        };
        let client = match builder().build() {
            Err(error) if reach == Reach::LoopbackToo => {
                // A machine without CA certificates can still be developed on.
                tracing::warn!(%error, "webhooks reach this machine only: https does not work");
                builder().tls_certs_only([]).build()?
            }
            built => built?,
        };
        Ok(Self { client, reach, keys })
    }

    /// Sends an event and gives the answer's status.
    ///
    /// # Errors
    /// [`SenderError`]; its text has neither the URL nor the secret.
    pub async fn send(&self, dispatch: &Dispatch, now: Timestamp) -> Result<u16, SenderError> {
        // The client looks only names up: a host that is an address is judged here.
        let url = &dispatch.endpoint.url;
        check_webhook_url(url, self.reach).map_err(|_| SenderError::Forbidden)?;
        let message = Message::make(dispatch, &self.keys, now)?;
        let mut request = self.client.post(url).body(message.body);
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        let exchange = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            drain(response).await.map(|()| status)
        };
        exchange.await.map_err(|error| SenderError::Exchange(error.without_url()))
    }
}

/// Reads an answer up to the bound; a receiver that stalls within it fails the attempt.
async fn drain(mut response: Response) -> Result<(), reqwest::Error> {
    let mut read = 0_usize;
    while read < ANSWER_BYTES {
        match response.chunk().await? {
            Some(chunk) => read = read.saturating_add(chunk.len()),
            None => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
