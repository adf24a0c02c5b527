//! Requests for other hosts than the connection's.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use crossgate_model::{Acme, AcmeAuthority, AcmeChallenge, Host, Listener, PublicAddress};
use crossgate_proxy::{ChainAndKey, Gateway, HttpChallenge, Issued, Limits, Server, bind};
use http::Request;
use http_body_util::Empty;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::tls::{Certificates, world};
use crate::upstream::Echo;
use crate::world::{World, read_to_end, status};

/// A connection that asks for a name, or for none.
async fn connect(
    world: &World,
    name: Option<&str>,
    pair: &(PathBuf, PathBuf),
    alpn: &str,
) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&pair.0).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    config.enable_sni = name.is_some();
    let name = ServerName::try_from(name.unwrap_or("open.acme.example").to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, world.connect().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_of_another_certificate_is_misdirected() {
    let (upstream, certificates) = (Echo::start().await, Certificates::new());
    let open = certificates.make("open", &["open.acme.example"]);
    let other = certificates.make("other", &["other.acme.example"]);
    let alone = world(&upstream, &[&open, &other]).await;
    let wild = certificates.make("wild", &["*.acme.example"]);
    let together = world(&upstream, &[&wild]).await;
    let rows = [
        ("its own host", &alone, Some("open.acme.example"), &open, "open.acme.example", 200),
        (
            "its own host with a port",
            &alone,
            Some("open.acme.example"),
            &open,
            "open.acme.example:443",
            200,
        ),
        (
            "sec-C2-H5 a host with another certificate",
            &alone,
            Some("open.acme.example"),
            &open,
            "other.acme.example",
            421,
        ),
        (
            "sec-C2-H5 the login host's own paths",
            &alone,
            Some("open.acme.example"),
            &open,
            "login.acme.example",
            421,
        ),
        (
            "a host that the certificate covers",
            &together,
            Some("open.acme.example"),
            &wild,
            "other.acme.example",
            200,
        ),
        (
            "without SNI: the host of the first certificate",
            &alone,
            None,
            &open,
            "open.acme.example",
            200,
        ),
        ("sec-C2-H5 without SNI: another host", &alone, None, &open, "other.acme.example", 421),
        ("without SNI: an address", &alone, None, &open, "127.0.0.1", 421),
    ];
    for (row, world, name, pair, host, expected) in rows {
        let path = if host.starts_with("login") { "/cdn-cgi/access/certs" } else { "/" };
        let mut stream = connect(world, name, pair, "http/1.1").await;
        let get = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(get.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(status(&answer), expected, "{row}, HTTP/1.1: {answer}");

        let stream = connect(world, name, pair, "h2").await;
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
        tokio::spawn(connection);
        // The connection goes on after a request that was misdirected.
        for (host, path, expected) in [(host, path, expected), ("open.acme.example", "/", 200)] {
            let request = Request::get(format!("https://{host}{path}")).body(Empty::<Bytes>::new());
            let response = sender.send_request(request.unwrap()).await.unwrap();
            assert_eq!(response.status(), expected, "{row}, HTTP/2, {host}");
        }
    }
    assert!(alone.records().contains(&"3 misdirected 421 0 -".to_owned()), "{:?}", alone.records());
}

/// A listener whose one name an authority certifies, with a live challenge of each kind for it.
fn with_live_challenges(
    certificates: &Certificates,
) -> (Listener, Arc<Issued>, Vec<(PathBuf, PathBuf)>) {
    let own = certificates.make("own", &["open.acme.example"]);
    let proof = certificates.make("proof", &["open.acme.example"]);
    let name = || Host::parse("open.acme.example").unwrap();
    let chain_and_key = |pair: &(PathBuf, PathBuf)| ChainAndKey {
        name: name(),
        chain: vec![CertificateDer::from_pem_file(&pair.0).unwrap()],
        key: PrivateKeyDer::from_pem_file(&pair.1).unwrap(),
    };
    let answer = HttpChallenge {
        name: name(),
        token: "live".to_owned(),
        key_authorization: "live.thumb".to_owned(),
    };
    let issued = Arc::new(Issued::default());
    let unusable =
        issued.replace(vec![chain_and_key(&own)], vec![chain_and_key(&proof)], vec![answer]);
    assert!(unusable.is_empty(), "{unusable:?}");
    let authority = AcmeAuthority {
        directory: "https://ca.example/dir".to_owned(),
        contact: None,
        challenge: AcmeChallenge::TlsAlpn01,
        ca_pool: None,
    };
    let acme = Some(Acme { authority, names: vec![name()] });
    (Listener { acme, ..crate::tls::listener(&[]) }, issued, vec![own, proof])
}

#[tokio::test(flavor = "multi_thread")]
async fn only_live_challenges_are_answered_and_by_a_handshake_alone() {
    let (upstream, certificates) = (Echo::start().await, Certificates::new());
    let world = World::of(upstream.address).await;
    let (listener, issued, pairs) = with_live_challenges(&certificates);
    let plain = Listener::plain(listener.address, PublicAddress::STANDARD);
    let redirect = Listener { redirect_https: true, ..plain.clone() };
    let bound = bind(&[listener, plain, redirect], 1, &[]).unwrap();
    let at = bound.iter().map(|bound| bound.address).collect::<Vec<_>>();
    let gateway = Arc::clone(&world.gateway) as Arc<dyn Gateway>;
    let server =
        Server::start_with(bound, &gateway, Limits::default(), Arc::clone(&issued)).unwrap();

    let connect = async |name: &'static str, alpn: &[&str]| {
        let mut roots = rustls::RootCertStore::empty();
        for pair in &pairs {
            roots.add(CertificateDer::from_pem_file(&pair.0).unwrap()).unwrap();
        }
        let builder = ClientConfig::builder_with_provider(default_provider().into());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(at[0]).await.unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(ServerName::try_from(name).unwrap(), stream)
            .await
    };
    let leaf =
        |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    let [own, proof] = [0, 1].map(|at| CertificateDer::from_pem_file(&pairs[at].0).unwrap());

    let mut stream = connect("open.acme.example", &["acme-tls/1"]).await.unwrap();
    assert_eq!(leaf(&stream), proof, "the challenge is answered");
    let get = b"GET / HTTP/1.1\r\nhost: open.acme.example\r\n\r\n";
    let (_gone, mut answer) = (stream.write_all(get).await, Vec::new());
    let _ended = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "sec-C1-P17 nothing but the handshake: {answer:?}");
    assert!(
        connect("other.acme.example", &["acme-tls/1"]).await.is_err(),
        "sec-C1-P17 another name"
    );
    let stream = connect("open.acme.example", &["acme-tls/1", "http/1.1"]).await.unwrap();
    assert_eq!(leaf(&stream), own, "sec-C1-P17 whoever also speaks HTTP is a visitor");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(leaf(&connect("open.acme.example", &[]).await.unwrap()), own);

    let ask = async |at: std::net::SocketAddr, line: &str, host: &str| {
        let mut stream = TcpStream::connect(at).await.unwrap();
        let request = format!("{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        read_to_end(&mut stream).await
    };
    const LIVE: &str = "GET /.well-known/acme-challenge/live";
    let (open, other) = ("open.acme.example", "other.acme.example");
    for (at, otherwise) in [(at[1], 200), (at[2], 308)] {
        let answer = ask(at, LIVE, open).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("live.thumb"), "{answer}");
        let rows = [
            ("another host", LIVE, other),
            ("another token", "GET /.well-known/acme-challenge/lives", open),
            ("a path below", "GET /.well-known/acme-challenge/live/x", open),
            ("another spelling", "GET /.well-known//acme-challenge/live", open),
            ("a write", "POST /.well-known/acme-challenge/live", open),
        ];
        for (row, line, host) in rows {
            let answer = ask(at, line, host).await;
            assert_eq!(status(&answer), otherwise, "sec-C1-P17 {row}: {answer}");
            assert!(!answer.contains("live.thumb"), "sec-C1-P17 {row}: {answer}");
        }
    }
    issued.replace(Vec::new(), Vec::new(), Vec::new());
    assert_eq!(status(&ask(at[2], LIVE, open).await), 308, "sec-C1-P17 its time is over");
    assert!(connect(open, &["acme-tls/1"]).await.is_err(), "sec-C1-P17 its time is over");
    assert!(connect(open, &[]).await.is_err(), "no certificate, no handshake");
    tokio::task::spawn_blocking(move || {
        server.drain(std::time::Duration::ZERO, std::time::Duration::ZERO)
    })
    .await
    .unwrap();
}
