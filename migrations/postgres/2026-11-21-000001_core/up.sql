-- Ids are 16 bytes, times microseconds since the Unix epoch, amounts whole minor units of the row's currency.

CREATE TABLE accounts (
    id BYTEA NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    password TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX accounts_email ON accounts (email);

CREATE TABLE credentials (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    token_hash BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    last4 TEXT COLLATE "C" NOT NULL,
    scopes BIGINT NOT NULL,
    mode BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX credentials_token ON credentials (token_hash);
CREATE INDEX credentials_account ON credentials (account_id, created_at, id);

CREATE TABLE credential_uses (
    credential_id BYTEA NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (credential_id)
);

-- The event and audit counters of an account, the head of its audit chain, and the number of its
-- webhook endpoints: the events of an account without any need no dispatching.
CREATE TABLE account_sequences (
    account_id BYTEA NOT NULL,
    event_seq BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_head BYTEA NOT NULL,
    last_at BIGINT NOT NULL,
    endpoints BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id)
);

CREATE TABLE topups (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    asset TEXT COLLATE "C" NOT NULL,
    network TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    confirming BIGINT NOT NULL,
    received BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    expired BOOLEAN NOT NULL,
    late BOOLEAN NOT NULL,
    txid TEXT COLLATE "C",
    confirmations BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX topups_address ON topups (address);
CREATE INDEX topups_account_created ON topups (account_id, created_at, id);
CREATE INDEX topups_account_amount ON topups (account_id, amount, id);
CREATE INDEX topups_account_status ON topups (account_id, status, id);
CREATE INDEX topups_confirming ON topups (account_id, book) WHERE confirming > 0;
CREATE INDEX topups_due ON topups (expires_at, id) WHERE status = 'awaiting';

-- A chain transfer, named by (network, txid, out_index) for ever; the id is a digest of these.
CREATE TABLE deposits (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    topup_id BYTEA NOT NULL,
    network TEXT COLLATE "C" NOT NULL,
    txid TEXT COLLATE "C" NOT NULL,
    out_index BIGINT NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    asset TEXT COLLATE "C" NOT NULL,
    units TEXT COLLATE "C" NOT NULL,
    height BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX deposits_transfer ON deposits (network, txid, out_index);
CREATE INDEX deposits_topup ON deposits (topup_id, id);

CREATE TABLE cards (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    bin TEXT COLLATE "C" NOT NULL,
    last4 TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C" NOT NULL,
    expiry TEXT COLLATE "C" NOT NULL,
    card_type TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    freeze_reason TEXT COLLATE "C",
    label TEXT COLLATE "C",
    apple_pay TEXT COLLATE "C" NOT NULL,
    google_pay TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX cards_account_created ON cards (account_id, created_at, id);
CREATE INDEX cards_account_status ON cards (account_id, status, id);

-- The vault: PANs sealed under a key of their own, findable by keyed fingerprint only.
CREATE TABLE card_pans (
    card_id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (card_id)
);
CREATE UNIQUE INDEX card_pans_fingerprint ON card_pans (fingerprint);

CREATE TABLE authorizations (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    card_id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    approval_code TEXT COLLATE "C" NOT NULL,
    retrieval_reference TEXT COLLATE "C" NOT NULL,
    authorized BIGINT NOT NULL,
    held BIGINT NOT NULL,
    cleared BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    merchant_name TEXT COLLATE "C" NOT NULL,
    mcc TEXT COLLATE "C" NOT NULL,
    merchant_id TEXT COLLATE "C" NOT NULL,
    merchant_city TEXT COLLATE "C" NOT NULL,
    merchant_country TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX authorizations_approval ON authorizations (card_id, approval_code);

CREATE TABLE holds (
    id BYTEA NOT NULL,
    ledger_account_id BYTEA NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX holds_account ON holds (ledger_account_id) WHERE amount > 0;

-- Balances of customers. Decisions are taken on these rows under lock.
CREATE TABLE ledger_accounts (
    id BYTEA NOT NULL,
    owner_id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    role BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    posted BIGINT NOT NULL,
    held BIGINT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CHECK (held >= 0),
    CHECK (role = 4 OR posted - held >= 0),
    CHECK (role <> 4 OR posted <= 0)
);

CREATE TABLE postings (
    id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    source_object TEXT COLLATE "C" NOT NULL,
    source_id BYTEA NOT NULL,
    PRIMARY KEY (id)
);

-- Lines of postings; an id is its posting's with the line's number in the last byte. On a system
-- account the version and the balance are unknown and null.
CREATE TABLE entries (
    id BYTEA NOT NULL,
    posting_id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    account_version BIGINT,
    amount BIGINT NOT NULL,
    balance_after BIGINT,
    currency TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX entries_account ON entries (account_id, account_version);

-- Balances of the programme's own accounts, one stripe for each writer.
CREATE TABLE system_balances (
    account_id BYTEA NOT NULL,
    stripe BIGINT NOT NULL,
    book BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    posted BIGINT NOT NULL,
    entry_count BIGINT NOT NULL,
    PRIMARY KEY (account_id, stripe)
);

-- Exchanges with the card network, answered once and replayed.
CREATE TABLE network_messages (
    id BYTEA NOT NULL,
    mti TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    authorization_id BYTEA,
    cleared BIGINT,
    currency TEXT COLLATE "C",
    fields TEXT COLLATE "C" NOT NULL,
    response BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE transactions (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    card_id BYTEA NOT NULL,
    book BIGINT NOT NULL,
    authorization_id BYTEA,
    step TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    merchant_name TEXT COLLATE "C" NOT NULL,
    mcc TEXT COLLATE "C" NOT NULL,
    merchant_id TEXT COLLATE "C" NOT NULL,
    merchant_city TEXT COLLATE "C" NOT NULL,
    merchant_country TEXT COLLATE "C" NOT NULL,
    response_code TEXT COLLATE "C" NOT NULL,
    decline TEXT COLLATE "C",
    message_id BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX transactions_account_created ON transactions (account_id, created_at, id);
CREATE INDEX transactions_account_amount ON transactions (account_id, amount, id);
CREATE INDEX transactions_account_step ON transactions (account_id, step, id);
CREATE INDEX transactions_card_created ON transactions (card_id, created_at, id);
CREATE INDEX transactions_authorization ON transactions (authorization_id, id);

CREATE TABLE idempotency_records (
    id BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body BYTEA NOT NULL,
    sealed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX idempotency_records_created ON idempotency_records (created_at, id);

-- The outbox, and the event stream of each account.
CREATE TABLE events (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    account_seq BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    object_id BYTEA NOT NULL,
    object_version BIGINT NOT NULL,
    book BIGINT NOT NULL,
    object BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    dispatched BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX events_account_seq ON events (account_id, account_seq);
CREATE INDEX events_undispatched ON events (id) WHERE dispatched = FALSE;

CREATE TABLE audit_entries (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    ip TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX audit_entries_account_seq ON audit_entries (account_id, seq);

CREATE TABLE webhook_endpoints (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    events TEXT COLLATE "C" NOT NULL,
    mode BIGINT,
    description TEXT COLLATE "C" NOT NULL,
    secret BYTEA NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX webhook_endpoints_account ON webhook_endpoints (account_id, created_at, id);

CREATE TABLE webhook_deliveries (
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    event_id BYTEA NOT NULL,
    endpoint_id BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    last_status BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (endpoint_id, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at, id) WHERE state = 'pending';

-- Up to which height every transfer of a chain is credited.
CREATE TABLE chain_cursors (
    network TEXT COLLATE "C" NOT NULL,
    height BIGINT NOT NULL,
    PRIMARY KEY (network)
);

CREATE TABLE simulated_chains (
    network TEXT COLLATE "C" NOT NULL,
    height BIGINT NOT NULL,
    PRIMARY KEY (network)
);

CREATE TABLE simulated_transfers (
    id BYTEA NOT NULL,
    network TEXT COLLATE "C" NOT NULL,
    txid TEXT COLLATE "C" NOT NULL,
    out_index BIGINT NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    asset TEXT COLLATE "C" NOT NULL,
    units TEXT COLLATE "C" NOT NULL,
    height BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX simulated_transfers_height ON simulated_transfers (network, height, id);

-- Check values of the keys this database was written with; a process with others refuses to start.
CREATE TABLE key_checks (
    name TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (name)
);
