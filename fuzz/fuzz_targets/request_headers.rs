//! A preflight by anybody: what is granted is well formed, what is asked for, and bounded.

#![no_main]

use crossgate_cors::{Dangers, Policy, Preflight, RequestOrigin, Settings};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], Vec<&[u8]>)| {
    let (method, lines) = input;
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_static("https://app.example"));
    let Ok(method) = HeaderValue::from_bytes(method) else { return };
    headers.insert("access-control-request-method", method);
    for line in lines {
        let Ok(line) = HeaderValue::from_bytes(line) else { return };
        headers.append("access-control-request-headers", line);
    }
    let origin = RequestOrigin::from_headers(&headers);
    let Some(preflight) = Preflight::recognise(&Method::OPTIONS, &origin, &headers) else { return };
    for all in [true, false] {
        let settings = Settings {
            allow_all_origins: true,
            allow_all_methods: true,
            allow_all_headers: all,
            allowed_headers: if all { vec![] } else { vec!["x-a".into(), "content-type".into()] },
            ..Settings::default()
        };
        let policy = Policy::compile(&settings, &Dangers::default()).0.expect("settings without errors");
        let mut answer = HeaderMap::new();
        match policy.answer(&preflight, &[]) {
            Ok(granted) => granted.write(&mut answer),
            Err(refusal) => policy.explain_refusal(&preflight, &refusal, &mut answer),
        }
        if let Some(names) = answer.get("access-control-allow-headers") {
            assert!(names.len() <= 16 * 1024);
            for name in names.to_str().expect("tokens").split(',') {
                HeaderName::from_lowercase(name.as_bytes()).expect("a name in lower case");
            }
        }
    }
});
