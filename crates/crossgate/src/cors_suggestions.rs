//! From what was refused to the settings that would allow it.

use std::collections::{BTreeMap, BTreeSet};

use crossgate_cors::{Origin, same_site};
use crossgate_model::{ApplicationSettings, Config};
use crossgate_store::{CorsRefusal, CorsRefusalCount};
use serde::Serialize;

/// What pages of one origin wanted of one application.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Suggestion {
    pub(crate) application: String,
    pub(crate) origin: String,
    /// Requests that were refused in the last days.
    pub(crate) count: i64,
    /// Those that came with a session.
    pub(crate) signed_in: i64,
    /// The codes of the reasons.
    pub(crate) reasons: BTreeSet<String>,
    /// What to add to the application, key by key; empty where no setting could allow it.
    pub(crate) settings: BTreeMap<&'static str, Vec<String>>,
    /// Why it should not be allowed as it is.
    pub(crate) danger: Option<&'static str>,
    /// Nobody who is signed in asked, and the origin is none of the gateway's hosts, nor on the site of one.
    pub(crate) strangers_only: bool,
}

/// Groups refusals, most often first.
pub(crate) fn suggestions(
    config: &Config,
    refusals: &[(CorsRefusal, CorsRefusalCount)],
) -> Vec<Suggestion> {
    let mut groups: BTreeMap<(&str, &str), Vec<&(CorsRefusal, CorsRefusalCount)>> = BTreeMap::new();
    for entry in refusals {
        groups.entry((&entry.0.application, &entry.0.origin)).or_default().push(entry);
    }
    let mut suggestions = groups
        .into_iter()
        .filter_map(|((name, origin), entries)| {
            let application = config.applications.iter().find(|it| it.name == name)?;
            suggestion(config, application, origin, &entries)
        })
        .collect::<Vec<_>>();
    suggestions.sort_by_key(|it| (it.strangers_only, std::cmp::Reverse(it.count)));
    suggestions
}

fn suggestion(
    config: &Config,
    application: &ApplicationSettings,
    origin: &str,
    entries: &[&(CorsRefusal, CorsRefusalCount)],
) -> Option<Suggestion> {
    let parsed = Origin::parse(origin.as_bytes()).ok();
    let cors = application.cors.as_ref();
    let is_allowed = parsed
        .as_ref()
        .is_some_and(|origin| cors.is_some_and(|cors| cors.allows_origin(origin).is_allowed()));
    let mut wanted = Wanted::default();
    for (refusal, _) in entries {
        wanted.add(refusal);
    }
    if is_allowed {
        wanted.origin = false;
    }
    // What was refused when, and is allowed by now, needs nothing.
    let settled = is_allowed && wanted.methods.is_empty() && wanted.headers.is_empty();
    if settled {
        return None;
    }
    let mut settings = BTreeMap::new();
    if wanted.origin && parsed.is_some() {
        settings.insert("allowed_origins", vec![origin.to_owned()]);
        if cors.is_none_or(|cors| !cors.allows_credentials()) {
            settings.insert("allow_credentials", vec!["true".to_owned()]);
        }
    }
    for (key, values) in [("allowed_methods", wanted.methods), ("allowed_headers", wanted.headers)]
    {
        if !values.is_empty() {
            settings.insert(key, values.into_iter().collect());
        }
    }
    let tuple = parsed.as_ref().and_then(|origin| origin.tuple());
    let signed_in = entries.iter().map(|(_, counts)| counts.signed_in).sum();
    Some(Suggestion {
        application: application.name.clone(),
        origin: origin.to_owned(),
        count: entries.iter().map(|(_, counts)| counts.count).sum(),
        signed_in,
        reasons: entries.iter().map(|(refusal, _)| refusal.reason.clone()).collect(),
        settings,
        danger: danger(origin, tuple),
        strangers_only: signed_in == 0 && !is_known(config, tuple),
    })
}

/// What a group of refusals asks for.
#[derive(Default)]
struct Wanted {
    origin: bool,
    methods: BTreeSet<String>,
    headers: BTreeSet<String>,
}

impl Wanted {
    fn add(&mut self, refusal: &CorsRefusal) {
        match refusal.reason.as_str() {
            "method-not-allowed" => {
                self.methods.insert(refusal.refused.clone());
            }
            "header-not-allowed" => {
                self.headers.insert(refusal.refused.to_ascii_lowercase());
            }
            "origin-not-allowed" | "preflight-not-configured" => {
                self.origin = true;
                if refusal.kind == "preflight" {
                    self.methods.insert(refusal.method.clone());
                }
            }
            // Malformed: no setting allows it.
            _ => {}
        }
        self.methods.retain(|method| method.bytes().all(|byte| byte.is_ascii_uppercase()));
    }
}

