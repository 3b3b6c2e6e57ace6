use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use cardium_app::blobs::{BlobError, BlobStore, BlobWriter, PIECE};
use cardium_kernel::BlobId;

/// What a file is called while it is written.
const UNFINISHED: &str = "part";

/// Files in a folder, named by their ids: whatever a sender called them, no path is made of it.
pub(super) struct FolderBlobs {
    folder: PathBuf,
}

impl FolderBlobs {
    /// Makes the folder if there is none, for its owner only.
    pub(super) fn open(folder: &Path) -> Result<Self, BlobError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| failed(&error))?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, id: BlobId) -> PathBuf {
        self.folder.join(format!("{:032x}", id.value()))
    }

    fn read(&self, id: BlobId, place: u32) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(id))?;
        let size = u64::try_from(PIECE).unwrap_or(u64::MAX);
        file.seek(SeekFrom::Start(u64::from(place).saturating_mul(size)))?;
        let mut piece = Vec::new();
        file.take(size).read_to_end(&mut piece)?;
        Ok(piece)
    }
}

/// A file on its way into the folder, under a name of its own until it is whole.
struct FolderWriter<'a> {
    folder: &'a Path,
    file: File,
    unfinished: PathBuf,
    path: PathBuf,
}

impl FolderWriter<'_> {
    fn close(&self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.unfinished, &self.path)?;
        // The name is on disk once its folder is.
        File::open(self.folder)?.sync_all()
    }
}

impl BlobWriter for FolderWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.file.write_all(bytes).map_err(|error| failed(&error))
    }

    fn finish(self: Box<Self>) -> Result<(), BlobError> {
        self.close().map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> BlobError {
    BlobError(error.to_string())
}

fn remove(path: &Path) -> Result<(), BlobError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&error)),
        _ => Ok(()),
    }
}

/// The id that a file of ours is named by, finished or not; none for anything else.
fn id_of(name: &str) -> Option<BlobId> {
    let digits = name.strip_suffix(UNFINISHED).and_then(|name| name.strip_suffix('.'));
    let digits = digits.unwrap_or(name);
    let ours = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    ours.then(|| u128::from_str_radix(digits, 16).ok()).flatten().map(BlobId::new)
}

impl BlobStore for FolderBlobs {
    fn begin(&self, id: BlobId) -> Result<Box<dyn BlobWriter + '_>, BlobError> {
        let path = self.path(id);
        let unfinished = path.with_extension(UNFINISHED);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished);
        let file = file.map_err(|error| failed(&error))?;
        Ok(Box::new(FolderWriter { folder: &self.folder, file, unfinished, path }))
    }

    fn piece(&self, id: BlobId, place: u32) -> Result<Option<Vec<u8>>, BlobError> {
        match self.read(id, place) {
            Ok(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn delete(&self, ids: &[BlobId]) -> Result<(), BlobError> {
        for id in ids {
            let path = self.path(*id);
            remove(&path.with_extension(UNFINISHED))?;
            remove(&path)?;
        }
        Ok(())
    }

    fn list(
        &self,
        (after, before): (Option<BlobId>, BlobId),
        limit: usize,
    ) -> Result<Vec<BlobId>, BlobError> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(|error| failed(&error))? {
            let name = entry.map_err(|error| failed(&error))?.file_name();
            let id = name.to_str().and_then(id_of);
            ids.extend(id.filter(|id| after.is_none_or(|after| *id > after) && *id < before));
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(limit);
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_ids() {
        let id = BlobId::new(0xAB);
        let name = format!("{:032x}", id.value());
        assert_eq!(id_of(&name), Some(id));
        assert_eq!(id_of(&format!("{name}.part")), Some(id));
        for other in ["", "cardium.db", "part", ".part", "..", &name[1..], &format!("{name}.pdf")] {
            assert_eq!(id_of(other), None, "{other}");
        }
    }
}
