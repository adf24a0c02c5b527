//! Codes by mail over SMTP, to a real server that insists on STARTTLS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::process::Command;
use std::time::Duration;

use crossgate_testkit::wait::until;
use crossgate_testkit::{Form, Mailbox, Process, Reply, World, ports, python};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

const CONFIG: &str = "
ingress: [ { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" } ]
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] } ]
applications: [ { name: app1, domain: app1.demo.localhost, policies: [ staff ] } ]
mail: { smtp: \"smtp://localhost:@SMTP@\", from: access@acme.example, tls: starttls }
";

/// A server whose certificate is signed by an authority; `ca.pem` in the folder is the authority's.
async fn server(folder: &std::path::Path, port: u16) -> Process {
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
    let mut command = Command::new(python("python3"));
    command.args(["-u", "-m", "aiosmtpd", "-n", "-l", &format!("localhost:{port}")]);
    command
        .arg("--tlscert")
        .arg(folder.join("cert.pem"))
        .arg("--tlskey")
        .arg(folder.join("key.pem"));
    let server = Process::start(&mut command);
    until("the mail server", Duration::from_secs(20), async || {
        tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
    })
    .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_insists_on_starttls_gets_the_code() {
    let folder = tempfile::tempdir().unwrap();
    let port = ports::free();
    let server = server(folder.path(), port).await;
    let world = World::builder(CONFIG)
        .name("SMTP", &port.to_string())
        .environment("SSL_CERT_FILE", folder.path().join("ca.pem").to_str().unwrap())
        .start(|_| Reply::new("text/plain", "hello"))
        .await;
    let client = world.client();
    let page = client.navigate(&world.url("app1.demo.localhost", "/")).await;
    let form = Form::first(&page.text()).unwrap().with("email", "ann@acme.example");
    let page = client.submit(&page, &form).await;

    server.output.wait_for_text("END MESSAGE").await;
    let mail = server.output.text();
    assert!(mail.contains("To: ann@acme.example") && mail.contains("From: "), "{mail}");
    let code = Mailbox::code_in(&mail).unwrap_or_else(|| panic!("no code in {mail}"));
    let form = Form::first(&page.text()).unwrap().with("code", &code);
    let page = client.submit(&page, &form).await;
    assert_eq!((page.status.as_u16(), page.text().as_str()), (200, "hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_cannot_prove_who_it_is_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let port = ports::free();
    let server = server(folder.path(), port).await;
    let world = World::builder(CONFIG)
        .name("SMTP", &port.to_string())
        .start(|_| Reply::new("text/plain", "hello"))
        .await;
    let client = world.client();
    let page = client.navigate(&world.url("app1.demo.localhost", "/")).await;
    let form = Form::first(&page.text()).unwrap().with("email", "ann@acme.example");
    let page = client.submit(&page, &form).await;
    assert_eq!(page.status, 200, "the page is as always");
    world.gateway.process.errors.wait_for_text("mail").await;
    assert!(!server.output.text().contains("ann@acme.example"), "{}", server.output.text());
}
