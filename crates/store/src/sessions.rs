//! Sign-ins: one row for each, from which sessions at applications stem.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::open::commit;
use crate::{Store, StoreError, revision};

/// A sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id: the `sid` of tokens.
    pub id: String,
    /// The verified address, in lower case.
    pub email: String,
    /// The user's id.
    pub user_id: String,
    /// The identity provider's id.
    pub idp: String,
    /// The country it came from; `XX` if unknown.
    pub country: String,
    /// The address it came from.
    pub ip: String,
    /// The browser it came from.
    pub user_agent: String,
    /// When.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
    /// When it was ended before that.
    pub revoked_at: Option<i64>,
}

impl Store {
    /// Writes a sign-in.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO sessions (id, email, user_id, idp, country, ip, user_agent, created_at, expires_at, revoked_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&session.id)
        .bind(&session.email)
        .bind(&session.user_id)
        .bind(&session.idp)
        .bind(&session.country)
        .bind(&session.ip)
        .bind(&session.user_agent)
        .bind(session.created_at)
        .bind(session.expires_at)
        .bind(session.revoked_at)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("writing a sign-in"))?;
        commit(write).await
    }

    /// A sign-in by its id, ended or not.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        self.is_there()?;
        let row = sqlx::query("SELECT * FROM sessions WHERE id = ?")
            .bind(id)
            .fetch_optional(self.readers())
            .await;
        Ok(row.map_err(StoreError::of("reading a sign-in"))?.map(|row| session(&row)))
    }

    /// Ends a sign-in, and with it every session that stems from it. Another process hears of it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn revoke_session(&self, id: &str, at: i64) -> Result<(), StoreError> {
        self.revoke(
            "UPDATE sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            id,
            at,
        )
        .await
    }

    /// Ends every sign-in of an address (in lower case). Another process hears of it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn revoke_sessions_of(&self, email: &str, at: i64) -> Result<(), StoreError> {
        self.revoke(
            "UPDATE sessions SET revoked_at = ? WHERE email = ? AND revoked_at IS NULL",
            email,
            at,
        )
        .await
    }

    /// The ids of sign-ins that were ended at `since` or later, by any process.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn revoked_since(&self, since: i64) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT id FROM sessions WHERE revoked_at >= ?")
            .bind(since)
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::of("reading ended sign-ins"))?;
        Ok(rows.iter().map(|row| row.get("id")).collect())
    }

    async fn revoke(&self, query: &'static str, key: &str, at: i64) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(query)
            .bind(at)
            .bind(key)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("ending a sign-in"))?;
        revision::bump(&mut write).await?;
        commit(write).await
    }
}

pub(crate) fn session(row: &SqliteRow) -> Session {
    Session {
        id: row.get("id"),
        email: row.get("email"),
        user_id: row.get("user_id"),
        idp: row.get("idp"),
        country: row.get("country"),
        ip: row.get("ip"),
        user_agent: row.get("user_agent"),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
        revoked_at: row.get("revoked_at"),
    }
}
