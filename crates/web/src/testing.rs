//! A whole login host for tests: a store on disk, sessions, a mail folder, two applications, and browsers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use crossgate_gate::{Action, EndpointRequest, Gate, Head, RequestLine, Step};
use crossgate_model::{Config, Identifier, Mail, Mailer, PublicAddress, PublicScheme};
use crossgate_session::Sessions;
use crossgate_store::Store;
use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{Method, Request, Response};
use mail_parser::MessageParser;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::{Outbox, Web};

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
  - { hostname: payroll.acme.example, service: "http://127.0.0.1:9003" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ], session_duration: 2h }
  - { name: alice, decision: allow, include: [ { email: { email: alice@acme.example } } ] }
applications:
  - { name: app1, domain: app1.acme.example, policies: [ staff ] }
  - name: app2
    domain: app2.acme.example
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ "https://app1.acme.example" ]
      allowed_methods: [ GET ]
      allow_credentials: true
    crossgate: { unauthenticated_fetch: redirect }
  - name: payroll
    domain: payroll.acme.example
    policies: [ alice ]
    same_site_cookie_attribute: strict
    custom_deny_message: Ask finance.
"#;

/// The gateway without its proxy.
pub(crate) struct World {
    pub(crate) web: Arc<Web>,
    pub(crate) gate: Arc<Gate>,
    mails: std::path::PathBuf,
    postman: JoinHandle<()>,
    now: AtomicU64,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("store.db").display()), None)
                .await
                .unwrap();
        let gate = gate();
        let issuer = gate.snapshot().public.origin(&gate.snapshot().organization.auth_domain);
        let sessions = Sessions::open(store, issuer, NOW).await.unwrap();
        let mails = folder.path().join("mail");
        let mail =
            Mail { mailer: Mailer::Directory(mails.clone()), from: "access@acme.example".into() };
        let (outbox, postman) = Outbox::new(Some(mail));
        let postman = tokio::spawn(postman.run(std::future::pending()));
        let web = Arc::new(Web::new(sessions, outbox, "Acme"));
        let now = AtomicU64::new(u64::try_from(NOW).unwrap());
        Self { web, gate: Arc::new(gate), mails, postman, now, _folder: folder }
    }

    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.now.load(Ordering::Relaxed)).unwrap()
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Answers as the gateway would: by an endpoint, or from the verdict.
    pub(crate) async fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let (parts, form) = (request.clone().into_parts().0, request.body().clone());
        let client = "192.0.2.7".parse().unwrap();
        let public = PublicAddress { scheme: PublicScheme::Https, port: 443 };
        let line = RequestLine {
            method: request.method(),
            authority: request.uri().authority().map(|authority| authority.as_str()),
            path: request.uri().path(),
            query: request.uri().query(),
            protocol: None,
            client,
            public,
        };
        let head = Head::read(&line, request.headers()).unwrap();
        let credentials;
        let verdict = match self.gate.before_authentication(&head) {
            Step::Decided(verdict) => verdict,
            Step::Authenticate(pending) => {
                let sessions = &self.web.sessions;
                credentials = sessions
                    .credentials(pending.application(), head.headers, self.now())
                    .await
                    .unwrap();
                pending.decide(&head, &credentials.evidence())
            }
        };
        let mut response = match &verdict.action {
            Action::Endpoint(endpoint) => {
                let request = EndpointRequest {
                    parts,
                    form,
                    client,
                    public,
                    request_id: "0123456789abcdef".into(),
                };
                self.web
                    .endpoint(Arc::clone(&self.gate), endpoint.clone(), request, self.now())
                    .await
            }
            Action::Forward(_) => Response::new(Bytes::from_static(b"upstream")),
            _ => {
                let mut random = |bytes: &mut [u8]| {
                    bytes.copy_from_slice(&crate::random::bytes::<32>().unwrap())
                };
                self.web.answer(
                    &self.gate,
                    &head,
                    &verdict,
                    "0123456789abcdef",
                    self.now(),
                    &mut random,
                )
            }
        };
        verdict.stamp.write(response.headers_mut());
        response
    }

    /// The newest code that was mailed to an address, once `count` mails have gone there.
    pub(crate) async fn code(&self, to: &str, count: usize) -> String {
        loop {
            let mut codes = self.mailed(to);
            if codes.len() >= count {
                return codes.pop().unwrap().1;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// All mails to an address: when, and the code.
    pub(crate) fn mailed(&self, to: &str) -> Vec<(std::time::SystemTime, String)> {
        let mut codes = Vec::new();
        for entry in std::fs::read_dir(&self.mails).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "eml") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let message = MessageParser::default().parse(&bytes).unwrap();
            if message.to().unwrap().first().unwrap().address() == Some(to) {
                let text = message.body_text(0).unwrap();
                let code =
                    text.lines().map(str::trim).find(|line| line.len() == 6).unwrap().to_owned();
                codes.push((entry.metadata().unwrap().modified().unwrap(), code));
            }
        }
        codes.sort();
        codes
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.postman.abort();
    }
}

