//! The headers of a webhook that its receiver checks, in two forms: our own and that of Standard
//! Webhooks (<https://www.standardwebhooks.com>).
//!
//! Invariant: while a secret takes over, whoever holds the old one alone passes as before, in
//! either form. Our own header is read by position or by name, by shipped code that takes the first
//! or the last of two parts of one name and splits parts at `=`: so `t` stands first, `v1` second,
//! without a blank, and the new secret's part has a name of its own.

use cardium_kernel::{DeliveryId, EventId, Timestamp};

use crate::SigningSecret;

/// What signs at a moment: the active secret and, during a rotation, the next one beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signers<S = SigningSecret> {
    /// The one that counts.
    pub active: S,
    /// The one that takes over.
    pub next: Option<S>,
}

impl<S> Signers<S> {
    /// The same signers in another form, such as out of their seals.
    ///
    /// # Errors
    /// The first that `form` gives.
    pub fn try_map<T, E>(self, form: impl Fn(S) -> Result<T, E>) -> Result<Signers<T>, E> {
        Ok(Signers { active: form(self.active)?, next: self.next.map(form).transpose()? })
    }
}

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The event: the same in every attempt and replay.
    pub event: EventId,
    /// Its way to one endpoint.
    pub delivery: DeliveryId,
    /// The moment of this attempt.
    pub at: Timestamp,
    /// The bytes that are sent.
    pub body: &'a [u8],
}

/// The names and values of the headers that say what a webhook is and prove who sent it.
#[must_use]
pub fn signature_headers(signers: &Signers, message: Signed<'_>) -> [(&'static str, String); 6] {
    let event = message.event.to_string();
    [
        ("Cryptocardium-Signature", native(signers, message.at, message.body)),
        ("Cryptocardium-Event-Id", event.clone()),
        ("Cryptocardium-Delivery", message.delivery.to_string()),
        ("webhook-signature", standard(signers, &event, message.at, message.body)),
        ("webhook-timestamp", message.at.unix_seconds().to_string()),
        ("webhook-id", event),
    ]
}

/// `t=<unix seconds>,v1=<hex>`, an HMAC-SHA256 over `{t}.{body}`: what a single secret says in
/// `Cryptocardium-Signature`.
#[must_use]
pub fn signature_header(secret: &SigningSecret, at: Timestamp, body: &[u8]) -> String {
    let seconds = at.unix_seconds().to_string();
    let digest = secret.native(&[seconds.as_bytes(), b".", body]);
    format!("t={seconds},v1={digest}")
}

fn native(signers: &Signers, at: Timestamp, body: &[u8]) -> String {
    let mut header = signature_header(&signers.active, at, body);
    if let Some(next) = &signers.next {
        let seconds = at.unix_seconds().to_string();
        header.push_str(",v1_next=");
        header.push_str(&next.native(&[seconds.as_bytes(), b".", body]));
    }
    header
}

/// `v1,<base64>`, an HMAC-SHA256 over `{id}.{timestamp}.{body}`; a blank parts two of them.
fn standard(signers: &Signers, id: &str, at: Timestamp, body: &[u8]) -> String {
    let seconds = at.unix_seconds().to_string();
    let parts = [id.as_bytes(), b".", seconds.as_bytes(), b".", body];
    let mut header = format!("v1,{}", signers.active.standard(&parts));
    if let Some(next) = &signers.next {
        header.push_str(" v1,");
        header.push_str(&next.standard(&parts));
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_unix_seconds(1_718_999_999);

    fn secret(text: &str) -> SigningSecret {
        SigningSecret::restore(text.to_owned())
    }

    #[test]
    fn signs_as_documented() {
        // Made with: printf '1718999999.{}' | openssl dgst -sha256 -hmac whsec_test
        let header = signature_header(&secret("whsec_test"), AT, b"{}");
        let expected =
            "t=1718999999,v1=42f2eda19862851c95d0c59d905007187d193b5062f4db3a30d6624d345bd1b4";
        assert_eq!(header, expected);
    }

    #[test]
    fn the_example_of_standard_webhooks_comes_out() {
        // The one of the specification's reference libraries.
        let signer = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = Timestamp::from_unix_seconds(1_614_265_330);
        let signers = Signers { active: signer, next: None };
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let header = standard(&signers, id, at, br#"{"test": 2432232314}"#);
        assert_eq!(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_second_secret_only_adds_to_what_the_first_says() {
        let alone = Signers { active: secret("whsec_a"), next: None };
        let beside = Signers { next: Some(secret("whsec_b")), ..alone.clone() };
        let new = Signers { active: secret("whsec_b"), next: None };
        let [event, delivery] = [EventId::new(7).to_string(), DeliveryId::new(8).to_string()];
        let message =
            Signed { event: EventId::new(7), delivery: DeliveryId::new(8), at: AT, body: b"{}" };
        let headers = |signers| signature_headers(signers, message).map(|(_, value)| value);
        let [one, both, two] = [headers(&alone), headers(&beside), headers(&new)];
        let after = two[0].split_once(",v1=").unwrap().1;
        assert_eq!(both[0], format!("{},v1_next={after}", one[0]));
        assert_eq!(both[3], format!("{} {}", one[3], two[3]));
        for [_, id, way, _, at, standard_id] in [one, both, two] {
            assert_eq!([id, way, at, standard_id], [&event, &delivery, "1718999999", &event]);
        }
    }

    #[test]
    fn signers_change_their_form_or_fail() {
        let pair = Signers { active: "1", next: Some("2") };
        let read = |text: &str| text.parse::<i32>();
        assert_eq!(pair.try_map(read), Ok(Signers { active: 1, next: Some(2) }));
        assert!(Signers { active: "1", next: Some("x") }.try_map(read).is_err());
    }
}
