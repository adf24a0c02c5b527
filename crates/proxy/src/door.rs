//! What is settled before anybody looks at applications: over which connection a request came.

use std::sync::Arc;

use bytes::Bytes;
use crossgate_gate::{Gate, Head, Reason, Verdict};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Response, StatusCode};

use crate::Issued;
use crate::authority_check::Presented;

/// Where an authority asks for answers (RFC 8555, section 8.3).
const CHALLENGES: &str = "/.well-known/acme-challenge/";

/// How a connection came in. Made once a connection.
#[derive(Debug)]
pub(crate) struct Door {
    presented: Presented,
    redirects: bool,
    /// Of plain HTTP only: authorities ask there.
    challenges: Option<Arc<Issued>>,
}

impl Door {
    /// Plain HTTP, which may do no more than lead to HTTPS.
    pub(crate) const fn plain(redirects: bool, issued: Arc<Issued>) -> Self {
        Self { presented: Presented::Nothing, redirects, challenges: Some(issued) }
    }

    /// TLS, with what was presented.
    pub(crate) const fn tls(presented: Presented) -> Self {
        Self { presented, redirects: false, challenges: None }
    }

    /// The verdict on a request that goes no further, and its answer, where it is not the gateway's usual one.
    pub(crate) fn stops<'g>(
        &self,
        gate: &'g Gate,
        head: &Head<'_>,
    ) -> Option<(Verdict<'g>, Option<Response<Bytes>>)> {
        if !self.presented.covers(head.target.host()) {
            return Some((gate.misdirected(head), None));
        }
        if let Some(answer) = self.answer_to_challenge(head) {
            return Some((gate.acme_challenge(head), Some(answer)));
        }
        if !self.redirects {
            return None;
        }
        let verdict = gate.redirect_to_https(head);
        let redirect = (verdict.reason == Reason::HttpsRedirect).then(|| redirect(head)).flatten();
        Some((verdict, redirect))
    }

    /// Only for a live token of its own host: everything else goes the way of all requests.
    fn answer_to_challenge(&self, head: &Head<'_>) -> Option<Response<Bytes>> {
        let issued = self.challenges.as_ref()?;
        let token = head.target.path().strip_prefix(CHALLENGES)?;
        if !matches!(*head.method, Method::GET | Method::HEAD) {
            return None;
        }
        let mut response = Response::new(Bytes::from(issued.answer(head.target.host(), token)?));
        let kind = HeaderValue::from_static("application/octet-stream");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        Some(response)
    }
}

/// To the same host and path over HTTPS. The method stays (308), so that no write becomes a read.
fn redirect(head: &Head<'_>) -> Option<Response<Bytes>> {
    let target = &head.target;
    let query = target.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = [&head.public.origin(target.host()), target.path(), &query].concat();
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(location).ok()?);
    Some(response)
}
