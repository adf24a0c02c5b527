//! The request that an upstream gets, of a head in bytes: the one that was decided on, one host, one length, and of who asks only what the
//! gateway says. What follows the head chooses what else is known of the request.

#![no_main]

use std::collections::BTreeMap;

use bytes::Bytes;
use crossgate_fuzz::{PUBLIC, head_and_rest, request_line};
use crossgate_gate::{Head, is_gateway_header};
use crossgate_http1::{BodyLength, HeadEnd, MAX_FIELDS, RequestHead, RequestHeadError};
use crossgate_model::UpstreamScheme;
use crossgate_proxy::UpstreamRequest;
use crossgate_session::UpstreamAssertion;
use crossgate_token::cookie::is_gateway_cookie;
use http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

const PEER: &str = "203.0.113.9";
const REQUEST_ID: &str = "the-request";
const ASSERTION: &str = "the.asser.tion";
const EMAIL: &str = "ann@acme.example";
const WEBSOCKET_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
static SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service");

/// What only the gateway says, and in which words where they are always the same.
const ITS_OWN: [(&str, Option<&str>); 7] = [
    ("forwarded", None),
    ("x-forwarded-for", None),
    ("x-forwarded-host", None),
    ("x-forwarded-proto", Some("http")),
    ("x-request-id", Some(REQUEST_ID)),
    ("cf-access-jwt-assertion", Some(ASSERTION)),
    ("cf-access-authenticated-user-email", Some(EMAIL)),
];

type Fields = BTreeMap<String, Vec<Vec<u8>>>;

fuzz_target!(|data: &[u8]| {
    let Some((bytes, rest)) = head_and_rest(data) else { return };
    let Ok(read) = RequestHead::parse(&bytes) else { return };
    let Ok(head) = Head::read(&request_line(&read), &read.headers) else { return };
    let known = |bit: u8| rest.first().is_some_and(|known| known & 1 << bit != 0);
    let (assertion, email) = (HeaderValue::from_static(ASSERTION), HeaderValue::from_static(EMAIL));
    let request = UpstreamRequest {
        method: head.method,
        target: &head.target,
        headers: head.headers,
        peer: PEER,
        peer_is_trusted: known(0),
        public: PUBLIC,
        request_id: REQUEST_ID,
        host_header: known(1).then_some("internal.example"),
        service_token_header: known(2).then_some(&SERVICE_TOKEN),
        assertion: known(3).then_some(UpstreamAssertion { assertion: &assertion, email: known(4).then_some(&email) }),
        assertion_cookie: known(5),
        preflight: known(6),
        websocket: (known(7) && !known(6)).then_some(known(0).then_some(WEBSOCKET_KEY)),
    };
    let mut written = Vec::new();
    request.write_http1(&mut written, read.body);
    let fields = one_request(&request, &written);
    who_asks_is_the_gateways_to_say(&request, &fields);
    the_way_is_the_gateways_to_say(&request, &fields);
    the_body_ends_once(&request, read.body, &fields);
    the_same_over_http2(&request, read.body, fields);
});

/// Reads lines by itself, and as the gateway reads a visitor's.
fn one_request(request: &UpstreamRequest<'_>, written: &[u8]) -> Fields {
    let text = written.strip_suffix(b"\r\n\r\n").expect("an end");
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut lines = lines.inspect(|line| assert!(!line.iter().any(|byte| matches!(byte, b'\r' | 0)), "a line within a line"));
    let first = format!("{} {} HTTP/1.1", request.method, request.target.path_and_query());
    assert_eq!(lines.next().expect("a line"), first.as_bytes());
    let mut fields = Fields::new();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':').expect("a field");
        let name = HeaderName::from_bytes(&line[..colon]).expect("a name");
        fields.entry(name.as_str().to_owned()).or_default().push(line[colon + 1..].trim_ascii().to_vec());
    }
    let bytes = Bytes::copy_from_slice(written);
    assert_eq!(HeadEnd::default().find(&bytes), Some(bytes.len()));
    let count = fields.values().map(Vec::len).sum::<usize>();
    if count > MAX_FIELDS {
        // The visitor had almost as many as he may have, and the gateway's came with them.
        assert_eq!(RequestHead::parse(&bytes).err(), Some(RequestHeadError::TooLarge));
        return fields;
    }
    let again = RequestHead::parse(&bytes).unwrap_or_else(|error| panic!("{error:?}: {written:?}"));
    assert_eq!((&again.method, again.target.path), (request.method, request.target.path()));
    assert_eq!(again.target.query, request.target.query());
    assert_eq!(again.headers.len(), count);
    fields
}

