-- What pages of other origins asked for and did not get, by day: the ground for suggestions. Bounded by day, kept for a week.
CREATE TABLE cors_refusals (
    day         INTEGER NOT NULL,
    application TEXT NOT NULL,
    origin      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    method      TEXT NOT NULL,
    refused     TEXT NOT NULL,
    count       INTEGER NOT NULL,
    signed_in   INTEGER NOT NULL,
    PRIMARY KEY (day, application, origin, kind, reason, method, refused)
) STRICT, WITHOUT ROWID;
