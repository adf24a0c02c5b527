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

    /// Whether a remembered `*` covers what was not asked for then: in Chromium everything but
    /// `Authorization`, in Firefox nothing.
    pub(super) const fn remembers_wildcards(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether an answer to a preflight is forgotten when the response itself fails the CORS
    /// check.
    pub(super) const fn forgets_preflight_of_failed_response(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether answers are remembered for requests that say `null` because of a redirect.
    pub(super) const fn remembers_preflights_of_tainted_requests(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether what a page asked for decides on preflights for all hops, even where a redirect took
    /// away what one was needed for.
    pub(super) const fn decides_on_preflights_once(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether a header that a page set twice is listed twice in
    /// `Access-Control-Request-Headers`.
    pub(super) const fn lists_repeated_headers(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether `Range` is sent as it was understood, instead of as it was written.
    pub(super) const fn rewrites_range(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether elements with `crossorigin` say their origin to their own host, too.
    pub(super) const fn elements_say_origin_at_home(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether any redirect to another origin makes a request without CORS say `null`; by the
    /// standard only one away from a third origin does.
    pub(super) const fn any_redirect_taints_without_cors(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether hosts of one domain are of one site though one is on plain HTTP and the other on TLS. By
    /// the standard they are not.
    pub(super) const fn sites_ignore_schemes(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether what a page asks of another site is in another partition than what it asks of its own,
    /// though both are in the same tab.
    pub(super) const fn partitions_know_cross_site_targets(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether a page over TLS hides its origin from plain HTTP on the computer itself, as it does from
    /// plain HTTP elsewhere.
    pub(super) const fn hides_origin_from_plain_loopback(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether a redirect by another site makes a request cross-site for `SameSite`.
    pub(super) const fn redirects_count_for_same_site(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether `Set-Cookie: =value` makes a cookie without a name.
    pub(super) const fn takes_empty_cookie_names(self) -> bool {
        matches!(self, Self::Chromium)
    }

    /// Whether a `__Host-` cookie may leave `Path` out where the URL's own path makes it `/`.
    pub(super) const fn takes_default_path_for_host_prefix(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether the preflight of a redirected request says the true origin where the request
    /// itself will say `null`, and is judged by it.
    pub(super) const fn preflight_forgets_redirect_taint(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether `Sec-Fetch-Site` is `cross-site` after any redirect by plain HTTP, where another origin than
    /// the page's is in the chain, even one of the same site.
    pub(super) const fn redirects_by_plain_http_count_as_cross_site(self) -> bool {
        matches!(self, Self::Firefox)
    }

    /// Whether a cookie without `SameSite` counts as `Lax`. The RFC says so; Firefox holds back.
    pub(super) const fn same_site_is_lax_by_default(self) -> bool {
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
