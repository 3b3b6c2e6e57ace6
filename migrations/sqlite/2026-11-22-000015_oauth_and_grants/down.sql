-- Older binaries know neither these words nor these credentials.
UPDATE cards SET freeze_reason = 'cardholder' WHERE freeze_reason = 'account_locked';
UPDATE transactions SET decline = 'controls_expired' WHERE decline = 'agent_mandate_over';
UPDATE transactions SET decline = 'mcc_blocked' WHERE decline = 'agent_mcc_blocked';
UPDATE transactions SET decline = 'merchant_blocked' WHERE decline = 'agent_merchant_blocked';
UPDATE transactions SET decline = 'transaction_limit' WHERE decline = 'agent_transaction_limit';
UPDATE webhook_lanes SET due_at = NULL WHERE endpoint_id IN
(SELECT id FROM webhook_endpoints WHERE grant_id IS NOT NULL);
UPDATE webhook_endpoints SET enabled = FALSE, disabled_by = 'owner'
WHERE grant_id IS NOT NULL OR disabled_by = 'grant';
DELETE FROM credential_uses
WHERE credential_id IN (SELECT id FROM credentials WHERE kind = 'grant');
DELETE FROM credentials WHERE kind = 'grant';
DROP INDEX webhook_endpoints_grant;
ALTER TABLE webhook_endpoints DROP COLUMN grant_id;
ALTER TABLE cards DROP COLUMN grant_id;
DROP INDEX accounts_locked;
ALTER TABLE accounts DROP COLUMN locked_at;
DROP TABLE oauth_key_rotation;
DROP TABLE oauth_keys;
DROP TABLE oauth_refresh_tokens;
DROP TABLE oauth_codes;
DROP TABLE oauth_requests;
DROP TABLE oauth_clients;
DROP TABLE approvals;
DROP TABLE grants;
