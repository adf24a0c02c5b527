//! What the credentials of a request turned out to be.

use crossgate_policy::TokenIdentity;

/// What the caller found out about the credentials that a request presents.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Service-token headers.
    pub service_token: TokenEvidence<'a>,
    /// The `cf-access-token` header.
    pub header: Presence<'a>,
    /// The application's cookies.
    pub cookie: Presence<'a>,
}

/// What became of service-token headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEvidence<'a> {
    /// There are none.
    Absent,
    /// Both are good.
    Authenticated(TokenIdentity<'a>),
    /// Doubled, half, or from two sources.
    Malformed,
    /// An unknown id, a wrong secret, an expired or disabled token.
    Refused,
}

/// Whether a credential leads to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence<'a> {
    /// It does not.
    Nobody(NoSession),
    /// It does.
    Person(Person<'a>),
}

/// A signed-in person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'a> {
    /// The user's id.
    pub user_id: &'a str,
    /// The verified e-mail address.
    pub email: &'a str,
}

/// Why a credential leads to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSession {
    /// There is none.
    Absent,
    /// Its time is over.
    Expired,
    /// It is not a token of ours, or for another application or use.
    Invalid,
    /// The binding cookie is missing or another one's.
    NotBound,
    /// The session was ended.
    Revoked,
}

impl<'a> Presence<'a> {
    /// The person, if it leads to one.
    #[must_use]
    pub const fn person(self) -> Option<Person<'a>> {
        match self {
            Self::Person(person) => Some(person),
            Self::Nobody(_) => None,
        }
    }
}
