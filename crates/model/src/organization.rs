//! The organization: where people sign in.

use std::time::Duration;

use crate::Host;

/// The organization and its login host.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Shown on the login pages.
    pub name: String,
    /// The team domain: where people sign in.
    pub auth_domain: Host,
    /// How long a sign-in lasts.
    pub session_duration: Duration,
}
