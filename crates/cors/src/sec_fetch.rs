//! Fetch Metadata request headers (`Sec-Fetch-*`).

use http::HeaderMap;

/// What a browser says about how a request came to be. A header that is absent is `None`; one
/// that is doubled or not known is `Unknown`, which callers treat as the worst value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FetchMetadata {
    /// `Sec-Fetch-Dest`
    pub dest: Option<SecFetchDest>,
    /// `Sec-Fetch-Mode`
    pub mode: Option<SecFetchMode>,
    /// `Sec-Fetch-Site`
    pub site: Option<SecFetchSite>,
    /// `Sec-Fetch-User: ?1`, once: the user did something to start this navigation.
    pub user: bool,
}

impl FetchMetadata {
    /// Reads the four headers.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let (mut read, mut users) = (Self::default(), 0);
        for (name, value) in headers {
            let Some(which) = name.as_str().strip_prefix("sec-fetch-") else { continue };
            let value = value.as_bytes();
            match which {
                "dest" => {
                    read.dest =
                        Some(read.dest.map_or_else(|| dest(value), |_| SecFetchDest::Unknown));
                }
                "mode" => {
                    read.mode =
                        Some(read.mode.map_or_else(|| mode(value), |_| SecFetchMode::Unknown));
                }
                "site" => {
                    read.site =
                        Some(read.site.map_or_else(|| site(value), |_| SecFetchSite::Unknown));
                }
                "user" => {
                    users += 1;
                    read.user = users == 1 && value == b"?1";
                }
                _ => {}
            }
        }
        read
    }
}

/// `Sec-Fetch-Site`: how the initiator is related to the target, over all redirects.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SecFetchSite {
    /// `cross-site`
    CrossSite,
    /// `none`: the user's own doing, say a bookmark.
    None,
    /// `same-origin`
    SameOrigin,
    /// `same-site`
    SameSite,
    /// Doubled, or a value that the standard does not have.
    Unknown,
}

impl SecFetchSite {
    /// Whether this is as close a relation as `other`, or closer: `same-origin` and `none`, then
    /// `same-site`, then `cross-site`, then anything unknown. Unknown is not even as good as
    /// itself.
    pub const fn no_worse_than(self, other: Self) -> bool {
        !matches!(self, Self::Unknown) && self.distance() <= other.distance()
    }

    const fn distance(self) -> u8 {
        match self {
            Self::None | Self::SameOrigin => 0,
            Self::SameSite => 1,
            Self::CrossSite => 2,
            Self::Unknown => 3,
        }
    }
}

/// `Sec-Fetch-Mode`: the request's mode.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SecFetchMode {
    /// `cors`
    Cors,
    /// `navigate`
    Navigate,
    /// `no-cors`
    NoCors,
    /// `same-origin`
    SameOrigin,
    /// Doubled, or a value that the standard does not have.
    Unknown,
    /// `websocket`
    WebSocket,
}

/// `Sec-Fetch-Dest`: what the response is to be used as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SecFetchDest {
    /// `audio`
    Audio,
    /// `audioworklet`
    AudioWorklet,
    /// `document`
    Document,
    /// `embed`
    Embed,
    /// `empty`: fetch, XMLHttpRequest, EventSource, beacons.
    Empty,
    /// `font`
    Font,
    /// `frame`
    Frame,
    /// `iframe`
    Iframe,
    /// `image`
    Image,
    /// `json`
    Json,
    /// `manifest`
    Manifest,
    /// `object`
    Object,
    /// `paintworklet`
    PaintWorklet,
    /// `report`
    Report,
    /// `script`
    Script,
    /// `serviceworker`
    ServiceWorker,
    /// `sharedworker`
    SharedWorker,
    /// `style`
    Style,
    /// `track`
    Track,
    /// Doubled, or a value that the standard does not have.
    Unknown,
    /// `video`
    Video,
    /// `webidentity`
    WebIdentity,
    /// `worker`
    Worker,
    /// `xslt`
    Xslt,
}

fn site(value: &[u8]) -> SecFetchSite {
    match value {
        b"cross-site" => SecFetchSite::CrossSite,
        b"none" => SecFetchSite::None,
        b"same-origin" => SecFetchSite::SameOrigin,
        b"same-site" => SecFetchSite::SameSite,
        _ => SecFetchSite::Unknown,
    }
}

fn mode(value: &[u8]) -> SecFetchMode {
    match value {
        b"cors" => SecFetchMode::Cors,
        b"navigate" => SecFetchMode::Navigate,
        b"no-cors" => SecFetchMode::NoCors,
        b"same-origin" => SecFetchMode::SameOrigin,
        b"websocket" => SecFetchMode::WebSocket,
        _ => SecFetchMode::Unknown,
    }
}

