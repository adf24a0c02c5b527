//! The gateway with everything around it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Call, Client, Gateway, Mailbox, Received, Reply, Upstream, ports};

/// A running gateway, one upstream behind all its hosts, and its mailbox, on `*.localhost` names.
#[derive(Debug)]
pub struct World {
    /// The gateway.
    pub gateway: Gateway,
    /// The upstream of all hosts.
    pub upstream: Upstream,
    /// Where the codes arrive.
    pub mailbox: Mailbox,
    /// The port of the login host and the applications.
    pub port: u16,
    /// The port of the admin listener.
    pub admin_port: u16,
    scheme: &'static str,
    folder: TempDir,
}

/// A world to be.
#[derive(Debug)]
pub struct WorldBuilder {
    config: String,
    names: Vec<(String, String)>,
    environment: Vec<(String, String)>,
    program: Option<PathBuf>,
    arguments: Vec<String>,
    scheme: &'static str,
}

/// What a config says when the test's own part does not.
const DEFAULTS: &[(&str, &str)] = &[
    ("organization", "organization: { name: Testing, auth_domain: login.demo.localhost }"),
    ("admin", "admin: { address: \"127.0.0.1:@ADMIN@\" }"),
    ("store", "store: sqlite:@FOLDER@/crossgate.db"),
    ("mail", "mail: { directory: \"@FOLDER@/mail\", from: access@demo.localhost }"),
    ("identity_providers", "identity_providers: [ { name: One-time PIN, type: onetimepin } ]"),
];

impl World {
    /// Starts a world with this part of a config (YAML: at least `ingress`), to be filled in: `@SCHEME@`, `@PORT@`,
    /// `@ADMIN@`, `@UPSTREAM@` (address and port), `@FOLDER@`. What it does not say has defaults.
    pub async fn start(
        config: &str,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::builder(config).start(script).await
    }

    /// A world to be, with this part of a config.
    #[must_use]
    pub fn builder(config: &str) -> WorldBuilder {
        WorldBuilder {
            config: config.to_owned(),
            names: Vec::new(),
            environment: Vec::new(),
            program: None,
            arguments: Vec::new(),
            scheme: "http",
        }
    }

    /// The public origin of a host.
    #[must_use]
    pub fn origin(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.port)
    }

    /// A URL on a host.
    #[must_use]
    pub fn url(&self, host: &str, path: &str) -> String {
        format!("{}{path}", self.origin(host))
    }

    /// A URL on the admin listener.
    #[must_use]
    pub fn admin(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.admin_port)
    }

    /// A visitor without a browser who was never here.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new()
    }

    /// A visitor without a browser who is signed in at this URL.
    pub async fn signed_in(&self, url: &str, email: &str) -> Client {
        let client = Client::new();
        let page = client.sign_in(&self.mailbox, url, email).await;
        assert_eq!(page.status, 200, "{email} at {url}: {}", page.text());
        client
    }

    /// The config file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("crossgate.yaml")
    }

    /// The folder of the config, the store and the mails.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl WorldBuilder {
    /// Fills in one more name of the config, written `@NAME@` there.
    #[must_use]
    pub fn name(mut self, name: &str, value: &str) -> Self {
        self.names.push((format!("@{name}@"), value.to_owned()));
        self
    }

    /// Over TLS, with a certificate of nobody's that test browsers take. [`Client`] speaks plain HTTP only.
    #[must_use]
    pub const fn tls(mut self) -> Self {
        self.scheme = "https";
        self
    }

    /// Gives the gateway an environment variable.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts this program in place of the usual one.
    #[must_use]
    pub fn program(mut self, program: &Path) -> Self {
        self.program = Some(program.to_owned());
        self
    }

    /// Gives `crossgate serve` these arguments, too.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// When the gateway does not become ready.
    pub async fn start(self, script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> World {
        let folder = tempfile::Builder::new().prefix("crossgate-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mail")).unwrap();
        let upstream = Upstream::start(script).await;
        let (port, admin_port) = (ports::free(), ports::free());
        let mut names = self.names;
        let mut name = |name: &str, value: String| names.push((name.to_owned(), value));
        name("@SCHEME@", self.scheme.to_owned());
        name("@PORT@", port.to_string());
        name("@ADMIN@", admin_port.to_string());
        name("@UPSTREAM@", upstream.address.to_string());
        name("@FOLDER@", folder.path().display().to_string());
        let tls = self.scheme == "https";
        if tls {
            write_certificate(folder.path());
        }
        let config = fill_in(&complete(&self.config, tls), &names);
        let file = folder.path().join("crossgate.yaml");
        std::fs::write(&file, config).unwrap();
        let mut call = Call::new(&file);
        call.program = self.program.unwrap_or(call.program);
        (call.arguments, call.environment) = (self.arguments, self.environment);
        let gateway = Gateway::start_as(call, admin_port).await;
        let mailbox = Mailbox::new(folder.path().join("mail"));
        World { gateway, upstream, mailbox, port, admin_port, scheme: self.scheme, folder }
    }
}

/// The config with defaults for what it does not say.
fn complete(config: &str, tls: bool) -> String {
    let says = |key: &str| config.lines().any(|line| line.starts_with(&format!("{key}:")));
    let mut whole = config.to_owned();
    for (_, text) in DEFAULTS.iter().filter(|(key, _)| !says(key)) {
        writeln!(whole, "{text}").unwrap();
    }
    if !says("listeners") {
        writeln!(whole, "listeners:").unwrap();
        let addresses = ["127.0.0.1", "[::1]"].into_iter().take(1 + usize::from(ports::has_ipv6()));
        for address in addresses {
            writeln!(whole, "  - address: \"{address}:@PORT@\"").unwrap();
            if tls {
                writeln!(whole, "    tls: [ {{ certificate: cert.pem, private_key: key.pem }} ]")
                    .unwrap();
            }
        }
    }
    whole
}

fn write_certificate(folder: &Path) {
    let names = ["*.demo.localhost", "*.other.localhost"].map(str::to_owned);
    let certified = rcgen::generate_simple_self_signed(names).unwrap();
    std::fs::write(folder.join("cert.pem"), certified.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
}

fn fill_in(config: &str, names: &[(String, String)]) -> String {
    names.iter().fold(config.to_owned(), |text, (name, value)| text.replace(name, value))
}
