//! Form tokens: a form of the login page counts only from the browser that it was shown to.

use crate::secret::Mac as _;
use crate::{CsrfKey, octets};

/// The token of forms shown to the browser whose `__Host-CF_Session` has this value. Base64url, 43 characters.
#[must_use]
pub fn token(key: &CsrfKey, session: &str) -> String {
    octets::to_text(&key.mac(&[session.as_bytes()]))
}

/// Whether a form's token belongs to this browser. Compared in constant time.
#[must_use]
pub fn verify(key: &CsrfKey, session: &str, token: &str) -> bool {
    octets::from_text(token).is_some_and(|mac| key.is_mac(&[session.as_bytes()], &mac))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{token, verify};
    use crate::MasterKey;

    #[test]
    fn a_token_is_one_browsers() {
        let key = MasterKey::new([1; 32]).csrf();
        let token = token(&key, "browser");
        assert!(verify(&key, "browser", &token));
        assert!(!verify(&key, "other browser", &token));
        assert!(!verify(&MasterKey::new([2; 32]).csrf(), "browser", &token));
        assert!(!verify(&key, "browser", ""));
        assert!(!verify(&key, "browser", &token[..42]));
    }

    proptest! {
        #[test]
        fn nothing_else_passes(guess in ".{0,60}") {
            prop_assert!(!verify(&MasterKey::new([1; 32]).csrf(), "browser", &guess));
        }
    }
}
