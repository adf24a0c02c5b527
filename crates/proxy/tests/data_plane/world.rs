//! A data plane with a small gateway around it, and visitors who send bytes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use crossgate_gate::{AccessEndpoint, Action, EndpointRequest, Gate, Head, Verdict};
use crossgate_model::{Config, Identifier, Kind, UpstreamUrl};
use crossgate_proxy::{Failure, Gateway, HealthChange, Limits, Record, Server, bind};
use crossgate_session::{Sessions, SignIn};
use crossgate_store::Store;
use futures_util::future::BoxFuture;
use http::{Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const ISSUER: &str = "https://login.acme.example";
pub(crate) const NOW: i64 = 1_800_000_000;
/// Nothing here takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

const CONFIG: &str = r#"
organization: { name: Acme, auth_domain: login.acme.example }
listeners: [ { address: "127.0.0.1:0", public: { scheme: https, port: 443 }, TLS } ]
trusted_proxies: [ 127.0.0.1/32 ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: anybody, decision: bypass, include: [ { everyone: {} } ] }
ingress:
INGRESS
applications:
  - name: app
    domain: app.acme.example
    policies: [ staff ]
    enable_binding_cookie: false
    cors_headers: { allowed_origins: [ "https://spa.acme.example" ], allowed_methods: [ GET, PUT ], allow_credentials: true }
  - { name: open, domain: open.acme.example, policies: [ anybody ] }
  - { name: other, domain: other.acme.example, policies: [ anybody ] }
  - { name: machines, domain: machines.acme.example, policies: [ anybody ], read_service_tokens_from_header: x-machine }
  - { name: both, domain: both.acme.example, policies: [ staff ], enable_binding_cookie: false, crossgate: { forward_authorization_cookie: true } }
  - { name: bare, domain: bare.acme.example, policies: [ staff ], options_preflight_bypass: true }
"#;

/// A data plane that serves, and what it needs.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Arc<TestGateway>,
    pub(crate) server: Option<Server>,
    pub(crate) store: Store,
}

/// How a world is made.
pub(crate) struct Wanted<'a> {
    /// Ingress rules by host: what follows `hostname: HOST,`.
    pub(crate) ingress: &'a [(&'a str, String)],
    pub(crate) limits: Limits,
    /// Certificate and key of each host that is served by TLS.
    pub(crate) tls: &'a [(&'a Path, &'a Path)],
}

pub(crate) struct TestGateway {
    gate: Arc<Gate>,
    pub(crate) sessions: Arc<Sessions>,
    records: Mutex<Vec<String>>,
}

impl World {
    /// All hosts at one upstream.
    pub(crate) async fn of(upstream: SocketAddr) -> Self {
        let service = format!("service: \"http://{upstream}\"");
        let hosts = ["app", "open", "other", "machines", "both", "bare"];
        let ingress = hosts.map(|host| (host, service.clone()));
        Self::new(&Wanted { ingress: &ingress, limits: Limits::default(), tls: &[] }).await
    }

    /// `open.acme.example` with this rule.
    pub(crate) async fn open_by(rule: String, limits: Limits) -> Self {
        Self::new(&Wanted { ingress: &[("open", rule)], limits, tls: &[] }).await
    }

    pub(crate) async fn new(wanted: &Wanted<'_>) -> Self {
        let rule = |(host, rule): &(&str, String)| {
            format!("  - {{ hostname: {host}.acme.example, {rule} }}\n")
        };
        let pair = |(certificate, key): &(&Path, &Path)| {
            format!("{{ certificate: {}, private_key: {} }}", certificate.display(), key.display())
        };
        let tls = wanted.tls.iter().map(pair).collect::<Vec<_>>().join(", ");
        let tls = if tls.is_empty() { String::new() } else { format!("tls: [ {tls} ]") };
        let text = CONFIG
            .replace(", TLS", &if tls.is_empty() { String::new() } else { format!(", {tls}") })
            .replace("INGRESS\n", &wanted.ingress.iter().map(rule).collect::<String>());
        let (config, problems) = Config::parse(&text, Path::new("crossgate.yaml"), &|_| None);
        let config = config.unwrap_or_else(|| panic!("{problems:?}"));
        let identifier = |(number, wanted): (usize, &crossgate_model::Wanted)| Identifier {
            id: format!("id {number}"),
            aud: (wanted.kind == Kind::Application).then(|| format!("{number:08x}").repeat(8)),
        };
        let identifiers = config.wanted.iter().enumerate().map(identifier).collect::<Vec<_>>();
        let bound = bind(&config.listeners, 1, &[]).unwrap();
        let address = bound[0].address;
        let gate = Arc::new(Gate::new(Arc::new(config.snapshot(&identifiers, 1))));
        let store = Store::open("sqlite::memory:", None).await.unwrap();
        let sessions = Sessions::open(store.clone(), ISSUER.to_owned(), NOW).await.unwrap();
        let gateway = Arc::new(TestGateway { gate, sessions, records: Mutex::default() });
        let as_gateway = Arc::clone(&gateway) as Arc<dyn Gateway>;
        let server = Server::start(bound, &as_gateway, wanted.limits).unwrap();
        Self { address, gateway, server: Some(server), store }
    }

    /// The cookie of somebody who is signed in to an application that does not bind its cookie.
    pub(crate) async fn cookie_of(&self, email: &str, host: &str) -> String {
        self.cookie_from(&self.gateway.sessions, email, host).await
    }

    /// The sessions of another process with the same store.
    pub(crate) async fn another_process(&self) -> Arc<Sessions> {
        Sessions::open(self.store.clone(), ISSUER.to_owned(), NOW).await.unwrap()
    }

