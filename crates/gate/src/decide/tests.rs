//! The table of `docs/request-path.md`, row by row.

use std::path::Path;
use std::sync::Arc;

use crossgate_cors::SecFetchSite;
use crossgate_model::{Config, Identifier, Kind, PublicAddress, PublicScheme};
use crossgate_policy::TokenIdentity;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{Gate, Step};
use crate::{
    Action, Evidence, Format, Head, NoSession, Person, Presence, RequestLine, TokenEvidence,
    Verdict,
};

const CONFIG: &str = r#"
organization: { name: Acme, auth_domain: login.acme.example }
listeners:
  - address: 127.0.0.1:8443
    public: { scheme: https, port: 443 }
trusted_proxies: [ 127.0.0.1/32 ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress:
  - { hostname: app.acme.example, service: "http://127.0.0.1:9001" }
  - { hostname: api.acme.example, service: "http://127.0.0.1:9002" }
  - { hostname: paths.acme.example, service: "http://127.0.0.1:9003" }
  - { hostname: half.acme.example, path: /served, service: "http://127.0.0.1:9004" }
  - { hostname: bare.acme.example, service: "http://127.0.0.1:9005" }
  - { hostname: machines.acme.example, service: "http://127.0.0.1:9006" }
  - { hostname: office.acme.example, service: "http://127.0.0.1:9007" }
  - { hostname: open.acme.example, service: "http://127.0.0.1:9008" }
  - { hostname: embed.acme.example, service: "http://127.0.0.1:9009" }
  - { hostname: nearby.acme.example, service: "http://127.0.0.1:9010" }
  - { hostname: flow.acme.example, service: "http://127.0.0.1:9011" }
  - { hostname: through.acme.example, service: "http://127.0.0.1:9012" }
  - { hostname: owned.acme.example, service: "http://127.0.0.1:9013" }
  - { hostname: trial.acme.example, service: "http://127.0.0.1:9014" }
  - { hostname: mixed.acme.example, service: "http://127.0.0.1:9015" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: robots, decision: non_identity, include: [ { service_token: { token_id: ci } } ] }
  - { name: office, decision: non_identity, include: [ { ip: { ip: 192.0.2.0/24 } } ] }
  - { name: anybody, decision: bypass, include: [ { everyone: {} } ] }
  - name: staff from nearby
    decision: allow
    include: [ { email_domain: { domain: acme.example } } ]
    require: [ { ip: { ip: 192.0.2.0/24 } } ]
service_tokens: [ { name: ci } ]
applications:
  - { name: app, domain: app.acme.example, policies: [ staff ] }
  - name: api
    domain: api.acme.example
    policies: [ robots, staff ]
    cors_headers:
      allowed_origins: [ "https://app.acme.example" ]
      allowed_methods: [ GET, PUT ]
      allowed_headers: [ content-type ]
      allow_credentials: true
      max_age: 600
    crossgate: { csrf_exempt_paths: [ /returns ] }
  - { name: whole, domain: paths.acme.example, policies: [ staff ] }
  - { name: part, domain: paths.acme.example/public, policies: [ anybody ] }
  - { name: half, domain: half.acme.example, policies: [ staff ] }
  - { name: machines, domain: machines.acme.example, policies: [ robots ], service_auth_401_redirect: true }
  - { name: office, domain: office.acme.example, policies: [ office, staff ] }
  - { name: open, domain: open.acme.example, policies: [ anybody ] }
  - name: embed
    domain: embed.acme.example
    policies: [ staff ]
    allow_iframe: true
    crossgate: { cross_site_embeds: true, preserve_encoded_slashes: true }
  - { name: nearby, domain: nearby.acme.example, policies: [ staff from nearby ] }
  - name: flow
    domain: flow.acme.example
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ "https://app.acme.example" ]
      allowed_methods: [ GET ]
      allowed_headers: [ x-custom ]
      allow_credentials: true
    crossgate: { unauthenticated_fetch: redirect }
  - name: through
    domain: through.acme.example
    policies: [ staff ]
    options_preflight_bypass: true
    crossgate: { trusted_origins: [ "https://spa.acme.example" ] }
  - name: owned
    domain: owned.acme.example
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ "https://*.acme.example", "null" ]
      allowed_methods: [ GET ]
      allow_credentials: true
    crossgate: { unauthenticated_fetch: redirect, response_cors: gateway, exposed_headers: [ etag ], cors_debug: true }
  - name: trial
    domain: trial.acme.example
    policies: [ staff ]
    cors_headers: { allowed_origins: [ "https://app.acme.example" ], allowed_methods: [ GET ], allow_credentials: true }
    crossgate: { cors_report_only: true }
  - { name: lax, domain: mixed.acme.example, policies: [ anybody ], crossgate: { preserve_encoded_slashes: true } }
  - { name: strict, domain: mixed.acme.example/admin, policies: [ staff ] }
