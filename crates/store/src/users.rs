//! Users: an id for each e-mail address.

use sqlx::Row;

use crate::open::commit;
use crate::{Store, StoreError};

impl Store {
    /// The id of the user with this address (in lower case): the one that is there, or `fresh_id`, which it has from then on.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn user_id(&self, email: &str, fresh_id: &str) -> Result<String, StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query("INSERT INTO users (email, id) VALUES (?, ?) ON CONFLICT (email) DO UPDATE SET id = id RETURNING id")
            .bind(email)
            .bind(fresh_id)
            .fetch_one(&mut *write)
            .await
            .map_err(StoreError::of("looking a user up"))?;
        commit(write).await?;
        Ok(row.get("id"))
    }
}
