//! A request's head in bytes, as far as the decision: what is read says one host, one length and nothing that imitates the gateway.

#![no_main]

use crossgate_fuzz::{head_and_rest, request_line};
use crossgate_gate::{Head, folded, is_gateway_header};
use crossgate_http1::{BodyLength, RequestHead};
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, Method};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((bytes, _)) = head_and_rest(data) else { return };
    let Ok(read) = RequestHead::parse(&bytes) else { return };
    let said = |name: HeaderName| read.headers.get_all(name).iter().count();
    match read.body {
        BodyLength::None => assert_eq!((said(CONTENT_LENGTH), said(TRANSFER_ENCODING)), (0, 0)),
        BodyLength::Exactly(_) => assert_eq!((said(CONTENT_LENGTH), said(TRANSFER_ENCODING)), (1, 0)),
        BodyLength::Chunked => assert_eq!((said(CONTENT_LENGTH), said(TRANSFER_ENCODING)), (0, 1)),
        BodyLength::UntilClose => panic!("a request's body ends before its connection"),
    }
    let Ok(head) = Head::read(&request_line(&read), &read.headers) else { return };
    assert!(said(HOST) <= 1 && *head.method != Method::CONNECT && *head.method != Method::TRACE);
    let ours = |name: &HeaderName| is_gateway_header(name);
    for name in read.headers.keys().filter(|name| !ours(name)) {
        let folded = HeaderName::try_from(folded(name.as_str()));
        assert!(!folded.is_ok_and(|name| ours(&name)), "{name} imitates");
    }
    let forwarded = head.target.path_and_query().as_str();
    assert!(!forwarded.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'#'), "{forwarded}");
    for value in read.headers.values() {
        assert!(!value.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    }
});
