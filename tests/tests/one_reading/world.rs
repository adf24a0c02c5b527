//! What the requests are sent to: a proxy with the recording upstream behind it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use crossgate_testkit::{Reply, World, ports};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};

use crate::recorder::Recorder;

/// Open to everybody; no decision on it depends on the path.
pub(crate) const OPEN: &str = "open.demo.localhost";
/// For those who are signed in.
pub(crate) const APP: &str = "app.demo.localhost";
/// Who is signed in.
pub(crate) const ANN: &str = "ann@acme.example";

const CONFIG: &str = r#"
ingress:
  - { hostname: "*.demo.localhost", service: "http://@RECORDER@" }
listeners:
  - address: "127.0.0.1:@PORT@"
  - address: "127.0.0.1:@TLS@"
    tls: [ { certificate: "@CERTIFICATE@", private_key: "@KEY@" } ]
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - { name: open, domain: open.demo.localhost, policies: [ the world ] }
  - { name: app, domain: app.demo.localhost, policies: [ staff ] }
  - { name: another, domain: another.demo.localhost, policies: [ staff ] }
  - { name: paths, domain: paths.demo.localhost, policies: [ staff ] }
  - { name: public, domain: paths.demo.localhost/public, policies: [ the world ] }
  - { name: staff, domain: paths.demo.localhost/public/@staff, policies: [ staff ] }
  - { name: kept, domain: kept.demo.localhost, policies: [ staff ], crossgate: { preserve_encoded_slashes: true } }
  - { name: kept public, domain: kept.demo.localhost/public, policies: [ the world ], crossgate: { preserve_encoded_slashes: true } }
  - { name: preflights, domain: preflights.demo.localhost, policies: [ staff ], options_preflight_bypass: true }
  - { name: cors, domain: cors.demo.localhost, policies: [ staff ], cors_headers: { allowed_origins: [ "https://page.example" ], allowed_methods: [ GET, PUT ] } }
"#;

/// Where the requests go, and what is known of it.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// Plain HTTP.
    pub(crate) plain: SocketAddr,
    /// Plain HTTP/2; the same where one port has both.
    pub(crate) plain_http2: SocketAddr,
    /// Over TLS, and whom to trust there.
    pub(crate) tls: Option<(SocketAddr, Arc<RootCertStore>)>,
    /// How long an answer is waited for.
    pub(crate) patience: Duration,
    /// The cookies of somebody who is signed in at [`APP`].
    pub(crate) cookies: String,
    pub(crate) recorder: Recorder,
}

impl Proxy {
    /// Whom to trust over TLS, for this protocol.
    pub(crate) fn client_config(&self, protocol: &str) -> Arc<ClientConfig> {
        let (_, roots) = self.tls.as_ref().expect("a listener with TLS");
        let mut config =
            ClientConfig::builder().with_root_certificates(Arc::clone(roots)).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Arc::new(config)
    }
}

/// The gateway, with somebody signed in.
pub(crate) async fn gateway() -> (World, Proxy) {
    let recorder = Recorder::start().await;
    let folder = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(["*.demo.localhost".to_owned()]).unwrap();
    let write = |name: &str, text: String| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let tls_port = ports::free();
    let builder = World::builder(CONFIG)
        .name("RECORDER", &recorder.address.to_string())
        .name("TLS", &tls_port.to_string())
        .name("CERTIFICATE", &write("cert.pem", certified.cert.pem()))
        .name("KEY", &write("key.pem", certified.signing_key.serialize_pem()));
    let world = builder.start(|_| Reply::new("text/plain", "")).await;
    let ann = world.signed_in(&world.url(APP, "/"), ANN).await;
    let cookies = ann.jar().header(APP, "/").unwrap();
    let plain = SocketAddr::from((Ipv4Addr::LOCALHOST, world.port));
    let tls = SocketAddr::from((Ipv4Addr::LOCALHOST, tls_port));
    let proxy = Proxy {
        plain,
        plain_http2: plain,
        patience: Duration::from_secs(10),
        tls: Some((tls, trusting(certified.cert.der()))),
        cookies,
        recorder,
    };
    (world, proxy)
}

fn trusting(certificate: &CertificateDer<'_>) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone().into_owned()).unwrap();
    Arc::new(roots)
}

/// An address of the loopback that nobody had before, so that what reaches the upstream is known to be of one case.
pub(crate) fn next_client() -> IpAddr {
    static NEXT: AtomicU16 = AtomicU16::new(1);
    let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Ipv4Addr::new(127, 2, high, low).into()
}
