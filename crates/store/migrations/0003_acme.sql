-- What an authority knows us by, what it issued, what it may ask right now, and when it was last asked. Times are unix seconds.
-- Columns named secret_* hold what is encrypted when a key is given.

CREATE TABLE acme_accounts (
    directory          TEXT PRIMARY KEY,
    contact            TEXT NOT NULL,
    secret_credentials BLOB NOT NULL
) STRICT;

CREATE TABLE acme_certificates (
    directory  TEXT NOT NULL,
    name       TEXT NOT NULL,
    chain_pem  TEXT NOT NULL,
    secret_key BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    PRIMARY KEY (directory, name)
) STRICT;

-- Rows are there while an authority may ask.
CREATE TABLE acme_challenges (
    name              TEXT NOT NULL,
    kind              TEXT NOT NULL,
    token             TEXT NOT NULL,
    key_authorization TEXT NOT NULL,
    expires_at        INTEGER NOT NULL,
    PRIMARY KEY (name, kind, token)
) STRICT;

CREATE TABLE acme_failures (
    directory TEXT NOT NULL,
    name      TEXT NOT NULL,
    count     INTEGER NOT NULL,
    retry_at  INTEGER NOT NULL,
    PRIMARY KEY (directory, name)
) STRICT;

-- What one process of a store does for all.
CREATE TABLE leases (
    task       TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
