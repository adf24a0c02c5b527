//! Opening a database: its file, its schema, its key.

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, Transaction};

use crate::encryption::{Vault, WRONG};
use crate::{EncryptionKey, StoreError, StoreErrorKind};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    /// One connection: SQLite has one writer, and waiting in line here is fairer than its locks.
    writer: SqlitePool,
    readers: SqlitePool,
    pub(crate) vault: Vault,
}

impl Store {
    /// Opens a database by its URL: `sqlite:PATH`, or `sqlite::memory:` for one that ends with the process. Makes the file, with mode
    /// 0600, brings its schema up to date, and checks the key. Secrets that are not encrypted yet become so where a key is given.
    ///
    /// # Errors
    /// The file cannot be used, belongs to a newer version, or the key is missing or another one.
    pub async fn open(url: &str, key: Option<EncryptionKey>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(StoreError::of("reading the store's URL"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true);
        let in_memory = url.contains(":memory:");
        if !in_memory {
            keep_private(options.get_filename())?;
        }
        let pool = |connections: u32| {
            let pool = SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10));
            let pool = if in_memory { pool.idle_timeout(None).max_lifetime(None) } else { pool };
            pool.connect_with(options.clone())
        };
        let writer = pool(1).await.map_err(StoreError::of("opening the store"))?;
        MIGRATOR.run(&writer).await.map_err(migration_failed)?;
        let readers = if in_memory {
            writer.clone()
        } else {
            pool(4).await.map_err(StoreError::of("opening the store"))?
        };
        let store = Self { writer, readers, vault: Vault::new(key) };
        store.check_key().await?;
        Ok(store)
    }

    /// Fails if the database cannot be read.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT number FROM revision")
            .fetch_one(&self.readers)
            .await
            .map(|_| ())
            .map_err(StoreError::of("reading the store"))
    }

    /// Closes all connections. Whoever uses the store after this gets errors.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(crate) const fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// A transaction that holds SQLite's write lock from its start, so that what it reads is what it changes.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(StoreError::of("locking the store for writing"))
    }

    async fn check_key(&self) -> Result<(), StoreError> {
        const PLACE: &str = "store_state:key_check";
        let mut write = self.write().await?;
        let written = sqlx::query("SELECT value FROM store_state WHERE name = 'key_check'")
            .fetch_optional(&mut *write)
            .await
            .map_err(StoreError::of("reading the key check"))?;
        match (written, self.vault.encrypts()) {
            (None, false) => Ok(()),
            (Some(_), false) => Err(StoreError::new(
                "opening the store",
                StoreErrorKind::WrongKey("the database is encrypted: set store_encryption_key"),
            )),
            (Some(row), true) => {
                let value: Vec<u8> = row.get("value");
                match self.vault.open(PLACE, &value) {
                    Ok(_) => Ok(()),
                    Err(_) => {
                        Err(StoreError::new("opening the store", StoreErrorKind::WrongKey(WRONG)))
                    }
                }
            }
            (None, true) => {
                let check = self.vault.seal(PLACE, b"crossgate")?;
                sqlx::query("INSERT INTO store_state (name, value) VALUES ('key_check', ?)")
                    .bind(check)
                    .execute(&mut *write)
                    .await
                    .map_err(StoreError::of("writing the key check"))?;
                self.encrypt_master_key(&mut write).await?;
                self.encrypt_signing_keys(&mut write).await?;
                commit(write).await
            }
        }
    }
}

/// Ends a transaction; when this returns, it is on disk.
pub(crate) async fn commit(write: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    write.commit().await.map_err(StoreError::of("writing to disk"))
}

/// The file exists and is nobody else's to read. SQLite gives its side files the same mode.
fn keep_private(file: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| {
        StoreError::new(
            "opening the store's file",
            StoreErrorKind::Unavailable(format!("{}: {error}", file.display())),
        )
    };
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file).map_err(failed)?;
    let mode = std::fs::metadata(file).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    }
    Ok(())
}

fn migration_failed(error: MigrateError) -> StoreError {
    let what = "bringing the store's schema up to date";
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            StoreError::new(what, StoreErrorKind::NewerSchema)
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            StoreError::of(what)(error)
        }
        other => StoreError::new(what, StoreErrorKind::Unavailable(other.to_string())),
    }
}
