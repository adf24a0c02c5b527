//! Durations as Go and the API spell them.

use std::time::Duration;

/// A duration such as `24h`, `2h45m` or `300ms`, kept as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoDuration {
    /// As written.
    pub text: String,
    /// Its length.
    pub duration: Duration,
}
