//! Telling whoever started the process where it listens.

use std::{fs, io, net::SocketAddr, path::Path};

use serde::Serialize;

/// Where the process listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// The HTTP listener.
    pub http: SocketAddr,
    /// The ISO 8583 listener, where it runs.
    pub iso8583: Option<SocketAddr>,
}

impl Addresses {
    /// Writes them as JSON. The file appears complete or not at all, so its reader may poll.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let staged = path.with_extension("new");
        fs::write(&staged, serde_json::to_vec(self)?)?;
        fs::rename(&staged, path)
    }
}
