//! What kind of request comes to a sign-in endpoint.

use crossgate_cors::{OriginHeader, RequestOrigin, SecFetchDest, SecFetchMode, SecFetchSite};
use crossgate_gate::Head;

/// What kind of request it is, settled before its cookies are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page that the visitor sees in the address bar.
    TopLevel,
    /// A fetch that was redirected here across origins: mode `cors`, `Origin: null`, with its `Sec-Fetch-Site`.
    RedirectedFetch(SecFetchSite),
    /// A frame, with its `Sec-Fetch-Site`.
    Frame(SecFetchSite),
    /// Embeds, other fetches.
    Other,
}

impl Kind {
    /// Judges a request. Without Sec-Fetch headers (tools, browsers of before 2023) it counts as top-level unless it
    /// has an `Origin`, which a navigation by GET has not, or asks for something else than a page.
    #[must_use]
    pub fn of(head: &Head<'_>) -> Self {
        match (head.fetch.mode, head.fetch.site) {
            (Some(SecFetchMode::Navigate), site) => match (head.fetch.dest, site) {
                (None | Some(SecFetchDest::Document), _) => Self::TopLevel,
                (Some(SecFetchDest::Iframe), Some(site)) => Self::Frame(site),
                (Some(_), _) => Self::Other,
            },
            (Some(SecFetchMode::Cors), Some(site)) if is_null(&head.origin) => {
                Self::RedirectedFetch(site)
            }
            (Some(_), _) | (None, Some(_)) => Self::Other,
            (None, None) => {
                let accepts = head.accepts();
                let page = !accepts.given || accepts.html || accepts.anything;
                let no_fetch = head.origin == OriginHeader::Absent || head.origin_is_own();
                if page && no_fetch && head.fetch.dest.is_none() {
                    Self::TopLevel
                } else {
                    Self::Other
                }
            }
        }
    }
}

fn is_null(origin: &OriginHeader) -> bool {
    *origin == OriginHeader::One(RequestOrigin::Null)
}

#[cfg(test)]
mod tests {
    use crossgate_cors::SecFetchSite;

    use super::Kind;
    use crate::testing::get;

    const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");
    const CORS: (&str, &str) = ("sec-fetch-mode", "cors");
    const SAME_SITE: (&str, &str) = ("sec-fetch-site", "same-site");
    const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");
    const NULL: (&str, &str) = ("origin", "null");
    const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");

    fn dest(dest: &'static str) -> (&'static str, &'static str) {
        ("sec-fetch-dest", dest)
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "the rows of a table")]
    fn what_kind_of_request_it_is() {
        let fetch = Kind::RedirectedFetch;
        let rows: [(&str, &[(&str, &str)], Kind); 19] = [
            ("a navigation", &[NAVIGATE, CROSS_SITE, dest("document")], Kind::TopLevel),
            ("a navigation that says no destination", &[NAVIGATE, CROSS_SITE], Kind::TopLevel),
            (
                "a frame",
                &[NAVIGATE, SAME_SITE, dest("iframe")],
                Kind::Frame(SecFetchSite::SameSite),
            ),
            ("a frame that says no site", &[NAVIGATE, dest("iframe")], Kind::Other),
            ("an embedded object", &[NAVIGATE, SAME_SITE, dest("object")], Kind::Other),
            ("an image", &[("sec-fetch-mode", "no-cors"), CROSS_SITE, dest("image")], Kind::Other),
            (
                "a fetch redirected across origins",
                &[CORS, CROSS_SITE, NULL],
                fetch(SecFetchSite::CrossSite),
            ),
            ("the same on one site", &[CORS, SAME_SITE, NULL], fetch(SecFetchSite::SameSite)),
            (
                "a fetch straight to the login host",
                &[CORS, SAME_SITE, ("origin", "https://app1.acme.example")],
                Kind::Other,
            ),
            ("a same-origin fetch", &[CORS, ("sec-fetch-site", "same-origin")], Kind::Other),
            ("a redirected fetch that says no site", &[CORS, NULL], Kind::Other),
            ("two origins", &[CORS, SAME_SITE, NULL, NULL], Kind::Other),
            ("a doubled mode", &[NAVIGATE, NAVIGATE, SAME_SITE], Kind::Other),
            ("a tool that takes anything", &[("accept", "*/*")], Kind::TopLevel),
            ("a tool that says nothing", &[], Kind::TopLevel),
            ("an old browser's page", &[HTML], Kind::TopLevel),
            (
                "an old browser's fetch",
                &[("accept", "*/*"), ("origin", "https://app1.acme.example")],
                Kind::Other,
            ),
            ("an old browser's redirected fetch", &[("accept", "*/*"), NULL], Kind::Other),
            ("an old browser's image", &[("accept", "image/webp,image/png")], Kind::Other),
        ];
        for (what, headers, expected) in rows {
            let request = get("https://login.acme.example/").with_all(headers);
            assert_eq!(request.read(Kind::of), expected, "{what}");
        }
    }
}
