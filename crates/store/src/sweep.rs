//! Removing what is over.

use crate::{Store, StoreError};

/// Rows removed at a time, so that nobody waits long for the write lock.
const BATCH: i64 = 500;

/// What is over at `?1`. Ended sign-ins stay until their time would have been over: that is how ended ones are known.
const STATEMENTS: [&str; 6] = [
    "DELETE FROM pins WHERE rowid IN (SELECT rowid FROM pins WHERE expires_at < ?1 - 3600 LIMIT ?2)",
    "DELETE FROM counters WHERE rowid IN (SELECT rowid FROM counters WHERE expires_at < ?1 LIMIT ?2)",
    "DELETE FROM consumed WHERE rowid IN (SELECT rowid FROM consumed WHERE expires_at < ?1 - 60 LIMIT ?2)",
    "DELETE FROM acme_challenges WHERE rowid IN (SELECT rowid FROM acme_challenges WHERE expires_at < ?1 LIMIT ?2)",
    "DELETE FROM application_sessions WHERE rowid IN (SELECT rowid FROM application_sessions WHERE expires_at < ?1 LIMIT ?2)",
    "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE expires_at < ?1
       AND NOT EXISTS (SELECT 1 FROM application_sessions a WHERE a.session_id = sessions.id) LIMIT ?2)",
];

impl Store {
    /// Removes what is over, in small steps; says how many rows.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn sweep(&self, now: i64) -> Result<u64, StoreError> {
        let mut removed = 0;
        for statement in STATEMENTS {
            loop {
                let mut write = self.write().await?;
                let done = sqlx::query(statement)
                    .bind(now)
                    .bind(BATCH)
                    .execute(&mut *write)
                    .await
                    .map_err(StoreError::of("removing what is over"))?;
                crate::open::commit(write).await?;
                removed += done.rows_affected();
                if done.rows_affected() < BATCH.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(removed)
    }
}
