ALTER TABLE cards DROP COLUMN last_card;
ALTER TABLE cards DROP COLUMN first_card;
ALTER TABLE cards DROP COLUMN replaced_by;
ALTER TABLE cards DROP COLUMN replaces;
ALTER TABLE cards DROP COLUMN cancel_reason;
ALTER TABLE cards DROP COLUMN metadata;
ALTER TABLE cards DROP COLUMN shipping;
ALTER TABLE account_sequences DROP COLUMN cards;
