//! Pebble, the test server of the people behind Let's Encrypt, and its DNS.

use std::path::{Path, PathBuf};
use std::process::Command;

use crossgate_testkit::wait::{PATIENCE, until};
use crossgate_testkit::{Process, ports};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::Ports;
use crate::visitor::Visitor;

/// An authority for whose eyes every name is this machine.
pub(crate) struct Pebble {
    folder: tempfile::TempDir,
    port: u16,
    management: u16,
    dns: u16,
    running: Option<Process>,
    _names: Process,
}

impl Pebble {
    /// An authority that is not there yet. It will look for challenges at these ports, and issue for so many seconds.
    pub(crate) async fn absent(at: &Ports, validity: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (port, management, dns) = (ports::free(), ports::free(), ports::free());
        write_certificate(folder.path());
        let config = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": folder.path().join("cert.pem"),
            "privateKey": folder.path().join("key.pem"),
            "httpPort": at.plain,
            "tlsPort": at.tls,
            "ocspResponderURL": "",
            "certificateValidityPeriod": validity,
        }});
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        let mut names = Command::new("pebble-challtestsrv");
        names.args(["-http01", "", "-https01", "", "-tlsalpn01", ""]);
        names.args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
        names.args(["-dns01", &format!("127.0.0.1:{dns}")]);
        let names_port = ports::free();
        names.args(["-management", &format!("127.0.0.1:{names_port}")]);
        let names = Process::start(&mut names);
        until("the authority's DNS", PATIENCE, async || {
            tokio::net::TcpStream::connect(("127.0.0.1", names_port)).await.ok()
        })
        .await;
        Self { folder, port, management, dns, running: None, _names: names }
    }

    /// An authority that is there.
    pub(crate) async fn start(at: &Ports, validity: u32) -> Self {
        let mut pebble = Self::absent(at, validity).await;
        pebble.appear().await;
        pebble
    }

    /// Is there from now on. Knows nothing of what was before.
    pub(crate) async fn appear(&mut self) {
        let mut command = Command::new("pebble");
        command.arg("-config").arg(self.folder.path().join("config.json"));
        command.args(["-dnsserver", &format!("127.0.0.1:{}", self.dns)]);
        // No waits, and a challenge for each order.
        command.envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_AUTHZREUSE", "0")]);
        self.running = Some(Process::start(&mut command));
        let port = self.management;
        until("the certificate authority", PATIENCE, async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
    }

    /// Is not there any more.
    pub(crate) fn disappear(&mut self) {
        self.running = None;
    }

    /// The URL of its directory.
    pub(crate) fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// Who signed the directory's own certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// How many certificates it issued since it is there.
    pub(crate) fn issued(&self) -> usize {
        let log = self.running.as_ref().unwrap().output.text();
        log.lines().filter(|line| line.contains("Issued certificate serial")).count()
    }

    /// A visitor who trusts it.
    pub(crate) async fn visitor(&self) -> Visitor {
        let ours = Visitor::trusting(&std::fs::read_to_string(self.authority()).unwrap());
        let (_, answer) = ours.get(self.management, "localhost", "/roots/0").await.unwrap();
        let root = &answer[answer.find("-----BEGIN").expect("a root certificate")..];
        Visitor::trusting(root)
    }
}

fn write_certificate(folder: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    write("ca.pem", authority.pem());
    write("cert.pem", certificate.pem());
    write("key.pem", key.serialize_pem());
}
