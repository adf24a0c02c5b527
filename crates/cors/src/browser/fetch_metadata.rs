//! Fetch Metadata: `Sec-Fetch-Site`, `Sec-Fetch-Mode`, `Sec-Fetch-Dest`.

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{Engine, FetchRequest, origin_of, same_origin, same_site};
use crate::RequestOrigin;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Adds the three, where the target is potentially trustworthy. A preflight has them, too, with
/// mode `cors`.
pub(super) fn add(
    headers: &mut HeaderMap,
    engine: Engine,
    request: &FetchRequest,
    mode: &'static str,
    urls: &[Url],
) {
    let Some(last) = urls.last() else { return };
    if !origin_of(last).tuple().is_some_and(crate::Origin::is_secure) {
        return;
    }
    let site = match &request.initiator {
        Some(initiator) => site(engine, initiator, urls),
        None => "none",
    };
    headers.insert(SITE, HeaderValue::from_static(site));
    headers.insert(MODE, HeaderValue::from_static(mode));
    headers.insert(DEST, HeaderValue::from_static(request.destination.as_str()));
}

/// The worst relation of any URL in the chain.
fn site(engine: Engine, initiator: &RequestOrigin, urls: &[Url]) -> &'static str {
    let mut worst = "same-origin";
    for origin in urls.iter().map(origin_of) {
        if same_origin(initiator, &origin) {
            continue;
        }
        if !same_site(engine, initiator, &origin) {
            return "cross-site";
        }
        worst = "same-site";
    }
    let redirecting = urls.split_last().map_or(&[][..], |(_, before)| before);
    let by_plain_http = redirecting.iter().any(|url| url.scheme() == "http");
    if by_plain_http
        && worst != "same-origin"
        && engine.redirects_by_plain_http_count_as_cross_site()
    {
        return "cross-site";
    }
    worst
}
