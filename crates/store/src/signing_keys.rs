//! Keys that sign tokens.

use sqlx::{Row, Sqlite, Transaction};
use zeroize::Zeroizing;

use crate::open::commit;
use crate::{Store, StoreError};

/// A signing key as it is kept.
#[derive(Clone)]
pub struct StoredKey {
    /// Its id.
    pub kid: String,
    /// The private key, PKCS #8 DER. Encrypted on disk where a key is given.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// Its self-signed certificate.
    pub certificate_pem: String,
    /// When it was made.
    pub created_at: i64,
    /// When another took its place.
    pub retired_at: Option<i64>,
}

impl Store {
    /// All keys, the newest first.
    ///
    /// # Errors
    /// The database cannot be used, or the encryption key is another one.
    pub async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let rows = sqlx::query("SELECT * FROM signing_keys ORDER BY created_at DESC, kid")
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::of("reading the signing keys"))?;
        rows.iter()
            .map(|row| {
                let kid: String = row.get("kid");
                let written: Vec<u8> = row.get("secret_pkcs8");
                Ok(StoredKey {
                    pkcs8: self.vault.open(&place(&kid), &written)?,
                    kid,
                    certificate_pem: row.get("certificate_pem"),
                    created_at: row.get("created_at"),
                    retired_at: row.get("retired_at"),
                })
            })
            .collect()
    }

    /// Adds a key; the others retire at its `created_at`. Another process hears of it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn add_signing_key(&self, key: &StoredKey) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE signing_keys SET retired_at = ? WHERE retired_at IS NULL")
            .bind(key.created_at)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("retiring signing keys"))?;
        sqlx::query("INSERT INTO signing_keys (kid, secret_pkcs8, certificate_pem, created_at, retired_at) VALUES (?, ?, ?, ?, ?)")
            .bind(&key.kid)
            .bind(self.vault.seal(&place(&key.kid), &key.pkcs8)?)
            .bind(&key.certificate_pem)
            .bind(key.created_at)
            .bind(key.retired_at)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("writing a signing key"))?;
        crate::revision::bump(&mut write).await?;
        commit(write).await
    }

    /// Removes a key for good.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn delete_signing_key(&self, kid: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM signing_keys WHERE kid = ?")
            .bind(kid)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("removing a signing key"))?;
        crate::revision::bump(&mut write).await?;
        commit(write).await
    }

    pub(crate) async fn encrypt_signing_keys(
        &self,
        write: &mut Transaction<'static, Sqlite>,
    ) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT kid, secret_pkcs8 FROM signing_keys")
            .fetch_all(&mut **write)
            .await
            .map_err(StoreError::of("reading the signing keys"))?;
        for row in rows {
            let (kid, plain): (String, Vec<u8>) = (row.get("kid"), row.get("secret_pkcs8"));
            sqlx::query("UPDATE signing_keys SET secret_pkcs8 = ? WHERE kid = ?")
                .bind(self.vault.seal(&place(&kid), &plain)?)
                .bind(&kid)
                .execute(&mut **write)
                .await
                .map_err(StoreError::of("encrypting the signing keys"))?;
        }
        Ok(())
    }
}

fn place(kid: &str) -> String {
    format!("signing_keys:{kid}")
}
