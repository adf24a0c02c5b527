//! Three applications, a store in a file, and a person who signs in.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossgate_gate::{NoSession, Presence};
use crossgate_model::{Application, Config, Identifier, Kind};
use crossgate_store::{ServiceToken, Store};
use crossgate_token::service_token::{ClientId, ClientSecret};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{ApplicationTokens, Capacity, Credentials, Sessions, SignIn, TeamSession};

pub(super) const ISSUER: &str = "https://login.acme.example";
pub(super) const NOW: i64 = 1_800_000_000;
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: i64 = 24 * 60 * 60;

const CONFIG: &str = r#"
organization: { name: Acme, auth_domain: login.acme.example }
listeners:
  - address: 127.0.0.1:8443
    public: { scheme: https, port: 443 }
trusted_proxies: [ 127.0.0.1/32 ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress:
  - { hostname: app.acme.example, service: "http://127.0.0.1:9001" }
  - { hostname: shared.acme.example, service: "http://127.0.0.1:9002" }
  - { hostname: free.acme.example, service: "http://127.0.0.1:9003" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: near, decision: non_identity, include: [ { ip: { ip: 192.0.2.0/24 } } ] }
applications:
  - { name: app, domain: app.acme.example, policies: [ staff ] }
  - { name: one, domain: shared.acme.example/one, policies: [ staff ] }
  - { name: two, domain: shared.acme.example/two, policies: [ staff ] }
  - name: free
    domain: free.acme.example
    policies: [ near, staff ]
    enable_binding_cookie: false
    read_service_tokens_from_header: x-machine
"#;

/// Header lines of a request.
pub(super) type Lines<'a> = [(&'static str, &'a str)];

pub(super) struct World {
    pub(super) sessions: Arc<Sessions>,
    applications: Vec<Arc<Application>>,
    directory: tempfile::TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sessions = open(directory.path(), Capacity::default(), NOW).await;
        Self { sessions, applications: applications(), directory }
    }

    /// The sessions of another process that has the same store.
    pub(super) async fn other_process(&self, now: i64) -> Arc<Sessions> {
        self.other_process_with(Capacity::default(), now).await
    }

    /// The same, with other limits on its memory.
    pub(super) async fn other_process_with(&self, capacity: Capacity, now: i64) -> Arc<Sessions> {
        open(self.directory.path(), capacity, now).await
    }

    pub(super) fn application(&self, name: &str) -> &Application {
        self.applications.iter().find(|application| application.settings.name == name).unwrap()
    }

    pub(super) async fn sign_in(&self, email: &str) -> TeamSession {
        let lifetime = Duration::from_secs(60 * 24 * 3600);
        self.sessions.sign_in(somebody(email), lifetime, NOW).await.unwrap()
    }

    pub(super) async fn open(
        &self,
        application: &str,
        sid: &str,
        lifetime: Duration,
    ) -> ApplicationTokens {
        self.sessions
            .open_application(self.application(application), sid, lifetime, NOW)
            .await
            .unwrap()
    }

    /// Signs somebody in and opens an application to them.
    pub(super) async fn enter(&self, application: &str, email: &str) -> ApplicationTokens {
        let session = self.sign_in(email).await;
        self.open(application, &session.sid, HOUR).await
    }

    /// The `Cookie` header of a browser that holds what an application was opened with.
    pub(super) fn cookies(&self, application: &str, tokens: &ApplicationTokens) -> String {
        let suffix = &self.application(application).cookie_suffix;
        let token = format!("CF_Authorization{suffix}={}", tokens.token);
        match &tokens.binding {
            Some(binding) => format!("{token}; __Host-CF_Binding{suffix}={binding}"),
            None => token,
        }
    }

    pub(super) async fn credentials(
        &self,
        application: &str,
        headers: &HeaderMap,
        now: i64,
    ) -> Credentials {
        credentials_in(&self.sessions, self.application(application), headers, now).await
    }

    /// Whom the cookies lead to: an e-mail address, or why nobody.
    pub(super) async fn by_cookie(&self, application: &str, cookies: &str, now: i64) -> String {
        let headers = headers(&[("cookie", cookies)]);
        whom(self.credentials(application, &headers, now).await.evidence().cookie)
    }

    /// A service token in the store, and its credentials. Not in memory until that is refreshed.
    pub(super) async fn service_token(
        &self,
        name: &str,
        change: impl FnOnce(&mut ServiceToken),
    ) -> (String, String) {
        let number = name.bytes().fold(0, u8::wrapping_add);
        let (id, secret) =
            (ClientId::from_random([number; 16]), ClientSecret::from_random([number; 29]));
        let mut token = ServiceToken {
            id: format!("id of {name}"),
            name: name.to_owned(),
            client_id: id.as_str().to_owned(),
            secret_hash: *secret.hash().as_bytes(),
            created_at: NOW,
            expires_at: None,
            enabled: true,
            duration: "8760h".to_owned(),
            last_seen_at: None,
        };
        change(&mut token);
        self.sessions.store().create_service_token(&token).await.unwrap();
        (id.as_str().to_owned(), secret.expose().to_owned())
    }
}

/// Credentials by the slow way; the fast one, if it has an answer, must have the same.
pub(super) async fn credentials_in(
    sessions: &Sessions,
    application: &Application,
    headers: &HeaderMap,
    now: i64,
) -> Credentials {
    let fast = sessions.try_credentials(application, headers, now);
    let slow = sessions.credentials(application, headers, now).await.unwrap();
    if let Some(fast) = fast {
        assert_eq!(format!("{:?}", fast.evidence()), format!("{:?}", slow.evidence()));
    }
    slow
}

pub(super) fn whom(presence: Presence<'_>) -> String {
    match presence {
        Presence::Person(person) => person.email.to_owned(),
        Presence::Nobody(why) => nobody(why),
    }
}

pub(super) fn nobody(why: NoSession) -> String {
    format!("nobody: {why:?}")
}

pub(super) fn headers(lines: &Lines<'_>) -> HeaderMap {
    let line = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    lines.iter().map(line).collect()
}

pub(super) fn somebody(email: &str) -> SignIn {
    SignIn {
        email: email.to_owned(),
        idp_id: "onetimepin".to_owned(),
        ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
        user_agent: "A browser".to_owned(),
        country: None,
    }
}

async fn open(directory: &Path, capacity: Capacity, now: i64) -> Arc<Sessions> {
    let url = format!("sqlite:{}", directory.join("crossgate.db").display());
    let store = Store::open(&url, None).await.unwrap();
    Sessions::open_with(store, ISSUER.to_owned(), capacity, now).await.unwrap()
}

fn applications() -> Vec<Arc<Application>> {
    let (config, problems) = Config::parse(CONFIG, Path::new("crossgate.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:?}"));
    let identifier = |number: usize, kind| Identifier {
        id: format!("id {number}"),
        aud: (kind == Kind::Application).then(|| format!("{number:08x}").repeat(8)),
    };
    let wanted = config.wanted.iter().enumerate();
    let identifiers: Vec<_> =
        wanted.map(|(number, wanted)| identifier(number + 1, wanted.kind)).collect();
    config.snapshot(&identifiers, 1).applications
}
