//! Three-valued logic (Kleene): a rule about an identity that is not known yet is neither true nor false.

/// Whether something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// It does not, whoever signs in.
    Never,
    /// It depends on who signs in.
    Perhaps,
    /// It does.
    Certain,
}

use Certainty::{Certain, Never, Perhaps};

impl Certainty {
    pub(crate) const fn known(matches: bool) -> Self {
        if matches { Certain } else { Never }
    }

    pub(crate) const fn not(self) -> Self {
        match self {
            Never => Certain,
            Perhaps => Perhaps,
            Certain => Never,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }
}
