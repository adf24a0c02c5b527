//! Sections of the Fetch standard that decide a hop.

/// A section of the Fetch standard (<https://fetch.spec.whatwg.org/>).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Rule {
    /// The `Request` constructor: what a page may ask for at all.
    Constructor,
    /// "CORS check"
    CorsCheck,
    /// "CORS-preflight fetch"
    PreflightFetch,
    /// "HTTP-network fetch": there was no response.
    HttpNetworkFetch,
    /// "HTTP-redirect fetch"
    HttpRedirectFetch,
    /// "HTTP fetch": what is done with a redirect by the redirect mode.
    HttpFetch,
    /// "Main fetch": same-origin, `no-cors`, or CORS.
    MainFetch,
    /// "Cross-origin resource policy check"
    ResourcePolicy,
}

impl Rule {
    /// The section's title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Constructor => "Request constructor",
            Self::CorsCheck => "CORS check",
            Self::PreflightFetch => "CORS-preflight fetch",
            Self::HttpNetworkFetch => "HTTP-network fetch",
            Self::HttpRedirectFetch => "HTTP-redirect fetch",
            Self::HttpFetch => "HTTP fetch",
            Self::MainFetch => "Main fetch",
            Self::ResourcePolicy => "Cross-origin resource policy check",
        }
    }

    /// Where to read it.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Constructor => "https://fetch.spec.whatwg.org/#dom-request",
            Self::CorsCheck => "https://fetch.spec.whatwg.org/#concept-cors-check",
            Self::PreflightFetch => "https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            Self::HttpNetworkFetch => "https://fetch.spec.whatwg.org/#concept-http-network-fetch",
            Self::HttpRedirectFetch => "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
            Self::HttpFetch => "https://fetch.spec.whatwg.org/#concept-http-fetch",
            Self::MainFetch => "https://fetch.spec.whatwg.org/#concept-main-fetch",
            Self::ResourcePolicy => {
                "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check"
            }
        }
    }
}
