-- What the processes took together of a caller's minute, day and the like; the id is a digest of
-- the rule and the caller.
CREATE TABLE rate_quotas (
    id BLOB NOT NULL,
    started_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX rate_quotas_over ON rate_quotas (ends_at, id);
