//! Where a sign-in leads back to: never to another host, and a gateway's own path is one to whoever reads it.

#![no_main]

use crossgate_gate::{AccessPath, ReturnPath};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let Ok(path) = ReturnPath::parse(text) else { return };
    assert_eq!(path.as_str(), text);
    let base = Url::parse("https://app.example:8443/deep/page").expect("a URL");
    let led = base.join(path.as_str()).expect("a URL");
    assert_eq!(led.origin(), base.origin());
    assert!(led.username().is_empty() && led.password().is_none());
    let onwards = ReturnPath::to_endpoint("return", &[("path", path.as_str())]);
    if onwards != ReturnPath::root() {
        let led = base.join(onwards.as_str()).expect("a URL");
        assert!(AccessPath::read(led.path()).is_some());
        let said = led.query_pairs().find(|(name, _)| name == "path").expect("the path");
        assert_eq!(said.1, text);
    }
});