    /// As [`World::cookie_of`], by another process.
    pub(crate) async fn cookie_from(&self, sessions: &Sessions, email: &str, host: &str) -> String {
        self.signed_in(sessions, email, host).await.1
    }

    /// The id of a sign-in, and the cookie that stems from it.
    pub(crate) async fn signed_in(
        &self,
        sessions: &Sessions,
        email: &str,
        host: &str,
    ) -> (String, String) {
        let who = SignIn {
            email: email.to_owned(),
            idp_id: "onetimepin".to_owned(),
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: String::new(),
            country: None,
        };
        let lifetime = Duration::from_secs(3600);
        let session = sessions.sign_in(who, lifetime, NOW).await.unwrap();
        let host = crossgate_model::Host::parse(host).unwrap();
        let application = self.gateway.gate.application(&host, "/").unwrap();
        let tokens =
            sessions.open_application(application, &session.sid, lifetime, NOW).await.unwrap();
        (session.sid, format!("CF_Authorization={}", tokens.token))
    }

    /// A connection, from 127.0.0.1, which is a trusted proxy.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of their own and returns what comes back until it is closed.
    pub(crate) async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        exchange(self.connect().await, bytes.as_ref()).await
    }

    /// The same from 127.0.0.2, which nobody trusts.
    pub(crate) async fn exchange_as_stranger(&self, bytes: impl AsRef<[u8]>) -> String {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        exchange(socket.connect(self.address).await.unwrap(), bytes.as_ref()).await
    }

    /// A GET of `host` with these header lines, answered on a connection of its own.
    pub(crate) async fn get(&self, host: &str, path: &str, lines: &[&str]) -> String {
        let lines = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        let close = "connection: close\r\n";
        self.exchange(format!(
            "GET {path} HTTP/1.1\r\nhost: {host}.acme.example\r\n{lines}{close}\r\n"
        ))
        .await
    }

    /// What was recorded: row, reason or failure, status, upstream's status, identity.
    pub(crate) fn records(&self) -> Vec<String> {
        self.gateway.records.lock().unwrap().clone()
    }

    pub(crate) fn forget_records(&self) {
        self.gateway.records.lock().unwrap().clear();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            let _drained = server.drain(Duration::ZERO, Duration::ZERO);
        }
    }
}

async fn exchange(mut stream: TcpStream, bytes: &[u8]) -> String {
    // The other side may refuse before it has read everything.
    let _refused = stream.write_all(bytes).await;
    read_to_end(&mut stream).await
}

/// Everything until the other side closes.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = async { while matches!(stream.read_buf(&mut answer).await, Ok(1..)) {} };
    timeout(PATIENCE, read).await.expect("the end of the connection");
    String::from_utf8(answer).unwrap()
}

/// Everything until `end` has come.
pub(crate) async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut answer = Vec::new();
    let read = async {
        while !answer.windows(end.len()).any(|window| window == end.as_bytes()) {
            let count = stream.read_buf(&mut answer).await.unwrap();
            assert_ne!(count, 0, "{end:?} in {:?}", String::from_utf8_lossy(&answer));
        }
    };
    timeout(PATIENCE, read).await.expect("what is waited for");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer in bytes.
pub(crate) fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no status in {answer:?}"))
}

impl Gateway for TestGateway {
    fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.gate)
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn now(&self) -> i64 {
        NOW
    }

    fn request_id(&self) -> arrayvec::ArrayString<16> {
        arrayvec::ArrayString::from("0123456789abcdef").unwrap()
    }

    fn answer(
        &self,
        _gate: &Gate,
        _head: &Head<'_>,
        verdict: &Verdict<'_>,
        _request_id: &str,
    ) -> Response<Bytes> {
        let status = match &verdict.action {
            Action::Answer(answer) => answer.status,
            Action::AnswerPreflight(_) => StatusCode::OK,
            Action::Login(_) => StatusCode::FOUND,
            _ => StatusCode::FORBIDDEN,
        };
        text(status, verdict.reason.code())
    }

    fn malformed(&self, verdict: &Verdict<'_>, _request_id: &str) -> Response<Bytes> {
        let status = match &verdict.action {
            Action::Answer(answer) => answer.status,
            _ => StatusCode::BAD_REQUEST,
        };
        text(status, verdict.reason.code())
    }

    fn failure(&self, _navigation: bool, failure: Failure, _request_id: &str) -> Response<Bytes> {
        text(failure.status(), failure.code())
    }

    fn endpoint(
        &self,
        _gate: Arc<Gate>,
        endpoint: AccessEndpoint,
        request: EndpointRequest,
    ) -> BoxFuture<'static, Response<Bytes>> {
        let body = format!("{endpoint:?} for {}: {:?}", request.client, request.form);
        Box::pin(async move {
            tokio::task::yield_now().await;
            text(StatusCode::OK, &body)
        })
    }

    fn record(&self, record: Record<'_>) {
        let reason = record.failure.map_or_else(|| record.reason.code(), Failure::code);
        let upstream = record.upstream_status.map_or(0, |status| status.as_u16());
        let identity = record.identity.unwrap_or("-");
        let row = record.row.0;
        let line = format!("{row} {reason} {} {upstream} {identity}", record.status.as_u16());
        self.records.lock().unwrap().push(line);
    }

    fn accept_failed(&self) {}

    fn connection_cut(&self, reason: &'static str) {
        self.records.lock().unwrap().push(format!("cut {reason}"));
    }

    fn upstream_health(&self, upstream: &UpstreamUrl, change: HealthChange) {
        self.records.lock().unwrap().push(format!("{} {change:?}", upstream.port));
    }
}

fn text(status: StatusCode, body: &str) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}
