-- What the operator tells every account. It goes to those up to the newest of its time, in the
-- order of their ids; reached_account is the last one that has been told.
CREATE TABLE announcements (
    id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    sunset_at BIGINT,
    url TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    newest_account BYTEA,
    reached_account BYTEA,
    finished BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX announcements_open ON announcements (id) WHERE finished = FALSE;

-- Whether the simulated chain undoes the transfer.
ALTER TABLE simulated_transfers ADD COLUMN reverted BOOLEAN NOT NULL DEFAULT FALSE;
