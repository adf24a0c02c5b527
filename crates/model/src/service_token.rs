//! Service tokens, as far as the config declares them.

use std::time::Duration;

/// A credential for a machine. Its secret is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken {
    /// The name, unique.
    pub name: String,
    /// How long a new one is valid.
    pub duration: Duration,
    /// Whether it counts: one that does not is as good as revoked.
    pub enabled: bool,
}
