//! Each mistake is named, placed and fixed.

use super::{PLAIN, parse};

/// A sentence, what is replaced in [`PLAIN`] by what, and each problem: its code, its path, and the text pointed at.
type Row<'r> = (&'r str, &'r str, &'r str, &'r [(&'r str, &'r str, &'r str)]);

#[rustfmt::skip]
const ROWS: &[Row<'_>] = &[
    ("a document that is no YAML", "name: Acme,", "name: [ Acme,", &[("yaml-syntax", "", "[")]),
    ("a key twice", "name: Acme,", "name: Acme, name: Acme Inc,", &[("duplicate-key", "organization.name", "name")]),
    ("a misspelled key", "auth_domain:", "auth_domian:", &[("missing-key", "organization", "organization"), ("unknown-key", "organization.auth_domian", "auth_domian")]),
    ("a key that Access has and this does not need", "name: Acme,", "name: Acme, strict_service_token_auth: true,", &[("unknown-key", "organization.strict_service_token_auth", "strict_service_token_auth")]),
    ("a deprecated key", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], self_hosted_domains: [ app.acme.example ] } ]", &[("unknown-key", "applications[0].self_hosted_domains", "self_hosted_domains")]),
    ("a key of a later version", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { response_cors: gateway } } ]", &[("unknown-key", "applications[0].crossgate.response_cors", "response_cors")]),
    ("a key in the wrong place", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], trusted_origins: [ "https://x.acme.example" ] } ]"#, &[("unknown-key", "applications[0].trusted_origins", "trusted_origins")]),
    ("a key at the top that nobody knows", "organization:", "frobnicate: 1\norganization:", &[("unknown-key", "frobnicate", "frobnicate")]),
    ("a number where text is expected", "name: Acme,", "name: 1,", &[("wrong-type", "organization.name", "1")]),
    ("text where a list is expected", "policies: [ staff ]", "policies: staff", &[("wrong-type", "applications[0].policies", "staff")]),
    ("text where a flag is expected", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], allow_iframe: "yes" } ]"#, &[("wrong-type", "applications[0].allow_iframe", "\"yes\"")]),
    ("text where a number is expected", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allowed_origins: [ "https://x.acme.example" ], allowed_methods: [ GET ], allow_credentials: true, max_age: soon } } ]"#, &[("wrong-type", "applications[0].cors_headers.max_age", "soon")]),
    ("a number out of range", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "trusted_proxies: [ 10.0.0.1 ]\nlisteners: [ { address: 127.0.0.1:80, public: { scheme: https, port: 70000 } } ]", &[("wrong-type", "listeners[0].public.port", "70000")]),
    ("a port 0 in public", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "trusted_proxies: [ 10.0.0.1 ]\nlisteners: [ { address: 127.0.0.1:80, public: { scheme: https, port: 0 } } ]", &[("invalid-port", "listeners[0].public.port", "0")]),
    ("an item without a value", "policies: [ staff ]", "policies: [ staff, ~ ]", &[("empty-item", "applications[0].policies[1]", "~")]),
    ("a word that is not one of a few", "decision: allow", "decision: alow", &[("unknown-value", "policies[0].decision", "alow")]),
    ("an empty name", "name: Acme,", r#"name: " ","#, &[("invalid-name", "organization.name", "\" \"")]),
    ("no organization", "organization: { name: Acme, auth_domain: login.acme.example }", "admin: { hostnames: [ admin.acme.example ] }", &[("missing-key", "", "admin")]),
    ("no team domain", ", auth_domain: login.acme.example", "", &[("missing-key", "organization", "organization")]),
    ("a URL for the team domain", "login.acme.example", r#""https://login.acme.example""#, &[("invalid-host", "organization.auth_domain", "\"https://login.acme.example\"")]),
    ("a team domain with a port", "login.acme.example", r#""login.acme.example:8443""#, &[("invalid-host", "organization.auth_domain", "\"login.acme.example:8443\"")]),
    ("a team domain outside ASCII", "login.acme.example", "löggin.acme.example", &[("invalid-host", "organization.auth_domain", "löggin.acme.example")]),
    ("a duration without unit", "login.acme.example", r#"login.acme.example, session_duration: "24""#, &[("invalid-duration", "organization.session_duration", "\"24\"")]),
    ("a duration in days", "login.acme.example", "login.acme.example, session_duration: 7d", &[("invalid-duration", "organization.session_duration", "7d")]),
    ("a global session that is too short", "login.acme.example", "login.acme.example, session_duration: 5m", &[("duration-out-of-range", "organization.session_duration", "5m")]),
    ("no listeners", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: []", &[("no-listeners", "listeners", "listeners")]),
    ("a listener by name", r#""[::]:443""#, "localhost:443", &[("invalid-address", "listeners[0].address", "localhost:443")]),
    ("a listener twice", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] }, { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, &[("duplicate-listener", "listeners[1].address", "\"[::]:443\"")]),
    ("a missing certificate", "cert.pem", "missing.pem", &[("file-not-found", "listeners[0].tls[0].certificate", "missing.pem")]),
    ("a certificate without key", "cert.pem, private_key: key.pem", "cert.pem", &[("missing-key", "listeners[0].tls[0]", "{")]),
    ("plain HTTP for everybody", ", tls: [ { certificate: cert.pem, private_key: key.pem } ]", "", &[("insecure-public-host", "organization.auth_domain", "login.acme.example"), ("plain-http-listener", "listeners[0].address", "\"[::]:443\""), ("insecure-public-host", "ingress[0].hostname", "app.acme.example"), ("insecure-public-host", "applications[0].domain", "app.acme.example")]),
    ("a proxy that nobody named", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: 127.0.0.1:80, public: { scheme: https } } ]", &[("trusted-proxies-missing", "listeners[0].public", "public")]),
    ("TLS that browsers see as plain HTTP", "key.pem } ]", "key.pem } ], public: { scheme: http }", &[("insecure-public-host", "organization.auth_domain", "login.acme.example"), ("public-http-over-tls", "listeners[0].public.scheme", "http"), ("insecure-public-host", "ingress[0].hostname", "app.acme.example"), ("insecure-public-host", "applications[0].domain", "app.acme.example")]),
    ("every address a trusted proxy", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\ntrusted_proxies: [ 0.0.0.0/0 ]", &[("trusted-proxies-everybody", "trusted_proxies[0]", "0.0.0.0/0")]),
    ("a trusted proxy by name", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\ntrusted_proxies: [ proxy.acme.example ]", &[("invalid-ip-range", "trusted_proxies[0]", "proxy.acme.example")]),
    ("an admin listener for everybody", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nadmin: { address: \"0.0.0.0:8444\" }", &[("admin-not-on-loopback", "admin.address", "\"0.0.0.0:8444\"")]),
    ("an admin host with a port", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nadmin: { hostnames: [ \"admin.acme.example:8444\" ] }", &[("invalid-host", "admin.hostnames[0]", "\"admin.acme.example:8444\"")]),
    ("a store of later", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore: postgres://me:pass@db/crossgate", &[("store-not-supported", "store", "postgres://me:pass@db/crossgate")]),
    ("a store that is none", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore: crossgate.db", &[("invalid-store", "store", "crossgate.db")]),
    ("a store in memory", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore: \"sqlite::memory:\"", &[("store-in-memory", "store", "\"sqlite::memory:\"")]),
    ("a passphrase for a key", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore_encryption_key: correct horse battery staple", &[("invalid-encryption-key", "store_encryption_key", "correct horse battery staple")]),
    ("a secret of nowhere", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore_encryption_key: { env: NOWHERE }", &[("secret-not-found", "store_encryption_key.env", "NOWHERE")]),
    ("a secret of no file", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore_encryption_key: { file: nowhere.txt }", &[("secret-not-found", "store_encryption_key.file", "nowhere.txt")]),
    ("a secret in two places", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore_encryption_key: { env: SECRET, file: key.txt }", &[("secret-source", "store_encryption_key", "store_encryption_key")]),
    ("an empty secret", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore_encryption_key: \"\"", &[("secret-empty", "store_encryption_key", "\"\"")]),
    ("a secret in digits", r#"listeners: [ { address: "[::]:443", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]"#, "listeners: [ { address: \"[::]:443\", tls: [ { certificate: cert.pem, private_key: key.pem } ] } ]\nstore_encryption_key: 12345678", &[("wrong-type", "store_encryption_key", "12345678")]),
    ("a mail server without scheme", r#""smtp://mail.acme.example""#, "mail.acme.example", &[("invalid-smtp-url", "mail.smtp", "mail.acme.example")]),
    ("mail both ways", r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }"#, r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example, directory: ./mail }"#, &[("mail-way", "mail", "mail")]),
    ("mail from nobody", "access@acme.example", "Acme Access", &[("invalid-email", "mail.from", "Acme Access")]),
    ("smtps and tls", r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }"#, r#"mail: { smtp: "smtps://mail.acme.example", tls: starttls, from: access@acme.example }"#, &[("mail-tls", "mail.tls", "starttls")]),
    ("mail in clear", r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }"#, r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example, tls: none }"#, &[("mail-in-clear", "mail.tls", "none")]),
    ("a password in clear", r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }"#, r#"mail: { smtp: "smtp://me:hunter2@mail.acme.example", tls: none, from: access@acme.example }"#, &[("mail-password-in-clear", "mail.tls", "none")]),
    ("a password twice", r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }"#, r#"mail: { smtp: "smtp://me:hunter2@mail.acme.example", credentials: { username: me, password: { env: SECRET } }, from: access@acme.example }"#, &[("mail-credentials-twice", "mail.credentials", "credentials")]),
    ("no mail", r#"mail: { smtp: "smtp://mail.acme.example", from: access@acme.example }"#, "", &[("mail-missing", "applications[0].policies", "policies")]),
    ("no identity provider", "identity_providers: [ { name: One-time PIN, type: onetimepin } ]", "", &[("identity-provider-missing", "applications[0].policies", "policies")]),
    ("an identity provider of later", "type: onetimepin", "type: github", &[("unknown-value", "identity_providers[0].type", "github")]),
    ("an id that is no UUID", "name: One-time PIN,", "id: pin, name: One-time PIN,", &[("invalid-id", "identity_providers[0].id", "pin")]),
    ("an id twice", "name: One-time PIN, type: onetimepin }", "id: f174e90a-fafe-4643-bbbc-4a0ed4fc8415, name: PIN, type: onetimepin }, { id: F174E90A-FAFE-4643-BBBC-4A0ED4FC8415, name: PIN 2, type: onetimepin }", &[("duplicate-id", "identity_providers[1].id", "F174E90A-FAFE-4643-BBBC-4A0ED4FC8415")]),
    ("a name twice", "name: One-time PIN, type: onetimepin }", "name: PIN, type: onetimepin }, { name: PIN, type: onetimepin }", &[("duplicate-name", "identity_providers[1].name", "PIN")]),
    ("a host of ingress that is a URL", "hostname: app.acme.example,", r#"hostname: "https://app.acme.example","#, &[("invalid-host-pattern", "ingress[0].hostname", "\"https://app.acme.example\"")]),
    ("a * for every host", "hostname: app.acme.example,", r#"hostname: "*","#, &[("invalid-host-pattern", "ingress[0].hostname", "\"*\"")]),
    ("a path prefix with a *", "hostname: app.acme.example,", "hostname: app.acme.example, path: /v*,", &[("invalid-path", "ingress[0].path", "/v*")]),
    ("a path prefix without its slash", "hostname: app.acme.example,", "hostname: app.acme.example, path: v1,", &[("invalid-path", "ingress[0].path", "v1")]),
    ("an upstream with a path", "127.0.0.1:9001", "127.0.0.1:9001/api", &[("invalid-service", "ingress[0].service", "\"http://127.0.0.1:9001/api\"")]),
    ("an upstream by socket", "http://127.0.0.1:9001", "unix:/run/app.sock", &[("invalid-service", "ingress[0].service", "\"unix:/run/app.sock\"")]),
    ("no upstream", r#""http://127.0.0.1:9001""#, "[]", &[("service-empty", "ingress[0].service", "service")]),
    ("a rule without upstream", r#", service: "http://127.0.0.1:9001""#, "", &[("missing-key", "ingress[0]", "{")]),
    ("a rule behind its like", r#"9001" }"#, r#"9001" }, { hostname: app.acme.example, service: "http://127.0.0.1:9002" }"#, &[("ingress-unreachable", "ingress[1]", "{")]),
    ("a rule to the admin listener", "127.0.0.1:9001", "localhost:8444", &[("ingress-to-admin", "ingress[0].service", "\"http://localhost:8444\"")]),
    ("a rule to a listener", "127.0.0.1:9001", "127.0.0.1:443", &[("ingress-loop", "ingress[0].service", "\"http://127.0.0.1:443\"")]),
    ("a rule for the login host", r#"ingress: [ { hostname: app.acme.example, service: "http://127.0.0.1:9001" } ]"#, r#"ingress: [ { hostname: app.acme.example, service: "http://127.0.0.1:9001" }, { hostname: login.acme.example, service: "http://127.0.0.1:9002" } ]"#, &[("auth-domain-in-use", "ingress[1].hostname", "login.acme.example")]),
    ("TLS settings of a plain upstream", r#"9001" }"#, r#"9001", origin_request: { server_name: x.internal } }"#, &[("tls-setting-unused", "ingress[0].origin_request.server_name", "x.internal")]),
    ("a host header that is none", r#"9001" }"#, r#"9001", origin_request: { host_header: "a b" } }"#, &[("invalid-host", "ingress[0].origin_request.host_header", "\"a b\"")]),
    ("a timeout of nothing", r#"9001" }"#, r#"9001", origin_request: { connect_timeout: 0s } }"#, &[("duration-out-of-range", "ingress[0].origin_request.connect_timeout", "0s")]),
    ("an unknown setting of upstreams", r#"9001" }"#, r#"9001", origin_request: { noTLSVerify: true } }"#, &[("unknown-key", "ingress[0].origin_request.noTLSVerify", "noTLSVerify")]),
    ("a group that includes itself", "policies: [ { name: staff,", "groups: [ { name: a, include: [ { group: { id: b } } ] }, { name: b, include: [ { group: { id: a } } ] } ]\npolicies: [ { name: staff,", &[("group-cycle", "groups[0].name", "a")]),
    ("an empty group", "policies: [ { name: staff,", "groups: [ { name: a, include: [] } ]\npolicies: [ { name: staff,", &[("include-empty", "groups[0].include", "include")]),
    ("an unknown group", "{ email_domain: { domain: acme.example } }", "{ group: { id: admins } }", &[("unknown-group", "policies[0].include[0].group.id", "admins")]),
    ("an address that is none", "{ email_domain: { domain: acme.example } }", "{ email: { email: acme.example } }", &[("invalid-email", "policies[0].include[0].email.email", "acme.example")]),
    ("a domain with a *", "domain: acme.example }", r#"domain: "*.acme.example" }"#, &[("invalid-email-domain", "policies[0].include[0].email_domain.domain", "\"*.acme.example\"")]),
    ("a range that is none", "{ email_domain: { domain: acme.example } }", "{ ip: { ip: 10.0.0.0/33 } }", &[("invalid-ip-range", "policies[0].include[0].ip.ip", "10.0.0.0/33")]),
    ("a range with bits outside of its prefix", "{ email_domain: { domain: acme.example } }", "{ ip: { ip: 10.0.0.1/8 } }", &[("invalid-ip-range", "policies[0].include[0].ip.ip", "10.0.0.1/8")]),
    ("a selector of later", "{ email_domain: { domain: acme.example } }", "{ geo: { country_code: AT } }", &[("unknown-value", "policies[0].include[0].geo", "geo")]),
    ("two selectors in a rule", "{ email_domain: { domain: acme.example } }", "{ email_domain: { domain: acme.example }, ip: { ip: 10.0.0.1 } }", &[("wrong-type", "policies[0].include[0]", "{")]),
    ("a selector without its value", "{ email_domain: { domain: acme.example } }", "{ email_domain: {} }", &[("missing-key", "policies[0].include[0].email_domain", "email_domain")]),
    ("a selector in a word", "{ email_domain: { domain: acme.example } }", "everyone", &[("wrong-type", "policies[0].include[0]", "everyone")]),
    ("a service token that nobody declared", "include: [ { email_domain: { domain: acme.example } } ]", "include: [ { email_domain: { domain: acme.example } }, { service_token: { token_id: ci } } ]", &[("service-token-not-declared", "policies[0].include[1].service_token.token_id", "ci")]),
    ("a service token that is misspelled", "policies: [ { name: staff,", "service_tokens: [ { name: deploy } ]\npolicies: [ { name: machines, decision: non_identity, include: [ { service_token: { token_id: deplyo } } ] }, { name: staff,", &[("service-token-not-declared", "policies[0].include[0].service_token.token_id", "deplyo")]),
    ("a policy that includes nobody", "include: [ { email_domain: { domain: acme.example } } ]", "include: []", &[("include-empty", "policies[0]", "{")]),
    ("a policy without include", ", include: [ { email_domain: { domain: acme.example } } ]", "", &[("missing-key", "policies[0]", "{")]),
    ("everybody in an allow policy", "{ email_domain: { domain: acme.example } }", "{ everyone: {} }", &[("everyone-included", "policies[0].include[0]", "{")]),
    ("identities in a bypass policy", "decision: allow", "decision: bypass", &[("bypass-identity-selector", "policies[0].include[0]", "{")]),
    ("identities in a service-auth policy", "decision: allow", "decision: non_identity", &[("non-identity-identity-selector", "policies[0].include[0]", "{")]),
    ("rules that exclude each other", "include: [ { email_domain: { domain: acme.example } } ]", "include: [ { email_domain: { domain: acme.example } } ], require: [ { email: { email: a@acme.example } }, { email: { email: b@acme.example } } ]", &[("require-never-matches", "policies[0].require[1]", "{")]),
    ("an application twice", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] }, { name: app 2, domain: APP.acme.example/, policies: [ staff ] } ]", &[("application-already-exists", "applications[1].domain", "APP.acme.example/")]),
    ("an application on the login host", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], destinations: [ { type: public, uri: login.acme.example/x } ] } ]", &[("auth-domain-in-use", "applications[0].destinations[0].uri", "login.acme.example/x")]),
    ("an application that nothing serves", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], destinations: [ { uri: other.acme.example } ] } ]", &[("application-without-ingress", "applications[0].destinations[0].uri", "other.acme.example")]),
    ("an application of no host", "domain: app.acme.example, ", "", &[("missing-key", "applications[0]", "{")]),
    ("a domain with a scheme", "domain: app.acme.example,", r#"domain: "https://app.acme.example","#, &[("invalid-domain", "applications[0].domain", "\"https://app.acme.example\"")]),
    ("a domain with a port", "domain: app.acme.example,", r#"domain: "app.acme.example:8443","#, &[("invalid-domain", "applications[0].domain", "\"app.acme.example:8443\"")]),
    ("two * between dots", "domain: app.acme.example,", r#"domain: "*a*.acme.example","#, &[("invalid-domain", "applications[0].domain", "\"*a*.acme.example\"")]),
    ("a destination of another type", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], destinations: [ { type: private, uri: app.acme.example } ] } ]", &[("unknown-value", "applications[0].destinations[0].type", "private")]),
    ("an unknown policy", "policies: [ staff ]", "policies: [ staf ]", &[("unknown-policy", "applications[0].policies[0]", "staf")]),
    ("no policies", "policies: [ staff ]", "policies: []", &[("no-policies", "applications[0].policies", "policies")]),
    ("a policy twice", "policies: [ staff ]", "policies: [ staff, { id: staff } ]", &[("duplicate-policy", "applications[0].policies[1]", "{")]),
    ("a policy after everybody", "policies: [ staff ]", "policies: [ { name: open, decision: bypass, include: [ { everyone: {} } ] }, staff ]", &[("policy-unreachable", "applications[0].policies[1]", "staff")]),
    ("a precedence twice", "policies: [ staff ]", "policies: [ { id: staff, precedence: 1 }, { name: ours, precedence: 1, decision: non_identity, include: [ { ip: { ip: 10.0.0.0/8 } } ] } ]", &[("duplicate-precedence", "applications[0].policies[1].precedence", "1")]),
    ("a precedence of 0", "policies: [ staff ]", "policies: [ { id: staff, precedence: 0 } ]", &[("invalid-precedence", "applications[0].policies[0].precedence", "0")]),
    ("a precedence that others lack", "policies: [ staff ]", "policies: [ { id: staff, precedence: 1 }, { name: ours, decision: non_identity, include: [ { ip: { ip: 10.0.0.0/8 } } ] } ]", &[("precedence-missing", "applications[0].policies[1]", "{")]),
    ("a session longer than the sign-in", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], session_duration: 48h } ]", &[("session-longer-than-global", "applications[0].session_duration", "48h")]),
    ("a session of two months", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], session_duration: 1460h } ]", &[("duration-out-of-range", "applications[0].session_duration", "1460h")]),
    ("an unknown identity provider", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], allowed_idps: [ One-time PIM ] } ]", &[("unknown-identity-provider", "applications[0].allowed_idps[0]", "One-time PIM")]),
    ("a choice that cannot be skipped", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], allowed_idps: [ One-time PIN, One-time PIN ], auto_redirect_to_identity: true } ]", &[("auto-redirect-needs-one-provider", "applications[0].auto_redirect_to_identity", "true")]),
    ("a header that has another meaning", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], read_service_tokens_from_header: Cookie } ]", &[("invalid-token-header", "applications[0].read_service_tokens_from_header", "Cookie")]),
    ("a header that is none", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], read_service_tokens_from_header: "a b" } ]"#, &[("invalid-token-header", "applications[0].read_service_tokens_from_header", "\"a b\"")]),
    ("an origin with a slash at its end", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allowed_origins: [ "https://x.acme.example", "https://y.acme.example/" ], allowed_methods: [ GET ], allow_credentials: true } } ]"#, &[("origin-trailing-slash", "applications[0].cors_headers.allowed_origins[1]", "\"https://y.acme.example/\"")]),
    ("origins without methods", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allowed_origins: [ "https://x.acme.example" ], allow_credentials: true } } ]"#, &[("invalid-cors-methods", "applications[0].cors_headers.allowed_methods", "cors_headers")]),
    ("every origin with credentials", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allow_all_origins: true, allowed_methods: [ GET ], allow_credentials: true } } ]", &[("all-origins-with-credentials", "applications[0].cors_headers.allow_all_origins", "true")]),
    ("every origin with credentials, knowingly", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allow_all_origins: true, allowed_methods: [ GET ], allow_credentials: true }, crossgate: { dangerously_allow_all_origins_with_credentials: true } } ]", &[("dangerous-all-origins", "applications[0].cors_headers.allow_all_origins", "true")]),
    ("CORS without credentials", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allowed_origins: [ "https://x.acme.example" ], allowed_methods: [ GET ] } } ]"#, &[("cors-without-credentials", "applications[0].cors_headers", "cors_headers")]),
    ("the application's own origin", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], cors_headers: { allowed_origins: [ "https://app.acme.example" ], allowed_methods: [ GET ], allow_credentials: true } } ]"#, &[("own-origin", "applications[0].cors_headers.allowed_origins[0]", "\"https://app.acme.example\"")]),
    ("preflights for two", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], options_preflight_bypass: true, cors_headers: { allowed_origins: [ "https://x.acme.example" ], allowed_methods: [ GET ], allow_credentials: true } } ]"#, &[("preflight-bypass-with-cors-headers", "applications[0].options_preflight_bypass", "true")]),
    ("a cookie that stays at home", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], same_site_cookie_attribute: lax, cors_headers: { allowed_origins: [ "https://x.acme.example", "https://other.example" ], allowed_methods: [ GET ], allow_credentials: true } } ]"#, &[("same-site-cookie", "applications[0].cors_headers.allowed_origins[1]", "\"https://other.example\"")]),
    ("a trusted origin with a path", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { trusted_origins: [ "https://x.acme.example/app" ] } } ]"#, &[("origin-path", "applications[0].crossgate.trusted_origins[0]", "\"https://x.acme.example/app\"")]),
    ("a trusted null", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { trusted_origins: [ "null" ] } } ]"#, &[("origin-null", "applications[0].crossgate.trusted_origins[0]", "\"null\"")]),
    ("a trusted origin twice", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { trusted_origins: [ "https://x.acme.example", "https://x.acme.example" ] } } ]"#, &[("duplicate-origin", "applications[0].crossgate.trusted_origins[1]", "\"https://x.acme.example\"")]),
    ("a trusted origin in clear", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { trusted_origins: [ "http://x.acme.example" ] } } ]"#, &[("insecure-origin-with-credentials", "applications[0].crossgate.trusted_origins[0]", "\"http://x.acme.example\"")]),
    ("a trusted origin in clear, knowingly", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", r#"applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { trusted_origins: [ "http://x.acme.example" ], dangerously_allow_insecure_origins: true } } ]"#, &[("dangerous-insecure-origin", "applications[0].crossgate.trusted_origins[0]", "\"http://x.acme.example\"")]),
    ("an exempt path that is none", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { csrf_exempt_paths: [ returns ] } } ]", &[("invalid-path", "applications[0].crossgate.csrf_exempt_paths[0]", "returns")]),
    ("every path exempt", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], crossgate: { csrf_exempt_paths: [ / ] } } ]", &[("csrf-exempt-everything", "applications[0].crossgate.csrf_exempt_paths[0]", "/")]),
    ("two paths for one cookie", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], destinations: [ { uri: app.acme.example/x } ], path_cookie_attribute: true } ]", &[("cookie-path-ambiguous", "applications[0].path_cookie_attribute", "true")]),
    ("a login host on another site", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ] } ]", "applications: [ { name: app, domain: app.acme.example, policies: [ staff ], destinations: [ { uri: app.other.example } ], crossgate: { unauthenticated_fetch: redirect } } ]", &[("application-without-ingress", "applications[0].destinations[0].uri", "app.other.example"), ("login-host-cross-site", "applications[0].crossgate.unauthenticated_fetch", "redirect")]),
    ("one of several words written as a list", "decision: allow", "decision: [ allow ]", &[("wrong-type", "policies[0].decision", "decision")]),
    ("an alias to nowhere", "name: Acme,", "name: *acme,", &[("yaml-syntax", "", "*")]),
    ("a list for a key", "name: Acme,", "name: Acme, [ x ]: 1,", &[("unknown-key", "organization.[…]", "[")]),
    ("nothing for a key", "name: Acme,", "name: Acme, ~: 1,", &[("unknown-key", "organization.~", "~")]),
    ("no number at all", r#"9001" }"#, r#"9001", origin_request: { http2: .nan } }"#, &[("wrong-type", "ingress[0].origin_request.http2", ".nan")]),
    ("a proxy with bits outside of its prefix", "identity_providers:", "trusted_proxies: [ 10.0.0.5/24 ]\nidentity_providers:", &[("invalid-ip-range", "trusted_proxies[0]", "10.0.0.5/24")]),
    ("an identity provider's settings", "type: onetimepin }", "type: onetimepin, config: { client_id: x } }", &[("unknown-key", "identity_providers[0].config.client_id", "client_id")]),
];

#[test]
fn each_mistake_is_named_placed_and_fixed() {
    let mut wrong = Vec::new();
    for (row, from, to, expected) in ROWS {
        assert!(PLAIN.contains(from), "{row}: {from}");
        let text = PLAIN.replacen(from, to, 1);
        let (config, problems) = parse(&text);
        let found = problems
            .iter()
            .map(|problem| {
                let span = problem.span.and_then(|span| text.get(span.start..span.end));
                (problem.code, problem.path.as_str(), span.unwrap_or("nothing"))
            })
            .collect::<Vec<_>>();
        if found != *expected {
            wrong.push(format!(
                "(\"{row}\", r#\"{from}\"#, r#\"{to}\"#, &{found:?}),\n  //{}",
                problems
                    .iter()
                    .map(|p| format!("{} | {}", p.message, p.fix))
                    .collect::<Vec<_>>()
                    .join("\n  //")
            ));
        }
        let is_usable = problems.iter().all(|it| it.severity == crate::Severity::Warning);
        assert_eq!(config.is_some(), is_usable, "{row}");
        assert!(problems.iter().all(|it| !it.message.is_empty() && !it.fix.is_empty()), "{row}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
