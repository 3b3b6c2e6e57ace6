ALTER TABLE webhook_endpoints ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE webhook_endpoints ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE webhook_endpoints SET updated_at = created_at;

-- An event goes to an endpoint by itself once, and again as often as its owner asks.
ALTER TABLE webhook_deliveries ADD COLUMN replayed BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX webhook_deliveries_event;
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (endpoint_id, event_id) WHERE replayed = FALSE;
CREATE INDEX webhook_deliveries_replayed ON webhook_deliveries (endpoint_id, event_id) WHERE replayed = TRUE;
-- What is still to be sent to an endpoint.
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id) WHERE state IN ('pending', 'paused');

CREATE TABLE tickets (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    status TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    request_id BLOB,
    related_object TEXT,
    metadata TEXT NOT NULL,
    reply_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX tickets_account_created ON tickets (account_id, created_at, id);
CREATE INDEX tickets_account_status ON tickets (account_id, status, id);

-- Any step of a purchase finds its disputes.
CREATE INDEX disputes_authorization ON disputes (authorization_id, id);
