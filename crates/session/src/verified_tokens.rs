//! The memory of signatures: a token whose signature was good once need not be computed over again.
//!
//! Under a fingerprint of the whole token, made with a key that nobody knows. What is remembered is that some ring of keys signed
//! these claims, nothing else: everything that can change is looked at with each request.

mod fingerprint;

use std::sync::Arc;

use crossgate_token::TokenError;
use foldhash::fast::RandomState;
use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use crate::SessionError;
use crate::signing_keys::Keys;
use crate::verified_token::VerifiedToken;
use fingerprint::{Fingerprint, Fingerprints};

/// Tokens whose signature is known to be good.
pub(crate) struct VerifiedTokens {
    fingerprints: Fingerprints,
    known: Cache<Fingerprint, Arc<VerifiedToken>, UnitWeighter, RandomState>,
}

impl VerifiedTokens {
    pub(crate) fn new(capacity: usize) -> Result<Self, SessionError> {
        let lifecycle = DefaultLifecycle::default();
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        let hashed = RandomState::default();
        let known = Cache::with(capacity, weight, UnitWeighter, hashed, lifecycle);
        Ok(Self { fingerprints: Fingerprints::new()?, known })
    }

    /// The token, if one of the keys has signed it as `issuer`.
    pub(crate) fn verify(
        &self,
        token: &[u8],
        keys: &Keys,
        issuer: &str,
    ) -> Result<Arc<VerifiedToken>, TokenError> {
        let fingerprint = self.fingerprints.of(token);
        let known = fingerprint.as_ref().and_then(|fingerprint| self.known.get(fingerprint));
        if let Some(known) = known.filter(|known| known.is_of(keys.generation)) {
            return Ok(known);
        }
        let text = std::str::from_utf8(token).map_err(|_| TokenError::Malformed)?;
        let claims = keys.ring.verify_signature(text)?;
        let verified = Arc::new(VerifiedToken::new(&claims, issuer, keys.generation)?);
        if let Some(fingerprint) = fingerprint {
            self.known.insert(fingerprint, Arc::clone(&verified));
        }
        Ok(verified)
    }
}
