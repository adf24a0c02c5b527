//! One-time PINs. An attempt is counted, and a code consumed, on disk before the answer is known to anybody.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use sqlx::Row;

use crate::open::commit;
use crate::{Store, StoreError};

/// A code that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The flow that it belongs to.
    pub flow_id: String,
    /// The address that it was asked for.
    pub email: String,
    /// The application that it was asked for.
    pub aud: String,
    /// A MAC of the code: the code itself is not kept.
    pub code_mac: Vec<u8>,
    /// When it was asked for.
    pub created_at: i64,
    /// Until when it counts.
    pub expires_at: i64,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinOutcome {
    /// Right, for the first time: it is consumed.
    Accepted {
        /// The address that it proves.
        email: String,
        /// The application that it was asked for.
        aud: String,
    },
    /// It was right, and consumed before.
    AlreadyUsed,
    /// Its time is over.
    Expired,
    /// Too many wrong codes were tried.
    TooManyAttempts,
    /// No code was asked for in this flow.
    Unknown,
    /// Wrong.
    Wrong {
        /// Attempts that are left.
        attempts_left: u32,
    },
}

impl Store {
    /// Wrong codes that a flow allows.
    pub const PIN_ATTEMPTS: u32 = 5;

    /// Writes a code; it takes the place of an earlier one of the same flow.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn create_pin(&self, pin: &Pin) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO pins (flow_id, email, aud, code_mac, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (flow_id) DO UPDATE SET email = excluded.email, aud = excluded.aud, code_mac = excluded.code_mac,
               created_at = excluded.created_at, expires_at = excluded.expires_at, attempts = 0, consumed_at = NULL",
        )
        .bind(&pin.flow_id)
        .bind(&pin.email)
        .bind(&pin.aud)
        .bind(&pin.code_mac)
        .bind(pin.created_at)
        .bind(pin.expires_at)
        .execute(&mut *write)
        .await
        .map_err(StoreError::of("writing a code"))?;
        commit(write).await
    }

    /// Whether a code was asked for in this flow.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn has_pin(&self, flow_id: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM pins WHERE flow_id = ?")
            .bind(flow_id)
            .fetch_optional(self.readers())
            .await
            .map_err(StoreError::of("looking for a code"))?;
        Ok(row.is_some())
    }

    /// Tries a code, given by its MAC: counts the attempt, and consumes the code if it is right, in one transaction.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn try_pin(
        &self,
        flow_id: &str,
        code_mac: &[u8],
        now: i64,
    ) -> Result<PinOutcome, StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query("SELECT * FROM pins WHERE flow_id = ?")
            .bind(flow_id)
            .fetch_optional(&mut *write)
            .await
            .map_err(StoreError::of("reading a code"))?;
        let Some(row) = row else { return Ok(PinOutcome::Unknown) };
        let attempts = row.get::<u32, _>("attempts");
        if row.get::<Option<i64>, _>("consumed_at").is_some() {
            return Ok(PinOutcome::AlreadyUsed);
        }
        if row.get::<i64, _>("expires_at") <= now {
            return Ok(PinOutcome::Expired);
        }
        if attempts >= Self::PIN_ATTEMPTS {
            return Ok(PinOutcome::TooManyAttempts);
        }
        let right = verify_slices_are_equal(&row.get::<Vec<u8>, _>("code_mac"), code_mac).is_ok();
        sqlx::query("UPDATE pins SET attempts = attempts + 1, consumed_at = ? WHERE flow_id = ?")
            .bind(right.then_some(now))
            .bind(flow_id)
            .execute(&mut *write)
            .await
            .map_err(StoreError::of("counting an attempt"))?;
        commit(write).await?;
        Ok(if right {
            PinOutcome::Accepted { email: row.get("email"), aud: row.get("aud") }
        } else {
            PinOutcome::Wrong { attempts_left: Self::PIN_ATTEMPTS - attempts - 1 }
        })
    }
}