fn danger(origin: &str, tuple: Option<&Origin>) -> Option<&'static str> {
    if origin == "null" {
        return Some(
            "`null` is every sandboxed frame: use `response_cors: gateway`, which binds it to the gateway's own redirects",
        );
    }
    tuple.filter(|origin| !origin.is_secure()).map(|_| {
        "whoever is on the network path can change a page that comes by plain http: serve it by https first"
    })
}

/// Whether an origin is one of the gateway's hosts, or on the site of one.
fn is_known(config: &Config, origin: Option<&Origin>) -> bool {
    let Some(origin) = origin else { return false };
    let mut hosts = config.ingress.iter().filter_map(|rule| rule.hostname.as_ref());
    hosts.any(|host| {
        host.matches(origin.host())
            || host.host().is_some_and(|host| {
                Origin::new(origin.scheme(), host.as_str(), origin.port())
                    .is_ok_and(|host| same_site(&host, origin))
            })
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crossgate_model::Config;
    use crossgate_store::{CorsRefusal, CorsRefusalCount};

    use super::{Suggestion, suggestions};

    const CONFIG: &str = r#"
organization: { name: Acme, auth_domain: login.acme.com }
listeners: [ { address: "127.0.0.1:0", public: { scheme: https, port: 443 } } ]
trusted_proxies: [ 127.0.0.1/32 ]
mail: { directory: ./mail, from: access@acme.com }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress: [ { hostname: api.acme.com, service: "http://127.0.0.1:1" } ]
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.com } } ] } ]
applications:
  - name: api
    domain: api.acme.com
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ "https://app.acme.com" ]
      allowed_methods: [ GET ]
      allow_credentials: true
"#;

    fn refused(origin: &str, reason: &str, method: &str, refused: &str) -> CorsRefusal {
        CorsRefusal {
            application: "api".to_owned(),
            origin: origin.to_owned(),
            kind: "preflight".to_owned(),
            reason: reason.to_owned(),
            method: method.to_owned(),
            refused: refused.to_owned(),
        }
    }

    fn of(refusals: &[CorsRefusal]) -> Vec<Suggestion> {
        let (config, problems) = Config::parse(CONFIG, Path::new("crossgate.yaml"), &|_| None);
        let config = config.unwrap_or_else(|| panic!("{problems:?}"));
        let count = CorsRefusalCount { count: 2, signed_in: 0 };
        suggestions(&config, &refusals.iter().map(|it| (it.clone(), count)).collect::<Vec<_>>())
    }

    fn settings(suggestion: &Suggestion) -> String {
        let keys =
            suggestion.settings.iter().map(|(key, values)| format!("{key}={}", values.join(",")));
        keys.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_refusal_names_the_setting_that_would_allow_it() {
        let rows = [
            (
                "a method that a listed page asks for",
                refused("https://app.acme.com", "method-not-allowed", "PUT", "PUT"),
                "allowed_methods=PUT",
            ),
            (
                "a header that a listed page asks for",
                refused("https://app.acme.com", "header-not-allowed", "GET", "X-Trace"),
                "allowed_headers=x-trace",
            ),
            (
                "another page of the site",
                refused("https://new.acme.com", "origin-not-allowed", "DELETE", ""),
                "allowed_methods=DELETE allowed_origins=https://new.acme.com",
            ),
            (
                "a method in lower case, which no setting allows",
                refused("https://app.acme.com", "method-not-allowed", "patch", "patch"),
                "",
            ),
        ];
        for (row, refusal, expected) in rows {
            let found = of(&[refusal]);
            assert_eq!(found.first().map(settings).unwrap_or_default(), expected, "{row}");
            assert!(found.iter().all(|it| !it.strangers_only && it.danger.is_none()), "{row}");
        }
    }

    #[test]
    fn strangers_come_last_and_dangers_are_marked() {
        let found = of(&[
            refused("https://evil.test", "origin-not-allowed", "PUT", ""),
            refused("http://old.acme.com", "origin-not-allowed", "GET", ""),
            refused("null", "origin-not-allowed", "GET", ""),
            refused("https://new.acme.com", "origin-not-allowed", "GET", ""),
        ]);
        let about = |origin: &str| found.iter().find(|it| it.origin == origin).unwrap();
        assert!(about("https://evil.test").strangers_only);
        assert!(about("http://old.acme.com").danger.is_some());
        assert!(about("null").danger.is_some());
        assert!(!about("https://new.acme.com").strangers_only);
        assert!(found.last().unwrap().strangers_only);
    }
}
