//! The memory of signatures: a token whose signature was good once need not be computed over again.
//!
//! Keyed by the whole token, hashed with a key that nobody knows. What is remembered is that some ring of keys signed
//! these claims, nothing else: everything that can change is looked at with each request.

use foldhash::quality::RandomState;
use std::sync::Arc;

use crossgate_token::{Claims, TokenError};
use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use crate::signing_keys::Keys;

/// Tokens whose signature is known to be good.
pub(crate) struct VerifiedTokens(Cache<Box<str>, Verified, UnitWeighter, RandomState>);

#[derive(Clone)]
struct Verified {
    claims: Arc<Claims>,
    /// The generation of keys that verified it: a later one may have dropped its key.
    generation: u64,
}

impl VerifiedTokens {
    pub(crate) fn new(capacity: usize) -> Self {
        let lifecycle = DefaultLifecycle::default();
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        Self(Cache::with(capacity, weight, UnitWeighter, RandomState::default(), lifecycle))
    }

    /// The claims of a token that one of the keys has signed.
    pub(crate) fn claims(&self, token: &str, keys: &Keys) -> Result<Arc<Claims>, TokenError> {
        if let Some(verified) =
            self.0.get(token).filter(|known| known.generation == keys.generation)
        {
            return Ok(verified.claims);
        }
        let claims = Arc::new(keys.ring.verify_signature(token)?);
        let verified = Verified { claims: Arc::clone(&claims), generation: keys.generation };
        self.0.insert(token.into(), verified);
        Ok(claims)
    }
}
