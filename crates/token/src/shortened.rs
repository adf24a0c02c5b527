//! A signed token without what follows from its claims: the signature, and the header that all tokens of a key share.

use std::sync::Arc;

use crate::claims::Claims;
use crate::octets;

/// Bytes of a signature by a key of 2048 bits.
const SIGNATURE: usize = 256;

/// What is left of a token when its claims are kept elsewhere. For memory, which has many; its text is made anew when it is needed.
pub struct Shortened {
    header: Arc<str>,
    signature: [u8; SIGNATURE],
}

impl Shortened {
    /// Shortens a token. `share` is given the header's text and returns it, shared with others.
    ///
    /// `None` if the claims are not all that the token says, to the letter, or if its key is of another length.
    #[must_use]
    pub fn new(token: &str, claims: &Claims, share: impl FnOnce(&str) -> Arc<str>) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, _) = message.split_once('.')?;
        let signature = octets::from_text(signature)?.try_into().ok()?;
        let shortened = Self { header: share(header), signature };
        (shortened.token(claims)? == token).then_some(shortened)
    }

    /// The token's text, with the claims that it was shortened with.
    #[must_use]
    pub fn token(&self, claims: &Claims) -> Option<String> {
        let payload = serde_json::to_vec(claims).ok()?;
        let length = self.header.len() + payload.len().div_ceil(3) * 4 + SIGNATURE.div_ceil(3) * 4;
        let mut token = String::with_capacity(length + 2);
        token.push_str(&self.header);
        token.push('.');
        octets::append_text(&payload, &mut token);
        token.push('.');
        octets::append_text(&self.signature, &mut token);
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Shortened;
    use crate::claims::{Claims, Grant, Subject};
    use crate::ring::{KeyRing, SigningKey};

    #[test]
    fn a_token_is_made_anew_to_the_letter_or_not_shortened() {
        let ring = KeyRing::new(SigningKey::generate("https://login", 0).unwrap(), None);
        let grant = Grant { iss: "https://login", aud: "a", sid: "s", issued_at: 1, expires_at: 2 };
        let subject = Subject {
            id: "u",
            email: "\"ann\"@acme.example",
            identity_nonce: "n",
            country: None,
            custom: None,
        };
        let claims = Claims::assertion(&grant, &subject);
        let token = ring.sign(&claims).unwrap();
        let share = |header: &str| Arc::from(header);
        let shortened = Shortened::new(&token, &claims, share).unwrap();
        assert_eq!(shortened.token(&claims).unwrap(), token);
        let other = Claims { iat: 3, ..claims.clone() };
        assert!(Shortened::new(&token, &other, share).is_none());
        for odd in ["", "a.b", "a.b.c", &format!("{token}A")] {
            assert!(Shortened::new(odd, &claims, share).is_none(), "{odd:?}");
        }
    }
}
