//! Somebody arrives at the login host: `/cdn-cgi/access/login/HOST?kid=AUD&redirect_url=PATH&meta=TOKEN`.
//!
//! Reading comes before any cookie: what is neither a top-level navigation nor the bound fetch of a trusted page gets
//! one constant answer, so that nobody can tell from outside whether the visitor is signed in. Only then the
//! caller looks for a session, and [`Entry::decide`] says what follows.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;

use crossgate_cors::{Origin, RequestOrigin, SecFetchSite};
use crossgate_gate::{Gate, Head, ReturnPath};
use crossgate_model::{Application, Host};
use crossgate_token::code::{self, Code, Outcome};
use crossgate_token::meta::{self, Meta, MetaError};
use crossgate_token::{MacKey, SealKey};
use http::Method;

use crate::{Fields, Kind, admission, locations, site};

/// How long the state is good for while somebody types an address and a code: as long as a code, and a little.
const TYPING_SECONDS: i64 = 15 * 60;

/// What arrived.
#[derive(Debug)]
pub enum Entry<'g> {
    /// A page that the visitor looks at.
    Page(Visit<'g>),
    /// A fetch in the two-site flow. It never gets a page.
    Fetch(Visit<'g>),
}

/// Somebody who wants to sign in to an application.
#[derive(Debug)]
pub struct Visit<'g> {
    /// The application.
    pub application: &'g Arc<Application>,
    /// The host on which they asked for it.
    pub host: Host,
    /// Where they will return to there.
    pub return_path: ReturnPath,
    /// The sign-in was started over before.
    pub again: bool,
    /// The visitor wants to sign in with another address.
    pub another: bool,
    state: Meta,
    token: String,
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

/// What seals the way back.
#[derive(Clone, Copy)]
pub struct LeaveKeys<'a> {
    /// Authenticates state.
    pub meta: &'a MacKey,
    /// Seals codes.
    pub code: &'a SealKey,
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
            Kind::RedirectedFetch(_) | Kind::Other => Err(EntryError::NotOffered),
        }
    }

    /// Who wants to sign in.
    #[must_use]
    pub const fn visit(&self) -> &Visit<'g> {
        match self {
            Self::Page(visit) | Self::Fetch(visit) => visit,
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
            (Self::Fetch(_), Some(None)) => Decision::Leave(Outcome::Denied(denied::NOT_ALLOWED)),
            (Self::Fetch(_), None) => Decision::Leave(Outcome::Denied(denied::NOT_SIGNED_IN)),
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

impl<'g> Visit<'g> {
    fn read(
        gate: &'g Gate,
        head: &Head<'_>,
        host: &str,
        form: Option<&Fields>,
        key: &MacKey,
        now: i64,
    ) -> Result<Self, EntryError> {
        let query = Fields::read(head.target.query().unwrap_or_default().as_bytes());
        let host = Host::parse(host).map_err(|_| EntryError::UnknownApplication)?;
        let aud = query.one("kid").ok_or(EntryError::Invalid)?;
        let application = gate.application_by_aud(aud).ok_or(EntryError::UnknownApplication)?;
        let path = query.one("redirect_url").and_then(|path| ReturnPath::parse(path).ok());
        let return_path = path.ok_or(EntryError::Invalid)?;
        if !covers(gate, application, &host, &return_path) {
            return Err(EntryError::UnknownApplication);
        }
        let token = match form {
            Some(form) => form.one("meta"),
            None => query.one("meta"),
        };
        let token = token.ok_or(EntryError::Invalid)?;
        let state = meta::open(key, token, now).map_err(|error| match error {
            MetaError::Expired => EntryError::Expired {
                start: locations::sign_in_link(gate.snapshot(), &host, &return_path),
            },
            _ => EntryError::Invalid,
        })?;
        let agrees =
            state.aud == aud && state.host == host.as_str() && state.path == return_path.as_str();
        if !agrees {
            return Err(EntryError::Invalid);
        }
        Ok(Self {
            application,
            host,
            return_path,
            again: query.has("again"),
            another: query.has("another"),
            state,
            token: token.to_owned(),
        })
    }

    /// A fetch counts if an origin that the application trusts started it, and no redirect has made it worse.
    fn is_bound_fetch(&self, site: SecFetchSite) -> bool {
        self.state.fetch && site::no_worse(site, self.state.site) && self.initiator_is_trusted()
    }

    fn initiator_is_trusted(&self) -> bool {
        let settings = &self.application.settings;
        let origin = match &self.state.initiator {
            Some(text) => match Origin::parse(text.as_bytes()) {
                Ok(origin) => origin,
                Err(_) => return false,
            },
            None => RequestOrigin::Null,
        };
        let listed = origin.tuple().is_some_and(|origin| settings.trusted_origins.contains(origin));
        listed || settings.cors.as_ref().is_some_and(|cors| cors.trusts(&origin))
    }

    /// The state for the page's forms: good for as long as a code, because the visitor arrived in time.
    #[must_use]
    pub fn typing_state(&self, key: &MacKey, now: i64) -> String {
        self.renewed(key, now, TYPING_SECONDS)
    }

    /// The URL that takes the visitor back to the application with an outcome. It has the same length for any outcome.
    ///
    /// `id` names the code, so that it counts once; `nonce` is for sealing. Both are random.
    #[must_use]
    pub fn leave(
        &self,
        gate: &Gate,
        outcome: Outcome,
        keys: LeaveKeys<'_>,
        id: [u8; 16],
        nonce: [u8; 12],
        now: i64,
    ) -> String {
        let token = if self.state.fetch {
            self.token.clone()
        } else {
            self.renewed(keys.meta, now, code::LIFETIME_SECONDS)
        };
        let code = Code {
            id,
            outcome,
            aud_hash: code::aud_hash(&self.application.aud),
            meta_hash: code::meta_hash(&token),
            expires_at: now.saturating_add(code::LIFETIME_SECONDS),
        };
        let sealed = code::seal(keys.code, nonce, &code);
        locations::authorized(gate.snapshot(), &self.host, &sealed, &token, self.again)
    }

    fn renewed(&self, key: &MacKey, now: i64, seconds: i64) -> String {
        let state =
            Meta { issued_at: now, expires_at: now.saturating_add(seconds), ..self.state.clone() };
        meta::seal(key, &state)
    }
}

/// Whether a request is a form of the login page itself. Sec-Fetch-Site is read first: a form under `no-referrer` sends
/// `Origin: null`.
fn is_own_form(head: &Head<'_>) -> bool {
    match head.fetch.site {
        Some(site) => site == SecFetchSite::SameOrigin,
        None => head.origin_is_own(),
    }
}

fn covers(gate: &Gate, application: &Application, host: &Host, path: &ReturnPath) -> bool {
    let path = path.as_str().split(['?', '#']).next().unwrap_or("/");
    gate.application(host, path).is_some_and(|found| found.aud == application.aud)
}
