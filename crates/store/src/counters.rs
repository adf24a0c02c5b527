//! Counters in time windows: what limits are made of.

use sqlx::Row;

use crate::open::commit;
use crate::{Store, StoreError};

/// A counter after it was counted up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Whether this one is still within the limit.
    pub within: bool,
    /// How many there were in this window, this one included.
    pub count: u32,
    /// When the window ends, in unix time.
    pub ends_at: i64,
}

impl Store {
    /// Counts one up in `bucket`. A window begins with its first count and lasts `window` seconds. One that would last longer than that was
    /// begun by a clock that ran ahead, and is over.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn count(
        &self,
        bucket: &str,
        now: i64,
        window: i64,
        limit: u32,
    ) -> Result<Counted, StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO counters (bucket, count, expires_at) VALUES (?1, 1, ?2)
             ON CONFLICT (bucket) DO UPDATE SET
               count = CASE WHEN counters.expires_at > ?3 AND counters.expires_at <= ?2 THEN counters.count + 1 ELSE 1 END,
               expires_at = CASE WHEN counters.expires_at > ?3 AND counters.expires_at <= ?2 THEN counters.expires_at ELSE ?2 END
             RETURNING count, expires_at",
        )
        .bind(bucket)
        .bind(now.saturating_add(window))
        .bind(now)
        .fetch_one(&mut *write)
        .await
        .map_err(StoreError::of("counting"))?;
        commit(write).await?;
        let count = u32::try_from(row.get::<i64, _>("count")).unwrap_or(u32::MAX);
        Ok(Counted { within: count <= limit, count, ends_at: row.get("expires_at") })
    }

    /// How many were counted in `bucket` in the window that is open at `now`.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn counted(&self, bucket: &str, now: i64) -> Result<u32, StoreError> {
        let row = sqlx::query("SELECT count FROM counters WHERE bucket = ? AND expires_at > ?")
            .bind(bucket)
            .bind(now)
            .fetch_optional(self.readers())
            .await
            .map_err(StoreError::of("reading a counter"))?;
        Ok(row.map_or(0, |row| u32::try_from(row.get::<i64, _>("count")).unwrap_or(u32::MAX)))
    }
}
