//! How pages are made and what protects them.
//!
//! Every page works without scripts: the policy allows none. Its one style sheet stands in the page and is allowed by
//! its hash, so nothing is loaded from anywhere.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// The style sheet of all pages.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// A link that looks like a button.
pub(crate) struct Link<'a> {
    pub(crate) href: &'a str,
    pub(crate) text: &'a str,
}

/// Asks for an e-mail address.
#[derive(Template)]
#[template(path = "address.html")]
pub(crate) struct AddressPage<'a> {
    pub(crate) brand: &'a str,
    pub(crate) application: &'a str,
    pub(crate) host: &'a str,
    pub(crate) action: &'a str,
    pub(crate) csrf: &'a str,
    pub(crate) meta: &'a str,
    pub(crate) email: &'a str,
    pub(crate) complaint: Option<String>,
}

/// Asks for a code.
#[derive(Template)]
#[template(path = "code.html")]
pub(crate) struct CodePage<'a> {
    pub(crate) brand: &'a str,
    pub(crate) application: &'a str,
    pub(crate) action: &'a str,
    pub(crate) another: &'a str,
    pub(crate) csrf: &'a str,
    pub(crate) meta: &'a str,
    pub(crate) flow: &'a str,
    pub(crate) email: &'a str,
    pub(crate) complaint: Option<String>,
}

/// Says that the person is known and not admitted.
#[derive(Template)]
#[template(path = "not_allowed.html")]
pub(crate) struct NotAllowedPage<'a> {
    pub(crate) brand: &'a str,
    pub(crate) application: &'a str,
    pub(crate) email: &'a str,
    pub(crate) message: Option<&'a str>,
    pub(crate) another: &'a str,
    pub(crate) request_id: &'a str,
}

/// Says what happened, whose fault it is, and what to do.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage<'a> {
    pub(crate) brand: &'a str,
    pub(crate) title: &'a str,
    pub(crate) what: &'a str,
    pub(crate) message: Option<&'a str>,
    pub(crate) todo: &'a str,
    pub(crate) link: Option<Link<'a>>,
    pub(crate) status: u16,
    pub(crate) code: &'a str,
    pub(crate) request_id: &'a str,
}

/// Asks whether to sign out.
#[derive(Template)]
#[template(path = "sign_out.html")]
pub(crate) struct SignOutPage<'a> {
    pub(crate) brand: &'a str,
    pub(crate) return_to: Option<&'a str>,
}

/// Says that the visitor is signed out.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage<'a> {
    pub(crate) brand: &'a str,
}

/// Takes the visitor on by a navigation of its own, so that strict cookies go along.
#[derive(Template)]
#[template(path = "continue.html")]
pub(crate) struct ContinuePage<'a> {
    pub(crate) brand: &'a str,
    pub(crate) application: &'a str,
    pub(crate) href: &'a str,
}

/// Where the forms of a page may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forms {
    /// The page has none.
    None,
    /// Its own host, and from there on by redirects, over the scheme of the gateway's public URLs. Chromium applies
    /// `form-action` to each redirect that follows a form, up to wherever the application's first page redirects to.
    OwnAndOnwards(&'static str),
}

/// Makes a page of a template.
pub(crate) fn page(status: StatusCode, template: &impl Template, forms: Forms) -> Response<Bytes> {
    let body = template.render().unwrap_or_default();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(forms)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    private(headers);
    response
}

/// What every answer of the gateway's own carries unless it is public.
pub(crate) fn private(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The hash that allows the style sheet.
pub(crate) static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(digest(&SHA256, STYLE.as_bytes()).as_ref()));

fn content_security_policy(forms: Forms) -> String {
    let form_action = match forms {
        Forms::None => "'none'".to_owned(),
        Forms::OwnAndOnwards(scheme) => format!("'self' {scheme}:"),
    };
    format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action {form_action}; \
         frame-ancestors 'none'",
        *STYLE_HASH
    )
}