fn who_asks_is_the_gateways_to_say(request: &UpstreamRequest<'_>, fields: &Fields) {
    for (name, values) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        let Some((_, said)) = ITS_OWN.iter().find(|(own, _)| *own == name) else {
            assert!(!is_gateway_header(&name), "{name} is the visitor's");
            continue;
        };
        assert_eq!(values.len(), 1, "{name}");
        assert!(said.is_none_or(|said| values[0] == said.as_bytes()), "{name}: {values:?}");
    }
    let assertion = request.assertion.as_ref();
    assert_eq!(fields.contains_key("cf-access-jwt-assertion"), assertion.is_some());
    let email = assertion.and_then(|assertion| assertion.email);
    assert_eq!(fields.contains_key("cf-access-authenticated-user-email"), email.is_some());
    assert!(!(request.preflight && fields.contains_key("authorization")), "a preflight says who asks");
    let cookies = fields.get("cookie").into_iter().flatten().collect::<Vec<_>>();
    assert!(cookies.len() <= 1, "cookies in one line");
    let pairs = cookies.iter().flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
    // Without `=` it is a value without a name (RFC 6265bis, section 5.7).
    let name = |pair: &[u8]| pair.iter().position(|byte| *byte == b'=').map(|end| pair[..end].trim_ascii().to_vec());
    let own = pairs.filter(|pair| name(pair).is_some_and(|name| is_gateway_cookie(&name)));
    let own = own.collect::<Vec<_>>();
    let wanted = format!("CF_Authorization={ASSERTION}");
    let wanted = (request.assertion_cookie && assertion.is_some()).then_some(wanted.as_bytes());
    assert_eq!(own, wanted.into_iter().collect::<Vec<_>>(), "the gateway's cookies");
}

fn the_way_is_the_gateways_to_say(request: &UpstreamRequest<'_>, fields: &Fields) {
    let host = format!("{}:8080", request.target.host());
    let one = |name: &str| String::from_utf8(fields[name][0].clone()).unwrap_or_else(|_| panic!("{name} is text"));
    assert_eq!(fields["host"], [request.host_header.unwrap_or(&host).as_bytes()]);
    assert_eq!(one("x-forwarded-host"), host);
    let addresses = one("x-forwarded-for");
    let addresses = addresses.split(", ").collect::<Vec<_>>();
    assert!(addresses.iter().all(|address| address.parse::<std::net::IpAddr>().is_ok()), "{addresses:?}");
    assert_eq!(addresses.last(), Some(&PEER));
    assert!(request.peer_is_trusted || addresses.len() == 1, "{addresses:?}");
    let nodes = one("forwarded");
    assert_eq!(nodes.matches("for=").count(), addresses.len(), "{nodes}");
    assert!(nodes.ends_with(&format!("for={PEER};host=\"{host}\";proto=http")), "{nodes}");
}

fn the_body_ends_once(request: &UpstreamRequest<'_>, length: BodyLength, fields: &Fields) {
    let count = |name: &str| fields.get(name).map_or(0, Vec::len);
    let none = request.preflight || request.websocket.is_some();
    let said = match length {
        _ if none => (0, 0),
        BodyLength::Chunked => (0, 1),
        BodyLength::Exactly(_) => (1, 0),
        BodyLength::None | BodyLength::UntilClose => (0, 0),
    };
    assert_eq!((count("content-length"), count("transfer-encoding")), said);
    let upgrade = usize::from(request.websocket.is_some());
    assert_eq!((count("connection"), count("upgrade")), (upgrade, upgrade));
    assert!(count("sec-websocket-key") <= 1 || request.websocket.flatten().is_none(), "two keys");
    assert_eq!(count("expect") + count("keep-alive") + count("proxy-authorization"), 0);
}

fn the_same_over_http2(request: &UpstreamRequest<'_>, length: BodyLength, mut fields: Fields) {
    let Ok(other) = request.to_http2(UpstreamScheme::Http, length) else {
        panic!("a target that HTTP/1.1 can say is one of HTTP/2: {}", request.target.path_and_query())
    };
    assert_eq!(other.method(), request.method);
    assert_eq!(other.uri().path_and_query().map(|path| path.as_str()), Some(request.target.path_and_query().as_str()));
    let host = fields.remove("host").unwrap_or_default();
    assert_eq!(other.uri().authority().map(|host| host.as_str().as_bytes()), host.first().map(Vec::as_slice));
    for connections in ["transfer-encoding", "connection", "upgrade"] {
        fields.remove(connections);
    }
    let mut found = Fields::new();
    for (name, value) in other.headers() {
        found.entry(name.as_str().to_owned()).or_default().push(value.as_bytes().trim_ascii().to_vec());
    }
    assert_eq!(found, fields);
}
