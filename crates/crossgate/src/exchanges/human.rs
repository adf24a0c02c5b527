//! A report as people read it.

use std::fmt::Write as _;

use super::report::{EngineReport, HeaderReport, HopReport, Report, name_of};

/// Headers of answers that matter to a browser's checks.
const TOLD: [&str; 11] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
    "vary",
    "location",
    "set-cookie",
    "cross-origin-resource-policy",
    "www-authenticate",
];

/// Engine by engine; what one does like the one before is not said again.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut before: Option<&EngineReport> = None;
    for engine in &report.engines {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}: {}", name(engine), verdict(engine));
        match before {
            Some(before) if same_hops(before, engine) => {
                let _ = writeln!(text, "  hop by hop as in {}", name(before));
            }
            _ => {
                for (number, hop) in engine.hops.iter().enumerate() {
                    write_hop(&mut text, number + 1, hop);
                }
                if engine.hops.is_empty() {
                    let _ = writeln!(text, "  nothing is sent: {}", engine.rule);
                }
            }
        }
        for warning in &engine.warnings {
            let _ = writeln!(text, "  warning: {warning}");
        }
        text.push('\n');
        before = Some(engine);
    }
    text
}

fn name(engine: &EngineReport) -> String {
    format!("{}, third-party cookies {}", name_of(engine.engine), engine.third_party_cookies)
}

fn verdict(engine: &EngineReport) -> String {
    let status = engine.status.map(|status| format!(" {status}")).unwrap_or_default();
    format!("{}{status} ({}): {}", engine.outcome, engine.reason, engine.message)
}

/// What is the browser's own way of asking does not count.
fn same_hops(one: &EngineReport, other: &EngineReport) -> bool {
    let telling = |hop: &HopReport| {
        let response = hop.response.as_ref().map(|response| response.status);
        let check = hop.check.as_ref().map(|check| (check.passed, check.rule, check.reason));
        let cookies = cookie_names(&hop.request.headers);
        (hop.kind, short(&hop.request.url), hop.request.origin.clone(), cookies, response, check)
    };
    one.hops.iter().map(telling).eq(other.hops.iter().map(telling))
}

fn write_hop(text: &mut String, number: usize, hop: &HopReport) {
    let request = &hop.request;
    let _ = writeln!(text, "  {number}. {}  {} {}", hop.kind, request.method, short(&request.url));
    let mut asked = vec![format!("Origin: {}", request.origin.as_deref().unwrap_or("none"))];
    for header in &request.headers {
        match header.name.as_str() {
            "access-control-request-method" => asked.push(format!("for {}", header.value)),
            "access-control-request-headers" => asked.push(format!("with {}", header.value)),
            _ => {}
        }
    }
    if hop.kind == "request" {
        asked.push(match cookie_names(&request.headers) {
            names if names.is_empty() => "no cookies".to_owned(),
            names => format!("cookies {names}"),
        });
    }
    let _ = writeln!(text, "     asks       {}", asked.join("; "));
    match (&hop.response, &hop.error) {
        (Some(response), _) => {
            let _ = writeln!(text, "     answer     {}", response.status);
            for header in response.headers.iter().filter(|header| TOLD.contains(&&*header.name)) {
                let _ = writeln!(text, "                {}: {}", header.name, short(&header.value));
            }
        }
        (None, error) => {
            let why = error.as_deref().unwrap_or("there was none");
            let _ = writeln!(text, "     answer     none: {why}");
        }
    }
    if let Some(decided) = &hop.decided_by {
        let mut by = vec![format!("{}, row {}", decided.code, decided.row)];
        by.extend(decided.application.as_ref().map(|name| format!("application {name:?}")));
        by.extend(decided.policy.as_ref().map(|name| format!("policy {name:?}")));
        if let (Some(file), Some(line)) = (&decided.file, decided.line) {
            by.push(format!("{file}:{line}"));
        }
        let who = if decided.forwarded { "passed on" } else { "decided" };
        let _ = writeln!(text, "     {who:<10} {}", by.join(", "));
    }
    if let Some(check) = &hop.check {
        let result = if check.passed { "passes" } else { "fails" };
        let reason = check.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        let _ = writeln!(text, "     check      {} {result}{reason}", check.rule);
    }
}

fn cookie_names(headers: &[HeaderReport]) -> String {
    let lines = headers.iter().filter(|header| header.name == "cookie");
    let names = lines.flat_map(|line| line.value.split("; "));
    names.map(|pair| pair.trim_end_matches("=…")).collect::<Vec<_>>().join(", ")
}

/// Without what is long and of no use to people: codes and tokens in URLs.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut words = text.split_inclusive(['&', '=', '?', '"', ' ']).map(|word| {
        let body = word.trim_end_matches(['&', '=', '?', '"', ' ']);
        let opaque = !body.contains("://") && body.len() > LONGEST && body.is_ascii();
        if opaque {
            format!("…{}", word.get(body.len()..).unwrap_or_default())
        } else {
            word.to_owned()
        }
    });
    let first = words.next().unwrap_or_default();
    words.fold(first, |text, word| text + &word)
}
