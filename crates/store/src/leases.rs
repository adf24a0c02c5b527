//! What one process of a store does for all.

use crate::open::commit;
use crate::{Store, StoreError};

impl Store {
    /// Takes a task until `expires_at`, or keeps it. False where another holder has it: it may be had when that one's time is over.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn take_lease(
        &self,
        task: &str,
        holder: &str,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let taken = sqlx::query(
            "INSERT INTO leases (task, holder, expires_at) VALUES (?1, ?2, ?4)
             ON CONFLICT (task) DO UPDATE SET holder = ?2, expires_at = ?4
             WHERE leases.holder = ?2 OR leases.expires_at <= ?3",
        )
        .bind(task)
        .bind(holder)
        .bind(now)
        .bind(expires_at)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("taking a task"))?;
        commit(write).await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Gives a task back before its time is over.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn give_lease_back(&self, task: &str, holder: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM leases WHERE task = ? AND holder = ?")
            .bind(task)
            .bind(holder)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("giving a task back"))?;
        commit(write).await
    }
}
