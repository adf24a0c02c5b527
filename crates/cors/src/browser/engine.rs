//! Where engines leave the standard or settle what it leaves open.

use std::time::Duration;

/// A browser engine: Chromium 156, Firefox ESR 153.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Engine {
    /// Chromium, and what is built on it: Chrome, Edge, Brave, Opera.
    Chromium,
    /// Firefox.
    Firefox,
}

/// What a browser does with cookies of a site other than the one in the address bar.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ThirdPartyCookies {
    /// They are sent and stored, subject to `SameSite`: Chrome as delivered.
    Allowed,
    /// Only those with `Partitioned` are sent and stored: Chromium with the setting, or in a
    /// private window.
    Blocked,
    /// All are kept in a jar of their own for each top-level site: Firefox as delivered.
    Partitioned,
}

impl Engine {
    /// The name, in lower case: `chromium` or `firefox`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }

    /// Whether `Access-Control-Allow-Headers: *` lets `Authorization` through. By the standard it
    /// does not ("CORS non-wildcard request-header name"); both engines are behind, and warn.
    pub(super) const fn wildcard_covers_authorization(self) -> bool {
        match self {
            Self::Chromium | Self::Firefox => true,
        }
    }

    /// Whether the preflight of a redirected request says the true origin where the request
    /// itself will say `null`.
    pub(super) const fn preflight_forgets_redirect_taint(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether `Sec-Fetch-Site` is `cross-site` after any redirect across origins over plain
    /// HTTP, even between names of one site.
    pub(super) const fn plain_http_redirects_count_as_cross_site(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether a cookie without `SameSite` counts as `Lax`. The RFC says so; Firefox holds back.
    pub(super) const fn same_site_is_lax_by_default(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether `SameSite=None` needs `Secure`.
    pub(super) const fn same_site_none_needs_secure(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// The longest that a preflight's answer is remembered.
    pub(super) const fn longest_max_age(self) -> Duration {
        match self {
            Self::Chromium => Duration::from_secs(7_200),
            Self::Firefox => Duration::from_secs(86_400),
        }
    }

    /// How many URLs the preflight cache has room for.
    pub(super) const fn preflight_cache_size(self) -> usize {
        match self {
            Self::Chromium => 1_024,
            Self::Firefox => 100,
        }
    }

    /// How many redirects are followed (the standard: 20).
    pub(super) const fn most_redirects(self) -> usize {
        match self {
            Self::Chromium | Self::Firefox => 20,
        }
    }
}
