//! Where the keys of the vault come from.
//!
//! The environment wins (`CARDIUM_KEY_KEK`, `_FINGERPRINT`, `_CVK`, `_HASH`, `_AUDIT`), then the
//! files in the data directory. Keys are made only for a database that has never had any: with
//! other keys, nothing that it holds could be read.

mod environment;
mod files;

use std::path::{Path, PathBuf};

use cardium_app::Entropy;
use cardium_vault::{Keys, KeysError, RawKeys};
use zeroize::{Zeroize, Zeroizing};

/// Version of the key-encryption key; rises when keys can be rotated.
const KEK_VERSION: i32 = 1;

/// Why there are no keys to start with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file could not be read or written.
    #[error("key file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Other users of the machine can read a key.
    #[error("key file {0} can be read by other users: set its mode to 0600")]
    Exposed(PathBuf),
    /// Not the hexadecimal digits of a key.
    #[error("{name} is not {digits} hexadecimal digits")]
    Malformed {
        /// The file or variable.
        name: String,
        /// How many digits it takes.
        digits: usize,
    },
    /// Some keys are given, others are not.
    #[error("some keys are given, but these are missing: {0}")]
    Incomplete(String),
    /// The database was used with keys that are not here.
    #[error(
        "{0} holds no keys, and new ones would not open what the database holds: restore that \
         directory from its backup, or give the keys in the CARDIUM_KEY_* variables"
    )]
    Missing(PathBuf),
    /// The keys do not fit together.
    #[error("the keys do not fit together")]
    Unusable(#[from] KeysError),
}

/// The key directory below the data directory.
#[must_use]
pub fn directory(data_dir: &Path) -> PathBuf {
    data_dir.join("keys")
}

/// The deployment's keys. They are made, and safe on disk, if there are none and `fresh` says
/// that the database has never had any.
///
/// # Errors
/// [`KeyError`].
pub fn load(data_dir: &Path, fresh: bool, entropy: &dyn Entropy) -> Result<Keys, KeyError> {
    let directory = directory(data_dir);
    let given = match environment::read(|name| std::env::var(name).ok())? {
        Some(raw) => Some(raw),
        None => files::read(&directory)?,
    };
    let raw = match given {
        Some(raw) => raw,
        None if fresh => {
            let raw = generate(entropy);
            files::write(&directory, &raw)?;
            tracing::info!(directory = %directory.display(), "made the keys of a new database");
            raw
        }
        None => return Err(KeyError::Missing(directory)),
    };
    Ok(Keys::try_new(&raw)?)
}

fn generate(entropy: &dyn Entropy) -> RawKeys {
    let mut kek = random(entropy);
    let raw = RawKeys {
        keks: vec![(KEK_VERSION, kek)],
        active_kek: KEK_VERSION,
        fingerprint: random(entropy),
        cvk: random(entropy),
        hash: random(entropy),
        audit: random(entropy),
    };
    kek.zeroize();
    raw
}

fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// Reads the hexadecimal digits of `name`.
fn decode<const N: usize>(name: &str, text: &str) -> Result<[u8; N], KeyError> {
    let malformed = || KeyError::Malformed { name: name.to_owned(), digits: N.saturating_mul(2) };
    let bytes = data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.trim().as_bytes())
        .map_err(|_| malformed())?;
    let bytes = Zeroizing::new(bytes);
    bytes.as_slice().try_into().map_err(|_| malformed())
}

/// Five keys under five names, as text.
struct Texts<'a> {
    names: [&'a str; 5],
    texts: [Zeroizing<String>; 5],
}

impl Texts<'_> {
    fn decode(&self) -> Result<RawKeys, KeyError> {
        let [kek, fingerprint, cvk, hash, audit] = self.names;
        let [kek_text, fingerprint_text, cvk_text, hash_text, audit_text] = &self.texts;
        Ok(RawKeys {
            keks: vec![(KEK_VERSION, decode(kek, kek_text)?)],
            active_kek: KEK_VERSION,
            fingerprint: decode(fingerprint, fingerprint_text)?,
            cvk: decode(cvk, cvk_text)?,
            hash: decode(hash, hash_text)?,
            audit: decode(audit, audit_text)?,
        })
    }
}

/// Sorts what was found under five names: all, nothing, or an error that names the gaps.
fn complete(
    names: [&str; 5],
    found: [Option<Zeroizing<String>>; 5],
) -> Result<Option<RawKeys>, KeyError> {
    if found.iter().all(Option::is_none) {
        return Ok(None);
    }
    let gaps: Vec<&str> = names
        .iter()
        .zip(&found)
        .filter_map(|(name, text)| text.is_none().then_some(*name))
        .collect();
    if !gaps.is_empty() {
        return Err(KeyError::Incomplete(gaps.join(", ")));
    }
    let texts = found.map(Option::unwrap_or_default);
    Texts { names, texts }.decode().map(Some)
}

#[cfg(test)]
mod tests;
