//! CORS headers on responses: the gateway's own, and the upstream's where the gateway owns those.

#[cfg(test)]
mod tests;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderName,
};
use http::{HeaderMap, HeaderValue};

use crate::{OriginHeader, Policy, RequestOrigin, vary_on};

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

impl Policy {
    /// Puts the CORS headers for this origin on a response, in place of any there, and says whether
    /// the origin got them: one that is not allowed gets none, and neither does a request without
    /// (Fetch, "CORS check"). `Vary` names `Origin` either way. Allocates nothing but what `headers` needs to hold them.
    pub fn stamp(&self, origin: &OriginHeader, headers: &mut HeaderMap) -> bool {
        let allowed = origin.one().filter(|origin| self.allows_origin(origin).is_allowed());
        stamp_nobody(headers);
        if let Some(origin) = allowed {
            stamp_origin(origin, self.allows_credentials(), headers, self.exposed_headers());
        }
        allowed.is_some()
    }
}

/// Puts the CORS headers for an origin on an answer, in place of any there. The caller has
/// decided that the origin may read it: because it is a trusted origin, or `null` in a sign-in
/// chain that is bound to its initiator.
pub fn stamp_origin(
    origin: &RequestOrigin,
    credentials: bool,
    headers: &mut HeaderMap,
    exposed: Option<&HeaderValue>,
) {
    let credentials = credentials.then(|| HeaderValue::from_static("true"));
    set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.header_value()));
    set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
    set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, exposed.cloned());
    vary_on(headers, "Origin");
}

/// Removes whatever a response says to other origins, which may be said to others. The caller has decided that the origin may not read it.
pub fn stamp_nobody(headers: &mut HeaderMap) {
    clear(headers);
    // What belongs on preflights, and says what is not so.
    headers.remove(ACCESS_CONTROL_ALLOW_METHODS);
    headers.remove(ACCESS_CONTROL_ALLOW_HEADERS);
    headers.remove(ACCESS_CONTROL_MAX_AGE);
    headers.remove(ALLOW_PRIVATE_NETWORK);
    vary_on(headers, "Origin");
}

/// The only value under a name, or none.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    match value {
        Some(value) => headers.insert(name, value),
        None => headers.remove(name),
    };
}

fn clear(headers: &mut HeaderMap) {
    headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
}
