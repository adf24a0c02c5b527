//! Somebody comes back to the application: `/cdn-cgi/access/authorized?code=…&meta=…`.
//!
//! The cookie is compared first. It says whether the browser that comes back is the one that started; whatever else the
//! URL holds means nothing to any other browser.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crossgate_cors::Origin;
use crossgate_gate::{Gate, Head, ReturnPath};
use crossgate_model::Application;
use crossgate_token::code::{self, Code, Outcome};
use crossgate_token::meta::{self, Meta};

use crate::{AppSession, Fields, Kind, LeaveKeys, frame, site};

/// What came back.
#[derive(Debug)]
pub enum Arrival<'g> {
    /// Neither a top-level navigation nor the fetch that was started here: a constant 403 without CORS headers.
    NotOffered,
    /// A fetch by the page that started it, without a permission: row 18's 401, readable for `null`.
    FetchRefused {
        /// The application.
        application: &'g Arc<Application>,
        /// What it asked for.
        return_path: ReturnPath,
        /// The page that started it.
        page: Option<Origin>,
    },
    /// A hidden frame that was started here, without a permission: it goes back, and tells its page so.
    FrameRefused {
        /// Where the frame ends.
        return_path: ReturnPath,
    },
    /// A permission for this browser, if its code has not been used before.
    Permitted(Redemption<'g>),
    /// A navigation that does not fit.
    Mismatch(Mismatch<'g>),
}

/// A permission to be redeemed.
#[derive(Debug)]
pub struct Redemption<'g> {
    /// The application.
    pub application: &'g Arc<Application>,
    /// Where the visitor goes on to.
    pub return_path: ReturnPath,
    /// The sign-in that permits it.
    pub sid: String,
    /// The code's id: it counts once.
    pub code_id: [u8; 16],
    /// When the code ends, in Unix seconds.
    pub code_ends: i64,
    /// A fetch in the two-site flow: answers get CORS headers for `null`.
    pub fetch: bool,
    /// The page that started it, if one did.
    pub page: Option<Origin>,
    /// A hidden frame: it goes on to where it ends, whatever becomes of the permission.
    pub frame: bool,
    /// The page that started such a fetch, where `null` is bound: the original request is served in the answer.
    pub serve_for: Option<Origin>,
    /// The sign-in was started over before.
    pub again: bool,
}

/// A navigation whose cookie, state or code does not fit. It goes to the original URL if the visitor is signed in
/// there, and else starts over, once.
#[derive(Debug)]
pub struct Mismatch<'g> {
    /// The application, if the URL still names one.
    pub application: Option<&'g Arc<Application>>,
    /// Where the visitor wanted to go; the start page if the URL no longer says it.
    pub return_path: ReturnPath,
    /// It was started over before.
    pub again: bool,
}

impl<'g> Arrival<'g> {
    /// Judges what came back.
    #[must_use]
    pub fn read(gate: &'g Gate, head: &Head<'_>, keys: LeaveKeys<'_>, now: i64) -> Self {
        let kind = Kind::of(head);
        let query = Fields::read(head.target.query().unwrap_or_default().as_bytes());
        let state = query
            .one("meta")
            .and_then(|token| Some((token, meta::open(keys.meta, token, now).ok()?)));
        let bound = state.filter(|(_, state)| is_of_this_browser(head, state)).and_then(
            |(token, state)| {
                let application = gate.application_by_aud(&state.aud)?;
                let return_path = ReturnPath::parse(&state.path).ok()?;
                Some(Bound { application, return_path, token, state })
            },
        );
        let again = query.has("again");
        match (kind, bound) {
            (Kind::Other, _) | (Kind::Frame(_) | Kind::RedirectedFetch(_), None) => {
                Self::NotOffered
            }
            (Kind::Frame(site), Some(bound)) => {
                if !frame::is_frames(&bound.state) || !site::no_worse(site, bound.state.site) {
                    return Self::NotOffered;
                }
                let return_path = bound.return_path.clone();
                match bound.redemption(query.one("code"), keys, again, now) {
                    Some(redemption) => Self::Permitted(redemption),
                    None => Self::FrameRefused { return_path },
                }
            }
            (Kind::RedirectedFetch(site), Some(bound)) => {
                if !bound.state.fetch || !site::no_worse(site, bound.state.site) {
                    return Self::NotOffered;
                }
                let (application, return_path) = (bound.application, bound.return_path.clone());
                let page = bound.page();
                match bound.redemption(query.one("code"), keys, again, now) {
                    Some(redemption) => Self::Permitted(redemption),
                    None => Self::FetchRefused { application, return_path, page },
                }
            }
            (Kind::TopLevel, Some(bound))
                if !bound.state.fetch && !frame::is_frames(&bound.state) =>
            {
                let (application, return_path) = (bound.application, bound.return_path.clone());
                match bound.redemption(query.one("code"), keys, again, now) {
                    Some(redemption) => Self::Permitted(redemption),
                    None => Self::Mismatch(Mismatch {
                        application: Some(application),
                        return_path,
                        again,
                    }),
                }
            }
            (Kind::TopLevel, _) => Self::Mismatch(mismatch(gate, head, &query, keys, again)),
        }
    }
}

