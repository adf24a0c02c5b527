//! What repairs a failure: a change of the gateway's config, or headers, and in words.

mod change;
mod headers;
mod words;
mod yaml;

use crossgate_cors::{Origin, RequestOrigin};

use crate::call::{Relation, relation};
use crate::config::Configured;
use crate::diagnose::Verdict;
use crate::finding::{ConfigChange, HeaderToSend};
use crate::har::Entry;
use crate::{Cause, Target};

/// What a remedy is for.
pub(crate) struct Subject<'s> {
    pub(crate) verdict: &'s Verdict,
    /// The page that called, as its `Origin` header has it.
    pub(crate) page: Option<&'s str>,
    /// Where the call went first.
    pub(crate) target: Option<&'s Target>,
    /// Where it failed.
    pub(crate) failed_at: Option<&'s Target>,
    /// The call is known to include credentials.
    pub(crate) credentials: bool,
    pub(crate) method: Option<&'s str>,
    /// `Origin` of the request that failed.
    pub(crate) request_origin: Option<&'s str>,
    pub(crate) config: Option<&'s Configured>,
    pub(crate) preflight: Option<&'s Entry>,
}

impl Subject<'_> {
    /// The request headers that the preflight asked for.
    fn request_headers(&self) -> Vec<&str> {
        self.preflight
            .map(|it| it.request.list("access-control-request-headers").collect())
            .unwrap_or_default()
    }

    /// Whether the page and the server are one site.
    fn relation(&self) -> Option<Relation> {
        relation(self.page?, self.target?)
    }
}

/// What repairs a failure.
#[derive(Debug, Default)]
pub(crate) struct Remedy {
    pub(crate) words: String,
    pub(crate) headers: Vec<HeaderToSend>,
    pub(crate) change: Option<ConfigChange>,
    pub(crate) danger: Option<&'static str>,
}

/// Finds what repairs a failure.
pub(crate) fn remedy(subject: &Subject<'_>) -> Remedy {
    let danger = danger(subject);
    let is_forbidden = danger.is_some() && subject.verdict.cause == Cause::OriginNotAllowed;
    let change = if is_forbidden { None } else { change::of(subject) };
    let headers = if is_forbidden || change.is_some() { Vec::new() } else { headers::of(subject) };
    Remedy {
        words: words::of(subject, change.as_ref(), !headers.is_empty()),
        headers,
        change,
        danger,
    }
}

/// What nobody should do to get rid of the error.
fn danger(subject: &Subject<'_>) -> Option<&'static str> {
    let page = subject.page.and_then(|page| Origin::parse(page.as_bytes()).ok());
    match subject.verdict.cause {
        Cause::NullOriginAfterRedirect => Some(
            "Allowing `null` with credentials opens the server to every sandboxed frame of the web. Do not.",
        ),
        Cause::OriginNotAllowed => match page {
            Some(RequestOrigin::Null) => Some(
                "The page's origin is `null`, and so is that of every sandboxed frame of the web: allowing it with credentials lets any page in. Serve the page from an origin of its own.",
            ),
            Some(RequestOrigin::Tuple(page)) if !page.is_secure() => Some(
                "The page is on plain http: whoever is on the network can speak for it. Serve it on https before it is allowed.",
            ),
            _ => None,
        },
        Cause::WildcardWithCredentials => Some(
            "Do not send back whatever Origin asks: that is `*` with credentials, which browsers forbid for a reason. Compare with a list.",
        ),
        _ => None,
    }
}
