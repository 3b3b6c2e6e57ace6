-- Requests that wait for what the operator's decision endpoint says, or did.
CREATE TABLE pending_authorizations (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    authorization_id BLOB NOT NULL,
    asked BIGINT NOT NULL,
    currency TEXT NOT NULL,
    request BLOB NOT NULL,
    preliminary TEXT NOT NULL,
    deadline BIGINT NOT NULL,
    state TEXT NOT NULL,
    transaction_id BLOB,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX pending_authorizations_due ON pending_authorizations (deadline, id) WHERE state = 'waiting';
CREATE INDEX pending_authorizations_old ON pending_authorizations (created_at, id) WHERE state <> 'waiting';
