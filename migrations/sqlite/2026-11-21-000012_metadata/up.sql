-- The client's own notes, as a JSON object of texts.
ALTER TABLE topups ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE disputes ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
-- Short keyed digests of the parts of the request that spent a key; null on records that were made
-- before, which say only that another request differs.
ALTER TABLE idempotency_records ADD COLUMN parts BLOB;
