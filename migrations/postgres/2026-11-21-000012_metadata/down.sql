ALTER TABLE idempotency_records DROP COLUMN parts;
ALTER TABLE disputes DROP COLUMN metadata;
ALTER TABLE topups DROP COLUMN metadata;
