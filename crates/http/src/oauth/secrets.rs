//! What is handed out once and kept as a keyed hash: codes, refresh tokens, client secrets.

use cardium_auth::oauth::SecretKind;
use cardium_vault::keyed_hash;

use crate::Wiring;

/// A new secret of 256 random bits, with the hash that is kept of it.
pub fn new(wiring: &Wiring, kind: SecretKind) -> (String, [u8; 32]) {
    let text = kind.text(&wiring.edge.random());
    let hash = hash(wiring, kind, &text);
    (text, hash)
}

/// The hash under which a secret is kept.
pub fn hash(wiring: &Wiring, kind: SecretKind, text: &str) -> [u8; 32] {
    keyed_hash(wiring.keys.hash(), kind.domain(), text.as_bytes())
}
