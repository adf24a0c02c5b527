//! A number that counts up with every change that another process must hear of.

use sqlx::{Row, Sqlite, Transaction};

use crate::{Store, StoreError};

impl Store {
    /// The number now: if it is not the one seen before, read again what may have changed.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        self.is_there()?;
        let row = sqlx::query("SELECT number FROM revision").fetch_one(self.readers()).await;
        Ok(row.map_err(StoreError::of("reading the revision"))?.get("number"))
    }
}

pub(crate) async fn bump(write: &mut Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    sqlx::query("UPDATE revision SET number = number + 1")
        .execute(&mut **write)
        .await
        .map(|_| ())
        .map_err(StoreError::of("counting the revision up"))
}
