//! From a decision to the line of the config that it comes from.

use crossgate_model::{Outline, Span};

use super::decisions::Decision;
use crate::exchanges::DecidedBy;

/// What decided, and where that stands.
pub(super) fn decided_by(decision: &Decision, outline: Option<&Outline>, file: &str) -> DecidedBy {
    let span = outline.and_then(|outline| place(decision, outline));
    DecidedBy {
        code: decision.reason.clone(),
        file: span.map(|_| file.to_owned()),
        line: span.map(|span| span.line),
        row: decision.row,
        application: decision.application.clone(),
        policy: decision.policy.clone(),
        forwarded: decision.upstream_status.is_some(),
    }
}

/// The setting that decided; where it is left out, what comes nearest above it.
fn place(decision: &Decision, outline: &Outline) -> Option<Span> {
    if let Some(policy) = &decision.policy
        && let Some(span) = outline.item("policies", policy, &[])
    {
        return Some(span);
    }
    let Some(application) = decision.application.as_deref() else {
        return outline.setting(section_without_application(decision));
    };
    outline.item("applications", application, setting(decision))
}

fn section_without_application(decision: &Decision) -> &'static [&'static str] {
    match decision.reason.as_str() {
        "unknown-host" | "no-ingress" => &["ingress"],
        "endpoint" | "no-endpoint" | "preflight-to-endpoint" => &["organization", "auth_domain"],
        "acme-challenge" | "https-redirect" | "misdirected" => &["listeners"],
        _ => &["applications"],
    }
}

/// The setting of the application that a reason is about.
fn setting(decision: &Decision) -> &'static [&'static str] {
    let refused = decision.cors.as_ref().and_then(|cors| cors.reason.as_deref());
    match (decision.reason.as_str(), refused) {
        ("preflight-refused", Some("method-not-allowed")) => &["cors_headers", "allowed_methods"],
        ("preflight-refused", Some("header-not-allowed")) => &["cors_headers", "allowed_headers"],
        ("preflight-refused" | "null-not-bound", _) => &["cors_headers", "allowed_origins"],
        ("preflight-allowed" | "preflight-not-configured", _) => &["cors_headers"],
        ("preflight-forwarded", _) => &["options_preflight_bypass"],
        ("cross-site-embed", _) => &["crossgate", "cross_site_embeds"],
        ("cross-site-write" | "websocket-origin", _) => &["crossgate", "trusted_origins"],
        (reason, _) if decision.row == 18 && reason.starts_with("session-") => {
            &["crossgate", "unauthenticated_fetch"]
        }
        _ => &["policies"],
    }
}

#[cfg(test)]
mod tests {
    use crossgate_model::Outline;

    use super::decided_by;
    use crate::rehearsal::decisions::Decision;

    const TEXT: &str = "organization:
  auth_domain: login.acme.example
ingress:
  - { hostname: api.acme.example, service: \"http://127.0.0.1:1\" }
policies:
  - name: staff
applications:
  - name: api
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ \"https://app.acme.example\" ]
      allowed_methods: [ GET ]
    crossgate:
      unauthenticated_fetch: redirect
";

    /// What it shows, the log line, and the line of the config.
    struct Row(&'static str, &'static str, Option<usize>);

    #[test]
    fn every_decision_leads_to_its_line() {
        let rows = [
            Row(
                "admitted by a policy",
                r#""application":"api","row":14,"reason":"allowed","policy":"staff""#,
                Some(6),
            ),
            Row(
                "admitted by none",
                r#""application":"api","row":15,"reason":"not-allowed""#,
                Some(9),
            ),
            Row("no session", r#""application":"api","row":20,"reason":"session-absent""#, Some(9)),
            Row(
                "a fetch without session",
                r#""application":"api","row":18,"reason":"session-absent""#,
                Some(14),
            ),
            Row(
                "a preflight that is allowed",
                r#""application":"api","row":5,"reason":"preflight-allowed""#,
                Some(10),
            ),
            Row(
                "an origin that is not",
                r#""application":"api","row":6,"reason":"preflight-refused","cors":{"reason":"origin-not-allowed"}"#,
                Some(11),
            ),
            Row(
                "a method that is not",
                r#""application":"api","row":6,"reason":"preflight-refused","cors":{"reason":"method-not-allowed"}"#,
                Some(12),
            ),
            Row(
                "a header that is not: there is no list",
                r#""application":"api","row":6,"reason":"preflight-refused","cors":{"reason":"header-not-allowed"}"#,
                Some(10),
            ),
            Row("a host that is not there", r#""row":3,"reason":"unknown-host""#, Some(3)),
            Row("an endpoint", r#""row":2,"reason":"endpoint""#, Some(2)),
            Row("no application", r#""row":3,"reason":"no-application""#, Some(7)),
        ];
        let outline = Outline::read(TEXT);
        for Row(row, fields, line) in rows {
            let decision = format!(r#"{{{fields}}}"#);
            let decision: Decision = serde_json::from_str(&decision).unwrap();
            let decided = decided_by(&decision, outline.as_ref(), "crossgate.yaml");
            assert_eq!(decided.line, line, "{row}");
        }
    }
}
