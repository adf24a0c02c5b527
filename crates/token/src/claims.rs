//! What tokens say: the claims of Access's application, team and service tokens, and three of our own (`use`, `sid`,
//! `binding`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::TokenError;

#[cfg(test)]
mod tests;

/// How far ahead another process's clock may be, in seconds, before its fresh token counts as not yet valid.
const NBF_LEEWAY: i64 = 60;

/// The country of somebody of whom it is not known.
const UNKNOWN_COUNTRY: &str = "XX";

/// The claims of a token (RFC 7519 section 4). What is not an `Option` is required, with exactly this type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Audience tags of the applications that it is for; always an array.
    pub aud: Vec<String>,
    /// The person's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Unix seconds; no longer valid from then on.
    pub exp: i64,
    /// Unix seconds.
    pub iat: i64,
    /// Unix seconds; not valid before.
    pub nbf: i64,
    /// The login host's public origin.
    pub iss: String,
    /// For one application, or for the login host.
    #[serde(rename = "type")]
    pub type_: TokenType,
    /// Names the session, for looking up the full identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_nonce: Option<String>,
    /// The person's id; empty for machines.
    pub sub: String,
    /// Where the person signed in, ISO 3166 alpha-2; `XX` if unknown. Consumers require it of every person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// A service token's client id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// Claims passed on from the identity provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Map<String, Value>>,
    /// The one place where it is accepted.
    #[serde(rename = "use")]
    pub use_: Use,
    /// The sign-in that it stems from; empty for machines.
    pub sid: String,
    /// Hash of the binding cookie's value, if it is bound to one ([`crate::binding`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binding: Option<String>,
}

/// The claim `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// For one application.
    App,
    /// For the login host: the sign-in itself.
    Org,
}

/// The claim `use`: where a token is accepted. What an upstream sees cannot be replayed to the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// By upstreams only, never by the gateway.
    Assertion,
    /// In a `CF_Authorization` cookie.
    Cookie,
    /// In a `cf-access-token` header.
    Header,
}

/// In which place and at which time a token counts: what of its claims needs no names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The place.
    pub use_: Use,
    /// For one application, or for the login host.
    pub type_: TokenType,
    /// Unix seconds; not valid before.
    pub nbf: i64,
    /// Unix seconds; no longer valid from then on.
    pub exp: i64,
}

/// Who issues a token, to whom, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The login host's public origin.
    pub iss: &'a str,
    /// The audience tag.
    pub aud: &'a str,
    /// The sign-in; empty for machines and for visitors without identity.
    pub sid: &'a str,
    /// Unix seconds.
    pub issued_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}

/// A person, as tokens describe one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject<'a> {
    /// The person's id.
    pub id: &'a str,
    /// The person's address.
    pub email: &'a str,
    /// Names the session.
    pub identity_nonce: &'a str,
    /// ISO 3166 alpha-2, if known.
    pub country: Option<&'a str>,
    /// Claims passed on from the identity provider.
    pub custom: Option<&'a Map<String, Value>>,
}

/// What the place where a token was found asks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation<'a> {
    /// The place.
    pub use_: Use,
    /// For an application, or for the login host: an application's token is no sign-in.
    pub type_: TokenType,
    /// The audience tag; `None` where any application's will do.
    pub aud: Option<&'a str>,
    /// The login host's public origin.
    pub iss: &'a str,
}

impl Claims {
    /// A person's token for one application, for the cookie.
    #[must_use]
    pub fn application(grant: &Grant<'_>, subject: &Subject<'_>) -> Self {
        Self::of_person(grant, subject, TokenType::App, Use::Cookie)
    }

    /// The login host's token: the sign-in itself.
    #[must_use]
    pub fn team(grant: &Grant<'_>, subject: &Subject<'_>) -> Self {
        Self::of_person(grant, subject, TokenType::Org, Use::Cookie)
    }

    /// What an upstream gets of a person.
    #[must_use]
    pub fn assertion(grant: &Grant<'_>, subject: &Subject<'_>) -> Self {
        Self::of_person(grant, subject, TokenType::App, Use::Assertion)
    }

    /// What an upstream gets of a machine. `client_id` is `None` for a visitor whom a policy admits without identity.
    #[must_use]
    pub fn service_assertion(grant: &Grant<'_>, client_id: Option<&str>) -> Self {
        Self {
            common_name: client_id.map(str::to_owned),
            ..Self::of_nobody(grant, TokenType::App, Use::Assertion)
        }
    }

    /// The same, bound to the browser that holds the binding cookie with this hash ([`crate::binding::claim`]).
    #[must_use]
    pub fn bound_to(self, binding: Option<String>) -> Self {
        Self { binding, ..self }
    }

    /// The same, for the `cf-access-token` header.
    #[must_use]
    pub fn for_header(self) -> Self {
        Self { use_: Use::Header, ..self }
    }

    /// Whether a token with a good signature counts here and now. Cheap: for every request.
    ///
    /// # Errors
    /// The first that fails of `iss`, `use`, `type`, `aud`, `nbf`, `exp`.
    pub fn check(&self, expected: &Expectation<'_>, now: i64) -> Result<(), TokenError> {
        if self.iss != expected.iss {
            return Err(TokenError::Issuer);
        }
        self.scope().check_place(expected)?;
        if expected.aud.is_some_and(|aud| self.aud.iter().all(|own| own != aud)) {
            return Err(TokenError::Audience);
        }
        self.scope().check_time(now)
    }

    /// Where and when it counts.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope { use_: self.use_, type_: self.type_, nbf: self.nbf, exp: self.exp }
    }

    fn of_person(grant: &Grant<'_>, subject: &Subject<'_>, type_: TokenType, use_: Use) -> Self {
        Self {
            email: Some(subject.email.to_owned()),
            identity_nonce: Some(subject.identity_nonce.to_owned()),
            sub: subject.id.to_owned(),
            country: Some(subject.country.unwrap_or(UNKNOWN_COUNTRY).to_owned()),
            custom: subject.custom.cloned(),
            ..Self::of_nobody(grant, type_, use_)
        }
    }

    fn of_nobody(grant: &Grant<'_>, type_: TokenType, use_: Use) -> Self {
        Self {
            aud: vec![grant.aud.to_owned()],
            email: None,
            exp: grant.expires_at,
            iat: grant.issued_at,
            nbf: grant.issued_at,
            iss: grant.iss.to_owned(),
            type_,
            identity_nonce: None,
            sub: String::new(),
            country: None,
            common_name: None,
            custom: None,
            use_,
            sid: grant.sid.to_owned(),
            binding: None,
        }
    }
}

impl Scope {
    /// Whether it counts in a place.
    ///
    /// # Errors
    /// The first that fails of `use`, `type`.
    pub fn check_place(&self, expected: &Expectation<'_>) -> Result<(), TokenError> {
        if self.use_ != expected.use_ {
            return Err(TokenError::Use);
        }
        if self.type_ != expected.type_ {
            return Err(TokenError::Type);
        }
        Ok(())
    }

    /// Whether it counts at `now`.
    ///
    /// # Errors
    /// The first that fails of `nbf`, `exp`.
    pub const fn check_time(&self, now: i64) -> Result<(), TokenError> {
        if self.nbf > now.saturating_add(NBF_LEEWAY) {
            return Err(TokenError::NotYetValid);
        }
        if now >= self.exp {
            return Err(TokenError::Expired);
        }
        Ok(())
    }
}
