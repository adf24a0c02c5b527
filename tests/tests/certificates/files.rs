use crossgate_testkit::wait::PATIENCE;
use crossgate_testkit::{World, ports};

use crate::visitor::Visitor;
use crate::{APP1, hello};

const FILES: &str = "
ingress: [ { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" } ]
policies: [ { name: the world, decision: bypass, include: [ { everyone: {} } ] } ]
applications: [ { name: app1, domain: app1.demo.localhost, policies: [ the world ] } ]
listeners: [ { address: \"127.0.0.1:@PORT@\", tls: [ { certificate: \"@CERTIFICATES@/cert.pem\", private_key: \"@CERTIFICATES@/key.pem\" } ] } ]
";

/// Writes a new certificate and key in the way that ACME clients do: beside, then renamed. Returns who trusts it.
fn write(folder: &std::path::Path) -> Visitor {
    let made = rcgen::generate_simple_self_signed(vec!["*.demo.localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    for (name, text) in [("cert.pem", &certificate), ("key.pem", &key)] {
        let beside = folder.join(format!("{name}.new"));
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, folder.join(name)).unwrap();
    }
    Visitor::trusting(&certificate)
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_are_presented_without_a_restart_and_broken_ones_change_nothing() {
    let (folder, port) = (tempfile::tempdir().unwrap(), ports::free());
    let first = write(folder.path());
    let world = World::builder(&FILES.replace("@PORT@", &port.to_string()))
        .name("CERTIFICATES", &folder.path().display().to_string())
        .start(hello)
        .await;
    first.certificate(port, APP1, PATIENCE, |_| true).await;
    let mut kept = first.connect(port, APP1).await.unwrap();

    let second = write(folder.path());
    second.certificate(port, APP1, PATIENCE, |_| true).await;
    assert!(first.connect(port, APP1).await.is_err(), "the first is gone");

    // A connection that was there goes on.
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let request = format!("GET / HTTP/1.1\r\nhost: {APP1}\r\nconnection: close\r\n\r\n");
    kept.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    kept.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let metrics = world.client().get(&world.admin("/metrics")).send().await.text();
    let expiry = "crossgate_certificate_not_after_seconds{name=\"*.demo.localhost\"} ";
    assert!(metrics.contains(expiry), "{metrics}");

    std::fs::write(folder.path().join("cert.pem"), "").unwrap();
    world.gateway.process.errors.wait_for_text("unusable-certificate").await;
    assert!(second.connect(port, APP1).await.is_ok(), "the second stays");

    let third = write(folder.path());
    third.certificate(port, APP1, PATIENCE, |_| true).await;
}

/// sec-C6-T3, sec-C6-T4: no file says nothing by mistake.
#[test]
fn a_config_whose_certificates_cannot_be_used_is_refused_by_check_and_by_serve() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, hosts: &[&str]| {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>();
        let made = rcgen::generate_simple_self_signed(hosts).unwrap();
        std::fs::write(folder.path().join(format!("{name}.pem")), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join(format!("{name}.key")), made.signing_key.serialize_pem())
            .unwrap();
    };
    make("one", &["app1.demo.localhost"]);
    make("two", &["app1.demo.localhost", "login.demo.localhost"]);
    make("nameless", &[]);
    std::fs::write(folder.path().join("empty.pem"), "").unwrap();
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(folder.path().join("garbage.pem"), garbage).unwrap();
    let pair = |certificate: &str, key: &str| {
        format!("{{ certificate: {certificate}.pem, private_key: {key}.key }}")
    };
    let rows = [
        ("in order", pair("one", "one"), "two.pem", None),
        ("no certificate", pair("empty", "one"), "two.pem", Some("unusable-certificate")),
        ("no certificate in it", pair("garbage", "one"), "two.pem", Some("unusable-certificate")),
        ("another's key", pair("one", "two"), "two.pem", Some("unusable-certificate")),
        (
            "a certificate for nobody",
            pair("nameless", "nameless"),
            "two.pem",
            Some("unusable-certificate"),
        ),
        ("a certificate that is not there", pair("none", "one"), "two.pem", Some("file-not-found")),
        (
            "two for one name",
            format!("{}, {}", pair("one", "one"), pair("two", "two")),
            "two.pem",
            Some("certificate-conflict"),
        ),
        ("no authority", pair("one", "one"), "empty.pem", Some("unusable-ca-pool")),
        ("no authority in it", pair("one", "one"), "garbage.pem", Some("unusable-ca-pool")),
        ("an authority that is not there", pair("one", "one"), "none.pem", Some("file-not-found")),
    ];
    for (row, tls, ca_pool, code) in rows {
        let config = format!(
            "organization: {{ name: Testing, auth_domain: login.demo.localhost }}\n\
             listeners: [ {{ address: \"127.0.0.1:{}\", tls: [ {tls} ] }} ]\n\
             ingress: [ {{ hostname: app1.demo.localhost, service: \"https://127.0.0.1:9\", origin_request: {{ ca_pool: {ca_pool} }} }} ]\n\
             policies: [ {{ name: the world, decision: bypass, include: [ {{ everyone: {{}} }} ] }} ]\n\
             applications: [ {{ name: app1, domain: app1.demo.localhost, policies: [ the world ] }} ]\n",
            ports::free()
        );
        let file = folder.path().join("crossgate.yaml");
        std::fs::write(&file, config).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = std::process::Command::new(crossgate_testkit::crossgate());
            command.args(arguments).arg("--config").arg(&file).output().unwrap()
        };
        let checked = run(&["check", "--format", "json"]);
        let problems: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
        let codes =
            problems["problems"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap());
        assert_eq!(codes.collect::<Vec<_>>(), code.into_iter().collect::<Vec<_>>(), "{row}");
        if let Some(code) = code {
            let served = run(&["serve"]);
            assert_eq!(served.status.code(), Some(1), "{row}");
            assert!(String::from_utf8_lossy(&served.stderr).contains(code), "{row}");
        }
    }
}
