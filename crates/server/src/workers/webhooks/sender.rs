//! One attempt: sign, send, read the answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cardium_api_v1::webhook_url::{Reach, check_webhook_url};
use cardium_app::reads::Dispatch;
use cardium_http::NameLookup;
use cardium_kernel::Timestamp;
use cardium_vault::Keys;
use reqwest::{Client, ClientBuilder, dns::Resolve, redirect};

use super::{
    addresses::Guarded,
    answer::{Answered, SenderError, read},
    message::Message,
};
use crate::workers::until_panic;

const USER_AGENT: &str = concat!("Cardium/", env!("CARGO_PKG_VERSION"));
/// Connections that nobody used for so long are closed, before a balancer in between does so and
/// the next webhook meets a dead one.
const IDLE: Duration = Duration::from_secs(30);
/// Unused connections kept for one receiver, so that many receivers do not use up all files.
const IDLE_CONNECTIONS: usize = 4;

/// Sends webhooks: without redirects, proxies, cookies or decompression, to allowed addresses only,
/// and never longer than the time-out from the name look-up to the last byte.
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
        (reach, names): (Reach, Arc<dyn NameLookup>),
        timeout: Duration,
        keys: Arc<Keys>,
    ) -> Result<Self, reqwest::Error> {
        let resolver = Arc::new(Guarded::new(reach, names));
        Ok(Self { client: client(reach, resolver, timeout)?, reach, keys })
    }

    /// Sends an event and gives what was answered, whatever its status. A panic on the way is an
    /// attempt that failed: not counted, its delivery would be the next to panic, for ever.
    ///
    /// # Errors
    /// [`SenderError`].
    pub async fn send(&self, dispatch: &Dispatch, now: Timestamp) -> Result<Answered, SenderError> {
        until_panic(self.exchange(dispatch, now)).await.unwrap_or_else(|| {
            tracing::error!(delivery.id = %dispatch.delivery.id, "an attempt at a webhook broke");
            Err(SenderError::Protocol)
        })
    }

    async fn exchange(&self, dispatch: &Dispatch, now: Timestamp) -> Result<Answered, SenderError> {
        // The client looks only names up: a host that is an address is judged here.
        let url = &dispatch.endpoint.url;
        check_webhook_url(url, self.reach).map_err(|_| SenderError::Forbidden)?;
        let message = Message::make(dispatch, &self.keys, now)?;
        let mut request = self.client.post(url).body(message.body);
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        let begun = Instant::now();
        let response = request.send().await?;
        let status = response.status().as_u16();
        let excerpt = read(response).await?;
        Ok(Answered { status, took: begun.elapsed(), excerpt })
    }
}

/// A client that dials only what webhooks may be sent to.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn guarded_client(
    (reach, names): (Reach, Arc<dyn NameLookup>),
    timeout: Duration,
) -> Result<Client, reqwest::Error> {
    client(reach, Arc::new(Guarded::new(reach, names)), timeout)
}

fn client(
    reach: Reach,
    resolver: Arc<dyn Resolve>,
    timeout: Duration,
) -> Result<Client, reqwest::Error> {
    match builder(Arc::clone(&resolver), timeout).build() {
        Err(error) if reach == Reach::LoopbackToo => {
            // A machine without CA certificates can still be developed on.
            tracing::warn!(%error, "webhooks reach this machine only: https does not work");
            builder(resolver, timeout).tls_certs_only([]).build()
        }
        built => built,
    }
}

fn builder(resolver: Arc<dyn Resolve>, timeout: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .timeout(timeout)
        // A connection that is still being made when its attempt ends may not outlive it for long.
        .connect_timeout(timeout)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .http1_only()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .dns_resolver(resolver)
}

#[cfg(test)]
mod tests;