"#;

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    Stranger,
    Expired,
    /// A cookie of this e-mail's.
    Cookie(&'static str),
    /// A `cf-access-token` header of this e-mail's.
    Header(&'static str),
    /// A header that is not good.
    BadHeader,
    /// A header and a cookie of two people.
    TwoPeople,
    /// A service token of this name.
    Token(&'static str),
    BadToken,
    HalfToken,
}

use Who::*;

const STAFF: Who = Cookie("a@acme.example");
const PREFLIGHT: [(&str, &str); 2] =
    [("origin", "https://app.acme.example"), ("access-control-request-method", "PUT")];

/// name, request, headers, who, row and outcome
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Who, &'a str);

const CASES: &[Case<'_>] = &[
    ("TRACE is not offered", "TRACE app.acme.example/", &[], STAFF, "1: 405 method-not-offered"),
    (
        "CONNECT is not offered",
        "CONNECT app.acme.example/",
        &[],
        STAFF,
        "1: 405 method-not-offered",
    ),
    (
        "a dot segment is refused",
        "GET app.acme.example/a/../b",
        &[],
        STAFF,
        "1: 400 unreadable-target",
    ),
    (
        "an escaped dot segment is refused",
        "GET app.acme.example/a/%2e%2E/b",
        &[],
        STAFF,
        "1: 400 unreadable-target",
    ),
    (
        "a header that imitates the e-mail header is refused",
        "GET app.acme.example/",
        &[("cf_access_authenticated_user_email", "x")],
        STAFF,
        "1: 400 aliased-header",
    ),
    (
        "a header that imitates with dots is refused",
        "GET app.acme.example/",
        &[("x.forwarded.for", "x")],
        STAFF,
        "1: 400 aliased-header",
    ),
    (
        "an encoded slash passes where no decision depends on the path",
        "GET app.acme.example/a%2fb",
        &[],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "an encoded slash is refused where a decision depends on the path",
        "GET paths.acme.example/public%2fx%2fx",
        &[],
        STAFF,
        "1: 400 ambiguous-path",
    ),
    (
        "a path parameter is refused where a decision depends on the path",
        "GET paths.acme.example/x;/public",
        &[],
        STAFF,
        "1: 400 ambiguous-path",
    ),
    (
        "a doubled slash is refused where a decision depends on the path",
        "GET paths.acme.example//public",
        &[],
        STAFF,
        "1: 400 ambiguous-path",
    ),
    (
        "csrf_exempt_paths make decisions depend on the path",
        "GET api.acme.example/returns%2fx",
        &[],
        STAFF,
        "1: 400 ambiguous-path",
    ),
    (
        "preserve_encoded_slashes lets them pass",
        "GET embed.acme.example/a%2fb",
        &[],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "the gateway's own paths are its own on an application's host",
        "GET app.acme.example/cdn-cgi/access/certs",
        &[],
        Stranger,
        "2: endpoint Certs",
    ),
    (
        "the gateway's own paths are its own under a bypass policy",
        "GET open.acme.example/cdn-cgi/access/get-identity",
        &[],
        Stranger,
        "2: endpoint GetIdentity",
    ),
    (
        "an unknown path of the gateway's is 404",
        "GET app.acme.example/cdn-cgi/access/nothing",
        &[],
        STAFF,
        "2: 404 no-endpoint",
    ),
    (
        "the wrong method is 405",
        "POST app.acme.example/cdn-cgi/access/certs",
        &[],
        STAFF,
        "2: 405 method-not-allowed",
    ),
    (
        "a preflight to the gateway's paths is 403",
        "OPTIONS app.acme.example/cdn-cgi/access/get-identity",
        &PREFLIGHT,
        STAFF,
        "2: 403 preflight-to-endpoint",
    ),
    (
        "the login host has nothing but the gateway's paths",
        "GET login.acme.example/",
        &[],
        STAFF,
        "2: 404 no-endpoint",
    ),
    (
        "the login page is on the login host",
        "GET login.acme.example/cdn-cgi/access/login/app.acme.example",
        &[],
        Stranger,
        "2: endpoint Login { host: Some(\"app.acme.example\") }",
    ),
    (
        "login on an application's host starts a sign-in",
        "GET app.acme.example/cdn-cgi/access/login?redirect_url=%2Fpage",
        &[],
        Stranger,
        "2: login to app, back to /page",
    ),
    (
        "login never leads to another host",
        "GET app.acme.example/cdn-cgi/access/login?redirect_url=%2F%2Fevil.example",
        &[],
        Stranger,
        "2: login to app, back to /",
    ),
    (
        "login leads back to the page of an origin that the application lists",
        "GET api.acme.example/cdn-cgi/access/login?redirect_url=%2Fv1&origin=https%3A%2F%2Fapp.acme.example",
        &[],
        Stranger,
        "2: login to api, back to /cdn-cgi/access/return?path=%2Fv1&origin=https%3A%2F%2Fapp.acme.example",
    ),
    (
        "login leads to no origin that the application does not list",
        "GET api.acme.example/cdn-cgi/access/login?redirect_url=%2Fv1&origin=https%3A%2F%2Fevil.example",
        &[],
        Stranger,
        "2: login to api, back to /v1",
    ),
    (
        "a ticket is asked for by POST",
        "POST app.acme.example/cdn-cgi/access/ticket",
        &[],
        STAFF,
        "2: endpoint Ticket",
    ),
    (
        "and not by GET",
        "GET app.acme.example/cdn-cgi/access/ticket",
        &[],
        STAFF,
        "2: 405 method-not-allowed",
    ),
    (
        "the login host gives no tickets",
        "POST login.acme.example/cdn-cgi/access/ticket",
        &[],
        STAFF,
        "2: 404 no-endpoint",
    ),
    (
        "an exchange needs no preflight, so it gets none",
        "OPTIONS api.acme.example/cdn-cgi/access/exchange",
        &PREFLIGHT,
        Stranger,
        "2: 403 preflight-to-endpoint",
    ),
    (
        "an exchange is the endpoint's, whatever the application is",
        "POST open.acme.example/cdn-cgi/access/exchange",
        &[],
        Stranger,
        "2: endpoint Exchange",
    ),
    (
        "the client script is on the application's host",
        "GET app.acme.example/cdn-cgi/access/client.js",
        &[],
        Stranger,
        "2: endpoint ClientScript",
    ),
    (
        "and not on the login host",
        "GET login.acme.example/cdn-cgi/access/client.js",
        &[],
        Stranger,
        "2: 404 no-endpoint",
    ),
    (
        "a path that only begins like the gateway's is the application's",
        "GET app.acme.example/cdn-cgi/accessory",
        &[],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    ("an unknown host is 421", "GET unknown.example/", &[], STAFF, "3: 421 unknown-host"),
    (
        "an unknown host has no endpoints",
        "GET unknown.example/cdn-cgi/access/certs",
        &[],
        STAFF,
        "3: 421 unknown-host",
    ),
    (
        "a host without application is 403",
        "GET bare.acme.example/",
        &[],
        STAFF,
        "3: 403 no-application",
    ),
    (
        "a path without ingress is 404",
        "GET half.acme.example/else",
        &[],
        STAFF,
        "3: 404 no-ingress",
    ),
    (
        "host names know no case",
        "GET APP.ACME.EXAMPLE/",
        &[],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a host's port does not decide",
        "GET app.acme.example:8443/",
        &[],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "seed-S4 a preflight needs no cookie",
        "OPTIONS api.acme.example/x",
        &PREFLIGHT,
        Stranger,
        "5: preflight allowed",
    ),
    (
        "a preflight by a stranger's origin is refused",
        "OPTIONS api.acme.example/x",
        &[("origin", "https://evil.example"), ("access-control-request-method", "PUT")],
        Stranger,
        "6: preflight refused, origin-not-allowed",
    ),
    (
        "seed-S5 without settings a preflight is refused",
        "OPTIONS app.acme.example/x",
        &PREFLIGHT,
        Stranger,
        "6: preflight refused, not configured",
    ),
    (
        "sec-N5 without settings a preflight is refused with a session, too",
        "OPTIONS app.acme.example/x",
        &PREFLIGHT,
        STAFF,
        "6: preflight refused, not configured",
    ),
    (
        "seed-S31 OPTIONS without the requested method is no preflight",
        "OPTIONS api.acme.example/x",
        &[("origin", "https://app.acme.example")],
        Stranger,
        "18: 401 session-absent, readable",
    ),
    (
        "seed-S31 OPTIONS without Origin is no preflight",
        "OPTIONS api.acme.example/x",
        &[("access-control-request-method", "PUT")],
        Stranger,
        "20: 401 session-absent",
    ),
    (
        "options_preflight_bypass sends a preflight to the upstream",
        "OPTIONS through.acme.example/x",
        &PREFLIGHT,
        Stranger,
        "4: forward preflight",
    ),
    (
        "with cors_report_only a preflight is judged and goes to the upstream",
        "OPTIONS trial.acme.example/x",
        &PREFLIGHT,
        Stranger,
        "4: forward preflight, would be refused, method-not-allowed",
    ),
    (
        "with cors_report_only what would be allowed is said, too",
        "OPTIONS trial.acme.example/x",
        &[("origin", "https://app.acme.example"), ("access-control-request-method", "GET")],
        Stranger,
        "4: forward preflight, would be allowed",
    ),
    (
        "with cors_debug a refusal is explained",
        "OPTIONS owned.acme.example/x",
        &PREFLIGHT,
        Stranger,
        "6: refusal explained, method-not-allowed",
    ),
    (
        "a preflight by null is refused where null is bound",
        "OPTIONS owned.acme.example/x",
        &[("origin", "null"), ("access-control-request-method", "GET")],
        Stranger,
        "6: refusal explained, origin-not-allowed",
    ),
    (
        "a fetch by null is refused where null is bound, signed in",
        "GET owned.acme.example/x",
        &[("origin", "null"), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-site")],
        STAFF,
        "8: 403 null-not-bound",
    ),
    (
        "a fetch by null is refused where null is bound, not signed in",
        "GET owned.acme.example/x",
        &[("origin", "null"), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "cross-site")],
        Stranger,
        "8: 403 null-not-bound",
    ),
    (
        "a form under no-referrer on the own host is no fetch",
        "POST owned.acme.example/x",
        &[("origin", "null"), ("sec-fetch-mode", "navigate"), ("sec-fetch-site", "same-origin")],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "what is no preflight that anybody can read goes to no upstream",
        "OPTIONS through.acme.example/x",
        &[("origin", "garbage"), ("access-control-request-method", "!! !!")],
        Stranger,
        "6: preflight refused, malformed-origin",
    ),
    (
        "sec-C1-P1 dot segments that only some readers see are refused where slashes are preserved",
        "GET embed.acme.example/x/..;/admin",
        &[],
        STAFF,
        "1: 400 unreadable-target",
    ),
    (
        "slashes are preserved only where all applications of the host do",
        "GET mixed.acme.example/x%2fadmin",
        &[],
        Stranger,
        "1: 400 ambiguous-path",
    ),
    (
        "empty segments separate for some, preserved or not",
        "GET mixed.acme.example//admin",
        &[],
        Stranger,
        "1: 400 ambiguous-path",
    ),
    (
        "sec-C1-P1 escaped separators make dot segments",
        "GET embed.acme.example/x/..%2fadmin",
        &[],
        STAFF,
        "1: 400 unreadable-target",
    ),
    (
        "sec-C1-P1 backslashes make dot segments",
        "GET embed.acme.example/x%5c..%5cadmin",
        &[],
        STAFF,
        "1: 400 unreadable-target",
    ),
    (
        "another site cannot tell by an object whether the visitor is signed in",
        "GET api.acme.example/cdn-cgi/access/get-identity",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "object"),
        ],
        STAFF,
        "2: 403 cross-site-embed",
    ),
    (
        "a link to start a sign-in takes no forms",
        "POST app.acme.example/cdn-cgi/access/login",
        &[],
        Stranger,
        "2: 405 method-not-allowed",
    ),
    (
        "sec-C4-I5 a name that CGI folds to one of ours is refused",
        "GET app.acme.example/",
        &[("cf!access-authenticated-user-email", "evil")],
        STAFF,
        "1: 400 aliased-header",
    ),
    (
        "a preflight under a bypass policy goes to the upstream",
        "OPTIONS open.acme.example/x",
        &PREFLIGHT,
        Stranger,
        "7: forward as None, bypass",
    ),
    (
        "a bypass policy lets anybody through",
        "GET open.acme.example/x",
        &[],
        Stranger,
        "7: forward as None, bypass",
    ),
    (
        "a more specific application does not inherit",
        "GET paths.acme.example/public/x",
        &[],
        Stranger,
        "7: forward as None, bypass",
    ),
    (
        "sec-C1-P11 a prefix ends at a segment",
        "GET paths.acme.example/publicity",
        &[("accept", "text/html")],
        Stranger,
        "20: login to whole, back to /publicity",
    ),
    (
        "another site's image is refused with a session",
        "GET app.acme.example/x.png",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
        STAFF,
        "8: 403 cross-site-embed",
    ),
    (
        "another site's image is refused without a session",
        "GET app.acme.example/x.png",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
        Stranger,
        "8: 403 cross-site-embed",
    ),
    (
        "another site's frame is refused",
        "GET app.acme.example/",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ],
        STAFF,
        "8: 403 cross-site-embed",
    ),
    (
        "another site's link is followed",
        "GET app.acme.example/",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a sibling's image is served",
        "GET app.acme.example/x.png",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "cross_site_embeds lets images pass",
        "GET embed.acme.example/x.png",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "cross_site_embeds and allow_iframe let frames pass",
        "GET embed.acme.example/",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a doubled Sec-Fetch-Site is taken for the worst",
        "GET app.acme.example/x.png",
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
        ],
        STAFF,
        "8: 403 cross-site-embed",
    ),
    (
        "an admitted service token passes",
        "GET api.acme.example/x",
        &[],
        Token("ci"),
        "9: forward as ServiceToken, service-token-allowed",
    ),
    (
        "a service token may write",
        "PUT api.acme.example/x",
        &[],
        Token("ci"),
        "9: forward as ServiceToken, service-token-allowed",
    ),
    (
        "a service token that no policy admits is 403",
        "GET api.acme.example/x",
        &[],
        Token("other"),
        "9: 403 service-token-not-allowed",
    ),
    (
        "a service token gets nothing from an allow policy",
        "GET app.acme.example/x",
        &[],
        Token("ci"),
        "9: 403 service-token-not-allowed",
    ),
    (
        "a bad service token is 401",
        "GET api.acme.example/x",
        &[("accept", "text/html")],
        BadToken,
        "9: 401 service-token-refused",
    ),
    (
        "half a service token is 401",
        "GET api.acme.example/x",
        &[],
        HalfToken,
        "9: 401 service-token-malformed",
    ),
    (
        "a token in the header is a session",
        "GET api.acme.example/x",
        &[],
        Header("a@acme.example"),
        "14: forward as Header, allowed",
    ),
    (
        "a token in the header may write from anywhere",
        "PUT api.acme.example/x",
        &[("origin", "https://evil.example")],
        Header("a@acme.example"),
        "14: forward as Header, allowed",
    ),
    (
        "a bad token in the header is 401",
        "GET api.acme.example/x",
        &[],
        BadHeader,
        "10: 401 header-token-refused",
    ),
    (
        "a header that contradicts the cookie is 401",
        "GET api.acme.example/x",
        &[],
        TwoPeople,
        "10: 401 header-token-refused",
    ),
    (
        "an address can be enough",
        "GET office.acme.example/x",
        &[("x-test-client", "192.0.2.7")],
        Stranger,
        "14: forward as NonIdentity, non-identity",
    ),
    (
        "an IPv4-mapped address is an IPv4 address",
        "GET office.acme.example/x",
        &[("x-test-client", "::ffff:192.0.2.7")],
        Stranger,
        "14: forward as NonIdentity, non-identity",
    ),
    (
        "without identity, another site's write is refused",
        "POST office.acme.example/x",
        &[("x-test-client", "192.0.2.7"), ("origin", "https://evil.example")],
        Stranger,
        "13: 403 cross-site-write",
    ),
    (
        "a WebSocket of the host's own page passes",
        "GET app.acme.example/ws",
        &[
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("origin", "https://app.acme.example"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a WebSocket without Origin passes",
        "GET app.acme.example/ws",
        &[("connection", "keep-alive, upgrade"), ("upgrade", "websocket")],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a WebSocket of a trusted page passes",
        "GET api.acme.example/ws",
        &[
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("origin", "https://app.acme.example"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "sec-C10-C9 a WebSocket of another page is 403",
        "GET app.acme.example/ws",
        &[("connection", "Upgrade"), ("upgrade", "websocket"), ("origin", "https://evil.example")],
        STAFF,
        "12: 403 websocket-origin",
    ),
    (
        "a WebSocket of a null origin is 403",
        "GET app.acme.example/ws",
        &[("connection", "Upgrade"), ("upgrade", "websocket"), ("origin", "null")],
        STAFF,
        "12: 403 websocket-origin",
    ),
    (
        "a WebSocket without session is 401",
        "GET app.acme.example/ws",
        &[
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("origin", "https://app.acme.example"),
        ],
        Stranger,
        "12: 401 session-absent",
    ),
    (
        "a form of the host's own passes, even with Origin null",
        "POST app.acme.example/x",
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"), ("origin", "null")],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a write by the host's own origin passes",
        "POST app.acme.example/x",
        &[("origin", "https://app.acme.example")],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a write of a trusted origin passes",
        "PUT api.acme.example/x",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://app.acme.example"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a write of a trusted_origins entry passes",
        "PUT through.acme.example/x",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://spa.acme.example"),
        ],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a write without Origin and Sec-Fetch passes",
        "DELETE app.acme.example/x",
        &[],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "a sibling's form is refused",
        "POST app.acme.example/x",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "navigate"),
            ("origin", "https://api.acme.example"),
        ],
        STAFF,
        "13: 403 cross-site-write",
    ),
    (
        "another site's form is refused",
        "POST app.acme.example/x",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("origin", "https://evil.example"),
        ],
        STAFF,
        "13: 403 cross-site-write",
    ),
    (
        "a write with Origin null is refused",
        "POST app.acme.example/x",
        &[("origin", "null")],
        STAFF,
        "13: 403 cross-site-write",
    ),
    (
        "a write on another scheme's origin is refused",
        "POST app.acme.example/x",
        &[("origin", "http://app.acme.example")],
        STAFF,
        "13: 403 cross-site-write",
    ),
    (
        "csrf_exempt_paths let another site's form pass",
        "POST api.acme.example/returns/1",
        &[("origin", "https://pay.example")],
        STAFF,
        "14: forward as Cookie, allowed",
    ),
    (
        "csrf_exempt_paths end at segments",
        "POST api.acme.example/returns-else",
        &[("origin", "https://pay.example")],
        STAFF,
        "13: 403 cross-site-write",
    ),
    (
        "somebody whom no policy admits is 403",
        "GET app.acme.example/x",
        &[],
        Cookie("b@other.example"),
        "15: 403 not-allowed",
    ),
    (
        "addresses are checked on every request",
        "GET nearby.acme.example/x",
        &[("x-test-client", "198.51.100.1")],
        STAFF,
        "15: 403 not-allowed",
    ),
    (
        "no login page where only service tokens help",
        "GET machines.acme.example/x",
        &[("accept", "text/html")],
        Stranger,
        "16: 401 service-auth-required",
    ),
    (
        "no login page where the address already excludes",
        "GET nearby.acme.example/x",
        &[("accept", "text/html"), ("x-test-client", "198.51.100.1")],
        Stranger,
        "16: 403 page non-identity-excluded",
    ),
    (
        "XMLHttpRequest gets 401",
        "GET app.acme.example/x",
        &[("x-requested-with", "XMLHttpRequest"), ("accept", "application/json")],
        Stranger,
        "17: 401 session-absent",
    ),
    (
        "XMLHttpRequest that accepts only HTML gets a page",
        "GET app.acme.example/x",
        &[("x-requested-with", "XMLHttpRequest"), ("accept", "text/html")],
        Stranger,
        "17: 401 page session-absent",
    ),
    (
        "a same-origin fetch gets 401",
        "GET app.acme.example/x",
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "empty"),
            ("accept", "*/*"),
        ],
        Expired,
        "17: 401 session-expired",
    ),
    (
        "a manifest gets 401",
        "GET app.acme.example/manifest.json",
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "manifest"),
        ],
        Stranger,
        "17: 401 session-absent",
    ),
    (
        "a service worker gets 401",
        "GET app.acme.example/sw.js",
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "same-origin"),
            ("sec-fetch-dest", "serviceworker"),
        ],
        Stranger,
        "17: 401 session-absent",
    ),
    (
        "a prefetch gets 401",
        "GET app.acme.example/next",
        &[
            ("sec-purpose", "prefetch;prerender"),
            ("sec-fetch-mode", "navigate"),
            ("accept", "text/html"),
        ],
        Stranger,
        "17: 401 page session-absent",
    ),
    (
        "a fetch of an allowed origin gets a readable 401",
        "GET api.acme.example/x",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://app.acme.example"),
        ],
        Stranger,
        "18: 401 session-absent, readable",
    ),
    (
        "a write of an allowed origin gets a readable 401",
        "PUT flow.acme.example/x",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://app.acme.example"),
        ],
        Stranger,
        "18: 401 session-absent, readable",
    ),
    (
        "a request that needed a preflight gets a readable 401",
        "GET flow.acme.example/x",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://app.acme.example"),
            ("x-custom", "1"),
        ],
        Stranger,
        "18: 401 session-absent, readable",
    ),
    (
        "with redirect a simple GET goes through the two-site flow",
        "GET flow.acme.example/x?a=b",
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://app.acme.example"),
        ],
        Expired,
        "18: login to flow, back to /x?a=b, fetch, readable",
    ),
    (
        "without Sec-Fetch a foreign Origin makes a fetch",
        "GET api.acme.example/x",
        &[("origin", "https://app.acme.example")],
        Stranger,
        "18: 401 session-absent, readable",
    ),
    (
        "a write without session is never redirected",
        "POST app.acme.example/x",
        &[("accept", "application/json")],
        Stranger,
        "19: 401 session-absent",
    ),
    (
        "a form without session gets a page",
        "POST app.acme.example/x",
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("accept", "text/html"),
        ],
        Expired,
        "19: 401 page session-expired",
    ),
    (
        "seed-S3 a navigation without session goes to the login page",
        "GET app.acme.example/x?y=1",
        &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate"), ("accept", "text/html")],
        Stranger,
        "20: login to app, back to /x?y=1",
    ),
    (
        "seed-S6 another site's fetch goes to the login page",
        "GET app.acme.example/x",
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "cors"),
            ("origin", "https://evil.example"),
            ("accept", "*/*"),
        ],
        Stranger,
        "20: login to app, back to /x",
    ),
    (
        "seed-S30 a simple request of an origin that nobody listed goes to the login page",
        "GET app.acme.example/x",
        &[("origin", "https://evil.example"), ("accept", "*/*")],
        Stranger,
        "20: login to app, back to /x",
    ),
    (
        "a tool goes to the login page",
        "GET app.acme.example/x",
        &[("accept", "*/*")],
        Stranger,
        "20: login to app, back to /x",
    ),
    (
        "a tool that wants JSON gets 401",
        "GET app.acme.example/x",
        &[("accept", "application/json")],
        Stranger,
        "20: 401 session-absent",
    ),
    (
        "HEAD is redirected like GET",
        "HEAD app.acme.example/x",
        &[],
        Stranger,
        "20: login to app, back to /x",
    ),
];

