use std::sync::{Mutex, PoisonError};

use cardium_app::blobs::{BlobError, BlobStore, BlobWriter, PIECE};
use cardium_kernel::BlobId;

use crate::db::{Bind, Connection, DbError, Fields, Kind, Sql, Value};

/// Chunks of one statement: 1 MiB, of which a statement on its way takes a few times as much.
const SET: usize = 4;

/// Files as rows of PostgreSQL, so that every process of a cluster has them and backups hold
/// them. Files come one by one over a connection of their own, opened when first needed: they
/// are rare, and must not hold up commands.
pub(super) struct ChunkBlobs {
    url: String,
    connection: Mutex<Option<Connection>>,
}

impl ChunkBlobs {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), connection: Mutex::new(None) }
    }

    /// Runs work in a transaction; a connection that failed is not used again.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, DbError>,
    ) -> Result<T, BlobError> {
        let mut place = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => Connection::open_writer(&self.url).map_err(|error| failed(&error))?,
        };
        connection.begin().map_err(|error| failed(&error))?;
        let done = work(&mut connection).map_err(|error| failed(&error))?;
        connection.run("COMMIT").map_err(|error| failed(&error))?;
        *place = Some(connection);
        Ok(done)
    }
}

fn failed(error: &DbError) -> BlobError {
    BlobError(error.to_string())
}

/// A file on its way into chunks: each set is committed by itself, the first chunk first, so that
/// the sweep finds whatever is left behind.
struct ChunkWriter<'a> {
    blobs: &'a ChunkBlobs,
    id: BlobId,
    /// Chunks that are written.
    written: i64,
    /// Less than a set.
    waiting: Vec<u8>,
}

impl ChunkWriter<'_> {
    fn insert(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let text = "INSERT INTO blob_chunks (id, chunk, data) SELECT * FROM unnest(?, ?, ?)";
        let chunks: Vec<(i64, &[u8])> = (self.written..).zip(bytes.chunks(PIECE)).collect();
        let sql = Sql::new(text)
            .ids(chunks.iter().map(|_| self.id.value()))
            .with(Bind::Many(Kind::Int, chunks.iter().map(|(at, _)| Value::Int(*at)).collect()))
            .with(Bind::Many(Kind::Bytes, chunks.iter().map(|(_, it)| Value::bytes(it)).collect()));
        self.blobs.with(|connection| connection.execute(&sql))?;
        self.written = chunks.last().map_or(self.written, |(at, _)| at.saturating_add(1));
        Ok(())
    }
}

impl BlobWriter for ChunkWriter<'_> {
    fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            let room = (SET * PIECE).saturating_sub(self.waiting.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
            if self.waiting.len() == SET * PIECE {
                let set = std::mem::take(&mut self.waiting);
                self.insert(&set)?;
                self.waiting = set;
                self.waiting.clear();
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), BlobError> {
        let rest = std::mem::take(&mut self.waiting);
        if rest.is_empty() { Ok(()) } else { self.insert(&rest) }
    }
}

impl BlobStore for ChunkBlobs {
    fn begin(&self, id: BlobId) -> Result<Box<dyn BlobWriter + '_>, BlobError> {
        Ok(Box::new(ChunkWriter { blobs: self, id, written: 0, waiting: Vec::new() }))
    }

    fn piece(&self, id: BlobId, place: u32) -> Result<Option<Vec<u8>>, BlobError> {
        let sql = Sql::new("SELECT data FROM blob_chunks WHERE id = ? AND chunk = ?");
        let sql = sql.id(id.value()).int(i64::from(place));
        let record = self.with(|connection| connection.first(&sql, &[Kind::Bytes]))?;
        let read = record.map(|record| Fields::new("blob_chunks", record).bytes()).transpose();
        read.map_err(|error| BlobError(error.to_string()))
    }

    fn delete(&self, ids: &[BlobId]) -> Result<(), BlobError> {
        // A file is up to megabytes of rows: each goes by itself, so that no statement runs long.
        for id in ids {
            let sql = Sql::new("DELETE FROM blob_chunks WHERE id = ?").id(id.value());
            self.with(|connection| connection.execute(&sql))?;
        }
        Ok(())
    }

    fn list(
        &self,
        (after, before): (Option<BlobId>, BlobId),
        limit: usize,
    ) -> Result<Vec<BlobId>, BlobError> {
        let text = "SELECT id FROM blob_chunks WHERE chunk = 0 AND id > ? AND id < ? \
                    ORDER BY id LIMIT ?";
        let sql = Sql::new(text)
            .id(after.map_or(0, BlobId::value))
            .id(before.value())
            .int(i64::try_from(limit).unwrap_or(i64::MAX));
        let records = self.with(|connection| connection.select(&sql, &[Kind::Id]))?;
        let read = |record| Fields::new("blob_chunks", record).id().map(BlobId::new);
        let read = records.into_iter().map(read).collect::<Result<_, _>>();
        read.map_err(|error| BlobError(error.to_string()))
    }
}
