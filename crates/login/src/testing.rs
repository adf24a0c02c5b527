//! A small world for tests: two applications behind one login, and requests to it.

use std::path::Path;
use std::sync::Arc;

use crossgate_gate::{Gate, Head, RequestLine, ReturnPath};
use crossgate_model::{Config, Host, Identifier, PublicAddress, PublicScheme};
use crossgate_token::MasterKey;
use crossgate_token::meta::{self, Meta, Site};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{AppSession, locations};

pub(crate) const NOW: i64 = 1_800_000_000;

const CONFIG: &str = r#"
organization: { name: Acme, auth_domain: login.acme.example, session_duration: 24h }
listeners:
  - { address: "127.0.0.1:8080", public: { scheme: https, port: 443 } }
trusted_proxies: [ 127.0.0.1/32 ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress:
  - { hostname: app1.acme.example, service: "http://127.0.0.1:9001" }
  - { hostname: app2.acme.example, service: "http://127.0.0.1:9002" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ], session_duration: 2h }
applications:
  - { name: app1, domain: app1.acme.example, policies: [ staff ] }
  - name: app2
    domain: app2.acme.example
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ "https://app1.acme.example" ]
      allowed_methods: [ GET ]
      allow_credentials: true
    crossgate: { unauthenticated_fetch: redirect, trusted_origins: [ "https://partner.example" ] }
  - { name: app1 below a path, domain: app1.acme.example/deep/er, policies: [ staff ] }
"#;

/// The gate of two applications: `app1` and `app2`, whose aud is all `1` and all `2`.
pub(crate) fn gate() -> Gate {
    let (config, problems) = Config::parse(CONFIG, Path::new("test.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
    let identifiers: Vec<Identifier> = config
        .wanted
        .iter()
        .enumerate()
        .map(|(index, _)| Identifier {
            id: format!("00000000-0000-4000-8000-{index:012}"),
            aud: Some((index + 1).to_string().repeat(64).chars().take(64).collect()),
        })
        .collect();
    Gate::new(Arc::new(config.snapshot(&identifiers, 1)))
}

/// The keys of the installation.
pub(crate) fn keys() -> MasterKey {
    MasterKey::new([7; 32])
}

/// The cookie of the browser that starts.
pub(crate) fn session() -> AppSession {
    AppSession::fresh([1; 32])
}

/// The login page's URL as app2 would send a fetch of `/api?x=1` to it.
pub(crate) fn sent_by_fetch(gate: &Gate, initiator: Option<&str>, site: Option<Site>) -> String {
    let host = Host::parse("app2.acme.example").unwrap();
    let application = gate.application(&host, "/").unwrap();
    let state = Meta {
        aud: application.aud.clone(),
        host: host.as_str().to_owned(),
        path: "/api?x=1".to_owned(),
        initiator: initiator.map(str::to_owned),
        site,
        appsession_hash: session().hash(),
        issued_at: NOW,
        expires_at: NOW + meta::FETCH_SECONDS,
        fetch: true,
    };
    let path = ReturnPath::parse(&state.path).unwrap();
    let token = meta::seal(&keys().meta(), &state);
    locations::login_page(gate.snapshot(), &host, application, &path, &token, false)
}

/// A request, to be read into a head.
pub(crate) struct Request {
    method: Method,
    url: url::Url,
    headers: HeaderMap,
}

pub(crate) fn get(url: &str) -> Request {
    Request::new(Method::GET, url)
}

impl Request {
    pub(crate) fn new(method: Method, url: &str) -> Self {
        Self { method, url: url::Url::parse(url).unwrap(), headers: HeaderMap::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn with_all(self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self, |request, (name, value)| request.with(name, value))
    }

    /// As a browser's address bar sends it.
    pub(crate) fn navigation(self) -> Self {
        self.with_all(&NAVIGATION)
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&Head<'_>) -> T) -> T {
        let line = RequestLine {
            method: &self.method,
            authority: self.url.host_str(),
            path: self.url.path(),
            query: self.url.query(),
            protocol: None,
            client: "192.0.2.7".parse().unwrap(),
            public: PublicAddress { scheme: PublicScheme::Https, port: 443 },
        };
        look(&Head::read(&line, &self.headers).unwrap())
    }
}

pub(crate) const NAVIGATION: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

/// As a browser sends a fetch that was redirected across origins.
pub(crate) fn redirected_fetch(site: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("sec-fetch-site", site),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        ("origin", "null"),
    ]
}