#[test]
fn every_row_of_the_request_path() {
    let gate = gate();
    let wrong = CASES
        .iter()
        .filter_map(|(name, request, headers, who, expected)| {
            let found = outcome(&gate, request, headers, *who);
            (found != *expected)
                .then(|| format!("{name}:\n  expected {expected}\n  found    {found}"))
        })
        .collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_refused_preflight_is_never_readable() {
    let gate = gate();
    let headers =
        [("origin", "https://app.acme.example"), ("access-control-request-method", "DELETE")];
    decide(&gate, "OPTIONS api.acme.example/x", &headers, Stranger, |verdict| {
        assert_eq!(verdict.stamp, crate::Stamp::default());
    });
}

#[test]
fn the_flow_remembers_who_started_it() {
    let gate = gate();
    let headers = [
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "cors"),
        ("origin", "https://app.acme.example"),
    ];
    decide(&gate, "GET flow.acme.example/x", &headers, Stranger, |verdict| {
        let Action::Login(login) = &verdict.action else { panic!("no login: {verdict:?}") };
        let initiator = login.fetch.as_ref().unwrap();
        assert_eq!(initiator.site, Some(SecFetchSite::SameSite));
        assert_eq!(initiator.origin.as_ref().unwrap().as_str(), "https://app.acme.example");
    });
}

