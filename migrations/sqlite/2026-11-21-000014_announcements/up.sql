-- What the operator tells every account. It goes to those up to the newest of its time, in the
-- order of their ids; reached_account is the last one that has been told.
CREATE TABLE announcements (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    sunset_at BIGINT,
    url TEXT,
    created_at BIGINT NOT NULL,
    newest_account BLOB,
    reached_account BLOB,
    finished BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX announcements_open ON announcements (id) WHERE finished = FALSE;

-- Whether the simulated chain undoes the transfer.
ALTER TABLE simulated_transfers ADD COLUMN reverted BOOLEAN NOT NULL DEFAULT FALSE;
