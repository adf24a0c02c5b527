//! The request that the upstream gets, composed from what was decided on.

use crossgate_gate::{Target, folded, forwarded_for, is_gateway_header, is_hop_by_hop};
use crossgate_http1::{BodyLength, write};
use crossgate_model::{PublicAddress, UpstreamScheme};
use crossgate_session::UpstreamAssertion;
use crossgate_token::cookie;
use crossgate_token::service_token::{Presented, ServiceCredentials};
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderName, TE, TRAILER,
};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};

use crate::Failure;
use crate::reply::X_REQUEST_ID;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const METHOD_OVERRIDES: [&str; 4] =
    ["x-http-method", "x-http-method-override", "x-method-override", "x-original-method"];

/// A request for an upstream: what the visitor sent, what was decided on, and what the gateway has to say.
#[derive(Clone, Copy)]
pub struct UpstreamRequest<'a> {
    /// What was decided on.
    pub method: &'a Method,
    /// What was decided on.
    pub target: &'a Target,
    /// The visitor's headers.
    pub headers: &'a HeaderMap,
    /// The address that the connection comes from, as text.
    pub peer: &'a str,
    /// What that says of those before it counts.
    pub peer_is_trusted: bool,
    /// How browsers reach the listener.
    pub public: PublicAddress,
    /// The gateway's own name for the request.
    pub request_id: &'a str,
    /// A `Host` that the config has for the upstream.
    pub host_header: Option<&'a str>,
    /// The header that the application's service tokens come in, if not in the usual two.
    pub service_token_header: Option<&'a HeaderName>,
    /// Who is asking, where somebody is.
    pub assertion: Option<UpstreamAssertion<'a>>,
    /// The assertion goes into a cookie, too.
    pub assertion_cookie: bool,
    /// It is a preflight: nothing in it may act or identify anybody.
    pub preflight: bool,
    /// It opens a WebSocket, with this key if the visitor's has none.
    pub websocket: Option<Option<&'a str>>,
}

