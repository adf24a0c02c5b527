//! What pages of other origins asked for and did not get.

use sqlx::Row;

use crate::open::commit;
use crate::{Store, StoreError};

/// Rows of one day; strangers choose the origins, so that there must be an end to them.
const ROWS_A_DAY: i64 = 2_000;

const WRITING: &str = "writing what CORS refused";

/// Days that are kept, today included.
pub const CORS_REFUSAL_DAYS: i64 = 7;

/// Something that was refused, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CorsRefusal {
    /// The application's name.
    pub application: String,
    /// The page's origin, as its browser said it.
    pub origin: String,
    /// `preflight` or `actual`.
    pub kind: String,
    /// The code of the reason.
    pub reason: String,
    /// The method asked for.
    pub method: String,
    /// The method or header that was refused, where it was one of those.
    pub refused: String,
}

/// How often something was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CorsRefusalCount {
    /// All requests.
    pub count: i64,
    /// Those that came with a session.
    pub signed_in: i64,
}

impl Store {
    /// Adds counts to a day's, given in days since 1970, and forgets what is older than a week. Rows beyond the day's bound are left out.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn add_cors_refusals(
        &self,
        day: i64,
        refusals: &[(CorsRefusal, CorsRefusalCount)],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM cors_refusals WHERE day <= ?")
            .bind(day - CORS_REFUSAL_DAYS)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of(WRITING))?;
        for (refusal, counts) in refusals {
            sqlx::query(
                "INSERT INTO cors_refusals (day, application, origin, kind, reason, method, refused, count, signed_in)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
                 WHERE (SELECT count(*) FROM cors_refusals WHERE day = ?1) < ?10
                    OR EXISTS (SELECT 1 FROM cors_refusals WHERE day = ?1 AND application = ?2 AND origin = ?3
                               AND kind = ?4 AND reason = ?5 AND method = ?6 AND refused = ?7)
                 ON CONFLICT DO UPDATE SET count = count + excluded.count, signed_in = signed_in + excluded.signed_in",
            )
            .bind(day)
            .bind(&refusal.application)
            .bind(&refusal.origin)
            .bind(&refusal.kind)
            .bind(&refusal.reason)
            .bind(&refusal.method)
            .bind(&refusal.refused)
            .bind(counts.count)
            .bind(counts.signed_in)
            .bind(ROWS_A_DAY)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of(WRITING))?;
        }
        commit(write).await
    }

    /// What was refused from `day` on, most often first.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn cors_refusals(
        &self,
        day: i64,
    ) -> Result<Vec<(CorsRefusal, CorsRefusalCount)>, StoreError> {
        let rows = sqlx::query(
            "SELECT application, origin, kind, reason, method, refused, sum(count) AS count, sum(signed_in) AS signed_in
             FROM cors_refusals WHERE day >= ?
             GROUP BY application, origin, kind, reason, method, refused
             ORDER BY count DESC, application, origin, kind, method, refused",
        )
        .bind(day)
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::of("reading what CORS refused"))?;
        let refusal = |row: &sqlx::sqlite::SqliteRow| {
            let refusal = CorsRefusal {
                application: row.get("application"),
                origin: row.get("origin"),
                kind: row.get("kind"),
                reason: row.get("reason"),
                method: row.get("method"),
                refused: row.get("refused"),
            };
            (refusal, CorsRefusalCount { count: row.get("count"), signed_in: row.get("signed_in") })
        };
        Ok(rows.iter().map(refusal).collect())
    }
}
