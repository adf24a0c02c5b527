//! Fetch, "cross-origin resource policy check", for pages without an embedder policy.

use http::HeaderName;
use http::header::HeaderMap;
use url::Url;

use super::{Reason, header_list, origin_of, same_origin};
use crate::RequestOrigin;
use crate::site::schemelessly_same_site;

const HEADER: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Whether the page may load a response that it will not be able to read. Values that the
/// standard does not know allow everything, several values included.
///
/// # Errors
///
/// [`Reason::ResourcePolicy`]
pub(super) fn check(page: &RequestOrigin, url: &Url, headers: &HeaderMap) -> Result<(), Reason> {
    let Some(value) = header_list::combined(headers, &HEADER) else { return Ok(()) };
    let target = origin_of(url);
    let allowed = match value.as_str() {
        "same-origin" => same_origin(page, &target),
        "same-site" => is_of_site(page, &target),
        _ => true,
    };
    if allowed { Ok(()) } else { Err(Reason::ResourcePolicy { value: value.into() }) }
}

/// Of one domain, and not a page over plain HTTP that loads something over TLS.
fn is_of_site(page: &RequestOrigin, target: &RequestOrigin) -> bool {
    let (Some(page), Some(target)) = (page.tuple(), target.tuple()) else { return false };
    schemelessly_same_site(page, target) && (page.scheme() == "https" || target.scheme() != "https")
}
