//! The hidden frame: a page of the same site gets a session without asking anybody anything.
//!
//! The frame's document is never shown and has no content. A page of its own site opens it, it goes over the login host if
//! there is no session, and at its end it tells that page, and no other, whether there is one.

use std::sync::Arc;

use crossgate_cors::{
    Origin, OriginHeader, RequestOrigin, SecFetchDest, SecFetchMode, SecFetchSite,
};
use crossgate_gate::{AccessEndpoint, AccessPath, Gate, Head, ReturnPath, trusts_by_name};
use crossgate_model::Application;
use crossgate_token::MacKey;
use crossgate_token::meta::{self, FETCH_SECONDS, Meta};

use crate::{AppSession, Fields, locations, site};

#[cfg(test)]
mod tests;

/// A frame that a page of the same site has opened.
#[derive(Debug)]
pub struct Frame<'g> {
    /// The application that the page wants a session at.
    pub application: &'g Arc<Application>,
    /// A path that it covers.
    pub path: ReturnPath,
    /// The page's origin: who may frame it, and who is told.
    pub page: Origin,
    /// What the page knows its frame by.
    pub nonce: String,
    /// The login host was asked before: now there is a session or there is none.
    pub done: bool,
}

impl<'g> Frame<'g> {
    const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

    /// Reads `GET /cdn-cgi/access/frame`. Nothing is a frame that a page of another site has opened, or that names a page
    /// which the application does not trust.
    #[must_use]
    pub fn read(gate: &'g Gate, head: &Head<'_>) -> Option<Self> {
        let framed = head.fetch.mode == Some(SecFetchMode::Navigate)
            && head.fetch.dest == Some(SecFetchDest::Iframe)
            && head.origin == OriginHeader::Absent;
        let query = Fields::read(head.target.query().unwrap_or_default().as_bytes());
        let done = query.has("done");
        let near = match head.fetch.site? {
            SecFetchSite::SameOrigin | SecFetchSite::SameSite => true,
            // After redirects over the login host, see `site::recorded`.
            site => done && site::no_worse(site, recorded(gate)),
        };
        if !framed || !near {
            return None;
        }
        let path = ReturnPath::parse(query.one("path")?).ok()?;
        let host = head.target.host();
        let application = gate.application(host, path.path())?;
        let RequestOrigin::Tuple(page) = Origin::parse(query.one("origin")?.as_bytes()).ok()?
        else {
            return None;
        };
        let trusted = head.public.is_origin_of(host, &page)
            || trusts_by_name(application, &RequestOrigin::Tuple(page.clone()));
        let nonce = query.one("nonce").filter(|nonce| {
            Self::NONCE_LENGTHS.contains(&nonce.len())
                && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })?;
        trusted.then(|| Self { application, path, page, nonce: nonce.to_owned(), done })
    }

    /// Sends the frame over the login host, bound to the browser that holds `session`. Returns the URL there. `now` is in
    /// Unix seconds.
    #[must_use]
    pub fn start(
        &self,
        gate: &Gate,
        head: &Head<'_>,
        session: &AppSession,
        key: &MacKey,
        now: i64,
    ) -> String {
        let host = head.target.host();
        let back = [
            ("path", self.path.as_str()),
            ("origin", self.page.as_str()),
            ("nonce", &self.nonce),
            ("done", "1"),
        ];
        let back = ReturnPath::to_endpoint("frame", &back);
        let state = Meta {
            aud: self.application.aud.clone(),
            host: host.as_str().to_owned(),
            path: back.as_str().to_owned(),
            initiator: Some(self.page.as_str().to_owned()),
            site: recorded(gate),
            appsession_hash: session.hash(),
            issued_at: now,
            expires_at: now.saturating_add(FETCH_SECONDS),
            fetch: false,
        };
        let token = meta::seal(key, &state);
        locations::login_page(gate.snapshot(), host, self.application, &back, &token, false)
    }
}

/// Whether signed state is a frame's.
pub(crate) fn is_frames(state: &Meta) -> bool {
    let path = state.path.split('?').next().unwrap_or_default();
    let endpoint = AccessPath::Endpoint(AccessEndpoint::Frame);
    !state.fetch && state.initiator.is_some() && AccessPath::read(path) == Some(endpoint)
}

/// What later hops must be no worse than.
fn recorded(gate: &Gate) -> Option<meta::Site> {
    site::recorded(SecFetchSite::SameSite, gate.snapshot().public.scheme)
}
