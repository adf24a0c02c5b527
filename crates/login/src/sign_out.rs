//! Who may sign a visitor out.

use crossgate_cors::SecFetchSite;
use crossgate_gate::Head;
use http::Method;

/// What a request to `/cdn-cgi/access/logout` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// It ends the session.
    Act,
    /// It gets a page that asks: another site may have sent the visitor here.
    Ask,
}

/// Judges a request to sign out: a same-origin POST acts, and a GET that the visitor or the site itself started.
#[must_use]
pub fn sign_out(head: &Head<'_>) -> SignOut {
    let acts = match (head.method, head.fetch.site) {
        (&Method::GET, site) => matches!(site, Some(SecFetchSite::SameOrigin | SecFetchSite::None)),
        (&Method::POST, Some(site)) => site == SecFetchSite::SameOrigin,
        (&Method::POST, None) => head.origin_is_own(),
        _ => false,
    };
    if acts { SignOut::Act } else { SignOut::Ask }
}
