//! A directory for the demo and for tests.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cardium_app::Entropy;
use data_encoding::HEXLOWER;

use crate::entropy::SystemEntropy;

/// A directory of one's own, removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn create() -> io::Result<Self> {
        let mut name = [0; 8];
        SystemEntropy.fill(&mut name);
        let name = format!("cardium-{}", HEXLOWER.encode(&name));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            let path = self.0.display();
            tracing::warn!(%error, %path, "a temporary directory was not removed");
        }
    }
}