fn gate() -> Gate {
    let (config, problems) = Config::parse(CONFIG, Path::new("test.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
    let identifiers: Vec<Identifier> = (1..=config.wanted.len())
        .map(|number| Identifier {
            id: format!("00000000-0000-4000-8000-{number:012}"),
            aud: Some(number.to_string().repeat(64).chars().take(64).collect()),
        })
        .collect();
    Gate::new(Arc::new(config.snapshot(&identifiers, 1)))
}

/// A browser: keeps cookies by host, and says what browsers say of their requests.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    /// Opens a URL by typing it or following a link: one request, no redirects.
    pub(crate) async fn open(&mut self, world: &World, url: &str) -> Response<Bytes> {
        self.send(world, Method::GET, url, &NAVIGATION, "").await
    }

    /// Opens a URL and follows redirects. Returns the URL where it ends, and the answer there.
    pub(crate) async fn follow(&mut self, world: &World, url: &str) -> (String, Response<Bytes>) {
        let response = self.open(world, url).await;
        self.follow_from(world, url.to_owned(), response).await
    }

    pub(crate) async fn follow_from(
        &mut self,
        world: &World,
        mut url: String,
        mut response: Response<Bytes>,
    ) -> (String, Response<Bytes>) {
        for _ in 0..10 {
            if !response.status().is_redirection() {
                return (url, response);
            }
            url = location(&response).to_owned();
            response = self.open(world, &url).await;
        }
        panic!("redirects without end, last to {url}");
    }

    /// Sends a form of a page at `page`, with the fields that the page has, and others.
    pub(crate) async fn submit(
        &mut self,
        world: &World,
        page: &str,
        html: &str,
        step: &str,
        fields: &[(&str, &str)],
    ) -> Response<Bytes> {
        let form =
            html.split("<form").find(|form| form.contains(&format!("value=\"{step}\""))).unwrap();
        let action = attribute(form, "action");
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for input in form.split("<input").skip(1) {
            let name = attribute(input, "name");
            if !fields.iter().any(|(known, _)| *known == name) && input.contains("value=\"") {
                body.append_pair(&name, &attribute(input, "value"));
            }
        }
        fields.iter().for_each(|(name, value)| {
            body.append_pair(name, value);
        });
        let url = url::Url::parse(page).unwrap().join(&action).unwrap();
        let origin = url.origin().ascii_serialization();
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("origin", &origin),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(world, Method::POST, url.as_str(), &headers, &body.finish()).await
    }

    /// Signs in from an application's page to where it ends.
    pub(crate) async fn sign_in(
        &mut self,
        world: &World,
        url: &str,
        email: &str,
    ) -> (String, Response<Bytes>) {
        let (page, response) = self.follow(world, url).await;
        let sent = world.mailed(email).len();
        let response =
            self.submit(world, &page, text(&response), "address", &[("email", email)]).await;
        let code = world.code(email, sent + 1).await;
        let response = self.submit(world, &page, text(&response), "code", &[("code", &code)]).await;
        self.follow_from(world, page, response).await
    }

    pub(crate) async fn send(
        &mut self,
        world: &World,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Bytes> {
        let host = url::Url::parse(url).unwrap().host_str().unwrap().to_owned();
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| *of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let response = world.answer(&request.body(Bytes::from(body.to_owned())).unwrap()).await;
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(&(host.clone(), name.to_owned()));
            } else {
                self.cookies.insert((host.clone(), name.to_owned()), value.to_owned());
            }
        }
        response
    }

    pub(crate) fn cookie(&self, host: &str, name: &str) -> Option<&str> {
        self.cookies.get(&(host.to_owned(), name.to_owned())).map(String::as_str)
    }

    pub(crate) fn forget(&mut self, host: &str, name: &str) {
        self.cookies.remove(&(host.to_owned(), name.to_owned()));
    }
}

pub(crate) const NAVIGATION: [(&str, &str); 4] = [
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("accept", "text/html"),
];

pub(crate) fn location(response: &Response<Bytes>) -> &str {
    response.headers().get(LOCATION).unwrap_or_else(|| panic!("{response:?}")).to_str().unwrap()
}

pub(crate) fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

/// What a page says, without its style sheet.
pub(crate) fn words(response: &Response<Bytes>) -> &str {
    text(response).split_once("<main>").map_or_else(|| text(response), |(_, main)| main)
}

pub(crate) fn header<'r>(response: &'r Response<Bytes>, name: &str) -> Option<&'r str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

pub(crate) fn json(response: &Response<Bytes>) -> serde_json::Value {
    assert!(header(response, CONTENT_TYPE.as_str()).unwrap().contains("json"), "{response:?}");
    serde_json::from_slice(response.body()).unwrap()
}

fn attribute(html: &str, name: &str) -> String {
    let value = html.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
    value.replace("&#38;", "&").replace("&amp;", "&")
}

pub(crate) fn no_cors(response: &Response<Bytes>) -> bool {
    !response.headers().keys().any(|name| name.as_str().starts_with("access-control-"))
}
