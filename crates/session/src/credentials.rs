//! What the credentials of one request turned out to be worth.

use std::sync::Arc;

use crossgate_gate::{Evidence, NoSession, Person, Presence, TokenEvidence, UpstreamIdentity};
use crossgate_policy::TokenIdentity;
use http::HeaderValue;

use crate::assertions::Assertion;
use crate::records::Record;
use crate::service_tokens::KnownToken;

/// What the credentials of a request to one application are worth. Keeps what it found alive, so that it can be asked
/// again while an upgraded connection lasts. Cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) service_token: ServiceEvidence,
    pub(crate) header: Result<Arc<Record>, NoSession>,
    pub(crate) cookie: Result<Arc<Record>, NoSession>,
    /// Where a policy of the application admits somebody without identity.
    pub(crate) without_identity: Option<Arc<Assertion>>,
}

/// What became of service-token headers.
#[derive(Clone)]
pub(crate) enum ServiceEvidence {
    Absent,
    Authenticated(Arc<KnownToken>, Arc<Assertion>),
    Malformed,
    Refused,
}

/// What tells an upstream who is asking: the values of the headers that only the gateway may set.
#[derive(Clone, Copy, Debug)]
pub struct UpstreamAssertion<'a> {
    /// `Cf-Access-Jwt-Assertion`: a signed token of the use `assertion`.
    pub assertion: &'a HeaderValue,
    /// `Cf-Access-Authenticated-User-Email`, for people.
    pub email: Option<&'a HeaderValue>,
}

impl Credentials {
    /// Credentials that lead to nobody.
    pub(crate) const fn nobody() -> Self {
        Self {
            service_token: ServiceEvidence::Refused,
            header: Err(NoSession::Invalid),
            cookie: Err(NoSession::Invalid),
            without_identity: None,
        }
    }

    /// What the gate decides on.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            service_token: self.service_token.evidence(),
            header: presence(&self.header),
            cookie: presence(&self.cookie),
        }
    }

    /// What an upstream is told where the gate has decided to send the request as `identity`. `None` for a bypass, and
    /// where there is no such identity.
    #[must_use]
    pub fn upstream(&self, identity: UpstreamIdentity) -> Option<UpstreamAssertion<'_>> {
        let (assertion, email) = match identity {
            UpstreamIdentity::None => return None,
            UpstreamIdentity::NonIdentity => (self.without_identity.as_ref()?.value(), None),
            UpstreamIdentity::Cookie => self.cookie.as_ref().ok()?.upstream(),
            UpstreamIdentity::Header => self.header.as_ref().ok()?.upstream(),
            UpstreamIdentity::ServiceToken => match &self.service_token {
                ServiceEvidence::Authenticated(_, assertion) => (assertion.value(), None),
                _ => return None,
            },
        };
        Some(UpstreamAssertion { assertion, email })
    }

    /// The e-mail address or the service token's name: who the log says it was.
    #[must_use]
    pub fn identity_for_log(&self) -> Option<&str> {
        if let ServiceEvidence::Authenticated(token, _) = &self.service_token {
            return Some(&token.name);
        }
        self.header.as_ref().or(self.cookie.as_ref()).ok().map(|record| record.email())
    }

    /// Whether the identity as which a request was sent on still stands at `now`, in unix seconds: not signed out, not
    /// revoked, not expired. For connections that outlive their request. Whether policies still admit it is the gate's.
    #[must_use]
    pub fn still_stand(&self, identity: UpstreamIdentity, now: i64) -> bool {
        match identity {
            UpstreamIdentity::None | UpstreamIdentity::NonIdentity => true,
            UpstreamIdentity::Cookie => self.cookie.as_ref().is_ok_and(|record| record.stands(now)),
            UpstreamIdentity::Header => self.header.as_ref().is_ok_and(|record| record.stands(now)),
            UpstreamIdentity::ServiceToken => match &self.service_token {
                ServiceEvidence::Authenticated(token, _) => token.stands(now),
                ServiceEvidence::Absent | ServiceEvidence::Malformed | ServiceEvidence::Refused => {
                    false
                }
            },
        }
    }
}

impl ServiceEvidence {
    fn evidence(&self) -> TokenEvidence<'_> {
        match self {
            Self::Absent => TokenEvidence::Absent,
            Self::Authenticated(token, _) => {
                TokenEvidence::Authenticated(TokenIdentity { id: &token.id, name: &token.name })
            }
            Self::Malformed => TokenEvidence::Malformed,
            Self::Refused => TokenEvidence::Refused,
        }
    }
}

fn presence(found: &Result<Arc<Record>, NoSession>) -> Presence<'_> {
    match found {
        Ok(record) => Presence::Person(Person { user_id: &record.user_id, email: record.email() }),
        Err(why) => Presence::Nobody(*why),
    }
}
