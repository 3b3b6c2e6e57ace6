ALTER TABLE events DROP COLUMN actor;
DROP INDEX credentials_keys_name;
DROP INDEX credentials_keys_created;
ALTER TABLE credentials DROP COLUMN updated_at;
ALTER TABLE credentials DROP COLUMN metadata;
ALTER TABLE credentials DROP COLUMN ip_allowlist;
