//! Keys in files of mode 0600, one for each key, in hexadecimal digits.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use cardium_vault::RawKeys;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{KeyError, complete};

pub(super) const NAMES: [&str; 5] = ["kek-1", "fingerprint", "cvk", "hash", "audit"];
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const OTHERS: u32 = 0o077;

/// The keys in the directory; none if it does not exist or is empty.
pub(super) fn read(directory: &Path) -> Result<Option<RawKeys>, KeyError> {
    let mut found = NAMES.map(|_| None);
    for (name, text) in NAMES.iter().zip(&mut found) {
        *text = read_file(&directory.join(name))?;
    }
    complete(NAMES, found)
}

fn read_file(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|source| file(path, source))?,
    };
    if metadata.permissions().mode() & OTHERS != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    let text = fs::read_to_string(path).map_err(|source| file(path, source))?;
    Ok(Some(Zeroizing::new(text)))
}

/// Writes all keys or none: they are complete and on disk in a directory of another name before
/// that takes its own, so a crash leaves no half set behind.
pub(super) fn write(directory: &Path, raw: &RawKeys) -> Result<(), KeyError> {
    let parent = directory.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|source| file(parent, source))?;
    let staged = directory.with_extension("new");
    match fs::remove_dir_all(&staged) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        other => other.map_err(|source| file(&staged, source))?,
    }
    let mut builder = DirBuilder::new();
    let made = builder.mode(DIRECTORY_MODE).create(&staged);
    made.map_err(|source| file(&staged, source))?;
    for (name, bytes) in NAMES.iter().zip(contents(raw)) {
        let path = staged.join(name);
        write_file(&path, &bytes).map_err(|source| file(&path, source))?;
    }
    sync(&staged)?;
    fs::rename(&staged, directory).map_err(|source| file(directory, source))?;
    sync(parent)
}

fn contents(raw: &RawKeys) -> [Zeroizing<String>; 5] {
    let kek: &[u8] = raw.keks.first().map_or(&[], |(_, bytes)| bytes);
    [kek, &raw.fingerprint, &raw.cvk, &raw.hash, &raw.audit]
        .map(|bytes| Zeroizing::new(HEXLOWER.encode(bytes)))
}

fn write_file(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(FILE_MODE).open(path)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()
}

/// Makes the names in a directory durable.
fn sync(directory: &Path) -> Result<(), KeyError> {
    let opened = File::open(directory).and_then(|opened| opened.sync_all());
    opened.map_err(|source| file(directory, source))
}

fn file(path: &Path, source: std::io::Error) -> KeyError {
    KeyError::File { path: PathBuf::from(path), source }
}
