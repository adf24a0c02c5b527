//! TLS on both sides.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use crossgate_model::{CertificateFiles, Listener, PublicAddress};
use crossgate_proxy::{Issued, Limits, ListenerTls, TlsError};
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::upstream::Echo;
use crate::world::{Wanted, World, status};

/// Certificates that sign themselves, in files.
pub(crate) struct Certificates {
    pub(crate) directory: tempfile::TempDir,
}

impl Certificates {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// Certificate and key for names.
    pub(crate) fn make(&self, file: &str, names: &[&str]) -> (PathBuf, PathBuf) {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let path = |end: &str| self.directory.path().join(format!("{file}.{end}"));
        std::fs::write(path("pem"), made.cert.pem()).unwrap();
        std::fs::write(path("key"), made.signing_key.serialize_pem()).unwrap();
        (path("pem"), path("key"))
    }
}

/// A listener with these certificates.
pub(crate) fn listener(pairs: &[&(PathBuf, PathBuf)]) -> Listener {
    let files = |pair: &&(PathBuf, PathBuf)| CertificateFiles {
        certificate: pair.0.clone(),
        private_key: pair.1.clone(),
    };
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let plain = Listener::plain(address, PublicAddress::STANDARD);
    Listener { tls: pairs.iter().map(files).collect(), ..plain }
}

/// What a listener with these certificates presents.
pub(crate) fn listener_tls(pairs: &[&(PathBuf, PathBuf)]) -> Result<ListenerTls, TlsError> {
    ListenerTls::read(&listener(pairs), &Arc::new(Issued::default()))
}

pub(crate) async fn world(upstream: &Echo, pairs: &[&(PathBuf, PathBuf)]) -> World {
    let tls = pairs.iter().map(|(pem, key)| (pem.as_path(), key.as_path())).collect::<Vec<_>>();
    let service = format!("service: \"http://{}\"", upstream.address);
    let ingress = ["open", "other"].map(|host| (host, service.clone()));
    World::new(&Wanted { ingress: &ingress, limits: Limits::default(), tls: &tls }).await
}

