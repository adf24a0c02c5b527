//! The binding cookie: a token taken from one browser is of no use in another.
//!
//! `__Host-CF_Binding` holds a random value, the application token the value's hash. Script cannot read the cookie, and
//! upstreams never see it.

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;

use crate::octets;

/// Makes the cookie's value from 32 random bytes: 43 characters of base64url.
#[must_use]
pub fn value(random: [u8; 32]) -> String {
    octets::to_text(&random)
}

/// What the token says of the cookie, in its claim `binding`.
#[must_use]
pub fn claim(value: &str) -> String {
    octets::to_text(digest(&SHA256, value.as_bytes()).as_ref())
}

/// The hash that a token names in its claim `binding`.
#[must_use]
pub fn hash(claim: &str) -> Option<[u8; 32]> {
    octets::from_text(claim)?.try_into().ok()
}

/// Whether a cookie's value is the one with this hash. Compared in constant time.
#[must_use]
pub fn verify(value: &[u8], hash: &[u8; 32]) -> bool {
    digest(&SHA256, value).as_ref().ct_eq(hash).into()
}

#[cfg(test)]
mod tests {
    use super::{claim, hash, value, verify};

    #[test]
    fn a_token_is_bound_to_one_value() {
        let (mine, other) = (value([1; 32]), value([2; 32]));
        let named = hash(&claim(&mine)).unwrap();
        assert!(verify(mine.as_bytes(), &named));
        assert!(!verify(other.as_bytes(), &named));
        assert!(!verify(b"", &named));
        for no_hash in ["", "not base64!", "c2hvcnQ"] {
            assert_eq!(hash(no_hash), None, "{no_hash:?}");
        }
    }
}
