//! What proves that a form was given out by us, to the very session that sends it.

use cardium_kernel::CredentialId;
use cardium_vault::{HashKey, SecretBytes, keyed_hash};
use data_encoding::BASE64URL_NOPAD;

/// The token of a session's form on an object.
pub fn make(key: &HashKey, session: CredentialId, form: (&str, &str)) -> String {
    BASE64URL_NOPAD.encode(&mac(key, session, form))
}

/// Whether it is that; takes the same time whatever it is.
pub fn is_right(key: &HashKey, session: CredentialId, form: (&str, &str), given: &str) -> bool {
    let decoded = BASE64URL_NOPAD.decode(given.as_bytes()).unwrap_or_default();
    let given = SecretBytes::<32>::try_from_slice(&decoded);
    given.is_ok_and(|given| given == SecretBytes::new(mac(key, session, form)))
}

/// The form's name holds no line end, so no two forms share a token.
fn mac(key: &HashKey, session: CredentialId, (form, object): (&str, &str)) -> [u8; 32] {
    let session = session.value().to_be_bytes();
    let data = [&session, form.as_bytes(), b"\n", object.as_bytes()].concat();
    keyed_hash(key, "form", &data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_session_form_and_object() {
        let key = HashKey::new([7; 32]);
        let (one, two) = (CredentialId::new(1), CredentialId::new(2));
        let token = make(&key, one, ("revoke", "grant_1"));
        assert!(is_right(&key, one, ("revoke", "grant_1"), &token));
        assert!(!is_right(&key, two, ("revoke", "grant_1"), &token));
        assert!(!is_right(&key, one, ("revoke", "grant_2"), &token));
        assert!(!is_right(&key, one, ("narrow", "grant_1"), &token));
        for wrong in ["", "x", &token[1..], &format!("{token}A")] {
            assert!(!is_right(&key, one, ("revoke", "grant_1"), wrong), "{wrong}");
        }
    }
}