impl UpstreamRequest<'_> {
    /// Writes the head as HTTP/1.1 (RFC 9112), with a body of this length.
    pub fn write_http1(&self, output: &mut Vec<u8>, length: BodyLength) {
        write::request_line(output, self.method.as_str(), self.target.path_and_query().as_str());
        // The message's own way of ending, whatever the client said of its: see `framing`.
        self.each_field(|name, value| write::field(output, name.as_bytes(), value));
        match self.framing(length) {
            BodyLength::Chunked => write::field(output, b"transfer-encoding", b"chunked"),
            BodyLength::Exactly(length) => write::number(output, b"content-length", length),
            BodyLength::None | BodyLength::UntilClose => {}
        }
        if self.websocket.is_some() {
            write::field(output, b"connection", b"Upgrade");
            write::field(output, b"upgrade", b"websocket");
        }
        write::end_of_head(output);
    }

    /// The same for HTTP/2 (RFC 9113, section 8.3.1), which has `:authority` in place of Host.
    ///
    /// # Errors
    /// The target cannot be written so.
    pub fn to_http2(
        &self,
        scheme: UpstreamScheme,
        length: BodyLength,
    ) -> Result<Request<()>, Failure> {
        let mut request = Request::new(());
        let (headers, mut authority) = (request.headers_mut(), None);
        self.each_field(|name, value| {
            if name == "host" {
                authority = Authority::try_from(value).ok();
            } else if let (Ok(name), Ok(mut value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value))
            {
                value.set_sensitive(name == COOKIE || is_gateway_header(&name));
                headers.append(name, value);
            }
        });
        if let BodyLength::Exactly(length) = self.framing(length) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(match scheme {
            UpstreamScheme::Http => Scheme::HTTP,
            UpstreamScheme::Https => Scheme::HTTPS,
        });
        parts.authority = authority;
        parts.path_and_query = Some(self.target.path_and_query().clone());
        *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Failure::UpstreamBroken)?;
        *request.method_mut() = self.method.clone();
        *request.version_mut() = Version::HTTP_2;
        Ok(request)
    }

    /// How the body that is sent ends. A length without its body would make the upstream take the next request on the connection for it.
    pub(crate) fn framing(&self, length: BodyLength) -> BodyLength {
        match length {
            _ if self.websocket.is_some() || self.preflight => BodyLength::None,
            BodyLength::None if self.headers.contains_key(CONTENT_LENGTH) => BodyLength::Exactly(0),
            length => length,
        }
    }

    /// Every header that is sent, in order. Leaves out what is not the upstream's business: what belongs to the connection, what only the
    /// gateway may say, and the gateway's cookies. Then says who is asking. Nothing of the client's can remove what is said last.
    fn each_field(&self, mut send: impl FnMut(&str, &[u8])) {
        let named = self.named_by_connection();
        let service_token_header = self.service_token_header.filter(|name| {
            let presented = ServiceCredentials::from_headers(self.headers, Some(name));
            !matches!(presented, Presented::None)
        });
        for (name, value) in self.headers {
            let theirs = *name != HOST
                && *name != COOKIE
                && *name != CONTENT_LENGTH
                && *name != EXPECT
                && (*name == TRAILER || !is_hop_by_hop(name))
                && !is_gateway_header(name)
                && service_token_header != Some(name)
                && !named.contains(name)
                && !(self.preflight && acts(name))
                && !(self.websocket.is_some_and(|key| key.is_some())
                    && *name == http::header::SEC_WEBSOCKET_KEY);
            if theirs {
                send(name.as_str(), value.as_bytes());
            }
        }
        if self.headers.get_all(TE).iter().any(|te| lists(te, b"trailers")) {
            send("te", b"trailers");
        }
        let mut text = Vec::with_capacity(128);
        self.cookies(&named, &mut text);
        if !text.is_empty() {
            send("cookie", &text);
        }
        self.provenance(&mut text, &mut send);
        send(X_REQUEST_ID.as_str(), self.request_id.as_bytes());
        if let Some(UpstreamAssertion { assertion, email }) = self.assertion {
            send("cf-access-jwt-assertion", assertion.as_bytes());
            if let Some(email) = email {
                send("cf-access-authenticated-user-email", email.as_bytes());
            }
        }
        if let Some(Some(key)) = self.websocket {
            send("sec-websocket-key", key.as_bytes());
        }
    }

    /// Headers that the client's `Connection` names: they end here (RFC 9110, section 7.6.1). Each once, and those only that are there:
    /// the list may be long.
    fn named_by_connection(&self) -> Vec<HeaderName> {
        let lines = self.headers.get_all(CONNECTION).iter();
        let names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        let mut named = Vec::new();
        for name in names.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok()) {
            if !is_hop_by_hop(&name) && self.headers.contains_key(&name) && !named.contains(&name) {
                named.push(name);
            }
        }
        named
    }

    /// The visitor's cookies but the gateway's, and the assertion where the application wants it so.
    fn cookies(&self, named: &[HeaderName], text: &mut Vec<u8>) {
        if !self.preflight && !named.contains(&COOKIE) {
            cookie::foreign(self.headers, text);
        }
        if let (Some(UpstreamAssertion { assertion, .. }), true) =
            (self.assertion, self.assertion_cookie)
        {
            if !text.is_empty() {
                text.extend_from_slice(b"; ");
            }
            text.extend_from_slice(cookie::AUTHORIZATION.as_bytes());
            text.push(b'=');
            text.extend_from_slice(assertion.as_bytes());
        }
    }

    /// `Host`, `X-Forwarded-*` and `Forwarded` (RFC 7239), in the gateway's own words. What a trusted proxy says of the way before it comes
    /// first; a stranger's own list is not believed.
    fn provenance(&self, text: &mut Vec<u8>, send: &mut impl FnMut(&str, &[u8])) {
        let public = self.public;
        let host = public.authority(self.target.host());
        send("host", self.host_header.unwrap_or(&host).as_bytes());
        let before = self.peer_is_trusted.then(|| forwarded_for(self.headers));
        let mut before = before.into_iter().flatten().map(|(text, _)| text).collect::<Vec<_>>();
        before.reverse();
        text.clear();
        for address in &before {
            text.extend_from_slice(address.as_bytes());
            text.extend_from_slice(b", ");
        }
        text.extend_from_slice(self.peer.as_bytes());
        send(FORWARDED_FOR.as_str(), text);
        send("x-forwarded-host", host.as_bytes());
        let scheme = public.scheme.as_str();
        send("x-forwarded-proto", scheme.as_bytes());
        text.clear();
        for address in before {
            add_node(text, address);
            text.extend_from_slice(b", ");
        }
        add_node(text, self.peer);
        let quote = if host.contains(':') { "\"" } else { "" };
        for part in [";host=", quote, &host, quote, ";proto=", scheme] {
            text.extend_from_slice(part.as_bytes());
        }
        send("forwarded", text);
    }
}

/// Removes what may not come after the body: whatever says who asks, what the connection is like, or what the body is (RFC 9110, section
/// 6.5.1). An upstream may merge trailers into headers, so that a name which imitates one of ours goes, too.
pub(crate) fn remove_forged_trailers(trailers: &mut HeaderMap) {
    let forged = |name: &&HeaderName| {
        let folded = folded(name.as_str());
        [AUTHORIZATION, CONTENT_LENGTH, COOKIE, EXPECT, HOST].contains(*name)
            || is_hop_by_hop(name)
            || HeaderName::try_from(folded).is_ok_and(|folded| is_gateway_header(&folded))
    };
    let forged = trailers.keys().filter(forged).cloned().collect::<Vec<_>>();
    for name in forged {
        trailers.remove(name);
    }
}

/// Whether a header of a preflight could act or identify somebody.
fn acts(name: &HeaderName) -> bool {
    *name == AUTHORIZATION || METHOD_OVERRIDES.contains(&&*folded(name.as_str()))
}

fn lists(value: &HeaderValue, token: &[u8]) -> bool {
    value
        .as_bytes()
        .split(|byte| *byte == b',')
        .any(|entry| entry.trim_ascii().eq_ignore_ascii_case(token))
}

fn add_node(nodes: &mut Vec<u8>, address: &str) {
    let (before, after) = if address.contains(':') { ("for=\"[", "]\"") } else { ("for=", "") };
    for part in [before, address, after] {
        nodes.extend_from_slice(part.as_bytes());
    }
}
