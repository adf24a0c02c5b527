//! The request headers of a policy.

use http::{HeaderName, HeaderValue};

/// Headers that carry the gateway's own credentials: a page gets to send them only where they are
/// listed by name.
const PROTECTED: [&str; 3] = ["cf-access-client-id", "cf-access-client-secret", "cf-access-token"];

/// Which request headers a preflight may ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RequestHeaders {
    /// All but the protected ones.
    All,
    /// These: lower case, sorted, unique.
    Listed(Box<[Box<str>]>),
}

impl RequestHeaders {
    pub(crate) fn listed(names: Vec<HeaderName>) -> Self {
        let mut names: Vec<Box<str>> = names.iter().map(|name| name.as_str().into()).collect();
        names.sort_unstable();
        Self::Listed(names.into())
    }

    /// Whether a header is allowed, whatever its case; names that are known to be in lower case are found faster. `protected`
    /// are further names that all headers do not cover.
    pub(crate) fn allow(&self, name: &[u8], lower_case: bool, protected: &[HeaderName]) -> bool {
        match self {
            Self::All => {
                let mut names =
                    PROTECTED.into_iter().chain(protected.iter().map(HeaderName::as_str));
                !names.any(|protected| protected.as_bytes().eq_ignore_ascii_case(name))
            }
            Self::Listed(listed) if lower_case => {
                listed.binary_search_by(|entry| entry.as_bytes().cmp(name)).is_ok()
            }
            Self::Listed(listed) => listed
                .binary_search_by(|entry| {
                    entry.bytes().cmp(name.iter().map(u8::to_ascii_lowercase))
                })
                .is_ok(),
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
