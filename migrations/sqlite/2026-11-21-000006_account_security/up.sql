-- What the owner wants to be told of: a bit a wish, all of them at first.
ALTER TABLE accounts ADD COLUMN notifications BIGINT NOT NULL DEFAULT 7;
-- Raised by a password change; sessions of an older generation have ended.
ALTER TABLE accounts ADD COLUMN session_generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
-- The sealed secret of an authenticator, and the step of its last code once it is confirmed.
ALTER TABLE accounts ADD COLUMN totp_secret BLOB;
ALTER TABLE accounts ADD COLUMN totp_last_step BIGINT;
-- Recovery codes as keyed hashes, one behind the other, and a bit for each that is used.
ALTER TABLE accounts ADD COLUMN recovery_codes BLOB;
ALTER TABLE accounts ADD COLUMN recovery_used BIGINT;
-- Wrong guesses in a row: at the password by strangers, by signed-in callers, and at codes.
ALTER TABLE accounts ADD COLUMN sign_in_failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN sign_in_failed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN password_failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN password_failed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN code_failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN code_failed_at BIGINT NOT NULL DEFAULT 0;
