//! Opening a database: its file, its schema, its key.

use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::statvfs::statvfs;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, Transaction};

use crate::encryption::{Vault, WRONG};
use crate::{EncryptionKey, StoreError, StoreErrorKind};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// How long a write waits for another process's, and for others of this one. Whoever waits for the answer waits at most twice as long.
const WAIT_FOR_LOCK: Duration = Duration::from_secs(5);

/// Of the database's pages, in each connection: 256 KiB, which hold the upper part of its indexes. The rest is in the system's memory once for
/// all of them.
const CACHE: &str = "-256";

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    /// One connection: SQLite has one writer, and waiting in line here is fairer than its locks.
    writer: SqlitePool,
    readers: SqlitePool,
    /// The file that is open; `None` in memory.
    file: Option<Arc<OpenFile>>,
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
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(WAIT_FOR_LOCK)
            .pragma("cache_size", CACHE)
            .foreign_keys(true);
        let in_memory = url.contains(":memory:");
        // The file is made here and nowhere else: a connection that is opened when it is gone must not begin a new one.
        let file = if in_memory {
            None
        } else {
            let path = options.get_filename();
            keep_private(path)?;
            Some(Arc::new(OpenFile::of(path).map_err(|error| unusable(path, &error))?))
        };
        let pool = |connections: u32| {
            let pool = SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(WAIT_FOR_LOCK);
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
        let store = Self { writer, readers, file, vault: Vault::new(key) };
        store.check_key().await?;
        Ok(store)
    }

    /// Fails if the database cannot be read or written, or if there is hardly any space left for it: reads, and writes something that
    /// means nothing.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.is_there()?;
        self.file.as_ref().map_or(Ok(()), |file| file.has_space())?;
        sqlx::query("SELECT number FROM revision")
            .fetch_one(&self.readers)
            .await
            .map_err(StoreError::of("reading the store"))?;
        let mut write = self.write().await?;
        sqlx::query("UPDATE revision SET number = number")
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("writing the store"))?;
        commit(write).await
    }

    /// Fails if the file that is open is no longer where it was: what is written to it then would be lost, and what another process
    /// writes would not be seen.
    ///
    /// # Errors
    /// The file is gone, or another one is in its place.
    pub(crate) fn is_there(&self) -> Result<(), StoreError> {
        self.file.as_ref().map_or(Ok(()), |file| file.is_there())
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
        const BEGIN: &str = "BEGIN IMMEDIATE";
        self.is_there()?;
        let begun = match self.writer.begin_with(BEGIN).await {
            // What fails for want of space SQLite rolls back by itself, and its client never hears of it: that connection begins nothing more.
            Err(sqlx::Error::InvalidSavePointStatement) if self.file.is_some() => {
                let stuck = self.writer.acquire().await;
                // What cannot be closed is gone, too.
                let _closed = stuck.map_err(StoreError::of(LOCKING))?.close().await;
                self.writer.begin_with(BEGIN).await
            }
            begun => begun,
        };
        begun.map_err(StoreError::of(LOCKING))
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
                self.encrypt_acme_accounts(&mut write).await?;
                self.encrypt_acme_certificates(&mut write).await?;
                commit(write).await
            }
        }
    }
}

/// Ends a transaction; when this returns, it is on disk.
pub(crate) async fn commit(write: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    write.commit().await.map_err(StoreError::of("writing to disk"))
}

/// A file, told apart from another one at the same place.
struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenFile {
    fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() })
    }

    fn has_space(&self) -> Result<(), StoreError> {
        // Where the system does not tell, the write shows.
        let space = statvfs(&self.path)
            .map_or(u64::MAX, |disk| disk.blocks_available().saturating_mul(disk.fragment_size()));
        if space < SPACE { Err(StoreError::new(LOOKING, StoreErrorKind::Full)) } else { Ok(()) }
    }

    fn is_there(&self) -> Result<(), StoreError> {
        let metadata =
            std::fs::metadata(&self.path).map_err(|error| unusable(&self.path, &error))?;
        if (metadata.dev(), metadata.ino()) == (self.device, self.inode) {
            return Ok(());
        }
        let what = format!("{}: another file is in its place", self.path.display());
        Err(StoreError::new(LOOKING, StoreErrorKind::Unavailable(what)))
    }
}

/// Bytes that a disk must have left: some hundred sign-ins.
const SPACE: u64 = 1 << 20;

const LOCKING: &str = "locking the store for writing";

const LOOKING: &str = "looking for the store's file";

fn unusable(file: &Path, error: &std::io::Error) -> StoreError {
    let what = format!("{}: {error}", file.display());
    StoreError::new(LOOKING, StoreErrorKind::Unavailable(what))
}

/// The file exists and is nobody else's to read. SQLite gives its side files the same mode.
fn keep_private(file: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| unusable(file, &error);
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
