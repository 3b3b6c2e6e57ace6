DROP INDEX disputes_authorization;
DROP TABLE tickets;
DROP INDEX webhook_deliveries_replayed;
DROP INDEX webhook_deliveries_event;
DELETE FROM webhook_deliveries WHERE replayed = TRUE;
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (endpoint_id, event_id);
ALTER TABLE webhook_deliveries DROP COLUMN replayed;
ALTER TABLE webhook_endpoints DROP COLUMN updated_at;
ALTER TABLE webhook_endpoints DROP COLUMN metadata;