/// A gate over [`CONFIG`].
pub(crate) fn gate() -> Gate {
    let (config, problems) = Config::parse(CONFIG, Path::new("test.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
    let identifiers = config
        .wanted
        .iter()
        .enumerate()
        .map(|(number, wanted)| Identifier {
            id: format!("00000000-0000-4000-8000-{number:012}"),
            aud: (wanted.kind == Kind::Application).then(|| format!("{number:064x}")),
        })
        .collect::<Vec<_>>();
    Gate::new(Arc::new(config.snapshot(&identifiers, 1)))
}

fn outcome(gate: &Gate, request: &str, headers: &[(&str, &str)], who: Who) -> String {
    let mut found = String::new();
    decide(gate, request, headers, who, |verdict| found = describe(verdict));
    found
}

fn decide(
    gate: &Gate,
    request: &str,
    headers: &[(&str, &str)],
    who: Who,
    look: impl FnOnce(&Verdict<'_>),
) {
    let (method, url) = request.split_once(' ').unwrap();
    let (host, _) = url.split_once('/').unwrap();
    let uri = format!("https://{url}").parse::<Uri>().unwrap();
    let mut map = HeaderMap::new();
    map.insert("host", host.parse().unwrap());
    let mut client = "198.51.100.9".parse().unwrap();
    for (name, value) in headers {
        if *name == "x-test-client" {
            client = value.parse().unwrap();
        } else {
            map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
    }
    let method = method.parse::<Method>().unwrap();
    let line = RequestLine {
        method: &method,
        authority: None,
        path: uri.path(),
        query: uri.query(),
        protocol: None,
        client,
        public: PublicAddress { scheme: PublicScheme::Https, port: 443 },
    };
    let head = match Head::read(&line, &map) {
        Ok(head) => head,
        Err(malformed) => return look(&gate.malformed(malformed)),
    };
    match gate.before_authentication(&head) {
        Step::Decided(verdict) => look(&verdict),
        Step::Authenticate(pending) => look(&pending.decide(&head, &who.evidence())),
    }
}

impl Who {
    fn evidence(self) -> Evidence<'static> {
        let nobody = Presence::Nobody(NoSession::Absent);
        let person = |email| Presence::Person(Person { user_id: email, email });
        let mut evidence =
            Evidence { service_token: TokenEvidence::Absent, header: nobody, cookie: nobody };
        match self {
            Self::Stranger => {}
            Self::Expired => evidence.cookie = Presence::Nobody(NoSession::Expired),
            Self::Cookie(email) => evidence.cookie = person(email),
            Self::Header(email) => evidence.header = person(email),
            Self::BadHeader => evidence.header = Presence::Nobody(NoSession::Invalid),
            Self::TwoPeople => {
                evidence.header = person("a@acme.example");
                evidence.cookie = person("b@acme.example");
            }
            Self::Token(name) => {
                let token = TokenIdentity { id: "11111111-1111-4111-8111-111111111111", name };
                evidence.service_token = TokenEvidence::Authenticated(token);
            }
            Self::BadToken => evidence.service_token = TokenEvidence::Refused,
            Self::HalfToken => evidence.service_token = TokenEvidence::Malformed,
        }
        evidence
    }
}

fn describe(verdict: &Verdict<'_>) -> String {
    let reason = verdict.reason.code();
    let what = match &verdict.action {
        Action::Answer(answer) => {
            let page =
                if answer.format == Format::Page && answer.status != 404 { " page" } else { "" };
            let page = if verdict.row.0 < 15 { "" } else { page };
            format!("{}{page} {reason}", answer.status.as_u16())
        }
        Action::AnswerPreflight(_) => "preflight allowed".to_owned(),
        Action::RefusePreflight(None) => "preflight refused, not configured".to_owned(),
        Action::RefusePreflight(Some(refusal)) => format!("preflight refused, {}", refusal.code()),
        Action::Endpoint(endpoint) => format!("endpoint {endpoint:?}"),
        Action::Forward(forward) => format!("forward as {:?}, {reason}", forward.identity),
        Action::ForwardPreflight { judgement: None, .. } => "forward preflight".to_owned(),
        Action::ForwardPreflight { judgement: Some(Ok(())), .. } => {
            "forward preflight, would be allowed".to_owned()
        }
        Action::ForwardPreflight { judgement: Some(Err(refusal)), .. } => {
            format!("forward preflight, would be refused, {}", refusal.code())
        }
        Action::ExplainRefusal(refusal) => format!("refusal explained, {}", refusal.code()),
        Action::Login(login) => {
            let fetch = if login.fetch.is_some() { ", fetch" } else { "" };
            format!(
                "login to {}, back to {}{fetch}",
                login.application.settings.name, login.return_path
            )
        }
    };
    let readable = if verdict.stamp.grant.is_some() && matches!(verdict.row.0, 18) {
        ", readable"
    } else {
        ""
    };
    format!("{}: {what}{readable}", verdict.row.0)
}

/// Who may read the answers about sessions: pages that an application of the host trusts by name.
#[test]
fn answers_about_sessions_are_readable_for_listed_pages_only() {
    let gate = gate();
    let rows = [
        ("a listed page", "POST api.acme.example", "exchange", "https://app.acme.example", true),
        (
            "a listed page, asking",
            "GET api.acme.example",
            "status",
            "https://app.acme.example",
            true,
        ),
        ("another page", "POST api.acme.example", "exchange", "https://evil.example", false),
        ("no page", "GET api.acme.example", "status", "null", false),
        (
            "a page where nobody is listed",
            "GET app.acme.example",
            "status",
            "https://api.acme.example",
            false,
        ),
        (
            "a listed page, for what is no answer to it",
            "GET api.acme.example",
            "frame",
            "https://app.acme.example",
            false,
        ),
    ];
    for (row, request, endpoint, origin, expected) in rows {
        let request = format!("{request}/cdn-cgi/access/{endpoint}");
        decide(&gate, &request, &[("origin", origin)], Stranger, |verdict| {
            let granted = verdict
                .stamp
                .grant
                .as_ref()
                .map(|(origin, credentials)| (origin.as_str().to_owned(), *credentials));
            assert_eq!(granted, expected.then(|| (origin.to_owned(), true)), "{row}");
        });
    }
}
