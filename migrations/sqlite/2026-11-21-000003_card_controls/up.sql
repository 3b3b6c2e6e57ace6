-- What a card may be spent on, a line a rule; null where nothing is restricted.
ALTER TABLE cards ADD COLUMN controls TEXT;
-- How far the plastic of a physical card is on its way; null on virtual ones.
ALTER TABLE cards ADD COLUMN fulfilment TEXT;
-- Plastic that was activated has arrived.
UPDATE cards SET fulfilment =
    CASE WHEN freeze_reason = 'awaiting_activation' THEN 'ordered' ELSE 'delivered' END
WHERE card_type = 'physical';

-- What a card spent in the window that began at each start, and in all.
CREATE TABLE card_velocity (
    card_id BLOB NOT NULL,
    currency TEXT NOT NULL,
    day_start BIGINT NOT NULL,
    day_amount BIGINT NOT NULL,
    day_count BIGINT NOT NULL,
    week_start BIGINT NOT NULL,
    week_amount BIGINT NOT NULL,
    week_count BIGINT NOT NULL,
    month_start BIGINT NOT NULL,
    month_amount BIGINT NOT NULL,
    month_count BIGINT NOT NULL,
    lifetime_start BIGINT NOT NULL,
    lifetime_amount BIGINT NOT NULL,
    lifetime_count BIGINT NOT NULL,
    cvv_failures BIGINT NOT NULL,
    cvv_failed_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (card_id)
) WITHOUT ROWID;
