mod certificates;
mod every_mistake;
mod examples;
mod properties;
mod results;
mod single_mistakes;

use std::io;
use std::path::Path;

use crate::{Config, Problem, Surroundings};

/// Parses in surroundings where every file exists but `missing.pem`, `SECRET` is set, and `key.txt` holds a key.
fn parse(text: &str) -> (Option<Config>, Vec<Problem>) {
    let environment = |name: &str| (name == "SECRET").then(|| "hunter2".to_owned());
    let read_file = |path: &Path| match path.to_str() {
        Some("/etc/crossgate/key.txt") => Ok(format!("{}\n", "ab".repeat(32))),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let file_exists = |path: &Path| !path.ends_with("missing.pem");
    let surroundings = Surroundings {
        environment: &environment,
        read_file: &read_file,
        file_exists: &file_exists,
        tls_files: &crate::UnreadTlsFiles,
    };
    Config::parse_in(text, Path::new("/etc/crossgate/config.yaml"), &surroundings)
}

/// The config of a text without errors.
fn config(text: &str) -> Config {
    let (config, problems) = parse(text);
    config.unwrap_or_else(|| panic!("{problems:#?}\n{text}"))
}

/// A config without problems, to change one thing in.
const PLAIN: &str = r#"
organization: { name: Acme, auth_domain: login.acme.example }
listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]
mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress: [ { hostname: app.acme.example, service: "http://127.0.0.1:9001" } ]
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] } ]
applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]
"#;
