//! What was observed, or predicted, of a scenario.

use std::fmt::Write;

use crate::scenario::cookie_name;

/// One call: what was sent for it, and what the page got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) sent: Vec<Sent>,
    /// `readable STATUS`, `opaque`, `loaded` or `blocked`.
    pub(crate) outcome: String,
}

/// A request, as far as it is compared. What is not there is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) stop: usize,
    pub(crate) host: String,
    pub(crate) method: String,
    pub(crate) origin: String,
    /// Their names, sorted.
    pub(crate) cookies: Vec<String>,
    pub(crate) request_method: String,
    pub(crate) request_headers: String,
    /// `Sec-Fetch-Site`, `-Mode`, `-Dest`.
    pub(crate) metadata: String,
    /// Headers that pages of scenarios set.
    pub(crate) from_page: Vec<String>,
    pub(crate) has_body: bool,
}

/// The headers that are compared, beside those with a field of their own.
pub(crate) const FROM_PAGE: [&str; 8] = [
    "authorization",
    "content-language",
    "content-type",
    "range",
    "x-a",
    "x-b",
    "x-method-override",
    "if-match",
];

impl Sent {
    /// Reads it from headers.
    pub(crate) fn new(
        scenario: usize,
        stop: usize,
        host: &str,
        method: &str,
        header: impl Fn(&str) -> String,
    ) -> Self {
        let metadata =
            ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].map(&header).join(" ");
        let cookie = header("cookie");
        let mut cookies: Vec<_> = cookie
            .split("; ")
            .map(|pair| pair.split('=').next().unwrap_or_default())
            .filter(|name| !name.is_empty() && !is_of_another(name, scenario))
            .map(str::to_owned)
            .collect();
        cookies.sort();
        let from_page = FROM_PAGE
            .iter()
            .map(|name| (name, header(name)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        Self {
            stop,
            host: host.to_owned(),
            method: method.to_owned(),
            origin: header("origin"),
            cookies,
            request_method: header("access-control-request-method"),
            request_headers: header("access-control-request-headers"),
            metadata,
            from_page,
            has_body: false,
        }
    }
}

/// Whether it is the cookie of another scenario, which has the same hosts and may have a wide path.
fn is_of_another(cookie: &str, scenario: usize) -> bool {
    cookie.contains("of-scenario-") && !cookie.ends_with(&cookie_name(scenario))
}

/// Both sides, only what differs.
pub(crate) fn difference(model: &[Call], browser: &[Call]) -> String {
    let mut text = String::new();
    for index in 0..model.len().max(browser.len()) {
        let (one, other) = (model.get(index), browser.get(index));
        let outcomes = [one, other].map(|call| call.map(|call| call.outcome.clone()));
        if outcomes[0] != outcomes[1] {
            let _ = writeln!(text, "    call {index}: {outcomes:?}");
        }
        let sent = |call: Option<&Call>| call.map(|call| call.sent.clone()).unwrap_or_default();
        let (one, other) = (sent(one), sent(other));
        for hop in 0..one.len().max(other.len()) {
            if one.get(hop) != other.get(hop) {
                let _ = writeln!(text, "    call {index} hop {hop}");
                let _ = writeln!(text, "      model   {:?}", one.get(hop));
                let _ = writeln!(text, "      browser {:?}", other.get(hop));
            }
        }
    }
    text
}
