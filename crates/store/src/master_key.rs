//! The master key that other keys are derived from.

use sqlx::{Row, Sqlite, Transaction};
use zeroize::Zeroizing;

use crate::open::commit;
use crate::{Store, StoreError, StoreErrorKind};

const PLACE: &str = "store_state:master_key";

impl Store {
    /// The master key: the one that is there, or `fresh`, which is there from then on.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn master_key(&self, fresh: [u8; 32]) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let mut write = self.write().await?;
        if let Some(key) = self.read_master_key(&mut write).await? {
            return Ok(key);
        }
        let written = self.vault.seal(PLACE, &fresh)?;
        sqlx::query("INSERT INTO store_state (name, value) VALUES ('master_key', ?)")
            .bind(written)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("writing the master key"))?;
        commit(write).await?;
        Ok(Zeroizing::new(fresh))
    }

    async fn read_master_key(
        &self,
        write: &mut Transaction<'static, Sqlite>,
    ) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError> {
        let Some(written) = written(write).await? else { return Ok(None) };
        let key = self.vault.open(PLACE, &written)?;
        let bytes = <[u8; 32]>::try_from(key.as_slice());
        let bytes = bytes
            .map_err(|_| StoreError::new("reading the master key", StoreErrorKind::Corrupt))?;
        Ok(Some(Zeroizing::new(bytes)))
    }

    pub(crate) async fn encrypt_master_key(
        &self,
        write: &mut Transaction<'static, Sqlite>,
    ) -> Result<(), StoreError> {
        let Some(plain) = written(write).await? else { return Ok(()) };
        let sealed = self.vault.seal(PLACE, &plain)?;
        sqlx::query("UPDATE store_state SET value = ? WHERE name = 'master_key'")
            .bind(sealed)
            .execute(&mut **write)
            .await
            .map(|_| ())
            .map_err(StoreError::of("encrypting the master key"))
    }
}

async fn written(write: &mut Transaction<'static, Sqlite>) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT value FROM store_state WHERE name = 'master_key'")
        .fetch_optional(&mut **write)
        .await
        .map_err(StoreError::of("reading the master key"))?;
    Ok(row.map(|row| row.get("value")))
}
