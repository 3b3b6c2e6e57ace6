use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cardium_app::Entropy;
use data_encoding::HEXLOWER;

use crate::entropy::SystemEntropy;

/// A directory that is removed at the end.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn create() -> io::Result<Self> {
        let mut name = [0; 8];
        SystemEntropy.fill(&mut name);
        let name = format!("cardium-demo-{}", HEXLOWER.encode(&name));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            let path = self.0.display();
            tracing::warn!(%error, %path, "the demo's directory was not removed");
        }
    }
}
