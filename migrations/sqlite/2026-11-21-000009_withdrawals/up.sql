-- Payments of treasury money to addresses on chains. Their holds bear their ids. `due_at` is when
-- whoever has hands free takes a created one up: once it is released, and again when the lease of
-- whoever took it up before has passed.
CREATE TABLE withdrawals (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    asset TEXT NOT NULL,
    network TEXT NOT NULL,
    address TEXT NOT NULL,
    memo TEXT,
    amount BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    handed_over BOOLEAN NOT NULL,
    txid TEXT,
    failure_code TEXT,
    failure_message TEXT,
    releases_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id),
    CHECK (fee >= 0),
    CHECK (amount > fee)
) WITHOUT ROWID;
CREATE INDEX withdrawals_account_created ON withdrawals (account_id, created_at, id);
CREATE INDEX withdrawals_account_amount ON withdrawals (account_id, amount, id);
CREATE INDEX withdrawals_account_status ON withdrawals (account_id, status, id);
CREATE INDEX withdrawals_due ON withdrawals (due_at, id) WHERE status = 'created';
CREATE INDEX withdrawals_broadcasted ON withdrawals (id) WHERE status = 'broadcasted';

-- Addresses that an account has withdrawn to out of one of its books. An id is derived from
-- account, book, chain and address.
CREATE TABLE withdrawal_payees (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    network TEXT NOT NULL,
    address TEXT NOT NULL,
    trusted_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

-- What the simulated chain was handed: one payment a withdrawal.
CREATE TABLE simulated_payments (
    withdrawal_id BLOB NOT NULL,
    network TEXT NOT NULL,
    txid TEXT NOT NULL,
    address TEXT NOT NULL,
    memo TEXT,
    asset TEXT NOT NULL,
    units TEXT NOT NULL,
    height BIGINT NOT NULL,
    reverted BOOLEAN NOT NULL,
    PRIMARY KEY (withdrawal_id)
) WITHOUT ROWID;
