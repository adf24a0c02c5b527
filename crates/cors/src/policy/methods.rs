//! The methods of a policy.

use http::HeaderValue;

/// What no page can send (Fetch, "forbidden method", compared without case).
const FORBIDDEN: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Which methods a preflight may ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Methods {
    /// All but the forbidden ones.
    All,
    /// These, at most seven; none is forbidden.
    Listed(Vec<&'static str>),
}

impl Methods {
    /// Whether a method is allowed, in exactly this case.
    pub(crate) fn allow(&self, method: &str) -> bool {
        match self {
            Self::All => !FORBIDDEN.iter().any(|name| name.eq_ignore_ascii_case(method)),
            Self::Listed(listed) => listed.contains(&method),
        }
    }

    /// All of them in one value, if they are listed.
    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        match self {
            Self::All => None,
            Self::Listed(listed) => HeaderValue::try_from(listed.join(",")).ok(),
        }
    }
}
