//! Tokens, codes, statements, tickets and cookies of the gateway, and service-token headers: nothing that it did not make counts.

#![no_main]

use std::sync::LazyLock;

use crossgate_token::cookie::{cookies, is_gateway_cookie};
use crossgate_token::device::Device;
use crossgate_token::service_token::{CLIENT_ID, CLIENT_SECRET, Presented, ServiceCredentials};
use crossgate_token::{KeyRing, MasterKey, SigningKey, binding, code, csrf, meta, ticket};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

static RING: LazyLock<KeyRing> =
    LazyLock::new(|| KeyRing::new(SigningKey::generate("https://login.example", 0).expect("a key"), None));

fuzz_target!(|texts: (&str, &[u8])| {
    let (text, bytes) = texts;
    let master = MasterKey::new([7; 32]);
    assert!(RING.verify_signature(text).is_err());
    assert!(meta::open(&master.meta(), text, 0).is_err());
    assert!(code::open(&master.code(), text, 0).is_err());
    assert!(ticket::open(&master.ticket(), bytes, 0).is_err());
    assert!(!csrf::verify(&master.csrf(), "session", text));
    assert!(!Device::open(&master.device(), bytes, 0).knows(&master.device(), text));
    assert!(binding::hash(text).is_none_or(|hash| !binding::verify(bytes, &hash)));
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, value.clone());
    let _ours = cookies(&headers).filter(|(name, _)| is_gateway_cookie(name)).count();
    headers.insert(AUTHORIZATION, value.clone());
    let single = ServiceCredentials::from_headers(&headers, Some(&AUTHORIZATION));
    headers.insert(CLIENT_ID, value.clone());
    // Half of a pair, whatever else there is.
    let half = ServiceCredentials::from_headers(&headers, Some(&AUTHORIZATION));
    assert!(matches!(half, Presented::Malformed(_)));
    headers.insert(CLIENT_SECRET, value);
    let pair = ServiceCredentials::from_headers(&headers, None);
    assert!(!matches!(pair, Presented::None));
    drop(single);
});
