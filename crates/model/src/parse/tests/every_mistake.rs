//! All mistakes are found in one run, whatever else is wrong.

use super::parse;

const EVERYTHING_WRONG: &str = r#"organization:
  name: 7
  auth_domain: "https://login.acme.example"
  session_duration: 1d
  login_design: {}
listeners:
  - address: 0.0.0.0:80
  - { address: "[::]:443", tls: [ { certificate: missing.pem } ] }
  - ~
admin: { address: localhost }
store: mysql:crossgate
store_encryption_key: "hunter2"
mail:
  smtp: hunter2@mail.acme.example
  from: nobody
  port: 25
trusted_proxies: [ everyone ]
identity_providers:
  - { name: GitHub, type: github }
ingress:
  - { hostname: "a b", service: "ftp://127.0.0.1" }
  - { service: [ 1, "http://127.0.0.1:9001/x" ] }
groups:
  - { name: loop, include: [ { group: { id: loop } } ] }
policies:
  - { name: staff, decision: permit, include: [ { email: { email: acme } } ] }
  - { name: staff, decision: allow, include: [ { group: { id: lop } }, { ip: { ip: nowhere } } ] }
service_tokens:
  - { name: ci, duration: soon, enabled: "no" }
applications:
  - name: app
    domain: app.acme.example:8443
    policies: [ staf, { name: inline, decision: allow } ]
    cors_headers:
      allowed_origins: [ "https://x.acme.example/", 5, "*" ]
      allowed_methods: [ get ]
      allow_credentials: yes
      max_age: 100000
    crossgate:
      trusted_origins: [ spa.acme.example ]
      csrf_exempt_paths: [ returns ]
  - name: app
    id: 5
    same_site_cookie_attribute: loose
    allowed_idps: [ Google ]
applications: []
zzz: 1
"#;

const EXPECTED: &str = "
2:9 organization.name wrong-type
3:16 organization.auth_domain invalid-host
4:21 organization.session_duration invalid-duration
5:3 organization.login_design unknown-key
7:14 listeners[0].address plain-http-listener
8:35 listeners[1].tls[0] missing-key
8:50 listeners[1].tls[0].certificate file-not-found
9:5 listeners[2] empty-item
10:19 admin.address invalid-address
11:8 store invalid-store
12:23 store_encryption_key invalid-encryption-key
14:9 mail.smtp invalid-smtp-url
15:9 mail.from invalid-email
16:3 mail.port unknown-key
17:20 trusted_proxies[0] invalid-ip-range
19:27 identity_providers[0].type unknown-value
21:17 ingress[0].hostname invalid-host-pattern
21:33 ingress[0].service invalid-service
22:18 ingress[1].service[0] wrong-type
22:21 ingress[1].service[1] invalid-service
24:13 groups[0].name group-cycle
26:30 policies[0].decision unknown-value
26:67 policies[0].include[0].email.email invalid-email
27:13 policies[1].name duplicate-name
27:63 policies[1].include[0].group.id unknown-group
27:84 policies[1].include[1].ip.ip invalid-ip-range
29:27 service_tokens[0].duration invalid-duration
29:42 service_tokens[0].enabled wrong-type
32:13 applications[0].domain invalid-domain
33:17 applications[0].policies[0] unknown-policy
33:23 applications[0].policies[1] missing-key
35:26 applications[0].cors_headers.allowed_origins[0] origin-trailing-slash
35:53 applications[0].cors_headers.allowed_origins[1] wrong-type
35:56 applications[0].cors_headers.allowed_origins[2] wildcard-origin
36:26 applications[0].cors_headers.allowed_methods[0] method-case
37:26 applications[0].cors_headers.allow_credentials wrong-type
38:16 applications[0].cors_headers.max_age max-age-out-of-range
40:26 applications[0].crossgate.trusted_origins[0] origin-missing-scheme
41:28 applications[0].crossgate.csrf_exempt_paths[0] invalid-path
42:5 applications[1] missing-key
42:5 applications[1].policies no-policies
42:11 applications[1].name duplicate-name
43:9 applications[1].id wrong-type
44:33 applications[1].same_site_cookie_attribute unknown-value
45:21 applications[1].allowed_idps[0] unknown-identity-provider
46:1 applications duplicate-key
47:1 zzz unknown-key
";

#[test]
fn a_config_with_every_mistake_reports_every_mistake() {
    let (config, problems) = parse(EVERYTHING_WRONG);
    let found = problems.iter().map(|problem| {
        let (line, column) = problem.span.map_or((0, 0), |span| (span.line, span.column));
        format!("{line}:{column} {} {}\n", problem.path, problem.code)
    });
    let found = format!("\n{}", found.collect::<String>());
    assert_eq!(found, EXPECTED, "{found}");
    assert!(config.is_none());
}

#[test]
fn no_problem_shows_a_secret() {
    let (_, problems) = parse(EVERYTHING_WRONG);
    let report = serde_json::to_string(&problems).unwrap();
    assert!(!report.contains("hunter2"), "{report}");
    for problem in problems {
        let line = EVERYTHING_WRONG.lines().nth(problem.span.unwrap().line - 1).unwrap();
        assert!(!line.contains("hunter2") || problem.beside_secret, "{problem:?}");
    }
}

#[test]
fn a_mistake_in_the_yaml_shows_no_secret() {
    for text in ["store_encryption_key: 'hunter2\n", "mail:\n  smtp:\n    \"hunter2\n"] {
        let (_, problems) = parse(text);
        assert!(!serde_json::to_string(&problems).unwrap().contains("hunter2"));
        assert!(problems.iter().all(|problem| problem.beside_secret), "{problems:?}");
    }
}
