//! What the listeners of a config want.

use crossgate_model::{AcmeAuthority, Host, Listener};

/// Names that want certificates, and whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whom to ask: one for all listeners.
    pub authority: AcmeAuthority,
    /// Each name once.
    pub names: Vec<Host>,
}

impl Wanted {
    /// What listeners want, if they want anything.
    #[must_use]
    pub fn of(listeners: &[Listener]) -> Option<Self> {
        let wishes = || listeners.iter().filter_map(|listener| listener.acme.as_ref());
        let authority = wishes().next()?.authority.clone();
        let mut names = wishes().flat_map(|acme| acme.names.iter().cloned()).collect::<Vec<_>>();
        names.sort();
        names.dedup();
        Some(Self { authority, names })
    }
}
