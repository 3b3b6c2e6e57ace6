-- Where a key may be used from, its owner's notes, and when it last changed.
ALTER TABLE credentials ADD COLUMN ip_allowlist TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE credentials ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE credentials SET updated_at = COALESCE(revoked_at, created_at);
-- Sessions, of which there are many, cost these nothing.
CREATE INDEX credentials_keys_created ON credentials (account_id, created_at, id) WHERE kind = 'api_key';
CREATE INDEX credentials_keys_name ON credentials (account_id, name, id) WHERE kind = 'api_key';

-- Who did it: a credential's id, or public, network or system; empty on older events.
ALTER TABLE events ADD COLUMN actor TEXT NOT NULL DEFAULT '';
