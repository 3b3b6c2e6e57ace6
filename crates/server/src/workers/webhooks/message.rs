//! What is sent: the event as `GET /v1/events` shows it, and the headers that receivers check.

use cardium_app::{reads::Dispatch, webhooks::webhook_secret_aad};
use cardium_kernel::Timestamp;
use cardium_vault::{Keys, Sealed, open};
use cardium_webhooks::{Endpoint, Signed, Signers, SigningSecret, signature_headers};

use super::SenderError;

/// A signed event.
pub(super) struct Message {
    /// The bytes that are signed.
    pub(super) body: Vec<u8>,
    /// Names and values.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Message {
    /// Signs an event for its endpoint, at the moment of this attempt.
    pub(super) fn make(
        dispatch: &Dispatch,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Self, SenderError> {
        let Dispatch { delivery, event, endpoint } = dispatch;
        let signers = endpoint.signers_at(now).try_map(|sealed| secret(endpoint, sealed, keys))?;
        let body = cardium_api_v1::webhook_body(event, endpoint.payload);
        let signed = Signed { event: event.id, delivery: delivery.id, at: now, body: &body };
        let headers = headers(&signers, signed);
        Ok(Self { body, headers })
    }
}

/// The headers of an event that is signed for one delivery.
pub(crate) fn headers(
    signers: &Signers<SigningSecret>,
    signed: Signed<'_>,
) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    headers.extend(signature_headers(signers, signed));
    headers
}

fn secret(endpoint: &Endpoint, sealed: &[u8], keys: &Keys) -> Result<SigningSecret, SenderError> {
    let aad = webhook_secret_aad(endpoint.account, endpoint.id);
    let sealed = Sealed::from_bytes(sealed).map_err(|_| SenderError::Secret)?;
    let opened = open(&sealed, &aad, keys.ring()).map_err(|_| SenderError::Secret)?;
    let text = std::str::from_utf8(&opened).map_err(|_| SenderError::Secret)?;
    Ok(SigningSecret::restore(text.to_owned()))
}
