-- What disputes gave back of an authorization is a column of the authorization itself.
CREATE TABLE disputes (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    card_id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    authorization_id BYTEA NOT NULL,
    transaction_id BYTEA NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    resolution TEXT COLLATE "C",
    evidence_count BIGINT NOT NULL,
    evidence_due_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id),
    CHECK (credited >= 0),
    CHECK (credited <= amount)
);
CREATE INDEX disputes_account_created ON disputes (account_id, created_at, id);
CREATE INDEX disputes_account_amount ON disputes (account_id, amount, id);
CREATE INDEX disputes_account_status ON disputes (account_id, status, id);
CREATE INDEX disputes_transaction ON disputes (transaction_id, id);
-- One open dispute a capture; the docket says so first, and this holds it to that.
CREATE UNIQUE INDEX disputes_open ON disputes (transaction_id) WHERE resolution IS NULL;

-- Which disputes of an authorization are open, as `transaction:dispute` words, and which captures
-- are decided, as `transaction:`. Read under the authorization's lock.
CREATE TABLE dispute_dockets (
    authorization_id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    open TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (authorization_id)
);

-- An id is its dispute's with the place in the last byte. Evidence is either words (content) or
-- a file (blob_id).
CREATE TABLE dispute_evidence (
    id BYTEA NOT NULL,
    dispute_id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C",
    blob_id BYTEA,
    filename TEXT COLLATE "C",
    content_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX dispute_evidence_dispute ON dispute_evidence (dispute_id, id);
CREATE UNIQUE INDEX dispute_evidence_blob ON dispute_evidence (blob_id) WHERE blob_id IS NOT NULL;

-- Files in chunks of 256 KiB, on PostgreSQL only: beside an SQLite file they lie in a folder.
CREATE TABLE blob_chunks (
    id BYTEA NOT NULL,
    chunk BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (id, chunk)
);
