//! 16 bytes that stand for a whole token.
//!
//! The authentication tag of AES-GCM over the token: GHASH under a key that is made at the start and never leaves the process.
//! Whoever does not know the key finds no second token with the fingerprint of a first one, but for a chance of one in 2^119 a try
//! (256 blocks at most, NIST SP 800-38D appendix). All are made with one nonce: that would give the key away to somebody who sees
//! fingerprints, and nobody does.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use crossgate_token::ring::MAX_TOKEN_LENGTH;

use crate::SessionError;
use crate::tokens::random_bytes;

/// A token's fingerprint.
pub(super) type Fingerprint = [u8; 16];

/// Makes fingerprints.
pub(super) struct Fingerprints(LessSafeKey);

impl Fingerprints {
    /// With a key of its own.
    pub(super) fn new() -> Result<Self, SessionError> {
        let key = UnboundKey::new(&AES_256_GCM, &random_bytes::<32>()?);
        Ok(Self(LessSafeKey::new(key.map_err(|_| SessionError::NoRandomness)?)))
    }

    /// That of a token; `None` if it is longer than any token.
    pub(super) fn of(&self, token: &[u8]) -> Option<Fingerprint> {
        if token.len() > MAX_TOKEN_LENGTH {
            return None;
        }
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(token), &mut []).ok()?;
        tag.as_ref().try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Fingerprints, MAX_TOKEN_LENGTH};

    #[test]
    fn a_token_has_one_fingerprint_and_no_other_has_it() {
        let fingerprints = Fingerprints::new().unwrap();
        let token = vec![b'a'; 1000];
        let own = fingerprints.of(&token).unwrap();
        assert_eq!(fingerprints.of(&token), Some(own));
        let flipped = (0..token.len()).map(|at| {
            let mut token = token.clone();
            token[at] ^= 1;
            token
        });
        let cut = (0..token.len()).map(|length| token[..length].to_vec());
        let others: HashSet<_> =
            flipped.chain(cut).map(|token| fingerprints.of(&token).unwrap()).collect();
        assert_eq!(others.len(), 2 * token.len());
        assert!(!others.contains(&own));
    }

    #[test]
    fn each_process_has_its_own() {
        let [one, other] = [(); 2].map(|()| Fingerprints::new().unwrap());
        assert_ne!(one.of(b"token"), other.of(b"token"));
    }

    #[test]
    fn what_is_too_long_for_a_token_has_none() {
        let fingerprints = Fingerprints::new().unwrap();
        assert!(fingerprints.of(&vec![b'a'; MAX_TOKEN_LENGTH]).is_some());
        assert!(fingerprints.of(&vec![b'a'; MAX_TOKEN_LENGTH + 1]).is_none());
    }
}
