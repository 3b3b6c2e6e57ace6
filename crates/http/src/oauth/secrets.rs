//! What is handed out once and kept as a keyed hash: codes, refresh tokens, client secrets.

use cardium_vault::keyed_hash;
use data_encoding::BASE64URL_NOPAD;

use crate::Wiring;

/// What a secret is for. Each kind has hashes of its own, so that none passes for another.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Code,
    Refresh,
    ClientSecret,
    Registration,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "ccode_",
            Self::Refresh => "crt_",
            Self::ClientSecret => "ccs_",
            Self::Registration => "cra_",
        }
    }

    const fn domain(self) -> &'static str {
        match self {
            Self::Code => "oauth code",
            Self::Refresh => "oauth refresh token",
            Self::ClientSecret => "oauth client secret",
            Self::Registration => "oauth registration token",
        }
    }
}

/// A new secret of 256 random bits, with the hash that is kept of it.
pub fn new(wiring: &Wiring, kind: Kind) -> (String, [u8; 32]) {
    let random: [u8; 32] = wiring.edge.random();
    let text = format!("{}{}", kind.prefix(), BASE64URL_NOPAD.encode(&random));
    let hash = hash(wiring, kind, &text);
    (text, hash)
}

/// The hash under which a secret is kept.
pub fn hash(wiring: &Wiring, kind: Kind, text: &str) -> [u8; 32] {
    keyed_hash(wiring.keys.hash(), kind.domain(), text.as_bytes())
}
