-- Ids are 16 bytes, times microseconds since the Unix epoch, amounts whole minor units of the row's currency.

CREATE TABLE accounts (
    id BLOB NOT NULL,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_email ON accounts (email);

CREATE TABLE credentials (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    last4 TEXT NOT NULL,
    scopes BIGINT NOT NULL,
    mode BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX credentials_token ON credentials (token_hash);
CREATE INDEX credentials_account ON credentials (account_id, created_at, id);

CREATE TABLE credential_uses (
    credential_id BLOB NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (credential_id)
) WITHOUT ROWID;

-- The event and audit counters of an account, the head of its audit chain, and the number of its
-- webhook endpoints: the events of an account without any need no dispatching.
CREATE TABLE account_sequences (
    account_id BLOB NOT NULL,
    event_seq BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_head BLOB NOT NULL,
    last_at BIGINT NOT NULL,
    endpoints BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id)
) WITHOUT ROWID;

CREATE TABLE topups (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    asset TEXT NOT NULL,
    network TEXT NOT NULL,
    address TEXT NOT NULL,
    amount BIGINT NOT NULL,
    confirming BIGINT NOT NULL,
    received BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    expired BOOLEAN NOT NULL,
    late BOOLEAN NOT NULL,
    txid TEXT,
    confirmations BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX topups_address ON topups (address);
CREATE INDEX topups_account_created ON topups (account_id, created_at, id);
CREATE INDEX topups_account_amount ON topups (account_id, amount, id);
CREATE INDEX topups_account_status ON topups (account_id, status, id);
CREATE INDEX topups_confirming ON topups (account_id, book) WHERE confirming > 0;
CREATE INDEX topups_due ON topups (expires_at, id) WHERE status = 'awaiting';

-- A chain transfer, named by (network, txid, out_index) for ever; the id is a digest of these.
CREATE TABLE deposits (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    topup_id BLOB NOT NULL,
    network TEXT NOT NULL,
    txid TEXT NOT NULL,
    out_index BIGINT NOT NULL,
    address TEXT NOT NULL,
    asset TEXT NOT NULL,
    units TEXT NOT NULL,
    height BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX deposits_transfer ON deposits (network, txid, out_index);
CREATE INDEX deposits_topup ON deposits (topup_id, id);

CREATE TABLE cards (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    bin TEXT NOT NULL,
    last4 TEXT NOT NULL,
    brand TEXT NOT NULL,
    expiry TEXT NOT NULL,
    card_type TEXT NOT NULL,
    status TEXT NOT NULL,
    freeze_reason TEXT,
    label TEXT,
    apple_pay TEXT NOT NULL,
    google_pay TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX cards_account_created ON cards (account_id, created_at, id);
CREATE INDEX cards_account_status ON cards (account_id, status, id);

-- The vault: PANs sealed under a key of their own, findable by keyed fingerprint only.
CREATE TABLE card_pans (
    card_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (card_id)
);
CREATE UNIQUE INDEX card_pans_fingerprint ON card_pans (fingerprint);

CREATE TABLE authorizations (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    approval_code TEXT NOT NULL,
    retrieval_reference TEXT NOT NULL,
    authorized BIGINT NOT NULL,
    held BIGINT NOT NULL,
    cleared BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    merchant_name TEXT NOT NULL,
    mcc TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    merchant_city TEXT NOT NULL,
    merchant_country TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX authorizations_approval ON authorizations (card_id, approval_code);

CREATE TABLE holds (
    id BLOB NOT NULL,
    ledger_account_id BLOB NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX holds_account ON holds (ledger_account_id) WHERE amount > 0;

-- Balances of customers. Decisions are taken on these rows under lock.
CREATE TABLE ledger_accounts (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    role BIGINT NOT NULL,
    currency TEXT NOT NULL,
    posted BIGINT NOT NULL,
    held BIGINT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CHECK (held >= 0),
    CHECK (role = 4 OR posted - held >= 0),
    CHECK (role <> 4 OR posted <= 0)
) WITHOUT ROWID;

CREATE TABLE postings (
    id BLOB NOT NULL,
    book BIGINT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    source_object TEXT NOT NULL,
    source_id BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

-- Lines of postings; an id is its posting's with the line's number in the last byte. On a system
-- account the version and the balance are unknown and null.
CREATE TABLE entries (
    id BLOB NOT NULL,
    posting_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    account_version BIGINT,
    amount BIGINT NOT NULL,
    balance_after BIGINT,
    currency TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entries_account ON entries (account_id, account_version);

-- Balances of the programme's own accounts, one stripe for each writer.
CREATE TABLE system_balances (
    account_id BLOB NOT NULL,
    stripe BIGINT NOT NULL,
    book BIGINT NOT NULL,
    code TEXT NOT NULL,
    currency TEXT NOT NULL,
    posted BIGINT NOT NULL,
    entry_count BIGINT NOT NULL,
    PRIMARY KEY (account_id, stripe)
) WITHOUT ROWID;

-- Exchanges with the card network, answered once and replayed.
CREATE TABLE network_messages (
    id BLOB NOT NULL,
    mti TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    authorization_id BLOB,
    cleared BIGINT,
    currency TEXT,
    fields TEXT NOT NULL,
    response BLOB,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE transactions (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    book BIGINT NOT NULL,
    authorization_id BLOB,
    step TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    merchant_name TEXT NOT NULL,
    mcc TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    merchant_city TEXT NOT NULL,
    merchant_country TEXT NOT NULL,
    response_code TEXT NOT NULL,
    decline TEXT,
    message_id BLOB,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX transactions_account_created ON transactions (account_id, created_at, id);
CREATE INDEX transactions_account_amount ON transactions (account_id, amount, id);
CREATE INDEX transactions_account_step ON transactions (account_id, step, id);
CREATE INDEX transactions_card_created ON transactions (card_id, created_at, id);
CREATE INDEX transactions_authorization ON transactions (authorization_id, id);

CREATE TABLE idempotency_records (
    id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    status BIGINT NOT NULL,
    body BLOB NOT NULL,
    sealed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX idempotency_records_created ON idempotency_records (created_at, id);

-- The outbox, and the event stream of each account.
CREATE TABLE events (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    account_seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    object_id BLOB NOT NULL,
    object_version BIGINT NOT NULL,
    book BIGINT NOT NULL,
    object BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    dispatched BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX events_account_seq ON events (account_id, account_seq);
CREATE INDEX events_undispatched ON events (id) WHERE dispatched = FALSE;

CREATE TABLE audit_entries (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    seq BIGINT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    actor TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX audit_entries_account_seq ON audit_entries (account_id, seq);

CREATE TABLE webhook_endpoints (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    mode BIGINT,
    description TEXT NOT NULL,
    secret BLOB NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX webhook_endpoints_account ON webhook_endpoints (account_id, created_at, id);

CREATE TABLE webhook_deliveries (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    last_status BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (endpoint_id, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at, id) WHERE state = 'pending';

-- Up to which height every transfer of a chain is credited.
CREATE TABLE chain_cursors (
    network TEXT NOT NULL,
    height BIGINT NOT NULL,
    PRIMARY KEY (network)
) WITHOUT ROWID;

CREATE TABLE simulated_chains (
    network TEXT NOT NULL,
    height BIGINT NOT NULL,
    PRIMARY KEY (network)
) WITHOUT ROWID;

CREATE TABLE simulated_transfers (
    id BLOB NOT NULL,
    network TEXT NOT NULL,
    txid TEXT NOT NULL,
    out_index BIGINT NOT NULL,
    address TEXT NOT NULL,
    asset TEXT NOT NULL,
    units TEXT NOT NULL,
    height BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX simulated_transfers_height ON simulated_transfers (network, height, id);

-- Check values of the keys this database was written with; a process with others refuses to start.
CREATE TABLE key_checks (
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;
