//! Ids that may be used once.

use crate::open::commit;
use crate::{Store, StoreError};

impl Store {
    /// Uses an id up. True exactly once for each id, whoever asks at the same time. It may be forgotten after `expires_at`.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn consume(&self, id: [u8; 16], expires_at: i64) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO consumed (id, expires_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_slice())
        .bind(expires_at)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("using a code up"))?;
        commit(write).await?;
        Ok(done.rows_affected() == 1)
    }
}
