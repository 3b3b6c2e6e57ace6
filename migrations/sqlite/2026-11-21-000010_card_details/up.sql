-- How many cards an account has that are not cancelled.
ALTER TABLE account_sequences ADD COLUMN cards BIGINT NOT NULL DEFAULT 0;
UPDATE account_sequences SET cards = (
    SELECT COUNT(*) FROM cards c
    WHERE c.account_id = account_sequences.account_id AND c.status <> 'cancelled'
);
-- Where the plastic of a physical card is sent, sealed; null on virtual ones, and where nobody asked.
ALTER TABLE cards ADD COLUMN shipping BLOB;
-- Its owner's notes, a JSON object; null where there are none.
ALTER TABLE cards ADD COLUMN metadata TEXT;
-- Why a card is cancelled; null on those that are not, or were before reasons were kept.
ALTER TABLE cards ADD COLUMN cancel_reason TEXT;
-- The card it took the place of, and the one that took its place.
ALTER TABLE cards ADD COLUMN replaces BLOB;
ALTER TABLE cards ADD COLUMN replaced_by BLOB;
-- The first card of its line of replacements, null on that itself, which has the last one.
ALTER TABLE cards ADD COLUMN first_card BLOB;
ALTER TABLE cards ADD COLUMN last_card BLOB;
