mod cookies;
mod engines;
mod outcomes;
mod preflights;
mod properties;
mod redirects;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::{
    Answer, Browser, Credentials, Engine, Exchange, FetchRequest, Hop, Outcome, OutcomeKind,
    Received, Rule, SentKind, Step,
};
use crate::{Origin, RequestOrigin};

const ENGINES: [Engine; 2] = [Engine::Chromium, Engine::Firefox];

const PAGE: &str = "https://app.example.com";
const HOME: &str = "https://app.example.com/x";
const API: &str = "https://api.example.com/orders";
const LOGIN: &str = "https://login.example.com/";
const PARTNER: &str = "https://api.partner.net/orders";

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";
const ALLOW_METHODS: &str = "access-control-allow-methods";
const ALLOW_HEADERS: &str = "access-control-allow-headers";
const MAX_AGE: &str = "access-control-max-age";

/// A request, what it is answered with, and how it ends in both engines.
struct Row {
    name: &'static str,
    request: FetchRequest,
    /// Given in turn; the last one again and again. Without any there is no connection.
    answers: Vec<Received>,
    kind: OutcomeKind,
    /// The code of the reason.
    reason: &'static str,
    rule: Rule,
}

#[test]
fn every_exchange_ends_as_its_row_says() {
    for row in all_rows() {
        for engine in ENGINES {
            let (outcome, hops) = run(&mut Browser::new(engine), row.request.clone(), &row.answers);
            let name = row.name;
            let ended = (outcome.kind, outcome.reason.code(), outcome.rule);
            assert_eq!(ended, (row.kind, row.reason, row.rule), "{engine:?}: {name}");
            let failed = matches!(row.kind, OutcomeKind::Blocked | OutcomeKind::Refused);
            if let Some(check) = hops.last().and_then(|hop| hop.check.as_ref()) {
                assert_eq!((check.passed, check.rule), (!failed, row.rule), "{engine:?}: {name}");
            }
        }
    }
}

#[test]
fn there_is_a_row_for_each_reason() {
    let seen: BTreeSet<_> = all_rows()
        .into_iter()
        .flat_map(|row| {
            let (outcome, _) =
                run(&mut Browser::new(Engine::Chromium), row.request.clone(), &row.answers);
            std::iter::once(outcome.reason).chain(outcome.warnings).map(|reason| reason.code())
        })
        .collect();
    assert_eq!(seen, names_in(include_str!("outcome.rs"), "pub const fn code"));
}

#[test]
fn there_is_a_row_for_each_rule() {
    let seen: BTreeSet<_> = all_rows().into_iter().map(|row| row.rule.title()).collect();
    assert_eq!(seen, names_in(include_str!("rule.rs"), "pub const fn title"));
}

fn all_rows() -> Vec<Row> {
    outcomes::rows().into_iter().chain(preflights::rows()).chain(redirects::rows()).collect()
}

/// The texts that the arms of a function give, read from its source so that none is forgotten.
fn names_in(source: &'static str, function: &str) -> BTreeSet<&'static str> {
    let (_, body) = source.split_once(function).expect("the function is there");
    let (body, _) = body.split_once("\n    }\n").expect("the function ends");
    body.lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next()).collect()
}

fn row(
    name: &'static str,
    request: FetchRequest,
    answers: Vec<Received>,
    (kind, reason, rule): (OutcomeKind, &'static str, Rule),
) -> Row {
    Row { name, request, answers, kind, reason, rule }
}

fn origin(text: &str) -> RequestOrigin {
    Origin::parse(text.as_bytes()).expect("an origin")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn fetch(to: &str) -> FetchRequest {
    FetchRequest::fetch(origin(PAGE), url(to))
}

fn asking(method: &'static str, to: &str) -> FetchRequest {
    FetchRequest { method: Method::from_bytes(method.as_bytes()).expect("a method"), ..fetch(to) }
}

fn including(request: FetchRequest) -> FetchRequest {
    FetchRequest { credentials: Credentials::Include, ..request }
}

fn with(mut request: FetchRequest, name: &'static str, value: &'static str) -> FetchRequest {
    request.headers.append(name, HeaderValue::from_static(value));
    request
}

fn answer(status: u16, lines: &[(&str, &str)]) -> Received {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            HeaderValue::from_bytes(value.as_bytes()).expect("a value"),
        );
    }
    Received { status, headers }
}

/// 200, readable by the page without credentials.
fn allow() -> Received {
    answer(200, &[(ALLOW_ORIGIN, PAGE)])
}

/// To a preflight, with what else it says.
fn consent(lines: &[(&str, &str)]) -> Received {
    answer(204, &[&[(ALLOW_ORIGIN, PAGE)], lines].concat())
}

/// A redirect that the page may follow.
fn to(status: u16, location: &str) -> Received {
    answer(status, &[(ALLOW_ORIGIN, "*"), ("location", location)])
}

/// Runs a request against answers given in turn; the last one again and again.
fn run(browser: &mut Browser, request: FetchRequest, answers: &[Received]) -> (Outcome, Vec<Hop>) {
    run_at(now(), browser, request, answers)
}

fn run_at(
    now: SystemTime,
    browser: &mut Browser,
    request: FetchRequest,
    answers: &[Received],
) -> (Outcome, Vec<Hop>) {
    let (mut exchange, mut step) = Exchange::begin(browser, request, now);
    let mut answers = answers.iter();
    let mut last = Answer::NetworkError;
    loop {
        match step {
            Step::Done(outcome) => return (outcome, exchange.hops().to_vec()),
            Step::Send(_) => {
                if let Some(answer) = answers.next() {
                    last = Answer::Response(answer.clone());
                }
                step = exchange.receive(browser, last.clone(), now);
            }
        }
    }
}

/// What was sent, in words: `preflight, request`.
fn kinds(hops: &[Hop]) -> String {
    hops.iter().map(|hop| hop.request.kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// A header of each request that is no preflight; `-` where it is not there.
fn sent(hops: &[Hop], name: &str) -> String {
    sent_with(SentKind::Request, hops, name)
}

fn sent_with(kind: SentKind, hops: &[Hop], name: &str) -> String {
    let of_kind = hops.iter().filter(|hop| hop.request.kind == kind);
    let value = |hop: &Hop| match hop.request.headers.get(name) {
        None => "-".to_owned(),
        Some(value) => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    of_kind.map(value).collect::<Vec<_>>().join(" | ")
}
