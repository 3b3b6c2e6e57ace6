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

-- What cards spent before counts as well.
INSERT INTO card_velocity
SELECT a.card_id, 'USD',
    w.day_start,
    CAST(SUM(CASE WHEN a.created_at >= w.day_start THEN a.held + a.cleared ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN a.created_at >= w.day_start THEN 1 ELSE 0 END) AS BIGINT),
    w.week_start,
    CAST(SUM(CASE WHEN a.created_at >= w.week_start THEN a.held + a.cleared ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN a.created_at >= w.week_start THEN 1 ELSE 0 END) AS BIGINT),
    w.month_start,
    CAST(SUM(CASE WHEN a.created_at >= w.month_start THEN a.held + a.cleared ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN a.created_at >= w.month_start THEN 1 ELSE 0 END) AS BIGINT),
    MIN(a.created_at), CAST(SUM(a.held + a.cleared) AS BIGINT), COUNT(*),
    0, 0, 1
FROM authorizations a
CROSS JOIN (SELECT CAST(strftime('%s', 'now', 'start of day') AS BIGINT) * 1000000 AS day_start,
    CAST(strftime('%s', 'now', 'weekday 0', '-6 days', 'start of day') AS BIGINT) * 1000000 AS week_start,
    CAST(strftime('%s', 'now', 'start of month') AS BIGINT) * 1000000 AS month_start) w
WHERE a.held + a.cleared > 0
GROUP BY a.card_id, w.day_start, w.week_start, w.month_start;
