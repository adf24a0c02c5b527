//! Certificates that an authority issued, and when to ask it again.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use zeroize::Zeroizing;

use crate::open::commit;
use crate::{Store, StoreError};

/// A certificate as it is kept.
#[derive(Clone)]
pub struct AcmeCertificate {
    /// The name that it is for.
    pub name: String,
    /// The chain, PEM, leaf first.
    pub chain_pem: String,
    /// The private key, PKCS #8 DER. Encrypted on disk where a key is given.
    pub key: Zeroizing<Vec<u8>>,
    /// From when it is good.
    pub not_before: i64,
    /// Until when it is good.
    pub not_after: i64,
}

/// How often in a row an authority issued nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeFailure {
    /// The name that the certificate was to be for.
    pub name: String,
    /// How often in a row.
    pub count: u32,
    /// When it may be asked again.
    pub retry_at: i64,
}

impl Store {
    /// All certificates that the authority with this directory issued.
    ///
    /// # Errors
    /// The database cannot be used, or the encryption key is another one.
    pub async fn acme_certificates(
        &self,
        directory: &str,
    ) -> Result<Vec<AcmeCertificate>, StoreError> {
        let rows = sqlx::query("SELECT * FROM acme_certificates WHERE directory = ? ORDER BY name")
            .bind(directory)
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::of("reading the issued certificates"))?;
        rows.iter().map(|row| self.acme_certificate(directory, row)).collect()
    }

    /// The certificates that other authorities issued and that are good at `now`, the one that is good for longest first.
    ///
    /// # Errors
    /// The database cannot be used, or the encryption key is another one.
    pub async fn acme_certificates_of_others(
        &self,
        directory: &str,
        now: i64,
    ) -> Result<Vec<AcmeCertificate>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM acme_certificates WHERE directory <> ? AND not_after > ? ORDER BY not_after DESC, name",
        )
        .bind(directory)
        .bind(now)
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::of("reading the issued certificates"))?;
        rows.iter()
            .map(|row| self.acme_certificate(&row.get::<String, _>("directory"), row))
            .collect()
    }

    /// Keeps a certificate in the place of the one before, and forgets that there were failures. Another process hears of it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn save_acme_certificate(
        &self,
        directory: &str,
        certificate: &AcmeCertificate,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let key = self.vault.seal(&place(directory, &certificate.name), &certificate.key)?;
        sqlx::query(
            "INSERT INTO acme_certificates (directory, name, chain_pem, secret_key, not_before, not_after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (directory, name) DO UPDATE
             SET chain_pem = ?3, secret_key = ?4, not_before = ?5, not_after = ?6",
        )
        .bind(directory)
        .bind(&certificate.name)
        .bind(&certificate.chain_pem)
        .bind(key)
        .bind(certificate.not_before)
        .bind(certificate.not_after)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("writing an issued certificate"))?;
        sqlx::query("DELETE FROM acme_failures WHERE directory = ? AND name = ?")
            .bind(directory)
            .bind(&certificate.name)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("forgetting failures"))?;
        crate::revision::bump(&mut write).await?;
        commit(write).await
    }

    /// The failures that no certificate has followed.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn acme_failures(&self, directory: &str) -> Result<Vec<AcmeFailure>, StoreError> {
        let rows = sqlx::query("SELECT * FROM acme_failures WHERE directory = ? ORDER BY name")
            .bind(directory)
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::of("reading failures"))?;
        let failure = |row: &SqliteRow| AcmeFailure {
            name: row.get("name"),
            count: row.get("count"),
            retry_at: row.get("retry_at"),
        };
        Ok(rows.iter().map(failure).collect())
    }

    /// Notes a failure.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn save_acme_failure(
        &self,
        directory: &str,
        failure: &AcmeFailure,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("INSERT OR REPLACE INTO acme_failures (directory, name, count, retry_at) VALUES (?, ?, ?, ?)")
            .bind(directory)
            .bind(&failure.name)
            .bind(failure.count)
            .bind(failure.retry_at)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("noting a failure"))?;
        commit(write).await
    }

    fn acme_certificate(
        &self,
        directory: &str,
        row: &SqliteRow,
    ) -> Result<AcmeCertificate, StoreError> {
        let name: String = row.get("name");
        let written: Vec<u8> = row.get("secret_key");
        Ok(AcmeCertificate {
            key: self.vault.open(&place(directory, &name), &written)?,
            name,
            chain_pem: row.get("chain_pem"),
            not_before: row.get("not_before"),
            not_after: row.get("not_after"),
        })
    }

    pub(crate) async fn encrypt_acme_certificates(
        &self,
        write: &mut Transaction<'static, Sqlite>,
    ) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT directory, name, secret_key FROM acme_certificates")
            .fetch_all(&mut **write)
            .await
            .map_err(StoreError::of("reading the issued certificates"))?;
        for row in rows {
            let (directory, name): (String, String) = (row.get("directory"), row.get("name"));
            let plain: Vec<u8> = row.get("secret_key");
            sqlx::query(
                "UPDATE acme_certificates SET secret_key = ? WHERE directory = ? AND name = ?",
            )
            .bind(self.vault.seal(&place(&directory, &name), &plain)?)
            .bind(&directory)
            .bind(&name)
            .execute(&mut **write)
            .await
            .map_err(StoreError::of("encrypting the issued certificates"))?;
        }
        Ok(())
    }
}

fn place(directory: &str, name: &str) -> String {
    format!("acme_certificates:{directory} {name}")
}
