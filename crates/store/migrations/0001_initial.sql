-- Times are unix seconds. Columns named secret_* hold what is encrypted when a key is given.

CREATE TABLE store_state (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- Counts up with every change that another process of this store must hear of.
CREATE TABLE revision (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO revision (number) VALUES (0);

CREATE TABLE identifiers (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    id   TEXT NOT NULL,
    aud  TEXT,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX identifiers_by_name ON identifiers (kind, name);

CREATE TABLE signing_keys (
    kid             TEXT PRIMARY KEY,
    secret_pkcs8    BLOB NOT NULL,
    certificate_pem TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    retired_at      INTEGER
) STRICT;

CREATE TABLE users (
    email TEXT PRIMARY KEY,
    id    TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    email      TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    idp        TEXT NOT NULL,
    country    TEXT NOT NULL,
    ip         TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX sessions_by_email ON sessions (email);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_revocation ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE application_sessions (
    id         TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    aud        TEXT NOT NULL,
    assertion  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX application_sessions_by_session ON application_sessions (session_id);
CREATE INDEX application_sessions_by_expiry ON application_sessions (expires_at);

CREATE TABLE pins (
    flow_id     TEXT PRIMARY KEY,
    email       TEXT NOT NULL,
    aud         TEXT NOT NULL,
    code_mac    BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    consumed_at INTEGER
) STRICT;
CREATE INDEX pins_by_expiry ON pins (expires_at);

CREATE TABLE counters (
    bucket     TEXT PRIMARY KEY,
    count      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX counters_by_expiry ON counters (expires_at);

CREATE TABLE consumed (
    id         BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX consumed_by_expiry ON consumed (expires_at);

CREATE TABLE service_tokens (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    client_id    TEXT NOT NULL UNIQUE,
    secret_hash  BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    enabled      INTEGER NOT NULL,
    duration     TEXT NOT NULL,
    last_seen_at INTEGER
) STRICT;
