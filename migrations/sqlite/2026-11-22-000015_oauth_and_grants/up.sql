-- What owners gave OAuth clients. The id is that of the credential that acts for the client; the
-- credential holds the scopes. Lists are separated by commas, merchants by newlines; cards is null
-- where the grant reaches all of them. One grant of an account and client is open at a time.
-- tokens_gone is set once the codes and refresh tokens of a grant that ended are removed.
CREATE TABLE grants (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    client_name TEXT NOT NULL,
    redirect_host TEXT NOT NULL,
    cards TEXT,
    reveal TEXT NOT NULL,
    per_transaction BIGINT,
    daily BIGINT,
    total BIGINT,
    approval_above BIGINT,
    mandate_expires_at BIGINT,
    merchants TEXT NOT NULL,
    mccs TEXT NOT NULL,
    spent_live BIGINT NOT NULL,
    spent_sandbox BIGINT NOT NULL,
    day BIGINT NOT NULL,
    day_live BIGINT NOT NULL,
    day_sandbox BIGINT NOT NULL,
    step_up_asked BOOLEAN NOT NULL,
    questions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL,
    tokens_gone BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX grants_open ON grants (account_id, client_id) WHERE ended_at IS NULL;
CREATE INDEX grants_account ON grants (account_id, created_at, id);
CREATE INDEX grants_client ON grants (client_id, id) WHERE ended_at IS NULL;
CREATE INDEX grants_tokens ON grants (ended_at, id)
    WHERE ended_at IS NOT NULL AND tokens_gone = FALSE;

-- What agents asked their owners for. The id is a digest of the grant, the idempotency key and the
-- terms, so that the same request finds its approval.
CREATE TABLE approvals (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    operation TEXT NOT NULL,
    summary TEXT NOT NULL,
    book BIGINT NOT NULL,
    card_id BLOB,
    amount BIGINT,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX approvals_account ON approvals (account_id, created_at, id);
CREATE INDEX approvals_expiry ON approvals (expires_at, id);

-- Who may ask owners for grants. The id is a digest of client_id, which for a Client ID Metadata
-- Document is its URL. Redirect URIs are separated by newlines; metadata is a JSON object of what
-- is only shown. A client that ended stays until its last open grant has ended.
CREATE TABLE oauth_clients (
    id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    auth_method TEXT NOT NULL,
    scope TEXT,
    metadata TEXT NOT NULL,
    secret_hash BLOB,
    management_hash BLOB,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    used_at BIGINT,
    fresh_until BIGINT,
    ended_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX oauth_clients_name ON oauth_clients (client_id);
CREATE INDEX oauth_clients_expiry ON oauth_clients (expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX oauth_clients_ended ON oauth_clients (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX oauth_clients_operator ON oauth_clients (created_at, id) WHERE kind = 'operator';

-- Authorization requests that an owner is asked about; for one session, once.
CREATE TABLE oauth_requests (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    state TEXT,
    scope TEXT NOT NULL,
    challenge TEXT NOT NULL,
    resource TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX oauth_requests_expiry ON oauth_requests (expires_at, id);

-- Authorization codes and refresh tokens by their keyed hashes.
CREATE TABLE oauth_codes (
    hash BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (hash)
) WITHOUT ROWID;
CREATE INDEX oauth_codes_expiry ON oauth_codes (expires_at, hash);
CREATE INDEX oauth_codes_grant ON oauth_codes (grant_id);

CREATE TABLE oauth_refresh_tokens (
    hash BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    siblings BIGINT NOT NULL,
    idle_until BIGINT NOT NULL,
    PRIMARY KEY (hash)
) WITHOUT ROWID;
CREATE INDEX oauth_refresh_tokens_expiry ON oauth_refresh_tokens (idle_until, hash);
CREATE INDEX oauth_refresh_tokens_grant ON oauth_refresh_tokens (grant_id);

-- The keys that sign access tokens: next, active or retiring. The one row of
-- oauth_key_rotation is locked by whoever rotates them.
CREATE TABLE oauth_keys (
    kid TEXT NOT NULL,
    state TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    activated_at BIGINT,
    leaves_at BIGINT,
    PRIMARY KEY (kid)
) WITHOUT ROWID;
CREATE TABLE oauth_key_rotation (
    id BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;
INSERT INTO oauth_key_rotation (id, rotated_at) VALUES (1, 0);

-- Set while its owner has stopped everything.
ALTER TABLE accounts ADD COLUMN locked_at BIGINT;
CREATE INDEX accounts_locked ON accounts (id) WHERE locked_at IS NOT NULL;

-- The grant that issued the card, whose mandate it spends under.
ALTER TABLE cards ADD COLUMN grant_id BLOB;

-- The grant that said where an endpoint's events go, or enabled it: it sends nothing beyond its end.
ALTER TABLE webhook_endpoints ADD COLUMN grant_id BLOB;
CREATE INDEX webhook_endpoints_grant ON webhook_endpoints (grant_id) WHERE grant_id IS NOT NULL;
