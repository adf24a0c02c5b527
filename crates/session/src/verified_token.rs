//! What is kept of a token whose signature is good: what requests ask of it, and nothing else.

use std::sync::OnceLock;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use crossgate_token::{Claims, Expectation, Scope, TokenError, binding};
use uuid::Uuid;

use crate::ids::id_of;
use crate::tag::Tag;

/// A person's token of this issuer.
pub(crate) struct VerifiedToken {
    /// The generation of keys that verified it: a later one may have dropped its key.
    generation: u64,
    scope: Scope,
    audience: Audience,
    sid: Uuid,
    nonce: Option<Uuid>,
    /// The hash of the binding cookie's value.
    binding: Option<[u8; 32]>,
    /// The value itself, once it was shown.
    bound_to: OnceLock<[u8; 43]>,
}

/// Whom it is for.
enum Audience {
    /// An application.
    Application(Tag),
    /// The login host, whose name is the issuer's.
    LoginHost,
}

impl VerifiedToken {
    /// From the claims of a token that a key of this generation has signed.
    ///
    /// # Errors
    /// It is another issuer's, or nothing that a person gets from this one.
    pub(crate) fn new(claims: &Claims, issuer: &str, generation: u64) -> Result<Self, TokenError> {
        if claims.iss != issuer {
            return Err(TokenError::Issuer);
        }
        let audience = match claims.aud.as_slice() {
            [aud] if aud == issuer => Audience::LoginHost,
            [aud] => Audience::Application(Tag::new(aud).ok_or(TokenError::Audience)?),
            _ => return Err(TokenError::Audience),
        };
        let nonce = claims.identity_nonce.as_deref();
        let binding = claims.binding.as_deref();
        Ok(Self {
            generation,
            scope: claims.scope(),
            audience,
            sid: id_of(&claims.sid).ok_or(TokenError::Claims)?,
            nonce: nonce.map(|nonce| id_of(nonce).ok_or(TokenError::Claims)).transpose()?,
            binding: binding
                .map(|claim| binding::hash(claim).ok_or(TokenError::Claims))
                .transpose()?,
            bound_to: OnceLock::new(),
        })
    }

    /// As [`Claims::check`]. The issuer is the one that it was made with.
    pub(crate) fn check(&self, expected: &Expectation<'_>, now: i64) -> Result<(), TokenError> {
        self.scope.check_place(expected)?;
        if expected.aud.is_some_and(|aud| !self.is_for(aud, expected.iss)) {
            return Err(TokenError::Audience);
        }
        self.scope.check_time(now)
    }

    /// Whether keys of this generation verified it.
    pub(crate) const fn is_of(&self, generation: u64) -> bool {
        self.generation == generation
    }

    /// Where and when it counts.
    pub(crate) const fn scope(&self) -> Scope {
        self.scope
    }

    /// Its audience: an application's tag, or the issuer.
    pub(crate) fn aud(&self, issuer: &str) -> String {
        match &self.audience {
            Audience::Application(tag) => tag.to_string(),
            Audience::LoginHost => issuer.to_owned(),
        }
    }

    fn is_for(&self, aud: &str, issuer: &str) -> bool {
        match &self.audience {
            Audience::Application(tag) => tag.is(aud),
            Audience::LoginHost => aud == issuer,
        }
    }

    /// The sign-in that it stems from.
    pub(crate) const fn sid(&self) -> Uuid {
        self.sid
    }

    /// The session at the application.
    pub(crate) const fn nonce(&self) -> Option<Uuid> {
        self.nonce
    }

    /// Whether it names a value of the binding cookie at all.
    pub(crate) const fn is_bound(&self) -> bool {
        self.binding.is_some()
    }

    /// Whether it names this value of the binding cookie. One that it names is remembered: hashing it takes longer than everything else that
    /// is looked at in a token.
    pub(crate) fn is_bound_to(&self, value: &[u8]) -> bool {
        if let Some(bound_to) = self.bound_to.get() {
            return verify_slices_are_equal(bound_to, value).is_ok();
        }
        let bound = self.binding.is_some_and(|hash| binding::verify(value, &hash));
        if bound && let Ok(value) = value.try_into() {
            self.bound_to.get_or_init(|| value);
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use crossgate_token::claims::{Grant, Subject};
    use crossgate_token::{Claims, TokenError, binding};

    use super::VerifiedToken;

    const ISSUER: &str = "https://login.acme.example";
    const SID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    fn claims() -> Claims {
        let aud = "0123456789abcdef".repeat(4);
        let grant = Grant { iss: ISSUER, aud: &aud, sid: SID, issued_at: 0, expires_at: 1 };
        let subject =
            Subject { id: "u", email: "e", identity_nonce: SID, country: None, custom: None };
        Claims::application(&grant, &subject)
    }

    fn token(bound_to: Option<&str>) -> VerifiedToken {
        let claims = claims().bound_to(bound_to.map(binding::claim));
        VerifiedToken::new(&claims, ISSUER, 0).ok().unwrap()
    }

    #[test]
    fn a_token_stays_bound_to_the_one_value_that_it_names() {
        let (mine, other) = (binding::value([1; 32]), binding::value([2; 32]));
        for named in [mine.as_str(), "of another length"] {
            let bound = token(Some(named));
            for (value, expected) in [
                (other.as_str(), false),
                (named, true),
                (&other, false),
                (named, true),
                ("", false),
            ] {
                assert_eq!(bound.is_bound_to(value.as_bytes()), expected, "{value:?}");
            }
        }
    }

    #[test]
    fn a_token_that_names_no_value_is_bound_to_none() {
        assert!(!token(None).is_bound());
        assert!(!token(None).is_bound_to(b""));
    }

    #[test]
    fn what_no_person_gets_here_is_no_token() {
        let own = claims();
        let rows = [
            (
                "another issuer's",
                Claims { iss: "https://other".to_owned(), ..own.clone() },
                TokenError::Issuer,
            ),
            ("for nobody", Claims { aud: Vec::new(), ..own.clone() }, TokenError::Audience),
            (
                "for two",
                Claims { aud: vec![own.aud[0].clone(); 2], ..own.clone() },
                TokenError::Audience,
            ),
            (
                "for no tag",
                Claims { aud: vec!["app".to_owned()], ..own.clone() },
                TokenError::Audience,
            ),
            ("without sign-in", Claims { sid: String::new(), ..own.clone() }, TokenError::Claims),
            (
                "of no session",
                Claims { identity_nonce: Some("n".to_owned()), ..own.clone() },
                TokenError::Claims,
            ),
            ("bound to nothing", own.clone().bound_to(Some("x".to_owned())), TokenError::Claims),
        ];
        for (row, claims, expected) in rows {
            assert_eq!(VerifiedToken::new(&claims, ISSUER, 0).err(), Some(expected), "{row}");
        }
    }
}
