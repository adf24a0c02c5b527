//! The request that the upstream gets, built from what was decided on.

use std::net::IpAddr;

use crossgate_gate::{folded, is_gateway_header, is_hop_by_hop};
use crossgate_model::{Host, PublicAddress};
use crossgate_session::UpstreamAssertion;
use crossgate_token::cookie;
use crossgate_token::service_token::{Presented, ServiceCredentials};
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, HeaderName, TE,
    TRAILER,
};
use http::{HeaderMap, HeaderValue};

use crate::stamp::X_REQUEST_ID;

const ASSERTION: HeaderName = HeaderName::from_static("cf-access-jwt-assertion");
const EMAIL: HeaderName = HeaderName::from_static("cf-access-authenticated-user-email");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const METHOD_OVERRIDES: [&str; 4] =
    ["x-http-method", "x-http-method-override", "x-method-override", "x-original-method"];

/// Where a request came from, in the gateway's own words.
pub(crate) struct Provenance<'a> {
    pub(crate) host: &'a Host,
    pub(crate) public: PublicAddress,
    /// The address of the connection.
    pub(crate) peer: IpAddr,
    pub(crate) peer_is_trusted: bool,
    pub(crate) request_id: &'a str,
}

/// Removes what is not the upstream's business: what belongs to the connection, what only the gateway may say, and the
/// gateway's cookies. Then says who is asking. In this order: nothing of the client's can remove what is set last.
pub(crate) fn rewrite(
    headers: &mut HeaderMap,
    provenance: &Provenance<'_>,
    host_header: Option<&str>,
    service_token_header: Option<&HeaderName>,
    assertion: Option<UpstreamAssertion<'_>>,
    assertion_cookie: bool,
) {
    let way = way_here(headers, provenance);
    remove_connection_headers(headers);
    remove_gateway_headers(headers);
    headers.remove(EXPECT);
    headers.remove(HOST);
    if let Some(name) = service_token_header
        && !matches!(ServiceCredentials::from_headers(headers, Some(name)), Presented::None)
    {
        headers.remove(name);
    }
    cookie::strip(headers, cookie::is_gateway_cookie);
    let public_host = provenance.public.authority(provenance.host);
    set_forwarded(headers, provenance.public, &public_host, &way);
    insert(headers, HOST, host_header.unwrap_or(&public_host));
    insert(headers, X_REQUEST_ID, provenance.request_id);
    if let Some(UpstreamAssertion { assertion, email }) = assertion {
        headers.insert(ASSERTION, assertion.clone());
        if let Some(email) = email {
            headers.insert(EMAIL, email.clone());
        }
        if assertion_cookie {
            add_cookie(headers, cookie::AUTHORIZATION, assertion);
        }
    }
}

/// Makes a preflight harmless: nothing in it can act or identify anybody.
pub(crate) fn bare_preflight(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, CONTENT_LENGTH, COOKIE] {
        headers.remove(name);
    }
    let overrides = |name: &&HeaderName| METHOD_OVERRIDES.contains(&&*folded(name.as_str()));
    for name in headers.keys().filter(overrides).cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
}

/// Removes what belongs to one connection, and what `Connection` names (RFC 9110, section 7.6.1). `te: trailers` and `trailer` stay:
/// trailers are passed on, and gRPC asks for them.
pub(crate) fn remove_connection_headers(headers: &mut HeaderMap) {
    let trailers = headers.get(TE).is_some_and(|te| lists(te, b"trailers"));
    if headers.contains_key(CONNECTION) {
        let named = headers
            .get_all(CONNECTION)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
            .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
            .collect::<Vec<_>>();
        for name in named {
            headers.remove(name);
        }
    }
    let belongs = |name: &&HeaderName| is_hop_by_hop(name) && **name != TRAILER;
    while let Some(name) = headers.keys().find(belongs).cloned() {
        headers.remove(name);
    }
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
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

fn lists(value: &HeaderValue, token: &[u8]) -> bool {
    value
        .as_bytes()
        .split(|byte| *byte == b',')
        .any(|entry| entry.trim_ascii().eq_ignore_ascii_case(token))
}

fn remove_gateway_headers(headers: &mut HeaderMap) {
    let ours = headers.keys().filter(|name| is_gateway_header(name)).cloned().collect::<Vec<_>>();
    for name in ours {
        headers.remove(name);
    }
}

/// The addresses on the way here, as `X-Forwarded-For` and as nodes of `Forwarded`.
struct Way {
    list: String,
    nodes: String,
}

/// A stranger's own list is not believed.
fn way_here(headers: &HeaderMap, provenance: &Provenance<'_>) -> Way {
    let mut way = Way { list: String::new(), nodes: String::new() };
    if provenance.peer_is_trusted {
        for line in headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()) {
            way.list.push_str(line.trim());
            way.list.push_str(", ");
            let entries = line.split(',').map(str::trim);
            for address in entries.filter(|entry| entry.parse::<IpAddr>().is_ok()) {
                add_node(&mut way.nodes, address);
                way.nodes.push_str(", ");
            }
        }
    }
    let peer = provenance.peer.to_string();
    way.list.push_str(&peer);
    add_node(&mut way.nodes, &peer);
    way
}

fn add_node(nodes: &mut String, address: &str) {
    let (before, after) = if address.contains(':') { ("for=\"[", "]\"") } else { ("for=", "") };
    for part in [before, address, after] {
        nodes.push_str(part);
    }
}

/// `X-Forwarded-*` and `Forwarded` (RFC 7239). `host` is what the visitor asked for, with the port unless it is the scheme's.
fn set_forwarded(headers: &mut HeaderMap, public: PublicAddress, host: &str, way: &Way) {
    let scheme = public.scheme.as_str();
    insert(headers, FORWARDED_FOR, &way.list);
    insert(headers, FORWARDED_HOST, host);
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    let quote = if host.contains(':') { "\"" } else { "" };
    let parts = [&way.nodes, ";host=", quote, host, quote, ";proto=", scheme];
    insert(headers, FORWARDED, &parts.concat());
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn add_cookie(headers: &mut HeaderMap, name: &str, value: &HeaderValue) {
    let before =
        headers.get(COOKIE).map(|line| [line.as_bytes(), b"; "].concat()).unwrap_or_default();
    let line = [before.as_slice(), name.as_bytes(), b"=", value.as_bytes()].concat();
    if let Ok(line) = HeaderValue::from_maybe_shared(bytes::Bytes::from(line)) {
        headers.insert(COOKIE, line);
    }
}
