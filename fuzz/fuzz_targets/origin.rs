//! An `Origin` header's value: what is read is spelled as it was, and as the URL standard spells it.

#![no_main]

use crossgate_cors::{Origin, RequestOrigin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| {
    let Ok(RequestOrigin::Tuple(origin)) = Origin::parse(value) else { return };
    assert_eq!(origin.as_str().as_bytes(), value);
    let again = Origin::new(origin.scheme(), origin.host(), origin.port());
    if matches!(origin.scheme(), "http" | "https") {
        assert_eq!(again.as_ref(), Ok(&origin));
    }
    let header = http::HeaderValue::from_bytes(value).expect("an origin is a header value");
    assert_eq!(RequestOrigin::from_value(&header), Ok(RequestOrigin::Tuple(origin)));
});
