//! Sessions at applications.

use sqlx::Row;

use crate::open::commit;
use crate::sessions::session;
use crate::{Session, Store, StoreError};

/// A session at an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSession {
    /// Its id: the `identity_nonce` of its tokens.
    pub id: String,
    /// The sign-in that it stems from.
    pub session_id: String,
    /// The application's audience tag.
    pub aud: String,
    /// What the upstream gets, signed when the session began.
    pub assertion: String,
    /// When it began.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// A session at an application with its sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredApplicationSession {
    /// The session.
    pub application_session: ApplicationSession,
    /// The sign-in, ended or not.
    pub session: Session,
}

impl Store {
    /// Writes a session.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn create_application_session(
        &self,
        created: &ApplicationSession,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO application_sessions (id, session_id, aud, assertion, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&created.id)
        .bind(&created.session_id)
        .bind(&created.aud)
        .bind(&created.assertion)
        .bind(created.created_at)
        .bind(created.expires_at)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("writing a session"))?;
        commit(write).await
    }

    /// A session with its sign-in, by its id; whether they still stand is for the caller to see.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn application_session(
        &self,
        id: &str,
    ) -> Result<Option<StoredApplicationSession>, StoreError> {
        self.is_there()?;
        let row = sqlx::query(
            "SELECT sessions.*, a.id AS a_id, a.aud, a.assertion, a.created_at AS a_created_at, a.expires_at AS a_expires_at
             FROM application_sessions a JOIN sessions ON sessions.id = a.session_id WHERE a.id = ?",
        )
        .bind(id)
        .fetch_optional(self.readers())
        .await
        .map_err(StoreError::of("reading a session"))?;
        Ok(row.map(|row| {
            let session = session(&row);
            let application_session = ApplicationSession {
                id: row.get("a_id"),
                session_id: session.id.clone(),
                aud: row.get("aud"),
                assertion: row.get("assertion"),
                created_at: row.get("a_created_at"),
                expires_at: row.get("a_expires_at"),
            };
            StoredApplicationSession { application_session, session }
        }))
    }
}
