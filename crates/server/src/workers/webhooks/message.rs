//! What is sent: the event as `GET /v1/events` shows it, and the headers that receivers check.

use cardium_app::{reads::Dispatch, webhooks::webhook_secret_aad};
use cardium_kernel::{DeliveryId, EventId, Timestamp};
use cardium_vault::{Keys, Sealed, open};
use cardium_webhooks::{Endpoint, SigningSecret, signature_header};

use super::SenderError;

/// A signed event.
pub(super) struct Message {
    /// The bytes that are signed.
    pub(super) body: Vec<u8>,
    /// Names and values.
    pub(super) headers: [(&'static str, String); 4],
}

impl Message {
    /// Signs an event for its endpoint, at the moment of this attempt.
    pub(super) fn make(
        dispatch: &Dispatch,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Self, SenderError> {
        let secret = secret(&dispatch.endpoint, keys)?;
        let body = cardium_api_v1::webhook_body(&dispatch.event, dispatch.endpoint.payload);
        let ids = (dispatch.event.id, dispatch.delivery.id);
        let headers = signed_headers(&secret, ids, now, &body);
        Ok(Self { body, headers })
    }
}

/// The headers of an event that is sent now as this delivery.
pub(crate) fn signed_headers(
    secret: &SigningSecret,
    (event, delivery): (EventId, DeliveryId),
    now: Timestamp,
    body: &[u8],
) -> [(&'static str, String); 4] {
    [
        ("Content-Type", "application/json".to_owned()),
        ("Cryptocardium-Signature", signature_header(secret, now, body)),
        ("Cryptocardium-Event-Id", event.to_string()),
        ("Cryptocardium-Delivery", delivery.to_string()),
    ]
}

fn secret(endpoint: &Endpoint, keys: &Keys) -> Result<SigningSecret, SenderError> {
    let aad = webhook_secret_aad(endpoint.account, endpoint.id);
    let sealed = Sealed::from_bytes(&endpoint.secret).map_err(|_| SenderError::Secret)?;
    let opened = open(&sealed, &aad, keys.ring()).map_err(|_| SenderError::Secret)?;
    let text = std::str::from_utf8(&opened).map_err(|_| SenderError::Secret)?;
    Ok(SigningSecret::restore(text.to_owned()))
}
