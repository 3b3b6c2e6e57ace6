use std::sync::{Mutex, PoisonError};

use cardium_app::blobs::{BlobError, BlobStore};
use cardium_kernel::BlobId;

use crate::db::{Bind, Connection, DbError, Fields, Kind, Sql, Value};

/// Bytes of a chunk: small enough for any statement, large enough for few rows.
const CHUNK: usize = 256 * 1_024;
/// Chunks of one statement: 4 MiB.
const SET: usize = 16;
/// More chunks than any file has: a body is at most 100 MB.
const MOST: i64 = 1_024;

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

impl BlobStore for ChunkBlobs {
    fn put(&self, id: BlobId, bytes: &[u8]) -> Result<(), BlobError> {
        let chunks: Vec<(i64, &[u8])> = (0_i64..).zip(bytes.chunks(CHUNK)).collect();
        self.with(|connection| {
            for set in chunks.chunks(SET) {
                let text =
                    "INSERT INTO blob_chunks (id, chunk, data) SELECT * FROM unnest(?, ?, ?)";
                let numbers = set.iter().map(|(number, _)| Value::Int(*number)).collect();
                let data = set.iter().map(|(_, bytes)| Value::bytes(bytes)).collect();
                let sql = Sql::new(text)
                    .ids(set.iter().map(|_| id.value()))
                    .with(Bind::Many(Kind::Int, numbers))
                    .with(Bind::Many(Kind::Bytes, data));
                connection.execute(&sql)?;
            }
            Ok(())
        })
    }

    fn get(&self, id: BlobId) -> Result<Option<Vec<u8>>, BlobError> {
        let text = "SELECT data FROM blob_chunks WHERE id = ? ORDER BY chunk LIMIT ?";
        let sql = Sql::new(text).id(id.value()).int(MOST);
        let records = self.with(|connection| connection.select(&sql, &[Kind::Bytes]))?;
        let mut file = None;
        for record in records {
            let chunk = Fields::new("blob_chunks", record).bytes();
            let chunk = chunk.map_err(|error| BlobError(error.to_string()))?;
            file.get_or_insert_with(Vec::new).extend(chunk);
        }
        Ok(file)
    }

    fn delete(&self, ids: &[BlobId]) -> Result<(), BlobError> {
        let sql = Sql::new("DELETE FROM blob_chunks WHERE id = ANY(?)");
        let sql = sql.ids(ids.iter().map(|id| id.value()));
        self.with(|connection| connection.execute(&sql)).map(|_| ())
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
