//! What can go wrong with a store.

/// An error of the store: what was tried, and what kind of failure it was. Holds no secret.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {kind}")]
pub struct StoreError {
    what: &'static str,
    kind: StoreErrorKind,
    #[source]
    source: Option<sqlx::Error>,
}

/// Kinds of failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreErrorKind {
    /// Another row has this name or id.
    #[error("it exists already")]
    Conflict,
    /// The file is no database, or a damaged one.
    #[error("the file is not a database of ours, or it is damaged")]
    Corrupt,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The database was made by a newer version.
    #[error("the database was made by a newer version of Crossgate; use that version")]
    NewerSchema,
    /// It cannot be reached, opened or locked.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// The encryption key is missing or another one.
    #[error("{0}")]
    WrongKey(&'static str),
}

impl StoreError {
    pub(crate) const fn new(what: &'static str, kind: StoreErrorKind) -> Self {
        Self { what, kind, source: None }
    }

    pub(crate) fn of(what: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |error| Self { what, kind: kind_of(&error), source: Some(error) }
    }

    /// The kind of failure.
    #[must_use]
    pub const fn kind(&self) -> &StoreErrorKind {
        &self.kind
    }
}

/// By SQLite's primary result codes (https://sqlite.org/rescode.html).
fn kind_of(error: &sqlx::Error) -> StoreErrorKind {
    let Some(database) = error.as_database_error() else {
        return StoreErrorKind::Unavailable(error.to_string());
    };
    if database.is_unique_violation() {
        return StoreErrorKind::Conflict;
    }
    let code = database.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    match code {
        Some(11 | 26) => StoreErrorKind::Corrupt,
        Some(13) => StoreErrorKind::Full,
        _ => StoreErrorKind::Unavailable(database.message().to_owned()),
    }
}
