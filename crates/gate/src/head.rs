//! A request's head, read once.

use std::net::IpAddr;

use crossgate_cors::{FetchMetadata, OriginHeader, RequestOrigin, SecFetchMode};
use crossgate_model::PublicAddress;
use http::{HeaderMap, Method, header};

use crate::owned_headers::is_alias;
use crate::{Target, TargetError};

/// What the connection says of a request, before it is read.
#[derive(Clone, Copy, Debug)]
pub struct RequestLine<'a> {
    /// The method.
    pub method: &'a Method,
    /// The authority of the target, or `:authority`.
    pub authority: Option<&'a str>,
    /// The path of the target.
    pub path: &'a str,
    /// The query of the target, without `?`.
    pub query: Option<&'a str>,
    /// The protocol of an extended CONNECT (RFC 8441).
    pub protocol: Option<&'a str>,
    /// The visitor's address, see [`client_address`](crate::client_address).
    pub client: IpAddr,
    /// The public address of the listener.
    pub public: PublicAddress,
}

/// A request's head: everything that is decided on.
#[derive(Debug)]
pub struct Head<'a> {
    /// The method; GET for a WebSocket over HTTP/2.
    pub method: &'a Method,
    /// Host, path and query.
    pub target: Target,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The visitor's address.
    pub client: IpAddr,
    /// The public address of the listener.
    pub public: PublicAddress,
    /// Whether it asks for a WebSocket.
    pub websocket: bool,
    /// Its `Origin`.
    pub origin: OriginHeader,
    /// Its `Sec-Fetch-*`.
    pub fetch: FetchMetadata,
}

/// Why a request is refused before anything is looked up: row 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A header name that some upstreams would take for one of ours.
    #[error("a header's name imitates one of the gateway's")]
    AliasedHeader,
    /// CONNECT or TRACE.
    #[error("the method is not offered")]
    Method,
    /// What was sent is no request, or it has two readings.
    #[error("the request is malformed")]
    Message,
    /// Host or path have no single reading.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The head did not arrive in time.
    #[error("the request's head did not arrive in time")]
    Timeout,
    /// The head is longer than any head in earnest.
    #[error("the request's head is too large")]
    TooLarge,
}

impl<'a> Head<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// Whatever row 1 of the request path refuses.
    pub fn read(line: &RequestLine<'a>, headers: &'a HeaderMap) -> Result<Self, Malformed> {
        let extended = *line.method == Method::CONNECT && line.protocol == Some("websocket");
        if *line.method == Method::TRACE || (*line.method == Method::CONNECT && !extended) {
            return Err(Malformed::Method);
        }
        let hosts = headers.get_all(header::HOST).iter().map(http::HeaderValue::as_bytes);
        let target = Target::read(line.authority, hosts, line.path, line.query)?;
        if headers.keys().any(|name| is_alias(name.as_str())) {
            return Err(Malformed::AliasedHeader);
        }
        Ok(Self {
            method: if extended { &Method::GET } else { line.method },
            target,
            headers,
            client: line.client.to_canonical(),
            public: line.public,
            websocket: extended || (*line.method == Method::GET && asks_for_websocket(headers)),
            origin: RequestOrigin::from_headers(headers),
            fetch: FetchMetadata::from_headers(headers),
        })
    }

    /// Whether the browser shows the answer as a page: `Sec-Fetch-Mode: navigate`, or, without Sec-Fetch, an
    /// `Accept` that lists HTML.
    #[must_use]
    pub fn is_navigation(&self) -> bool {
        match self.fetch.mode {
            Some(mode) => mode == SecFetchMode::Navigate,
            None => self.accepts().html,
        }
    }

    /// Whether a script asks: `Sec-Fetch-Mode` `cors` or `same-origin`, or, without Sec-Fetch, an `Origin` that is
    /// not the host's own.
    #[must_use]
    pub fn is_fetch(&self) -> bool {
        match self.fetch.mode {
            Some(mode) => matches!(mode, SecFetchMode::Cors | SecFetchMode::SameOrigin),
            None => self.origin != OriginHeader::Absent && !self.origin_is_own(),
        }
    }

    /// Whether `Origin` is the origin of the host that is asked.
    #[must_use]
    pub fn origin_is_own(&self) -> bool {
        match &self.origin {
            OriginHeader::One(RequestOrigin::Tuple(origin)) => {
                self.public.is_origin_of(self.target.host(), origin)
            }
            OriginHeader::Absent
            | OriginHeader::Invalid
            | OriginHeader::One(RequestOrigin::Null) => false,
        }
    }

    /// What `Accept` lists.
    #[must_use]
    pub fn accepts(&self) -> Accepts {
        let mut accepts = Accepts::default();
        for line in self.headers.get_all(header::ACCEPT) {
            accepts.given = true;
            for range in line.as_bytes().split(|byte| *byte == b',') {
                let essence =
                    range.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
                let is = |name: &str| essence.eq_ignore_ascii_case(name.as_bytes());
                accepts.html |= is("text/html") || is("application/xhtml+xml");
                accepts.anything |= is("*/*");
                accepts.json |= is("application/json") || is("application/problem+json");
            }
        }
        accepts
    }
}

/// What an `Accept` header lists (RFC 9110, section 12.5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepts {
    /// There is one.
    pub given: bool,
    /// HTML.
    pub html: bool,
    /// JSON.
    pub json: bool,
    /// `*/*`.
    pub anything: bool,
}

/// `Connection: upgrade` and `Upgrade: websocket` (RFC 6455, section 4.1).
fn asks_for_websocket(headers: &HeaderMap) -> bool {
    let lists = |name: header::HeaderName, token: &[u8]| {
        headers.get_all(name).iter().any(|line| {
            line.as_bytes()
                .split(|byte| *byte == b',')
                .any(|entry| entry.trim_ascii().eq_ignore_ascii_case(token))
        })
    };
    lists(header::CONNECTION, b"upgrade") && lists(header::UPGRADE, b"websocket")
}
