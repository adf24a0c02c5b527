use super::{PLAIN, parse};
use crate::{SameSite, Severity};

const EXAMPLE: &str = r#"
organization:
  name: Acme
  auth_domain: login.acme.example        # the team domain: where people sign in
  session_duration: 24h                  # global session
listeners:
  - address: "[::]:443"
    tls: [ { certificate: cert.pem, private_key: key.pem } ]   # several: chosen by SNI
  - address: 127.0.0.1:8080              # plain HTTP: on loopback only, or with `public`
    public: { scheme: https, port: 443 } # what browsers see when a TLS proxy stands in front; needs trusted_proxies
admin:
  address: 127.0.0.1:8444                # /healthz /readyz /metrics; later API and console
  hostnames: []                          # other names it may be called by
store: sqlite:crossgate.db               # or postgres://... (later)
mail: { smtp: "smtp://mail.acme.example:587", from: access@acme.example }
trusted_proxies: [ 127.0.0.1/32 ]        # CIDRs whose X-Forwarded-For counts; nobody by default
identity_providers:
  - { name: One-time PIN, type: onetimepin }
ingress:                                 # host (and path prefix, by segment) -> upstream, first match wins
  - { hostname: app1.acme.example, service: "http://127.0.0.1:9001" }
  - hostname: api.acme.example
    path: /v1
    service: [ "https://10.0.0.5:9443", "https://10.0.0.6:9443" ]
    origin_request: { ca_pool: ca.pem, server_name: api.internal, host_header: api.internal, http2: true, connect_timeout: 5s, response_timeout: 60s }
policies:
  - name: staff
    decision: allow                      # allow | deny | bypass | non_identity
    include: [ { email_domain: { domain: acme.example } } ]
applications:
  - name: app1
    domain: app1.acme.example
    policies: [ staff ]
  - name: api
    domain: api.acme.example/v1
    policies: [ staff ]
    session_duration: 8h
    cors_headers:
      allowed_origins: [ "https://app1.acme.example" ]
      allowed_methods: [ GET, PUT ]
      allowed_headers: [ content-type ]
      allow_credentials: true
      max_age: 600
    crossgate: { unauthenticated_fetch: unauthorized }
"#;

#[test]
fn the_example_of_the_contract_has_no_problems() {
    let (config, problems) = parse(EXAMPLE);
    assert_eq!(problems, []);
    let config = config.unwrap();
    let api = config.applications.last().unwrap();
    assert_eq!(api.cookies.same_site, SameSite::Lax, "the two hosts are one site");
    assert_eq!(config.store, "sqlite:/etc/crossgate/crossgate.db");
    assert_eq!(config.wanted.len(), 4);
}

#[test]
fn the_config_that_tests_start_from_has_no_problems() {
    assert_eq!(parse(PLAIN).1, []);
}

#[test]
fn a_warning_does_not_keep_a_config_from_being_used() {
    let (config, problems) = parse(&PLAIN.replace("policies: [ staff ]", "policies: []"));
    assert!(config.is_some());
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
}

#[test]
fn an_empty_document_lacks_what_must_be_there() {
    for text in ["", "# nothing yet\n", "{}"] {
        let (config, problems) = parse(text);
        assert!(config.is_none());
        let messages = problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>();
        assert!(messages.iter().any(|it| it.contains("`organization`")), "{messages:?}");
        assert!(messages.iter().any(|it| it.contains("`listeners`")), "{messages:?}");
    }
}

#[test]
fn a_document_of_another_kind_is_refused() {
    for text in ["[ 1, 2 ]", "crossgate", "7"] {
        let (config, problems) = parse(text);
        assert!(config.is_none());
        assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), ["wrong-type"], "{text}");
    }
}
