-- Requests that wait for what the operator's decision endpoint says, or did.
CREATE TABLE pending_authorizations (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    card_id BYTEA NOT NULL,
    authorization_id BYTEA NOT NULL,
    asked BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    request BYTEA NOT NULL,
    preliminary TEXT COLLATE "C" NOT NULL,
    deadline BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    transaction_id BYTEA,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX pending_authorizations_due ON pending_authorizations (deadline, id) WHERE state = 'waiting';
CREATE INDEX pending_authorizations_old ON pending_authorizations (created_at, id) WHERE state <> 'waiting';
