//! `Sec-Fetch-Site` as signed state records it.

use crossgate_cors::SecFetchSite;
use crossgate_model::PublicScheme;
use crossgate_token::meta::Site;

/// What is recorded of a request; of a doubled or unknown value nothing, which is never good enough later.
///
/// Over plain HTTP, which serves names under `localhost` only, Firefox says `cross-site` of every hop after a redirect to
/// another origin, on one site too: nothing better can be asked for there.
pub(crate) const fn recorded(site: SecFetchSite, scheme: PublicScheme) -> Option<Site> {
    match (site, scheme) {
        (SecFetchSite::Unknown, _) => None,
        (SecFetchSite::CrossSite, _) | (_, PublicScheme::Http) => Some(Site::CrossSite),
        (SecFetchSite::None, PublicScheme::Https) => Some(Site::None),
        (SecFetchSite::SameOrigin, PublicScheme::Https) => Some(Site::SameOrigin),
        (SecFetchSite::SameSite, PublicScheme::Https) => Some(Site::SameSite),
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

#[cfg(test)]
mod tests {
    use crossgate_cors::SecFetchSite::{CrossSite, SameSite, Unknown};
    use crossgate_model::PublicScheme::{Http, Https};

    use super::{no_worse, recorded};

    #[test]
    fn a_later_hop_may_say_nothing_worse_than_the_first_but_on_plain_http() {
        for (first, scheme, later, expected) in [
            (SameSite, Https, SameSite, true),
            (SameSite, Https, CrossSite, false),
            (CrossSite, Https, CrossSite, true),
            (SameSite, Http, CrossSite, true),
            (Unknown, Http, CrossSite, false),
            (Unknown, Https, SameSite, false),
            (SameSite, Http, Unknown, false),
        ] {
            let found = no_worse(later, recorded(first, scheme));
            assert_eq!(found, expected, "{first:?} over {scheme:?}, then {later:?}");
        }
    }
}
