//! CORS headers on answers that the gateway makes itself: 401, 403, 404, 502.

use http::{HeaderMap, HeaderValue};

use crate::{Policy, RequestOrigin};

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
        todo!("{origin}{headers:?}{exposed:?}")
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
    todo!("{origin}{credentials}{headers:?}{exposed:?}")
}
