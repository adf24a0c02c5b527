//! One exchange of a HAR, without what is secret in it.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::body::{self, Body};
use super::cookies::{self, SentCookie, SetCookie};
use super::headers::Headers;
use super::raw;
use crate::Target;
use crate::text::printable;

/// One exchange: a request and what came back.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its number in the file, from 0.
    pub(crate) index: usize,
    /// When it began, in milliseconds since 1970.
    pub(crate) started: Option<i64>,
    pub(crate) pageref: String,
    pub(crate) method: String,
    pub(crate) url: Target,
    pub(crate) request: Headers,
    pub(crate) sent_cookies: Vec<SentCookie>,
    /// 0 if there was none.
    pub(crate) status: u16,
    pub(crate) response: Headers,
    pub(crate) set_cookies: Vec<SetCookie>,
    pub(crate) redirect: Option<Target>,
    pub(crate) body: Body,
    /// What the browser says went wrong, as `net::ERR_FAILED`.
    pub(crate) error: String,
    pub(crate) resource_type: String,
    pub(crate) initiator: Option<Target>,
    pub(crate) initiated_by_preflight: bool,
    pub(crate) referrer: Option<Target>,
    pub(crate) from_cache: bool,
    pub(crate) from_service_worker: bool,
}

impl Entry {
    /// Reads an entry; nothing without a URL.
    pub(super) fn read(index: usize, raw: raw::Entry) -> Option<Self> {
        let (request, response) = (raw.request.0, raw.response.0);
        let base = request.url.0;
        let url = Target::parse(&base)?;
        let mut sent_cookies = Vec::new();
        let mut set_cookies = Vec::new();
        let mut location = response.redirect_url.0;
        let (mut request_headers, mut response_headers) = (Headers::default(), Headers::default());
        let mut referrer = None;
        for pair in request.headers.0.into_iter().map(|it| it.0) {
            if pair.name.0.eq_ignore_ascii_case("cookie") {
                sent_cookies.extend(cookies::sent(&pair.value.0).take(raw::MAX_PAIRS));
            }
            if pair.name.0.eq_ignore_ascii_case("referer") {
                referrer = Target::parse(&pair.value.0);
            }
            request_headers.add(&pair.name.0, &pair.value.0);
        }
        if sent_cookies.is_empty() {
            let named = request.cookies.0.into_iter().map(|it| it.0);
            sent_cookies
                .extend(named.filter_map(|it| cookies::sent_cookie(&it.name.0, &it.value.0)));
        }
        for pair in response.headers.0.into_iter().map(|it| it.0) {
            if pair.name.0.eq_ignore_ascii_case("set-cookie") {
                let lines = pair.value.0.split('\n').take(raw::MAX_PAIRS);
                set_cookies.extend(lines.filter_map(cookies::set));
            }
            if pair.name.0.eq_ignore_ascii_case("location") && location.is_empty() {
                location.clone_from(&pair.value.0);
            }
            response_headers.add(&pair.name.0, &pair.value.0);
        }
        let status =
            response.status.0.filter(|it| (100.0..1000.0).contains(it)).unwrap_or_default();
        let error = [raw.error.0, response.error.0, response.failure.0];
        let error = error.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        let initiator = raw.initiator.0;
        let frames = initiator.stack.0.frames.0.into_iter().map(|it| it.0.url.0);
        let from = std::iter::once(initiator.url.0).chain(frames).find(|it| !it.is_empty());
        Some(Self {
            index,
            started: milliseconds(&raw.started.0),
            pageref: printable(&raw.pageref.0, 128),
            method: printable(&request.method.0, 32),
            redirect: (!location.is_empty()).then(|| Target::resolve(&base, &location)).flatten(),
            url,
            request: request_headers,
            sent_cookies,
            status: status as u16,
            body: body::recognise(&response.content.0.mime_type.0, &response.content.0.text.0),
            response: response_headers,
            set_cookies,
            error: printable(&error, 128),
            resource_type: printable(&raw.resource_type.0, 32).to_ascii_lowercase(),
            initiator: from.and_then(|it| Target::parse(&it)),
            initiated_by_preflight: initiator.kind.0 == "preflight",
            referrer,
            from_cache: !raw.from_cache.0.is_empty()
                || matches!(raw.fetch_type.0.as_str(), "Memory Cache" | "Disk Cache"),
            from_service_worker: raw.fetch_type.0 == "Service Worker",
        })
    }

    /// Roughly the memory that it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        1024 + self.request.weight()
            + self.response.weight()
            + 160 * (self.sent_cookies.len() + self.set_cookies.len())
            + self.url.as_str().len() * 3
    }

    /// OPTIONS with what makes it a preflight; provisional headers may hide that.
    pub(crate) fn is_preflight(&self) -> bool {
        self.method == "OPTIONS"
            && (self.resource_type == "preflight"
                || self.initiated_by_preflight
                || self.request.has("access-control-request-method"))
    }

    /// A page or a frame.
    pub(crate) fn is_navigation(&self) -> bool {
        self.request.value("sec-fetch-mode").map_or_else(
            || matches!(self.resource_type.as_str(), "document" | "subdocument" | "iframe"),
            |mode| mode == "navigate",
        )
    }

    /// A WebSocket handshake.
    pub(crate) fn is_websocket(&self) -> bool {
        matches!(self.url.scheme(), "ws" | "wss")
            || self.resource_type == "websocket"
            || self.request.value("upgrade").is_some_and(|it| it.eq_ignore_ascii_case("websocket"))
    }

    /// Whether the status is 200 to 299.
    pub(crate) const fn is_ok(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether the status is one that redirects and there is a place to go to.
    pub(crate) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.redirect.is_some()
    }

    /// Whether it is known what the server said.
    pub(crate) const fn has_response(&self) -> bool {
        self.status != 0 && !self.response.is_empty()
    }
}

fn milliseconds(started: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(started, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

impl Entry {
    /// What the request said in `Origin`.
    pub(crate) fn request_origin(&self) -> Option<&str> {
        self.request.value("origin")
    }
}
