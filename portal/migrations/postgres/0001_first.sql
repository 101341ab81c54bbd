-- Times are milliseconds since 1970 in UTC, ids text, hashes 32 bytes.

-- The database's clock, the same for every service on it.
CREATE VIEW clock AS SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now;

CREATE TABLE tenants (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    require_session BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

-- The key itself is kept nowhere: `hash` is its SHA-256, `hint` its last four characters.
CREATE TABLE api_keys (
    hash BYTEA PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    live BIGINT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('any', 'server', 'link')),
    hint TEXT NOT NULL,
    label TEXT NOT NULL,
    rpm BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_tenant ON api_keys (tenant_id);

-- Exact origins (`https://portal.example`) and schemes of apps (`myapp:`).
CREATE TABLE origins (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    live BIGINT NOT NULL,
    origin TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, live, origin)
);

-- `id_hash` is the SHA-256 of the session id, which is made of the key and `nonce`.
CREATE TABLE sessions (
    id_hash BYTEA PRIMARY KEY NOT NULL,
    nonce BYTEA NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    key_id TEXT NOT NULL,
    live BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    document_type TEXT NOT NULL,
    hash_algo TEXT NOT NULL,
    hash BYTEA NOT NULL,
    callback_url TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    claim TEXT,
    UNIQUE (tenant_id, request_id)
);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE audit (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    instance TEXT NOT NULL,
    tenant_id TEXT,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    key_id TEXT,
    origin TEXT,
    request_id TEXT,
    detail TEXT
);
CREATE INDEX audit_tenant ON audit (tenant_id, at);

-- Answers to /auth/validate, counted by the minute.
CREATE TABLE usage (
    minute BIGINT NOT NULL,
    key_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    code TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (minute, key_id, origin, code)
);

-- Written by /ready: a database that can only be read is not ready.
CREATE TABLE instances (
    id TEXT PRIMARY KEY NOT NULL,
    seen_at BIGINT NOT NULL
);