fn dest(value: &[u8]) -> SecFetchDest {
    match value {
        b"audio" => SecFetchDest::Audio,
        b"audioworklet" => SecFetchDest::AudioWorklet,
        b"document" => SecFetchDest::Document,
        b"embed" => SecFetchDest::Embed,
        b"empty" => SecFetchDest::Empty,
        b"font" => SecFetchDest::Font,
        b"frame" => SecFetchDest::Frame,
        b"iframe" => SecFetchDest::Iframe,
        b"image" => SecFetchDest::Image,
        b"json" => SecFetchDest::Json,
        b"manifest" => SecFetchDest::Manifest,
        b"object" => SecFetchDest::Object,
        b"paintworklet" => SecFetchDest::PaintWorklet,
        b"report" => SecFetchDest::Report,
        b"script" => SecFetchDest::Script,
        b"serviceworker" => SecFetchDest::ServiceWorker,
        b"sharedworker" => SecFetchDest::SharedWorker,
        b"style" => SecFetchDest::Style,
        b"track" => SecFetchDest::Track,
        b"video" => SecFetchDest::Video,
        b"webidentity" => SecFetchDest::WebIdentity,
        b"worker" => SecFetchDest::Worker,
        b"xslt" => SecFetchDest::Xslt,
        _ => SecFetchDest::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::{HeaderName, HeaderValue};

    use super::{FetchMetadata, SecFetchDest, SecFetchMode, SecFetchSite};

    fn read(lines: &[(&'static str, &'static str)]) -> FetchMetadata {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        FetchMetadata::from_headers(&headers)
    }

    #[test]
    fn what_a_browser_says_is_read() {
        let page_load = read(&[
            ("sec-fetch-site", "none"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-user", "?1"),
        ]);
        let expected = FetchMetadata {
            dest: Some(SecFetchDest::Document),
            mode: Some(SecFetchMode::Navigate),
            site: Some(SecFetchSite::None),
            user: true,
        };
        assert_eq!(page_load, expected);
        assert_eq!(read(&[]), FetchMetadata::default(), "absent headers");
    }

    #[test]
    fn each_site_is_read_exactly() {
        let rows = [
            ("same-origin", SecFetchSite::SameOrigin),
            ("same-site", SecFetchSite::SameSite),
            ("cross-site", SecFetchSite::CrossSite),
            ("none", SecFetchSite::None),
            ("Same-Origin", SecFetchSite::Unknown),
            ("same-origin, none", SecFetchSite::Unknown),
            ("", SecFetchSite::Unknown),
        ];
        for (value, expected) in rows {
            assert_eq!(read(&[("sec-fetch-site", value)]).site, Some(expected), "{value}");
        }
    }

    #[test]
    fn each_mode_is_read_exactly() {
        let rows = [
            ("cors", SecFetchMode::Cors),
            ("navigate", SecFetchMode::Navigate),
            ("no-cors", SecFetchMode::NoCors),
            ("same-origin", SecFetchMode::SameOrigin),
            ("websocket", SecFetchMode::WebSocket),
            ("NAVIGATE", SecFetchMode::Unknown),
        ];
        for (value, expected) in rows {
            assert_eq!(read(&[("sec-fetch-mode", value)]).mode, Some(expected), "{value}");
        }
    }

    #[test]
    fn a_doubled_header_is_unknown_even_if_both_lines_agree() {
        let doubled = read(&[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-user", "?1"),
            ("sec-fetch-user", "?1"),
        ]);
        let expected = FetchMetadata {
            dest: Some(SecFetchDest::Unknown),
            mode: Some(SecFetchMode::Unknown),
            site: Some(SecFetchSite::Unknown),
            user: false,
        };
        assert_eq!(doubled, expected);
    }

    #[test]
    fn sites_are_ordered_from_near_to_far_and_unknown_is_never_good_enough() {
        let near_to_far = [
            SecFetchSite::SameOrigin,
            SecFetchSite::SameSite,
            SecFetchSite::CrossSite,
            SecFetchSite::Unknown,
        ];
        for (near, one) in near_to_far.into_iter().enumerate() {
            for (far, other) in near_to_far.into_iter().enumerate() {
                let expected = near <= far && one != SecFetchSite::Unknown;
                assert_eq!(one.no_worse_than(other), expected, "{one:?} than {other:?}");
            }
        }
        assert!(SecFetchSite::None.no_worse_than(SecFetchSite::SameOrigin));
        assert!(SecFetchSite::SameOrigin.no_worse_than(SecFetchSite::None));
    }
}
