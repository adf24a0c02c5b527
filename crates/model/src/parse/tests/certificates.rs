//! Certificates of listeners: files, an authority's, and the way from HTTP to HTTPS.

use std::io;
use std::path::Path;

use super::PLAIN;
use crate::{
    AcmeChallenge, CertificateFiles, CertificateSummary, Config, Problem, Surroundings, TlsFiles,
};

/// Certificates by the names of their files.
struct Certificates;

impl TlsFiles for Certificates {
    fn certificate(&self, files: &CertificateFiles) -> Result<Option<CertificateSummary>, String> {
        let stem = files.certificate.file_stem().and_then(|stem| stem.to_str()).unwrap();
        let names: &[&str] = match stem {
            "app" | "app-again" => &["app.acme.example"],
            "both" => &["app.acme.example", "login.acme.example"],
            "wild" => &["*.acme.example"],
            "broken" => return Err("key and certificate don't belong together".to_owned()),
            _ => return Ok(None),
        };
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let public_key = stem.trim_end_matches("-again").as_bytes().to_vec();
        Ok(Some(CertificateSummary { names, public_key }))
    }

    fn authorities(&self, file: &Path) -> Result<(), String> {
        if file.ends_with("empty.pem") { Err("no certificate in it".to_owned()) } else { Ok(()) }
    }
}

fn parse(listeners: &str) -> (Option<Config>, Vec<Problem>) {
    let plain = PLAIN.lines().filter(|line| !line.starts_with("listeners:"));
    let text = format!("{}\nlisteners: {listeners}\n", plain.collect::<Vec<_>>().join("\n"));
    parse_whole(&text)
}

fn parse_whole(text: &str) -> (Option<Config>, Vec<Problem>) {
    let surroundings = Surroundings {
        environment: &|_| None,
        read_file: &|_| Err(io::Error::from(io::ErrorKind::NotFound)),
        file_exists: &|path| !path.ends_with("missing.pem"),
        tls_files: &Certificates,
    };
    Config::parse_in(text, Path::new("/etc/crossgate/config.yaml"), &surroundings)
}

fn tls(files: &[&str]) -> String {
    let pair = |file: &&str| format!("{{ certificate: {file}.pem, private_key: key.pem }}");
    files.iter().map(pair).collect::<Vec<_>>().join(", ")
}

