//! `/cdn-cgi/access/client.js` and its types: the script that gets sessions for a page, from the page's own host.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use crossgate_gate::Head;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};

const SCRIPT: &str = include_str!("../client/client.js");
const TYPES: &str = include_str!("../client/client.d.ts");

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

static SCRIPT_TAG: LazyLock<String> = LazyLock::new(|| entity_tag(SCRIPT));
static TYPES_TAG: LazyLock<String> = LazyLock::new(|| entity_tag(TYPES));

/// The script.
pub(crate) fn script(head: &Head<'_>) -> Response<Bytes> {
    served(head, SCRIPT, &SCRIPT_TAG, "text/javascript; charset=utf-8")
}

/// Its types.
pub(crate) fn types(head: &Head<'_>) -> Response<Bytes> {
    served(head, TYPES, &TYPES_TAG, "text/plain; charset=utf-8")
}

/// The same for everybody, so that caches may keep it. They ask again after a few minutes, and get it anew only if it has
/// changed.
fn served(
    head: &Head<'_>,
    text: &'static str,
    tag: &str,
    content_type: &'static str,
) -> Response<Bytes> {
    let known = is_known(head, tag);
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Bytes::new();
    } else {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.extend(HeaderValue::from_str(tag).ok().map(|tag| (ETAG, tag)));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// `If-None-Match` (RFC 9110, section 13.1.2): compared weakly.
fn is_known(head: &Head<'_>, tag: &str) -> bool {
    head.headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|known| known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag.as_bytes())
}

fn entity_tag(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let digits: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}
