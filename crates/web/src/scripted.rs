//! The two documents that have a script: one tells the page that frames it, one closes its window. Each script stands in
//! its document, never changes, and is allowed by its hash; what differs is in attributes.

use std::sync::LazyLock;

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crossgate_login::Frame;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, X_FRAME_OPTIONS};
use http::{HeaderValue, Response, StatusCode};

use crate::page::{Forms, STYLE_HASH, page};

/// What a hidden frame tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    SignedIn,
    NotSignedIn,
    NotAllowed,
}

#[derive(Template)]
#[template(path = "frame.html")]
struct FrameDocument<'a> {
    origin: &'a str,
    nonce: &'a str,
    outcome: &'a str,
    script: &'a str,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage<'a> {
    brand: &'a str,
    application: &'a str,
    email: Option<&'a str>,
    script: &'a str,
}

const TELL: &str = "const{origin,nonce,outcome}=document.documentElement.dataset;\
    if(parent!==window)parent.postMessage({crossgate:nonce,outcome},origin)";
const CLOSE: &str = "close()";

const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

static TELL_HASH: LazyLock<String> = LazyLock::new(|| hash(TELL));
static CLOSE_HASH: LazyLock<String> = LazyLock::new(|| hash(CLOSE));

/// The end of a hidden frame: an empty document that tells its page, and no other, what came of it.
pub(crate) fn telling(frame: &Frame<'_>, outcome: Outcome) -> Response<Bytes> {
    let origin = frame.page.as_str();
    let outcome = match outcome {
        Outcome::SignedIn => "signed-in",
        Outcome::NotSignedIn => "not-signed-in",
        Outcome::NotAllowed => "not-allowed",
    };
    let document = FrameDocument { origin, nonce: &frame.nonce, outcome, script: TELL };
    let mut response = page(StatusCode::OK, &document, Forms::None);
    let headers = response.headers_mut();
    headers.remove(X_FRAME_OPTIONS);
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors {origin}",
        *TELL_HASH
    );
    let policy = HeaderValue::try_from(policy);
    headers.insert(
        CONTENT_SECURITY_POLICY,
        policy.unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    );
    // For pages that are isolated themselves.
    headers.insert(EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-site"));
    response
}

/// The end of a window that signed in.
pub(crate) fn closing(brand: &str, application: &str, email: Option<&str>) -> Response<Bytes> {
    let template = SignedInPage { brand, application, email, script: CLOSE };
    let mut response = page(StatusCode::OK, &template, Forms::None);
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        *CLOSE_HASH, *STYLE_HASH
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn hash(script: &str) -> String {
    STANDARD.encode(digest(&SHA256, script.as_bytes()).as_ref())
}
