//! Somebody arrives at the login host: `/cdn-cgi/access/login/HOST?kid=AUD&redirect_url=PATH&meta=TOKEN`.
//!
//! Reading comes before any cookie: what is neither a top-level navigation nor the bound fetch or frame of a trusted page gets
//! one constant answer, so that nobody can tell from outside whether the visitor is signed in. Only then the
//! caller looks for a session, and [`Entry::decide`] says what follows.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use crossgate_cors::SecFetchSite;
use crossgate_gate::{Gate, Head};
use crossgate_token::MacKey;
use crossgate_token::code::Outcome;
use http::Method;

use crate::{Fields, Kind, Visit, admission};

/// What arrived.
#[derive(Debug)]
pub enum Entry<'g> {
    /// A page that the visitor looks at.
    Page(Visit<'g>),
    /// A fetch in the two-site flow. It never gets a page.
    Fetch(Visit<'g>),
    /// A hidden frame of a page on the same site. It never gets a page either.
    Frame(Visit<'g>),
}

/// Why an arrival leads to no sign-in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Neither a top-level navigation nor a bound fetch: 403, the same for all of them.
    #[error("this request cannot sign anybody in")]
    NotOffered,
    /// The state is too old: start again, there.
    #[error("the sign-in has taken too long")]
    Expired {
        /// The link that starts a sign-in anew.
        start: String,
    },
    /// No such application.
    #[error("no application is there")]
    UnknownApplication,
    /// The state is missing, not ours, or says something else than the URL.
    #[error("the link is incomplete or was changed")]
    Invalid,
}

/// Who the login host knows the visitor to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn<'a> {
    /// The verified address.
    pub email: &'a str,
    /// The id of their sign-in.
    pub sid: &'a str,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Ask who they are.
    Ask,
    /// They are signed in, and no policy admits them.
    NotAllowed,
    /// Send them back with this outcome.
    Leave(Outcome),
}

impl<'g> Entry<'g> {
    /// Reads an arrival. `host` is the one that the path names. For a POST, `form` has the renewed state.
    ///
    /// # Errors
    /// See [`EntryError`].
    pub fn read(
        gate: &'g Gate,
        head: &Head<'_>,
        host: &str,
        form: Option<&Fields>,
        key: &MacKey,
        now: i64,
    ) -> Result<Self, EntryError> {
        match Kind::of(head) {
            _ if *head.method == Method::POST && !is_own_form(head) => Err(EntryError::NotOffered),
            _ if *head.method == Method::POST => {
                Visit::read(gate, head, host, form, key, now).map(Self::Page)
            }
            Kind::TopLevel => Visit::read(gate, head, host, form, key, now).map(Self::Page),
            Kind::RedirectedFetch(site) if matches!(*head.method, Method::GET | Method::HEAD) => {
                Visit::read(gate, head, host, None, key, now)
                    .ok()
                    .filter(|visit| visit.is_bound_fetch(site))
                    .map(Self::Fetch)
                    .ok_or(EntryError::NotOffered)
            }
            Kind::Frame(site) if *head.method == Method::GET => {
                Visit::read(gate, head, host, None, key, now)
                    .ok()
                    .filter(|visit| visit.is_bound_frame(site))
                    .map(Self::Frame)
                    .ok_or(EntryError::NotOffered)
            }
            Kind::Frame(_) | Kind::RedirectedFetch(_) | Kind::Other => Err(EntryError::NotOffered),
        }
    }

    /// Who wants to sign in.
    #[must_use]
    pub const fn visit(&self) -> &Visit<'g> {
        match self {
            Self::Page(visit) | Self::Fetch(visit) | Self::Frame(visit) => visit,
        }
    }

    /// Decides what follows, given who the login host knows the visitor to be.
    #[must_use]
    pub fn decide(&self, person: Option<SignedIn<'_>>, ip: IpAddr) -> Decision {
        let visit = self.visit();
        let admitted =
            person.map(|person| admission(visit.application, person.email, ip).map(|_| person.sid));
        match (self, admitted) {
            (Self::Page(visit), _) if visit.another => Decision::Ask,
            (Self::Page(_), None) => Decision::Ask,
            (Self::Page(_), Some(None)) => Decision::NotAllowed,
            (_, Some(Some(sid))) => Decision::Leave(Outcome::Permitted { sid: sid.to_owned() }),
            (Self::Fetch(_) | Self::Frame(_), Some(None)) => {
                Decision::Leave(Outcome::Denied(denied::NOT_ALLOWED))
            }
            (Self::Fetch(_) | Self::Frame(_), None) => {
                Decision::Leave(Outcome::Denied(denied::NOT_SIGNED_IN))
            }
        }
    }
}

impl Entry<'_> {
    /// Decides what follows once somebody has just proved an address.
    #[must_use]
    pub fn decide_after_sign_in(&self, person: SignedIn<'_>, ip: IpAddr) -> Decision {
        match admission(self.visit().application, person.email, ip) {
            Some(_) => Decision::Leave(Outcome::Permitted { sid: person.sid.to_owned() }),
            None => Decision::NotAllowed,
        }
    }
}

/// What a sealed refusal says.
pub(crate) mod denied {
    /// Nobody is signed in at the login host.
    pub(crate) const NOT_SIGNED_IN: u8 = 1;
    /// No policy admits the person.
    pub(crate) const NOT_ALLOWED: u8 = 2;
}

/// Whether a request is a form of the login page itself. Sec-Fetch-Site is read first: a form under `no-referrer` sends
/// `Origin: null`.
fn is_own_form(head: &Head<'_>) -> bool {
    match head.fetch.site {
        Some(site) => site == SecFetchSite::SameOrigin,
        None => head.origin_is_own(),
    }
}
