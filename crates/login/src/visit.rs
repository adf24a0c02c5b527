//! Somebody who wants to sign in to an application, and the state that they travel with.

use std::sync::Arc;

use crossgate_cors::{Origin, RequestOrigin, SecFetchSite};
use crossgate_gate::{Gate, Head, ReturnPath};
use crossgate_model::{Application, Host};
use crossgate_token::code::{self, Code, Outcome};
use crossgate_token::meta::{self, Meta, MetaError};
use crossgate_token::{MacKey, SealKey};

use crate::{EntryError, Fields, frame, locations, site};

/// How long the state is good for while somebody types an address and a code: as long as a code, and a little.
const TYPING_SECONDS: i64 = 15 * 60;

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

/// What seals the way back.
#[derive(Clone, Copy)]
pub struct LeaveKeys<'a> {
    /// Authenticates state.
    pub meta: &'a MacKey,
    /// Seals codes.
    pub code: &'a SealKey,
}

impl<'g> Visit<'g> {
    pub(crate) fn read(
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
    pub(crate) fn is_bound_fetch(&self, site: SecFetchSite) -> bool {
        self.state.fetch && site::no_worse(site, self.state.site) && self.initiator_is_trusted()
    }

    /// A frame counts if this gateway has begun it for a page on the same site, and no redirect has made it worse.
    pub(crate) fn is_bound_frame(&self, site: SecFetchSite) -> bool {
        frame::is_frames(&self.state) && site::no_worse(site, self.state.site)
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

fn covers(gate: &Gate, application: &Application, host: &Host, path: &ReturnPath) -> bool {
    gate.covers(application, host, path.path())
}
