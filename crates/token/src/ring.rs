//! The keys that sign tokens, and how they take turns.
//!
//! # Two keys at once
//!
//! Tokens outlive keys. So there are two: `current` signs, and both verify. Every six weeks a new key becomes current and
//! the one before it stays for seven days, during which upstreams that have fetched the old key set still find the key of
//! every token that they see, and tokens signed yesterday still count. After that the previous key is dropped, and with it
//! whatever it signed. Nothing but the keys is stored: when the previous one ends follows from when the current one began.
//!
//! # What makes a token ours
//!
//! [`KeyRing::verify_signature`] trusts nothing in a token that says how to verify it. The algorithm is RS256 because this
//! code says so, and a header that says otherwise is refused before any key is touched: no `none`, and no HMAC with the
//! public key as its secret (RFC 8725 section 3.1). `kid` picks among at most two keys that we hold; `jku`, `jwk`, `x5u`
//! and `x5c` are never looked at. A header with `crit` demands what we don't know and is refused. Base64 is read in its
//! canonical spelling only, and JSON without duplicates, so that a token has one spelling: a memory keyed by the whole
//! token cannot be filled with variants of one.
//!
//! # Two halves
//!
//! The signature of a token never changes; whether it counts does. `verify_signature` is the expensive half, and its
//! result can be remembered under the whole token. [`Claims::check`] is the cheap half, for each request: expiry, place,
//! audience, with `now` from the caller. The library's own check of `exp` is not used: it reads the clock, and versions of
//! it took a malformed `exp` for a missing one (CVE-2026-25537). Here a claim of a wrong type is no claim.

mod jwks;
mod signing_key;
mod verify;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use signing_key::{KeyError, SigningKey};
pub use verify::{MAX_TOKEN_LENGTH, TokenError};

use crate::claims::{Claims, Expectation};

/// How long a key signs, in seconds: six weeks.
pub const ROTATION_SECONDS: i64 = 6 * 7 * 24 * 60 * 60;

/// How long a key verifies after it has stopped signing, in seconds: seven days.
pub const OVERLAP_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The key that signs, and the one before it. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing {
    current: Arc<SigningKey>,
    previous: Option<Arc<SigningKey>>,
    jwks: Arc<str>,
}

impl KeyRing {
    /// A ring of the key that signs and, for as long as it still verifies, the one before it.
    #[must_use]
    pub fn new(current: SigningKey, previous: Option<SigningKey>) -> Self {
        Self::of(Arc::new(current), previous.map(Arc::new))
    }

    /// The key that signs.
    #[must_use]
    pub fn current(&self) -> &SigningKey {
        &self.current
    }

    /// The key that signed before.
    #[must_use]
    pub fn previous(&self) -> Option<&SigningKey> {
        self.previous.as_deref()
    }

    /// Whether the current key has signed for `interval` seconds ([`ROTATION_SECONDS`]).
    #[must_use]
    pub fn due(&self, now: i64, interval: i64) -> bool {
        now.saturating_sub(self.current.created_at()) >= interval
    }

    /// Lets `new` sign from now on. The current key becomes the previous one; the previous one is dropped.
    pub fn rotate(&mut self, new: SigningKey) {
        *self = Self::of(Arc::new(new), Some(Arc::clone(&self.current)));
    }

    /// Drops the previous key if its seven days are over. Returns whether it did.
    pub fn expire(&mut self, now: i64) -> bool {
        let over = self.previous.is_some()
            && now.saturating_sub(self.current.created_at()) >= OVERLAP_SECONDS;
        if over {
            *self = Self::of(Arc::clone(&self.current), None);
        }
        over
    }

    /// Signs a token with the current key. Takes about a millisecond.
    ///
    /// # Errors
    /// [`KeyError::TokenTooLong`] if the claims are more than a token may hold, [`KeyError::Sign`] if the key fails.
    pub fn sign(&self, claims: &Claims) -> Result<String, KeyError> {
        self.current.sign(claims)
    }

    /// Verifies a token for a place: [`Self::verify_signature`] and [`Claims::check`].
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(
        &self,
        token: &str,
        expected: &Expectation<'_>,
        now: i64,
    ) -> Result<Claims, TokenError> {
        let claims = self.verify_signature(token)?;
        claims.check(expected, now)?;
        Ok(claims)
    }

    /// Verifies that one of the keys signed a token. What the token says is still to be checked.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify_signature(&self, token: &str) -> Result<Claims, TokenError> {
        verify::verify_signature(token, self.keys())
    }

    /// The body of `/cdn-cgi/access/certs`.
    #[must_use]
    pub fn jwks_json(&self) -> String {
        self.jwks.as_ref().to_owned()
    }

    fn keys(&self) -> impl Iterator<Item = &SigningKey> + Clone {
        std::iter::once(&self.current).chain(&self.previous).map(Arc::as_ref)
    }

    fn of(current: Arc<SigningKey>, previous: Option<Arc<SigningKey>>) -> Self {
        let jwks = jwks::json(&current, previous.as_deref()).into();
        Self { current, previous, jwks }
    }
}