fn acme(settings: &str) -> String {
    format!(r#"[ {{ address: "[::]:443", acme: {{ terms_of_service_agreed: true{settings} }} }} ]"#)
}

#[test]
fn each_mistake_with_certificates_is_named_and_placed() {
    let with_files =
        |files: &[&str]| format!(r#"[ {{ address: "[::]:443", tls: [ {} ] }} ]"#, tls(files));
    let redirect = r#"{ address: "0.0.0.0:80", redirect_https: true }"#;
    let first = r#"{ address: "[::]:443", acme: { terms_of_service_agreed: true } }"#;
    let rows: Vec<(&str, String, &[&str])> = vec![
        ("a certificate", with_files(&["app"]), &[]),
        ("an exact name beside a wildcard that covers it", with_files(&["app", "wild"]), &[]),
        ("two certificates with one key", with_files(&["app", "app-again"]), &[]),
        (
            "sec-C6-T3 two certificates with different keys for one name",
            with_files(&["app", "both"]),
            &["certificate-conflict listeners[0].tls[1]"],
        ),
        (
            "sec-C6-T4 a certificate that cannot be used",
            with_files(&["broken"]),
            &["unusable-certificate listeners[0].tls[0]"],
        ),
        (
            "sec-C6-T4 a certificate that is not there",
            with_files(&["missing"]),
            &["file-not-found listeners[0].tls[0].certificate"],
        ),
        ("an authority", acme(""), &[]),
        (
            "an authority without consent",
            acme("").replace("true", "false"),
            &["acme-terms-not-agreed listeners[0].acme"],
        ),
        (
            "an authority without TLS",
            acme(r#", directory: "http://ca.example/dir""#),
            &["invalid-acme-directory listeners[0].acme.directory"],
        ),
        (
            "an authority that is none",
            acme(", directory: letsencrypt"),
            &["invalid-acme-directory listeners[0].acme.directory"],
        ),
        (
            "a contact that is none",
            acme(r#", contact: "mailto:ops@acme.example""#),
            &["invalid-email listeners[0].acme.contact"],
        ),
        (
            "a challenge of later",
            acme(", challenge: dns-01"),
            &["unknown-value listeners[0].acme.challenge"],
        ),
        (
            "a wildcard",
            acme(r#", names: [ "*.acme.example" ]"#),
            &["acme-wildcard listeners[0].acme.names[0]"],
        ),
        (
            "an address",
            acme(", names: [ 192.0.2.1 ]"),
            &["acme-address listeners[0].acme.names[0]"],
        ),
        (
            "a name twice",
            acme(", names: [ a.example, A.example ]"),
            &["duplicate-name listeners[0].acme.names[1]"],
        ),
        ("no names", acme(", names: []"), &["acme-without-names listeners[0].acme.names"]),
        (
            "sec-C6-T4 authorities that are none",
            acme(", ca_pool: empty.pem"),
            &["unusable-ca-pool listeners[0].acme.ca_pool"],
        ),
        (
            "sec-C6-T3 a name of a file and of the authority",
            acme(", names: [ app.acme.example ]")
                .replace("acme:", &format!("tls: [ {} ], acme:", tls(&["app"]))),
            &["certificate-conflict listeners[0].acme.names[0]"],
        ),
        (
            "an authority that a wildcard leaves nothing to",
            acme("").replace("acme:", &format!("tls: [ {} ], acme:", tls(&["wild"]))),
            &["acme-without-names listeners[0].acme"],
        ),
        (
            "a port that no authority connects to",
            acme("").replace("443", "8443"),
            &["acme-port listeners[0].acme"],
        ),
        (
            "a port that is forwarded",
            acme("").replace("443", "8443").replace("acme:", "public: { scheme: https }, acme:"),
            &[],
        ),
        (
            "requests that nobody answers",
            acme(", challenge: http-01"),
            &["acme-http-listener-missing listeners[0].acme.challenge"],
        ),
        (
            "requests that are answered",
            acme(", challenge: http-01").replace("} } ]", &format!("}} }}, {redirect} ]")),
            &[],
        ),
        (
            "two authorities",
            format!(
                r#"[ {first}, {{ address: "[::1]:443", acme: {{ terms_of_service_agreed: true, contact: a@acme.example }} }} ]"#
            ),
            &["acme-settings-differ listeners[1].acme"],
        ),
        (
            "two listeners with other names",
            format!(
                r#"[ {first}, {{ address: "[::1]:443", acme: {{ terms_of_service_agreed: true, names: [ a.example ] }} }} ]"#
            ),
            &[],
        ),
        ("a way to HTTPS", format!("[ {first}, {redirect} ]"), &[]),
        (
            "a way to nowhere",
            format!("[ {redirect} ]"),
            &["redirect-without-https listeners[0].redirect_https"],
        ),
        (
            "a way to HTTPS by HTTPS",
            acme("").replace("acme:", "redirect_https: true, acme:"),
            &[
                "redirect-listener-settings listeners[0].redirect_https",
                "redirect-without-https listeners[0].redirect_https",
            ],
        ),
    ];
    for (row, listeners, expected) in rows {
        let (_, problems) = parse(&listeners);
        let found = problems.iter().map(|problem| {
            assert!(
                problem.span.is_some() && !problem.message.is_empty() && !problem.fix.is_empty(),
                "{row}: {problem:?}"
            );
            format!("{} {}", problem.code, problem.path)
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{row}");
    }
}

#[test]
fn an_upstreams_authorities_are_looked_at() {
    let rule = r#"service: "https://127.0.0.1:9001", origin_request: { ca_pool: empty.pem } }"#;
    let text = PLAIN.replace(r#"service: "http://127.0.0.1:9001" }"#, rule);
    let (config, problems) = parse_whole(&text);
    let codes = problems.iter().map(|problem| problem.code).collect::<Vec<_>>();
    assert_eq!(codes, ["unusable-ca-pool"], "sec-C6-T4");
    assert!(config.is_none());
}

#[test]
fn an_authority_is_asked_for_the_hosts_that_no_file_covers() {
    let (config, problems) = parse(&acme(""));
    let acme = config.unwrap_or_else(|| panic!("{problems:?}")).listeners.remove(0).acme.unwrap();
    let names = acme.names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names, ["login.acme.example", "app.acme.example"]);
    assert_eq!(acme.authority.directory, "https://acme-v02.api.letsencrypt.org/directory");
    assert_eq!(acme.authority.challenge, AcmeChallenge::TlsAlpn01);

    let some = self::acme("").replace("acme:", &format!("tls: [ {} ], acme:", tls(&["app"])));
    let acme = parse(&some).0.unwrap().listeners.remove(0).acme.unwrap();
    assert_eq!(acme.names.len(), 1, "{:?}", acme.names);
}

#[test]
fn hosts_behind_a_wildcard_are_covered_or_named() {
    let rows: [(&str, String, &[&str]); 3] = [
        ("nothing covers them", acme(""), &["acme-host-left-out"]),
        (
            "a file does",
            acme("").replace("acme:", &format!("tls: [ {} ], acme:", tls(&["wild"]))),
            &["acme-without-names"],
        ),
        ("they are named", acme(", names: [ a.acme.example ]"), &[]),
    ];
    for (row, listeners, expected) in rows {
        let text = PLAIN.lines().filter(|line| !line.starts_with("listeners:"));
        let text =
            text.collect::<Vec<_>>().join("\n").replace("hostname: app.acme", "hostname: \"*.acme");
        let text = text.replace("*.acme.example,", "*.acme.example\",");
        let (_, problems) = parse_whole(&format!("{text}\nlisteners: {listeners}\n"));
        let codes = problems.iter().map(|problem| problem.code).collect::<Vec<_>>();
        assert_eq!(codes, expected, "{row}");
    }
}

#[test]
fn a_redirect_leads_to_the_public_address_of_https() {
    let listeners = r#"[ { address: "0.0.0.0:80", redirect_https: true }, { address: "[::]:8443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#;
    let (config, problems) = parse(listeners);
    let config = config.unwrap_or_else(|| panic!("{problems:?}"));
    let origin = config.listeners[0].public.origin(&config.organization.auth_domain);
    assert_eq!(origin, "https://login.acme.example:8443");
    assert!(config.listeners[0].redirect_https && !config.listeners[0].has_tls());
}
