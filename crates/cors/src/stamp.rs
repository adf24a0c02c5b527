//! CORS headers on answers that the gateway makes itself: 401, 403, 404, 502.

#[cfg(test)]
mod tests;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
};
use http::{HeaderMap, HeaderValue};

use crate::{Policy, RequestOrigin, vary_on};

impl Policy {
    /// Puts the CORS headers for this origin on an answer, in place of any there, and says whether
    /// the origin got them: one that is not allowed gets none. `Vary` names `Origin` either way.
    /// `exposed` is the value of `Access-Control-Expose-Headers`, if any.
    pub fn stamp(
        &self,
        origin: &RequestOrigin,
        headers: &mut HeaderMap,
        exposed: Option<&HeaderValue>,
    ) -> bool {
        let allowed = self.allows_origin(origin).is_allowed();
        if allowed {
            stamp_origin(origin, self.allows_credentials(), headers, exposed);
        } else {
            clear(headers);
            vary_on(headers, "Origin");
        }
        allowed
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
    clear(headers);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.header_value());
    if credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if let Some(exposed) = exposed {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
    }
    vary_on(headers, "Origin");
}

fn clear(headers: &mut HeaderMap) {
    headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
}
