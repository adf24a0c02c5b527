//! A gateway for which ten seconds pass in one, so that its limits of time can be waited for.

use std::net::Ipv4Addr;
use std::path::Path;

use crossgate_testkit::wait::PATIENCE;
use crossgate_testkit::{Received, Reply, World, faketime, ports};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::silent::Silent;

const CONFIG: &str = "
listeners:
  - { address: \"127.0.0.1:@PORT@\" }
  - { address: \"127.0.0.1:@TLS@\", tls: [ { certificate: \"@CERTIFICATES@/cert.pem\", private_key: \"@CERTIFICATES@/key.pem\" } ] }
ingress:
  - { hostname: app1.demo.localhost, path: /silent, service: \"http://@SILENT@\", origin_request: { response_timeout: 20s } }
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ the world ] }
";

/// More than buffers hold.
const LARGE: usize = 64 << 20;

/// An answer that is handed over as a whole.
const WHOLE: usize = 300_000;

/// The gateway, an upstream that answers, and one that never does.
pub(crate) struct Hurried {
    pub(crate) world: World,
    /// The port that is for TLS.
    pub(crate) tls: u16,
    pub(crate) silent: Silent,
    _certificates: TempDir,
}

pub(crate) async fn hurried() -> Hurried {
    let silent = Silent::start().await;
    let (certificates, tls) = (tempfile::tempdir().unwrap(), ports::free());
    write_certificate(certificates.path());
    let world = World::builder(CONFIG)
        .name("SILENT", &silent.address)
        .name("TLS", &tls.to_string())
        .name("CERTIFICATES", certificates.path().to_str().unwrap())
        .environment("LD_PRELOAD", faketime().to_str().unwrap())
        .environment("FAKETIME", "+0 x10")
        .start(answer)
        .await;
    Hurried { world, tls, silent, _certificates: certificates }
}

fn answer(request: &Received) -> Reply {
    match request.path.as_str() {
        "/whole" => Reply::new("text/plain", vec![b'x'; WHOLE]),
        "/large" => Reply::new("text/plain", vec![b'x'; LARGE]),
        _ => Reply::new("text/plain", "hello"),
    }
}

fn write_certificate(folder: &Path) {
    let certified = rcgen::generate_simple_self_signed(["*.demo.localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), certified.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
}

impl Hurried {
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.world.port)).await.unwrap()
    }

    pub(crate) async fn connect_for_tls(&self) -> TcpStream {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.tls)).await.unwrap()
    }
}

/// What comes until the other side ends the connection, which it must.
pub(crate) async fn until_the_end(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    timeout(PATIENCE, read_to_end(stream)).await.expect("the end of the connection")
}

pub(crate) async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut answer = Vec::new();
    while matches!(stream.read_buf(&mut answer).await, Ok(1..)) {}
    answer
}
