//! What is said of a call: the JSON that programs read, and what the text for people is made from.

use crossgate_cors::browser::{
    Browser, Engine, Hop, Outcome, OutcomeKind, Reason, ThirdPartyCookies,
};
use http::HeaderMap;
use serde::Serialize;

use super::human;

/// A call in every engine.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) engines: Vec<EngineReport>,
}

/// A call in one engine.
#[derive(Serialize)]
pub(crate) struct EngineReport {
    pub(crate) engine: &'static str,
    pub(crate) third_party_cookies: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    /// The section of the Fetch standard that settled it.
    pub(crate) rule: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) warnings: Vec<&'static str>,
    pub(crate) hops: Vec<HopReport>,
}

/// One request and its answer.
#[derive(PartialEq, Serialize)]
pub(crate) struct HopReport {
    pub(crate) kind: &'static str,
    pub(crate) request: RequestReport,
    pub(crate) response: Option<ResponseReport>,
    pub(crate) error: Option<String>,
    pub(crate) decided_by: Option<DecidedBy>,
    pub(crate) check: Option<CheckReport>,
}

/// A request as it was sent.
#[derive(PartialEq, Serialize)]
pub(crate) struct RequestReport {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) origin: Option<String>,
    pub(crate) headers: Vec<HeaderReport>,
}

/// A response as it came.
#[derive(PartialEq, Serialize)]
pub(crate) struct ResponseReport {
    pub(crate) status: u16,
    pub(crate) headers: Vec<HeaderReport>,
}

/// A line of a header. Of cookies only the names are shown.
#[derive(PartialEq, Serialize)]
pub(crate) struct HeaderReport {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// What decided an answer of the gateway's.
#[derive(Clone, PartialEq, Serialize)]
pub(crate) struct DecidedBy {
    pub(crate) code: String,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<usize>,
    /// The row of docs/request-path.md.
    pub(crate) row: u8,
    pub(crate) application: Option<String>,
    pub(crate) policy: Option<String>,
    /// Whether the application was asked.
    pub(crate) forwarded: bool,
}

/// The browser's check of an answer.
#[derive(PartialEq, Serialize)]
pub(crate) struct CheckReport {
    pub(crate) passed: bool,
    pub(crate) rule: &'static str,
    pub(crate) address: &'static str,
    pub(crate) reason: Option<&'static str>,
}

impl Report {
    /// Whether the page gets an answer in every engine.
    pub(crate) fn is_fine(&self) -> bool {
        let failed = [OutcomeKind::Blocked.as_str(), OutcomeKind::Refused.as_str()];
        self.engines.iter().all(|engine| !failed.contains(&engine.outcome))
    }

    /// For people.
    pub(crate) fn human(&self) -> String {
        human::text(self)
    }
}

impl EngineReport {
    pub(super) fn new(
        browser: &Browser,
        outcome: Outcome,
        hops: &[Hop],
        replies: Vec<(Option<DecidedBy>, Option<String>)>,
    ) -> Self {
        Self {
            engine: browser.engine.name(),
            third_party_cookies: match browser.third_party_cookies {
                ThirdPartyCookies::Allowed => "allowed",
                ThirdPartyCookies::Blocked => "blocked",
                ThirdPartyCookies::Partitioned => "partitioned",
            },
            outcome: outcome.kind.as_str(),
            reason: outcome.reason.code(),
            message: outcome.reason.to_string(),
            rule: outcome.rule.title(),
            status: outcome.status,
            warnings: outcome.warnings.iter().map(Reason::code).collect(),
            hops: hops.iter().zip(replies).map(|(hop, reply)| HopReport::new(hop, reply)).collect(),
        }
    }
}

impl HopReport {
    /// Whether the application was asked.
    pub(crate) fn is_forwarded(&self) -> bool {
        self.decided_by.as_ref().is_some_and(|decided| decided.forwarded)
    }

    fn new(hop: &Hop, (decided_by, error): (Option<DecidedBy>, Option<String>)) -> Self {
        let request = &hop.request;
        Self {
            kind: request.kind.as_str(),
            request: RequestReport {
                method: request.method.to_string(),
                url: request.url.to_string(),
                origin: request.origin.as_ref().map(|origin| origin.as_str().to_owned()),
                headers: lines(&request.headers),
            },
            response: hop.response.as_ref().map(|response| ResponseReport {
                status: response.status,
                headers: lines(&response.headers),
            }),
            error,
            decided_by,
            check: hop.check.as_ref().map(|check| CheckReport {
                passed: check.passed,
                rule: check.rule.title(),
                address: check.rule.address(),
                reason: check.reason.as_ref().map(Reason::code),
            }),
        }
    }
}

/// The engines' names as people write them.
pub(super) fn name_of(engine: &str) -> &'static str {
    if engine == Engine::Firefox.name() { "Firefox" } else { "Chromium" }
}

fn lines(headers: &HeaderMap) -> Vec<HeaderReport> {
    let shown = |name: &http::HeaderName, value: &http::HeaderValue| {
        let text = String::from_utf8_lossy(value.as_bytes());
        match name.as_str() {
            "cookie" => text.split("; ").map(without_value).collect::<Vec<_>>().join("; "),
            "set-cookie" => match text.split_once(';') {
                Some((pair, attributes)) => format!("{};{attributes}", without_value(pair)),
                None => without_value(&text),
            },
            "authorization" | "cf-access-client-secret" => "…".to_owned(),
            _ => text.into_owned(),
        }
    };
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| HeaderReport {
        name: name.to_string(),
        value: shown(name, value),
    };
    headers.iter().map(line).collect()
}

fn without_value(pair: &str) -> String {
    format!("{}=…", pair.split('=').next().unwrap_or_default())
}
