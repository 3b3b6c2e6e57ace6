//! `cardium rotate-oauth-keys`: lets the keys of access tokens take turns when the operator wants.

use std::io::{self, Write};

use cardium_app::{
    Entropy,
    access_tokens::{FreshKey, FreshKeyError, KeyState, OauthKey, RotateKeys, Rotation},
};
use cardium_kernel::Clock;
use cardium_vault::{Keys, SealRandom, jwt::SigningKey};

use crate::{
    beside::BesideError, cli::RotateOauthKeys, clock::SystemClock, entropy::SystemEntropy, keys,
    serve::url, settings::Settings,
};

/// Lets the keys take turns; prints their ids and what each does by now.
///
/// # Errors
/// [`BesideError`].
pub fn run(
    settings: &Settings,
    options: &RotateOauthKeys,
    out: &mut impl Write,
) -> Result<(), BesideError> {
    let keys = keys::load(&settings.server.data_dir, false, &SystemEntropy)?;
    let why = if options.compromised { Rotation::Compromised } else { Rotation::Now };
    let rotation = RotateKeys { why, fresh: [draw(&keys)?, draw(&keys)?] };
    let (url, now) = (url(settings), SystemClock.now());
    let checks = keys.check_values();
    let rotated = cardium_store::rotate_oauth_keys(url.expose(), &checks, &rotation, now)?;
    for state in [KeyState::Retiring, KeyState::Active, KeyState::Next] {
        let mut keys = rotated.iter().filter(|key| key.state == state);
        keys.try_for_each(|key| print(key, out))?;
    }
    Ok(())
}

fn draw(keys: &Keys) -> Result<FreshKey, FreshKeyError> {
    let (mut random, mut seal) = ([0; SigningKey::RANDOM_BYTES], [0; SealRandom::BYTES]);
    SystemEntropy.fill(&mut random);
    SystemEntropy.fill(&mut seal);
    FreshKey::draw(keys.ring(), &random, &seal)
}

fn print(key: &OauthKey, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} {}", key.public.kid(), key.state.as_str())
}
