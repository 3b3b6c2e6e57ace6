-- An authorization is a projection of its messages: where it began, how later messages find it, what
-- was advanced beyond the card's balance, what disputes gave back, and what counts towards limits.
ALTER TABLE authorizations ADD COLUMN origin TEXT NOT NULL DEFAULT 'request';
ALTER TABLE authorizations ADD COLUMN stan TEXT NOT NULL DEFAULT '';
ALTER TABLE authorizations ADD COLUMN network_trace TEXT NOT NULL DEFAULT '';
ALTER TABLE authorizations ADD COLUMN advanced BIGINT NOT NULL DEFAULT 0;
ALTER TABLE authorizations ADD COLUMN credited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE authorizations ADD COLUMN excess BIGINT NOT NULL DEFAULT 0;
ALTER TABLE authorizations ADD COLUMN withheld BIGINT NOT NULL DEFAULT 0;
-- Empty where all of it has counted since it began.
ALTER TABLE authorizations ADD COLUMN tallies TEXT NOT NULL DEFAULT '';
ALTER TABLE authorizations ADD COLUMN late_presentment BOOLEAN NOT NULL DEFAULT FALSE;
-- The rare word first: it alone finds the row, whatever is known of the table.
CREATE INDEX authorizations_trace ON authorizations (network_trace, card_id) WHERE network_trace <> '';
DROP INDEX authorizations_approval;
CREATE INDEX authorizations_approval ON authorizations (approval_code, card_id);
CREATE INDEX authorizations_merchant ON authorizations (card_id, merchant_id, created_at);
CREATE INDEX authorizations_due ON authorizations (expires_at, id) WHERE status = 'open';

-- What a message changed, and the checks behind its decision, a line each.
ALTER TABLE network_messages ADD COLUMN effect TEXT;
ALTER TABLE network_messages ADD COLUMN amount BIGINT;
ALTER TABLE network_messages ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE network_messages ADD COLUMN decision TEXT;
UPDATE network_messages SET effect = 'cleared', amount = cleared WHERE cleared IS NOT NULL;
UPDATE network_messages SET effect = 'authorized', currency = 'USD',
    amount = (SELECT a.authorized FROM authorizations a WHERE a.id = authorization_id)
    WHERE cleared IS NULL AND authorization_id IS NOT NULL AND mti IN ('0100', '0101');
ALTER TABLE network_messages DROP COLUMN cleared;
-- What is authorized is net of reversals from now on.
UPDATE authorizations SET authorized = held + cleared
    WHERE status = 'open' AND held + cleared < authorized;

ALTER TABLE transactions ADD COLUMN kind TEXT NOT NULL DEFAULT 'purchase';
ALTER TABLE transactions ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;
-- Such as '12.50 EUR'; null in the card's own currency.
ALTER TABLE transactions ADD COLUMN merchant_amount TEXT;
UPDATE transactions SET kind = 'clearing' WHERE step = 'captured';
UPDATE transactions SET kind = 'authorization_reversal' WHERE step = 'reversed';
