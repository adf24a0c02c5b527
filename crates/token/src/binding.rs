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

/// Whether a cookie's value is the one that the token names. Compared in constant time.
#[must_use]
pub fn verify(value: &[u8], claim: &str) -> bool {
    octets::from_text(claim).is_some_and(|hash| digest(&SHA256, value).as_ref().ct_eq(&hash).into())
}

#[cfg(test)]
mod tests {
    use super::{claim, value, verify};

    #[test]
    fn a_token_is_bound_to_one_value() {
        let (mine, other) = (value([1; 32]), value([2; 32]));
        assert!(verify(mine.as_bytes(), &claim(&mine)));
        assert!(!verify(other.as_bytes(), &claim(&mine)));
        assert!(!verify(b"", &claim(&mine)));
        assert!(!verify(mine.as_bytes(), ""));
        assert!(!verify(mine.as_bytes(), "not base64!"));
    }
}
