//! Events on their way to the receiver.

use std::time::{Duration, Instant};

use cardium_app::Entropy;
use cardium_kernel::{Clock, DeliveryId, EventId, IdSource};
use cardium_webhooks::{Signed, Signers, SigningSecret};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ListenError, client, url};
use crate::{
    causes::with_causes, clock::SystemClock, entropy::SystemEntropy, workers::webhook_headers,
};

/// How long the receiver may take: as long as with webhooks.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a line tells of an event.
#[derive(Deserialize)]
struct Told<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    account_seq: i64,
}

/// The receiver.
pub(super) struct Forwarder {
    client: Client,
    receiver: Url,
    signers: Signers<SigningSecret>,
}

impl Forwarder {
    pub(super) fn new(receiver: &str, secret: SigningSecret) -> Result<Self, ListenError> {
        let receiver = url(receiver, "--forward-to")?;
        Ok(Self {
            client: client(TIMEOUT)?,
            receiver,
            signers: Signers { active: secret, next: None },
        })
    }

    /// Forwards an event; gives a line on what came of it, and the event's number.
    pub(super) async fn forward(&self, event: &RawValue) -> (String, Option<i64>) {
        let Ok(told) = serde_json::from_str::<Told<'_>>(event.get()) else {
            return ("an event that does not read was passed over".to_owned(), None);
        };
        let Ok(id) = EventId::parse(told.id) else {
            return (format!("{} is no event's id", told.id), Some(told.account_seq));
        };
        let begun = Instant::now();
        let answer = match self.send(id, event.get()).await {
            Ok(status) => format!("{status} in {} ms", begun.elapsed().as_millis()),
            Err(error) => format!("no answer: {}", with_causes(&error.without_url())),
        };
        let Told { kind, account_seq, .. } = told;
        (format!("{kind} {id} #{account_seq} -> {answer}"), Some(account_seq))
    }

    async fn send(&self, event: EventId, text: &str) -> Result<u16, reqwest::Error> {
        let (now, body) = (SystemClock.now(), text.as_bytes());
        let mut random = [0; 16];
        SystemEntropy.fill(&mut random);
        let delivery = DeliveryId::new(IdSource::new(now, random).mint());
        let headers = webhook_headers(&self.signers, Signed { event, delivery, at: now, body });
        let request = self.client.post(self.receiver.clone()).body(text.to_owned());
        let request =
            headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        Ok(request.send().await?.status().as_u16())
    }
}
