//! `Sec-Fetch-Site` as signed state records it.

use crossgate_cors::SecFetchSite;
use crossgate_token::meta::Site;

/// What is recorded of a request; of a doubled or unknown value nothing, which is never good enough later.
pub(crate) const fn recorded(site: SecFetchSite) -> Option<Site> {
    match site {
        SecFetchSite::CrossSite => Some(Site::CrossSite),
        SecFetchSite::None => Some(Site::None),
        SecFetchSite::SameOrigin => Some(Site::SameOrigin),
        SecFetchSite::SameSite => Some(Site::SameSite),
        SecFetchSite::Unknown => None,
    }
}

/// Whether a request says a site, and one no worse than was recorded.
pub(crate) fn no_worse(site: SecFetchSite, recorded: Option<Site>) -> bool {
    recorded.is_some_and(|recorded| {
        site.no_worse_than(match recorded {
            Site::CrossSite => SecFetchSite::CrossSite,
            Site::None => SecFetchSite::None,
            Site::SameOrigin => SecFetchSite::SameOrigin,
            Site::SameSite => SecFetchSite::SameSite,
        })
    })
}
