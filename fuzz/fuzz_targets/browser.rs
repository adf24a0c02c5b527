//! Any answers to a call of a page: the exchange ends, and nothing of another origin is readable without a passed check.

#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use crossgate_cors::browser::{
    Answer, Browser, Credentials, Engine, Exchange, FetchRequest, OutcomeKind, Received, Rule, Step,
};
use crossgate_cors::Origin;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use url::Url;

const NAMES: [&str; 9] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "location",
    "set-cookie",
    "cross-origin-resource-policy",
    "vary",
];

fuzz_target!(|input: (u8, &str, Vec<(u16, Vec<(u8, &[u8])>)>)| {
    let (choice, url, answers) = input;
    let page = Origin::parse(b"https://app.example").expect("an origin");
    let url = Url::parse(url).or_else(|_| Url::parse("https://api.example/")).expect("a URL");
    for engine in [Engine::Chromium, Engine::Firefox] {
        let mut browser = Browser::new(engine);
        let mut request = FetchRequest::fetch(page.clone(), url.clone());
        if choice & 1 == 1 {
            request.credentials = Credentials::Include;
        }
        if choice & 2 == 2 {
            request.method = Method::PUT;
        }
        let mut now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for _ in 0..2 {
            let (mut exchange, mut step) = Exchange::begin(&mut browser, request.clone(), now);
            let mut given = answers.iter().cycle();
            let outcome = loop {
                match step {
                    Step::Done(outcome) => break outcome,
                    Step::Send(_) => {
                        let answer = given.next().map_or(Answer::NetworkError, |(status, lines)| {
                            let mut headers = HeaderMap::new();
                            for (name, value) in lines {
                                let name = NAMES[usize::from(*name) % NAMES.len()];
                                if let Ok(value) = HeaderValue::from_bytes(value) {
                                    headers.append(HeaderName::from_static(name), value);
                                }
                            }
                            Answer::Response(Received { status: *status, headers })
                        });
                        step = exchange.receive(&mut browser, answer, now);
                    }
                }
            };
            assert!(exchange.hops().len() <= 42);
            if outcome.kind == OutcomeKind::Readable {
                let last = exchange.hops().last().expect("something was sent");
                let own = page.tuple().is_some_and(|page| {
                    last.request.url.origin().ascii_serialization() == page.as_str()
                });
                let check = last.check.as_ref();
                assert!(own || check.is_some_and(|check| check.passed && check.rule == Rule::CorsCheck));
            }
            now += Duration::from_secs(60);
        }
    }
});
