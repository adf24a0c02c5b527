//! What an authority knows us by, and what it may ask right now.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use zeroize::Zeroizing;

use crate::open::commit;
use crate::{Store, StoreError};

/// An account at an authority, as it is kept.
#[derive(Clone)]
pub struct AcmeAccount {
    /// The address that the authority may write to; empty for none.
    pub contact: String,
    /// Its URL and private key, in whatever form. Encrypted on disk where a key is given.
    pub credentials: Zeroizing<Vec<u8>>,
}

/// Something that an authority may ask right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeChallenge {
    /// The name that is to be shown to be ours.
    pub name: String,
    /// `http-01` or `tls-alpn-01`.
    pub kind: String,
    /// What the authority asks for.
    pub token: String,
    /// What it wants to hear.
    pub key_authorization: String,
}

impl Store {
    /// The account at the authority with this directory.
    ///
    /// # Errors
    /// The database cannot be used, or the encryption key is another one.
    pub async fn acme_account(&self, directory: &str) -> Result<Option<AcmeAccount>, StoreError> {
        let row = sqlx::query("SELECT * FROM acme_accounts WHERE directory = ?")
            .bind(directory)
            .fetch_optional(self.readers())
            .await
            .map_err(StoreError::of("reading the account"))?;
        let Some(row) = row else { return Ok(None) };
        let written: Vec<u8> = row.get("secret_credentials");
        let credentials = self.vault.open(&place(directory), &written)?;
        Ok(Some(AcmeAccount { contact: row.get("contact"), credentials }))
    }

    /// Keeps an account.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn save_acme_account(
        &self,
        directory: &str,
        account: &AcmeAccount,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("INSERT OR REPLACE INTO acme_accounts (directory, contact, secret_credentials) VALUES (?, ?, ?)")
            .bind(directory)
            .bind(&account.contact)
            .bind(self.vault.seal(&place(directory), &account.credentials)?)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("writing the account"))?;
        commit(write).await
    }

    /// Forgets an account that the authority no longer knows.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn delete_acme_account(&self, directory: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM acme_accounts WHERE directory = ?")
            .bind(directory)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("forgetting the account"))?;
        commit(write).await
    }

    /// What authorities may ask at `now`.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn acme_challenges(&self, now: i64) -> Result<Vec<AcmeChallenge>, StoreError> {
        let rows = sqlx::query("SELECT * FROM acme_challenges WHERE expires_at > ?")
            .bind(now)
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::of("reading challenges"))?;
        let challenge = |row: &SqliteRow| AcmeChallenge {
            name: row.get("name"),
            kind: row.get("kind"),
            token: row.get("token"),
            key_authorization: row.get("key_authorization"),
        };
        Ok(rows.iter().map(challenge).collect())
    }

    /// Has a challenge answered until `expires_at`, by every process of the store.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn add_acme_challenge(
        &self,
        challenge: &AcmeChallenge,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO acme_challenges (name, kind, token, key_authorization, expires_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&challenge.name)
        .bind(&challenge.kind)
        .bind(&challenge.token)
        .bind(&challenge.key_authorization)
        .bind(expires_at)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("writing a challenge"))?;
        crate::revision::bump(&mut write).await?;
        commit(write).await
    }

    /// Has no challenge of a name answered any more.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn delete_acme_challenges(&self, name: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM acme_challenges WHERE name = ?")
            .bind(name)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("removing challenges"))?;
        crate::revision::bump(&mut write).await?;
        commit(write).await
    }

    pub(crate) async fn encrypt_acme_accounts(
        &self,
        write: &mut Transaction<'static, Sqlite>,
    ) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT directory, secret_credentials FROM acme_accounts")
            .fetch_all(&mut **write)
            .await
            .map_err(StoreError::of("reading the accounts"))?;
        for row in rows {
            let directory: String = row.get("directory");
            let plain: Vec<u8> = row.get("secret_credentials");
            sqlx::query("UPDATE acme_accounts SET secret_credentials = ? WHERE directory = ?")
                .bind(self.vault.seal(&place(&directory), &plain)?)
                .bind(&directory)
                .execute(&mut **write)
                .await
                .map_err(StoreError::of("encrypting the accounts"))?;
        }
        Ok(())
    }
}

fn place(directory: &str) -> String {
    format!("acme_accounts:{directory}")
}
