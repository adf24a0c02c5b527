//! Service tokens. Of a secret only its hash is kept.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::open::commit;
use crate::{Store, StoreError, revision};

/// A service token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken {
    /// Its id, a UUID.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// What it calls itself.
    pub client_id: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created_at: i64,
    /// Until when it counts; `None` is for ever.
    pub expires_at: Option<i64>,
    /// Whether it counts at all.
    pub enabled: bool,
    /// How long it was made for, as written.
    pub duration: String,
    /// When it was last used, to about a minute.
    pub last_seen_at: Option<i64>,
}

impl Store {
    /// Writes a token. Another process hears of it.
    ///
    /// # Errors
    /// [`Conflict`](crate::StoreErrorKind::Conflict) if there is one of that name; the database cannot be used.
    pub async fn create_service_token(&self, token: &ServiceToken) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO service_tokens (id, name, client_id, secret_hash, created_at, expires_at, enabled, duration)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&token.id)
        .bind(&token.name)
        .bind(&token.client_id)
        .bind(token.secret_hash.as_slice())
        .bind(token.created_at)
        .bind(token.expires_at)
        .bind(token.enabled)
        .bind(&token.duration)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("writing a service token"))?;
        revision::bump(&mut write).await?;
        commit(write).await
    }

    /// All tokens by name.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn service_tokens(&self) -> Result<Vec<ServiceToken>, StoreError> {
        let rows = sqlx::query("SELECT * FROM service_tokens ORDER BY name")
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::of("reading the service tokens"))?;
        Ok(rows.iter().map(token).collect())
    }

    /// Removes the token with this name, id or client id; says whether there was one. Another process hears of it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn revoke_service_token(&self, token: &str) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done =
            sqlx::query("DELETE FROM service_tokens WHERE name = ?1 OR id = ?1 OR client_id = ?1")
                .bind(token)
                .execute(&mut *write)
                .await
                .map_err(StoreError::of("revoking a service token"))?;
        revision::bump(&mut write).await?;
        commit(write).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes when tokens were last used, given by id.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn touch_service_tokens(&self, seen: &[(String, i64)]) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        for (id, at) in seen {
            sqlx::query("UPDATE service_tokens SET last_seen_at = ? WHERE id = ?")
                .bind(at)
                .bind(id)
                .execute(&mut *write)
                .await
                .map_err(StoreError::of("noting when a service token was used"))?;
        }
        commit(write).await
    }
}

fn token(row: &SqliteRow) -> ServiceToken {
    let hash = row.get::<Vec<u8>, _>("secret_hash");
    ServiceToken {
        id: row.get("id"),
        name: row.get("name"),
        client_id: row.get("client_id"),
        // A hash of another length matches no secret.
        secret_hash: hash.try_into().unwrap_or_default(),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
        enabled: row.get("enabled"),
        duration: row.get("duration"),
        last_seen_at: row.get("last_seen_at"),
    }
}
