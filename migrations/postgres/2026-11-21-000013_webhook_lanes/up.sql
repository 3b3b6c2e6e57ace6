-- What an endpoint is told, in which order, and the secret that takes over from the present one.
ALTER TABLE webhook_endpoints ADD COLUMN payload TEXT COLLATE "C" NOT NULL DEFAULT 'full';
ALTER TABLE webhook_endpoints ADD COLUMN ordering TEXT COLLATE "C" NOT NULL DEFAULT 'none';
ALTER TABLE webhook_endpoints ADD COLUMN next_secret BYTEA;
ALTER TABLE webhook_endpoints ADD COLUMN next_secret_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN disabled_by TEXT COLLATE "C";
ALTER TABLE webhook_endpoints ADD COLUMN warned_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
UPDATE webhook_endpoints SET disabled_by = 'owner' WHERE enabled = FALSE;

-- What is on its way to an endpoint is sent by one process at a time: the one that leased its lane.
-- `due_at` is the moment of the next attempt, or none; `lease` rises with every lease, so that the
-- results of an older one are void; nobody leases it before `leased_until`, be it that somebody has
-- it or that its receiver was silent; `width` is how many attempts may be on the way at once.
CREATE TABLE webhook_lanes (
    endpoint_id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    due_at BIGINT,
    lease BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    width BIGINT NOT NULL,
    careful BOOLEAN NOT NULL,
    failing_since BIGINT,
    recover_after BIGINT,
    recover_until BIGINT,
    PRIMARY KEY (endpoint_id)
);
CREATE INDEX webhook_lanes_due ON webhook_lanes (careful, due_at, leased_until) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_lanes_failing ON webhook_lanes (failing_since) WHERE failing_since IS NOT NULL;
CREATE INDEX webhook_lanes_recovering ON webhook_lanes (endpoint_id) WHERE recover_until IS NOT NULL;
INSERT INTO webhook_lanes (endpoint_id, account_id, due_at, lease, leased_until, width, careful)
SELECT id, account_id, CASE WHEN enabled THEN 0 END, 0, 0, 8, FALSE FROM webhook_endpoints;

-- A delivery says for itself which object it tells of, where it stands in its account's sequence,
-- and how each of its attempts went.
ALTER TABLE webhook_deliveries ADD COLUMN object_id BYTEA NOT NULL DEFAULT '\x00000000000000000000000000000000';
ALTER TABLE webhook_deliveries ADD COLUMN account_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_deliveries ADD COLUMN ordered BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhook_deliveries ADD COLUMN attempt_log TEXT COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE webhook_deliveries ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
UPDATE webhook_deliveries SET (object_id, account_seq, created_at) = (SELECT e.object_id, e.account_seq, e.created_at FROM events e WHERE e.id = webhook_deliveries.event_id) WHERE EXISTS (SELECT 1 FROM events e WHERE e.id = webhook_deliveries.event_id);
UPDATE webhook_deliveries SET state = 'pending' WHERE state = 'paused';
DELETE FROM webhook_deliveries WHERE state = 'pending' AND NOT EXISTS (SELECT 1 FROM webhook_endpoints w WHERE w.id = endpoint_id);
ALTER TABLE webhook_deliveries DROP COLUMN lease;
DROP INDEX webhook_deliveries_due;
DROP INDEX webhook_deliveries_waiting;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at, id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_ordered ON webhook_deliveries (endpoint_id, object_id, account_seq) WHERE ordered = TRUE AND state IN ('pending', 'queued');
CREATE INDEX webhook_deliveries_made ON webhook_deliveries (endpoint_id, created_at, id);
-- What did not arrive, or not yet, is looked for among ten thousands that did.
CREATE INDEX webhook_deliveries_unmade ON webhook_deliveries (endpoint_id, state, created_at, id) WHERE state <> 'delivered';

-- Events are fanned out account by account, each in its sequence.
DROP INDEX events_undispatched;
CREATE INDEX events_undispatched ON events (account_id, account_seq) WHERE dispatched = FALSE;
