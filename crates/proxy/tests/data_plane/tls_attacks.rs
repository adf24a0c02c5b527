//! Handshakes that try to get another certificate, or to be believed too early.

use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue,
    Tls13ClientSessionValue,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, NamedGroup, RootCertStore, ServerConfig,
    ServerConnection, SupportedProtocolVersion,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};

use crate::tls::{Certificates, listener_tls, world};
use crate::upstream::Echo;

fn client_config(
    trusted: &[&(PathBuf, PathBuf)],
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for (file, _) in trusted {
        roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    }
    ClientConfig::builder_with_provider(default_provider().into())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn client(config: &Arc<ClientConfig>, name: &str) -> ClientConnection {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    ClientConnection::new(Arc::clone(config), name).unwrap()
}

/// A record's handshake message in records of so many bytes each.
fn fragmented(record: &[u8], size: usize) -> Vec<Vec<u8>> {
    assert_eq!(record[0], 22, "a handshake record");
    let in_record = |part: &[u8]| {
        let length = u16::try_from(part.len()).unwrap().to_be_bytes();
        [&[22, 3, 1], &length[..], part].concat()
    };
    record[5..].chunks(size).map(in_record).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragmented_hello_gets_the_certificate_of_its_name() {
    let (upstream, certificates) = (Echo::start().await, Certificates::new());
    let first = certificates.make("first", &["first.acme.example"]);
    let open = certificates.make("open", &["open.acme.example"]);
    let world = world(&upstream, &[&first, &open]).await;
    let address = world.address;
    let rows = tokio::task::spawn_blocking(move || {
        let config = Arc::new(client_config(&[&first, &open], rustls::ALL_VERSIONS));
        let der = CertificateDer::from_pem_file(&open.0).unwrap();
        for (name, expected) in [("open.acme.example", true), ("evil.example", false)] {
            for (records, segments) in [(1, 7), (2, 1), (5, 100), (60, 3), (200, 4000), (5000, 1)] {
                let row = format!(
                    "sec-C6-T2 {name} in records of {records} and segments of {segments} bytes"
                );
                let mut client = client(&config, name);
                let mut hello = Vec::new();
                client.write_tls(&mut hello).unwrap();
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                for segment in fragmented(&hello, records).concat().chunks(segments) {
                    stream.write_all(segment).unwrap();
                }
                let done = client.complete_io(&mut stream);
                assert_eq!(done.is_ok(), expected, "{row}: {done:?}");
                if expected {
                    assert_eq!(client.peer_certificates().unwrap()[0], der, "{row}");
                }
            }
        }
    });
    rows.await.unwrap();
}

/// Brings two ends together, as far as they go.
fn shake(
    client: &mut ClientConnection,
    server: &mut ServerConnection,
) -> Result<(), rustls::Error> {
    for _ in 0..8 {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut sent = bytes.as_slice();
        while !sent.is_empty() {
            server.read_tls(&mut sent).unwrap();
            server.process_new_packets()?;
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let mut sent = bytes.as_slice();
        while !sent.is_empty() {
            client.read_tls(&mut sent).unwrap();
            client.process_new_packets()?;
        }
    }
    Ok(())
}

#[test]
fn what_is_sent_before_the_handshake_is_over_is_not_read() {
    let certificates = Certificates::new();
    let pair = certificates.make("one", &["open.acme.example"]);
    let ours = Arc::clone(listener_tls(&[&pair]).unwrap().config());
    assert_eq!(ours.max_early_data_size, 0, "sec-C5-S15");
    // A server that remembers sessions, and has visitors believe that they may send early.
    let builder = ServerConfig::builder_with_provider(default_provider().into());
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut careless = builder.with_cert_resolver(Arc::clone(&ours.cert_resolver));
    careless.alpn_protocols.clone_from(&ours.alpn_protocols);
    careless.max_early_data_size = 16_384;
    // Ours, if it came by that memory.
    let mut remembering = ServerConfig::clone(&ours);
    remembering.ticketer = Arc::clone(&careless.ticketer);
    remembering.session_storage = Arc::clone(&careless.session_storage);
    let careless = Arc::new(careless);
    let rows = [
        ("a careless server reads it", Arc::clone(&careless), HandshakeKind::Resumed, true),
        ("ours would not", Arc::new(remembering), HandshakeKind::Resumed, false),
        ("and does not", ours, HandshakeKind::Full, false),
    ];
    for (row, server, kind, accepted) in rows {
        let mut config = client_config(&[&pair], &[&rustls::version::TLS13]);
        config.enable_early_data = true;
        let config = Arc::new(config);
        let mut first = client(&config, "open.acme.example");
        shake(&mut first, &mut ServerConnection::new(Arc::clone(&careless)).unwrap()).unwrap();
        let mut client = client(&config, "open.acme.example");
        let mut early = client.early_data().expect("a ticket that allows it");
        early.write_all(b"POST /transfer HTTP/1.1\r\n").unwrap();
        let mut server = ServerConnection::new(server).unwrap();
        shake(&mut client, &mut server).unwrap();
        assert_eq!(client.handshake_kind(), Some(kind), "{row}");
        assert_eq!(client.is_early_data_accepted(), accepted, "sec-C5-S15 {row}");
        let mut read = Vec::new();
        if let Some(mut early) = server.early_data() {
            std::io::Read::read_to_end(&mut early, &mut read).unwrap();
        }
        assert_eq!(!read.is_empty(), accepted, "sec-C5-S15 {row}");
        let plain = server.process_new_packets().unwrap().plaintext_bytes_to_read();
        assert_eq!(plain, 0, "sec-C5-S15 {row}");
    }
}

/// Tickets that are used for whichever name.
#[derive(Debug)]
struct ForAnyName(ClientSessionMemoryCache);

fn the_one_name() -> ServerName<'static> {
    ServerName::try_from("any.example").unwrap()
}

impl ClientSessionStore for ForAnyName {
    fn set_kx_hint(&self, _: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(the_one_name(), group);
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        self.0.kx_hint(&the_one_name())
    }

    fn set_tls12_session(&self, _: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(the_one_name(), value);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(&the_one_name())
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.0.remove_tls12_session(&the_one_name());
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(the_one_name(), value);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(&the_one_name())
    }
}

#[test]
fn a_session_resumes_for_the_name_that_it_began_with_and_for_no_other() {
    let certificates = Certificates::new();
    let one = certificates.make("one", &["open.acme.example"]);
    let two = certificates.make("two", &["other.acme.example"]);
    let tls = listener_tls(&[&one, &two]).unwrap();
    let again = listener_tls(&[&one, &two]).unwrap();
    let rows = [
        ("the same name", &tls, "open.acme.example", HandshakeKind::Resumed),
        ("another name", &tls, "other.acme.example", HandshakeKind::Full),
        ("after a reload", &again, "open.acme.example", HandshakeKind::Full),
    ];
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for (row, server, name, expected) in rows {
            let mut config = client_config(&[&one, &two], &[version]);
            let store = Arc::new(ForAnyName(ClientSessionMemoryCache::new(8)));
            config.resumption = Resumption::store(store);
            let config = Arc::new(config);
            let accept = |tls: &crossgate_proxy::ListenerTls| {
                ServerConnection::new(Arc::clone(tls.config())).unwrap()
            };
            shake(&mut client(&config, "open.acme.example"), &mut accept(&tls)).unwrap();
            let mut second = client(&config, name);
            shake(&mut second, &mut accept(server)).unwrap();
            let kind = second.handshake_kind();
            assert!(
                kind == Some(expected)
                    || (expected == HandshakeKind::Full
                        && kind == Some(HandshakeKind::FullWithHelloRetryRequest)),
                "{row}, {version:?}: {kind:?}"
            );
        }
        // A name that is nobody's gets nothing for a ticket either.
        let mut config = client_config(&[&one], &[version]);
        config.resumption =
            Resumption::store(Arc::new(ForAnyName(ClientSessionMemoryCache::new(8))));
        let config = Arc::new(config);
        let accept = || ServerConnection::new(Arc::clone(tls.config())).unwrap();
        shake(&mut client(&config, "open.acme.example"), &mut accept()).unwrap();
        let refused = shake(&mut client(&config, "evil.example"), &mut accept());
        assert!(refused.is_err(), "sec-C6-T2 {version:?}");
    }
}

#[test]
fn among_many_certificates_each_name_gets_its_own() {
    let certificates = Certificates::new();
    let pairs = (0..120).map(|number| {
        let name = format!("app{number}.acme.example");
        certificates.make(&number.to_string(), &[&name, &format!("*.{name}")])
    });
    let pairs = pairs.collect::<Vec<_>>();
    let wildcard = certificates.make("wildcard", &["*.acme.example"]);
    let all = std::iter::once(&wildcard).chain(&pairs).collect::<Vec<_>>();
    let tls = listener_tls(&all).unwrap();
    let rows = [
        ("app0.acme.example", &pairs[0]),
        ("app119.acme.example", &pairs[119]),
        ("x.app77.acme.example", &pairs[77]),
        ("app120.acme.example", &wildcard),
    ];
    for (name, pair) in rows {
        let config = Arc::new(client_config(&[pair], &[&rustls::version::TLS13]));
        let mut client = client(&config, name);
        let mut server = ServerConnection::new(Arc::clone(tls.config())).unwrap();
        shake(&mut client, &mut server).unwrap();
        let expected = CertificateDer::from_pem_file(&pair.0).unwrap();
        assert_eq!(client.peer_certificates().unwrap()[0], expected, "{name}");
    }
}
