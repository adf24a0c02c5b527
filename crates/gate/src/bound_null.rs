//! The request that `authorized` answers itself, where `null` is bound.

use crossgate_cors::Origin;

use crate::ReturnPath;

/// What a fetch asked for before it was redirected over the login host, and who did. An endpoint's response that has it among its
/// extensions is not sent: the original request is served in its place, so that nobody needs to be allowed by `Origin: null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeOriginal {
    /// What it asked for, on the same host.
    pub return_path: ReturnPath,
    /// The page's origin, which the upstream sees.
    pub initiator: Origin,
}
