//! Scenarios in the model.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossgate_cors::browser::{
    Answer, Browser, Credentials, Destination, Engine as ModelEngine, Exchange, FetchRequest, Mode,
    OutcomeKind, Received, Redirect, SentKind, SentRequest, Step, ThirdPartyCookies,
};
use crossgate_cors::{Origin, RequestOrigin};
use crossgate_testkit::Engine;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::in_browser::SeenScenario;
use crate::observed::{Call, Sent};
use crate::scenario::{self, Asked, At, HOSTS, OWN, Scenario};
use crate::server;

/// Some day, in seconds since 1970.
const START: u64 = 1_800_000_000;

/// What the model predicts, call by call. Only the times of the calls come from the browser.
pub(crate) fn run(
    engine: Engine,
    scenario: &Scenario,
    index: usize,
    seen: &SeenScenario,
    at: At,
) -> Vec<Call> {
    let mut browser = browser(engine);
    for host in HOSTS {
        visit(&mut browser, host, at);
    }
    let call = |(call, began): (&scenario::Call, &Duration)| {
        let request = request(call, scenario, &scenario.url(index, 0, at), at);
        make(&mut browser, request, scenario, index, at, start() + *began)
    };
    scenario.calls.iter().zip(&seen.began).map(call).collect()
}

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START)
}

fn browser(engine: Engine) -> Browser {
    match engine {
        Engine::Chromium => Browser::new(ModelEngine::Chromium),
        Engine::ChromiumStrict => {
            Browser::new(ModelEngine::Chromium).with_third_party_cookies(ThirdPartyCookies::Blocked)
        }
        Engine::Firefox | Engine::FirefoxWithoutScripts => Browser::new(ModelEngine::Firefox),
    }
}

fn visit(browser: &mut Browser, host: &str, at: At) {
    let url = Url::parse(&at.url(host, "/visit")).unwrap();
    let (mut exchange, _) = Exchange::begin(browser, FetchRequest::navigation(None, url), start());
    let lines = server::first_cookies(host);
    let headers = headers(lines.iter().map(|line| ("set-cookie", line.as_str())));
    exchange.receive(browser, Answer::Response(Received { status: 200, headers }), start());
}

fn make(
    browser: &mut Browser,
    request: FetchRequest,
    scenario: &Scenario,
    index: usize,
    at: At,
    now: SystemTime,
) -> Call {
    let mut call = Call::default();
    let (mut exchange, mut step) = Exchange::begin(browser, request, now);
    let outcome = loop {
        match step {
            Step::Done(outcome) => break outcome,
            Step::Send(sent) => {
                let header = |name| header(&sent.headers, name);
                let (_, stop) = server::place(sent.url.path()).unwrap();
                let asked = Asked {
                    is_preflight: sent.kind == SentKind::Preflight,
                    origin: &header("origin"),
                    method: &header("access-control-request-method"),
                    headers: &header("access-control-request-headers"),
                };
                let (status, lines) = scenario.reply(index, stop, at, &asked);
                let lines = lines.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                let answer = Received { status, headers: headers(lines) };
                call.sent.push(read(index, stop, &sent));
                step = exchange.receive(browser, Answer::Response(answer), now);
            }
        }
    };
    let element = matches!(scenario.calls[0], scenario::Call::Element(..));
    call.outcome = match outcome.kind {
        OutcomeKind::Blocked | OutcomeKind::Refused => "blocked".to_owned(),
        OutcomeKind::Navigation => "loaded".to_owned(),
        OutcomeKind::Opaque | OutcomeKind::Readable if element => "loaded".to_owned(),
        OutcomeKind::Opaque => "opaque".to_owned(),
        OutcomeKind::Readable => format!("readable {}", outcome.status.unwrap()),
    };
    call
}

fn request(call: &scenario::Call, scenario: &Scenario, url: &str, at: At) -> FetchRequest {
    let page = RequestOrigin::Tuple(Origin::new(at.scheme, OWN, at.port).unwrap());
    let initiator = if scenario.sandboxed { RequestOrigin::Null } else { page.clone() };
    let url = Url::parse(url).unwrap();
    let mut request = match call {
        scenario::Call::Fetch(fetch) => FetchRequest {
            method: Method::from_bytes(fetch.method.as_bytes()).unwrap(),
            headers: headers(fetch.headers.iter().map(|(name, value)| (*name, value.as_str()))),
            mode: match fetch.mode {
                "cors" => Mode::Cors,
                "no-cors" => Mode::NoCors,
                "same-origin" => Mode::SameOrigin,
                other => panic!("{other}"),
            },
            credentials: credentials(fetch.credentials),
            redirect: match fetch.redirect {
                "follow" => Redirect::Follow,
                "error" => Redirect::Error,
                "manual" => Redirect::Manual,
                other => panic!("{other}"),
            },
            has_body: fetch.body,
            ..FetchRequest::fetch(initiator, url)
        },
        scenario::Call::Element("iframe", _) => FetchRequest {
            destination: Destination::Iframe,
            ..FetchRequest::navigation(Some(initiator), url)
        },
        scenario::Call::Element(tag, crossorigin) => {
            let destination = match *tag {
                "img" => Destination::Image,
                "script" => Destination::Script,
                other => panic!("{other}"),
            };
            let crossorigin = crossorigin.map(|value| match value {
                "use-credentials" => Credentials::Include,
                _ => Credentials::SameOrigin,
            });
            FetchRequest::element(initiator, url, destination, crossorigin)
        }
    };
    request.top_level = page;
    request
}

fn credentials(word: &str) -> Credentials {
    match word {
        "omit" => Credentials::Omit,
        "same-origin" => Credentials::SameOrigin,
        "include" => Credentials::Include,
        other => panic!("{other}"),
    }
}

fn read(index: usize, stop: usize, sent: &SentRequest) -> Sent {
    let host = sent.url.host_str().unwrap();
    let read =
        Sent::new(index, stop, host, sent.method.as_str(), |name| header(&sent.headers, name));
    Sent { has_body: sent.has_body, ..read }
}

fn headers<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// All lines of a header, joined.
fn header(headers: &HeaderMap, name: &str) -> String {
    let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap());
    lines.collect::<Vec<_>>().join(", ")
}
