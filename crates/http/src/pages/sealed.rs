//! What was typed on the first step of signing in, kept by the browser until the second: sealed,
//! so that no page holds a password, and good for a few minutes.

use std::time::Duration;

use cardium_kernel::Timestamp;
use cardium_vault::{Aad, SealRandom, Sealed, open, seal};
use data_encoding::BASE64URL_NOPAD;

use crate::AppState;

/// How long the second step may take.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Address and password of a first step.
pub struct FirstStep {
    pub email: String,
    pub password: String,
}

fn aad() -> Aad {
    Aad::new([0; 16], b"sign-in", "first step")
}

impl FirstStep {
    /// Seals it; none where the cipher fails.
    pub fn seal(&self, state: &AppState) -> Option<String> {
        let until = state.wiring.edge.clock.now().after(LIFETIME).unix_seconds();
        let text = format!("{until}\n{}\n{}", self.email, self.password);
        let random = SealRandom::from_bytes(&state.wiring.edge.random());
        let kek = state.wiring.keys.ring().active();
        let sealed = seal(text.as_bytes(), &aad(), kek, random).ok()?;
        Some(BASE64URL_NOPAD.encode(&sealed.to_bytes()))
    }

    /// Opens one that we sealed a few minutes ago.
    pub fn open(text: &str, state: &AppState) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let sealed = Sealed::from_bytes(&bytes).ok()?;
        let bytes = open(&sealed, &aad(), state.wiring.keys.ring()).ok()?;
        let text = str::from_utf8(&bytes).ok()?;
        let (until, rest) = text.split_once('\n')?;
        let (email, password) = rest.split_once('\n')?;
        let until = Timestamp::from_unix_seconds(until.parse().ok()?);
        let timely = state.wiring.edge.clock.now() < until;
        timely.then(|| Self { email: email.to_owned(), password: password.to_owned() })
    }
}
