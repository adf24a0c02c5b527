//! The upstream's response on its way to the visitor: as it is, but for what belongs to the connection and what only the
//! gateway may set.

use crossgate_token::cookie;
use http::HeaderMap;
use http::header::{SET_COOKIE, TE};

use crate::upstream_request::remove_connection_headers;

/// Removes connection headers, and cookies that would take the place of the gateway's.
pub(crate) fn rewrite(headers: &mut HeaderMap) {
    remove_connection_headers(headers);
    headers.remove(TE);
    let ours = |line: &[u8]| {
        let name = line.split(|byte| *byte == b'=').next().unwrap_or_default();
        cookie::is_gateway_cookie(name.trim_ascii())
    };
    if headers.get_all(SET_COOKIE).iter().any(|line| ours(line.as_bytes())) {
        let kept = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter(|line| !ours(line.as_bytes()))
            .cloned()
            .collect::<Vec<_>>();
        headers.remove(SET_COOKIE);
        for line in kept {
            headers.append(SET_COOKIE, line);
        }
    }
}
