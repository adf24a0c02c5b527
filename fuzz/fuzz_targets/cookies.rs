//! The cookies of a request: none of the gateway's reaches an upstream, and no other is lost.

#![no_main]

use crossgate_token::cookie::{MAX_COPIES, cookies, foreign, is_gateway_cookie, values_of, values_with_suffix};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: Vec<&[u8]>| {
    let mut headers = HeaderMap::new();
    for line in lines {
        let Ok(line) = HeaderValue::from_bytes(line) else { return };
        headers.append(COOKIE, line);
    }
    let mut left = Vec::new();
    foreign(&headers, &mut left);
    let mut forwarded = HeaderMap::new();
    if !left.is_empty() {
        forwarded.insert(COOKIE, HeaderValue::from_bytes(&left).expect("a header's value"));
    }
    assert!(cookies(&forwarded).all(|(name, _)| !is_gateway_cookie(name)));
    let not_ours = |map| {
        let all = cookies(map).filter(|(name, value)| !is_gateway_cookie(name) && !(name.is_empty() && value.is_empty()));
        all.map(|(name, value)| (name.to_vec(), value.to_vec())).collect::<Vec<_>>()
    };
    // Only the first so many are looked at by readers; nothing is passed over where cookies are taken out.
    let (before, after) = (not_ours(&headers), not_ours(&forwarded));
    assert!(after.starts_with(&before));
    for (name, suffix) in [("CF_Authorization", "-0123abcd"), ("a", "b")] {
        let joined = format!("{name}{suffix}");
        let (one, other) = (values_of(&headers, &joined), values_with_suffix(&headers, name, suffix));
        assert!(one.eq(other.take(MAX_COPIES)));
    }
});