pub(crate) async fn connect(
    world: &World,
    name: &str,
    trusted: &[&PathBuf],
    alpn: &[&str],
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for file in trusted {
        roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(default_provider().into())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, world.connect().await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_is_chosen_by_name_and_strangers_are_refused() {
    let (upstream, certificates) = (Echo::start().await, Certificates::new());
    let one = certificates.make("one", &["open.acme.example"]);
    let two = certificates.make("two", &["*.other.example"]);
    let world = world(&upstream, &[&one, &two]).await;
    let rows: [(&str, &str, &PathBuf, bool); 5] = [
        ("by its name", "open.acme.example", &one.0, true),
        ("by a wildcard", "a.other.example", &two.0, true),
        ("in another letter case", "OPEN.acme.example", &one.0, true),
        ("sec-C6-T2 a name that no certificate has", "evil.example", &one.0, false),
        ("a wildcard stands for one label", "a.b.other.example", &two.0, false),
    ];
    for (row, name, trusted, expected) in rows {
        let found = connect(&world, name, &[trusted], &[], rustls::ALL_VERSIONS).await;
        assert_eq!(found.is_ok(), expected, "{row}: {found:?}");
        if let Err(error) = found {
            let alert = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
            let refused = matches!(
                alert,
                Some(rustls::Error::AlertReceived(
                    AlertDescription::AccessDenied
                        | AlertDescription::HandshakeFailure
                        | AlertDescription::UnrecognisedName
                ))
            );
            assert!(refused, "{row}: {error:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_tls_and_of_http_are_spoken() {
    let (upstream, certificates) = (Echo::start().await, Certificates::new());
    let pair = certificates.make("one", &["open.acme.example"]);
    let world = world(&upstream, &[&pair]).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let name = "open.acme.example";
        let stream =
            connect(&world, name, &[&pair.0], &["h2", "http/1.1"], &[version]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
        tokio::spawn(connection);
        let request = Request::get("https://open.acme.example/").body(Empty::<Bytes>::new());
        let response = sender.send_request(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream =
            connect(&world, name, &[&pair.0], &["http/1.1"], &[version]).await.unwrap();
        let get = b"GET / HTTP/1.1\r\nhost: open.acme.example\r\nconnection: close\r\n\r\n";
        stream.write_all(get).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(status(&answer), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_replaced_while_it_runs_and_kept_where_the_new_ones_are_bad() {
    let (upstream, certificates) = (Echo::start().await, Certificates::new());
    let pair = certificates.make("one", &["open.acme.example"]);
    let world = world(&upstream, &[&pair]).await;
    let old = certificates.directory.path().join("old.pem");
    std::fs::copy(&pair.0, &old).unwrap();
    let server = world.server.as_ref().unwrap();
    let missing = certificates.directory.path().join("missing.pem");
    assert!(server.reload_certificates(&[listener(&[&(missing, pair.1.clone())])]).is_err());
    let name = "open.acme.example";
    assert!(connect(&world, name, &[&old], &[], rustls::ALL_VERSIONS).await.is_ok());
    let pair = certificates.make("one", &["open.acme.example"]);
    server.reload_certificates(&[listener(&[&pair])]).unwrap();
    assert!(connect(&world, name, &[&pair.0], &[], rustls::ALL_VERSIONS).await.is_ok());
    assert!(connect(&world, name, &[&old], &[], rustls::ALL_VERSIONS).await.is_err());
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let certificates = Certificates::new();
    let (pem, _) = certificates.make("one", &["a.example"]);
    let (_, other_key) = certificates.make("two", &["b.example"]);
    let empty = certificates.directory.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let garbage = certificates.directory.path().join("garbage.pem");
    std::fs::write(&garbage, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .unwrap();
    let (nameless, nameless_key) = certificates.make("nameless", &[]);
    let mistake = |pairs: &[&(PathBuf, PathBuf)]| listener_tls(pairs).map(|_| ()).unwrap_err();
    let config = |certificate: &PathBuf, private_key: &PathBuf| {
        mistake(&[&(certificate.clone(), private_key.clone())])
    };
    assert!(matches!(config(&garbage, &other_key), TlsError::Unreadable(file) if file == garbage));
    assert!(
        matches!(config(&nameless, &nameless_key), TlsError::Nameless(file) if file == nameless)
    );
    let (one, again) = (
        certificates.make("a", &["a.example"]),
        certificates.make("b", &["b.example", "a.example"]),
    );
    let conflict = mistake(&[&one, &again]);
    assert!(
        matches!(conflict, TlsError::Conflict { file, name } if file == again.0 && name == "a.example"),
        "sec-C6-T3"
    );
    assert!(listener_tls(&[&one, &one]).is_ok(), "the same certificate twice decides nothing");
    assert!(matches!(config(&empty, &other_key), TlsError::Empty(file) if file == empty));
    assert!(matches!(config(&pem, &other_key), TlsError::Key { file, .. } if file == pem));
    let missing = certificates.directory.path().join("missing.key");
    assert!(matches!(config(&pem, &missing), TlsError::File { file, .. } if file == missing));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_is_verified() {
    let certificates = Certificates::new();
    let pair = certificates.make("upstream", &["api.internal"]);
    let stranger = certificates.make("stranger", &["api.internal"]);
    let address = tls_upstream(&pair).await;
    let rule = |pool: Option<&PathBuf>, name: &str, http2: bool| {
        let pool =
            pool.map_or_else(String::new, |pool| format!("ca_pool: \"{}\", ", pool.display()));
        format!(
            "service: \"https://{address}\", origin_request: {{ {pool}server_name: {name}, host_header: api.internal, http2: {http2} }}"
        )
    };
    let rows = [
        (
            "in the pool, by its name",
            rule(Some(&pair.0), "api.internal", false),
            "HTTP/1.1 api.internal",
        ),
        (
            "the same over HTTP/2",
            rule(Some(&pair.0), "api.internal", true),
            "HTTP/2.0 api.internal",
        ),
        ("by another name", rule(Some(&pair.0), "other.internal", false), "upstream-tls"),
        (
            "sec-C6-T4 not in the pool",
            rule(Some(&stranger.0), "api.internal", false),
            "upstream-tls",
        ),
        ("not among the system's authorities", rule(None, "api.internal", false), "upstream-tls"),
    ];
    for (name, rule, expected) in rows {
        let world = World::open_by(rule, Limits::default()).await;
        let answer = world.get("open", "/", &[]).await;
        assert!(answer.ends_with(expected), "{name}: {answer}");
    }
}

/// Says in which version of HTTP it was asked, and for which host.
async fn tls_upstream(pair: &(PathBuf, PathBuf)) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::clone(listener_tls(&[pair]).unwrap().config()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let say = service_fn(|request: Request<hyper::body::Incoming>| async move {
                    let host = request.headers().get("host").map(|host| host.to_str().unwrap());
                    let host = host.or_else(|| request.uri().host()).unwrap_or_default();
                    let text = format!("{:?} {host}", request.version());
                    let body = http_body_util::Full::new(Bytes::from(text)).boxed();
                    Ok::<_, std::convert::Infallible>(http::Response::new(body))
                });
                let server = auto::Builder::new(TokioExecutor::new());
                // A visitor may go at any time.
                let _ended = server.serve_connection(TokioIo::new(stream), say).await;
            });
        }
    });
    address
}
