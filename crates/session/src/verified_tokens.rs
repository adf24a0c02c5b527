//! The memory of signatures: a token whose signature was good once need not be computed over again.
//!
//! Keyed by the whole token, hashed with a key that nobody knows. What is remembered is that some ring of keys signed
//! these claims, nothing else: everything that can change is looked at with each request.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use foldhash::quality::RandomState;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crossgate_token::{Claims, TokenError, binding};
use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use crate::signing_keys::Keys;

/// Tokens whose signature is known to be good.
pub(crate) struct VerifiedTokens(Cache<Box<[u8]>, Known, UnitWeighter, RandomState>);

#[derive(Clone)]
struct Known {
    token: Arc<VerifiedToken>,
    /// The generation of keys that verified it: a later one may have dropped its key.
    generation: u64,
}

/// The claims of a token whose signature is good.
pub(crate) struct VerifiedToken {
    claims: Claims,
    /// The value of the binding cookie, once it was shown.
    bound_to: OnceLock<Box<[u8]>>,
}

impl VerifiedTokens {
    pub(crate) fn new(capacity: usize) -> Self {
        let lifecycle = DefaultLifecycle::default();
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        Self(Cache::with(capacity, weight, UnitWeighter, RandomState::default(), lifecycle))
    }

    /// The token, if one of the keys has signed it.
    pub(crate) fn verify(
        &self,
        token: &[u8],
        keys: &Keys,
    ) -> Result<Arc<VerifiedToken>, TokenError> {
        if let Some(known) = self.0.get(token).filter(|known| known.generation == keys.generation) {
            return Ok(known.token);
        }
        let text = std::str::from_utf8(token).map_err(|_| TokenError::Malformed)?;
        let claims = keys.ring.verify_signature(text)?;
        let verified = Arc::new(VerifiedToken { claims, bound_to: OnceLock::new() });
        let known = Known { token: Arc::clone(&verified), generation: keys.generation };
        self.0.insert(token.into(), known);
        Ok(verified)
    }
}

impl VerifiedToken {
    /// Whether it names this value of the binding cookie. One that it names is remembered: hashing it takes longer than everything else that
    /// is looked at in a token.
    pub(crate) fn is_bound_to(&self, value: &[u8]) -> bool {
        if let Some(bound_to) = self.bound_to.get() {
            return verify_slices_are_equal(bound_to, value).is_ok();
        }
        let bound = self.binding.as_deref().is_some_and(|claim| binding::verify(value, claim));
        if bound {
            self.bound_to.get_or_init(|| value.into());
        }
        bound
    }
}

impl Deref for VerifiedToken {
    type Target = Claims;

    fn deref(&self) -> &Claims {
        &self.claims
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use crossgate_token::claims::{Grant, Subject};
    use crossgate_token::{Claims, binding};

    use super::VerifiedToken;

    fn token(binding: Option<&str>) -> VerifiedToken {
        let grant = Grant { iss: "https://login", aud: "a", sid: "s", issued_at: 0, expires_at: 1 };
        let subject =
            Subject { id: "u", email: "e", identity_nonce: "n", country: None, custom: None };
        let claims = Claims::application(&grant, &subject).bound_to(binding.map(binding::claim));
        VerifiedToken { claims, bound_to: OnceLock::new() }
    }

    #[test]
    fn a_token_stays_bound_to_the_one_value_that_it_names() {
        let bound = token(Some("mine"));
        for (value, expected) in
            [("other", false), ("mine", true), ("other", false), ("mine", true), ("", false)]
        {
            assert_eq!(bound.is_bound_to(value.as_bytes()), expected, "{value:?}");
        }
    }

    #[test]
    fn a_token_that_names_no_value_is_bound_to_none() {
        assert!(!token(None).is_bound_to(b""));
    }
}