/// State that belongs to the browser that brings it.
struct Bound<'g, 'q> {
    application: &'g Arc<Application>,
    return_path: ReturnPath,
    token: &'q str,
    state: Meta,
}

impl<'g> Bound<'g, '_> {
    fn page(&self) -> Option<Origin> {
        let origin = Origin::parse(self.state.initiator.as_deref()?.as_bytes()).ok()?;
        origin.tuple().cloned()
    }

    fn redemption(
        self,
        code: Option<&str>,
        keys: LeaveKeys<'_>,
        again: bool,
        now: i64,
    ) -> Option<Redemption<'g>> {
        let code: Code = code::open(keys.code, code?, now).ok()?;
        let page = self.page();
        let answers_this = code.aud_hash == code::aud_hash(&self.application.aud)
            && code.meta_hash == code::meta_hash(self.token);
        match code.outcome {
            Outcome::Permitted { sid } if answers_this => Some(Redemption {
                application: self.application,
                return_path: self.return_path,
                sid,
                code_id: code.id,
                code_ends: code.expires_at,
                fetch: self.state.fetch,
                page,
                frame: frame::is_frames(&self.state),
                serve_for: serve_for(self.application, &self.state),
                again,
            }),
            Outcome::Permitted { .. } | Outcome::Denied(_) => None,
        }
    }
}

/// The initiator, if it is to be served at once: it is allowed still, and `null` is bound.
fn serve_for(application: &Application, state: &Meta) -> Option<Origin> {
    let cors = application.settings.cors.as_ref().filter(|cors| cors.binds_null())?;
    let initiator = Origin::parse(state.initiator.as_ref().filter(|_| state.fetch)?.as_bytes());
    let initiator = initiator.ok().filter(|initiator| cors.trusts(initiator))?;
    initiator.tuple().cloned()
}

fn is_of_this_browser(head: &Head<'_>, state: &Meta) -> bool {
    AppSession::is_held(head.headers, &state.appsession_hash)
        && state.host == head.target.host().as_str()
}

/// What can still be said of a navigation that does not fit. State of ours tells where to go even if it is another
/// browser's or too old, as long as it is about this host.
fn mismatch<'g>(
    gate: &'g Gate,
    head: &Head<'_>,
    query: &Fields,
    keys: LeaveKeys<'_>,
    again: bool,
) -> Mismatch<'g> {
    let host = head.target.host();
    let state = query
        .one("meta")
        .and_then(|token| meta::open(keys.meta, token, i64::MIN).ok())
        .filter(|state| state.host == host.as_str());
    let return_path = state
        .as_ref()
        .and_then(|state| ReturnPath::parse(&state.path).ok())
        .unwrap_or_else(ReturnPath::root);
    let path = return_path.path();
    let application = state
        .and_then(|state| gate.application_by_aud(&state.aud))
        .filter(|application| gate.covers(application, host, path))
        .or_else(|| gate.application(host, path));
    Mismatch { application, return_path, again }
}
