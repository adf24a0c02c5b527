//! Headers that claim to be the gateway's.

use crossgate_testkit::raw;

/// How upstreams are told of a client certificate by those who have verified one.
const CLIENT_CERTIFICATE: &[&str] = &[
    "client-cert",
    "client-cert-chain",
    "ssl-client-cert",
    "ssl-client-verify",
    "x-client-cert",
    "x-forwarded-client-cert",
    "x-forwarded-tls-client-cert",
    "x-ssl-client-cert",
    "x-ssl-client-s-dn",
    "x-ssl-client-verify",
];

use crate::{ANN, APP1, PATHS, world};

/// sec-C3-F1, sec-C3-F4, sec-C3-F7, sec-C4-I1, sec-C4-I6, sec-C4-I8, sec-C6-T5
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_claims_never_reaches_the_upstream() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    world.upstream.forget();
    let request = ann.get(&world.url(APP1, "/x"));
    let request =
        CLIENT_CERTIFICATE.iter().fold(request, |request, name| request.header(name, "SUCCESS"));
    let answer = request
        .header("cf-access-authenticated-user-email", "boss@acme.example")
        .header("CF-Access-JWT-Assertion", "forged")
        .header("cf-access-user", "boss")
        .header("cf-access-anything", "else")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-host", "evil.example")
        .header(
            "connection",
            "keep-alive, cf-access-jwt-assertion, cf-access-authenticated-user-email",
        )
        .header("cookie", "theirs=kept")
        .send()
        .await;
    assert_eq!(answer.status, 200);
    let received = &world.upstream.received()[0];
    let all = |name: &str| {
        received
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(all("cf-access-authenticated-user-email"), [ANN]);
    let assertion = all("cf-access-jwt-assertion");
    assert!(assertion.len() == 1 && assertion[0].split('.').count() == 3, "{assertion:?}");
    for name in ["cf-access-user", "cf-access-anything"].iter().chain(CLIENT_CERTIFICATE) {
        assert_eq!(all(name), Vec::<String>::new(), "{name}");
    }
    let cookies = received
        .headers
        .get_all("cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect::<Vec<_>>()
        .join("; ");
    assert!(cookies.contains("theirs=kept") && !cookies.contains("CF_"), "{cookies}");
    let forwarded = all("x-forwarded-for").join(", ");
    assert!(
        !forwarded.contains("203.0.113.9"),
        "nobody is trusted to say where a request comes from: {forwarded}"
    );
    assert!(!all("x-forwarded-host").join(", ").contains("evil"), "{:?}", all("x-forwarded-host"));
    let line = world.gateway.logged("/x").await;
    assert_eq!(line["client_ip"], "127.0.0.1");
}

/// sec-C4-I1, sec-C6-T5: where nobody is signed in, nobody is claimed.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_public_path_nobody_is_anybody() {
    let world = world().await;
    let request = format!(
        "GET /public/x HTTP/1.1\r\nHost: {PATHS}\r\nCf-Access-Authenticated-User-Email: boss@acme.example\r\n\
         Cf-Access-Jwt-Assertion: forged\r\nX-SSL-Client-Verify: SUCCESS\r\nConnection: close\r\n\r\n"
    );
    let answer = raw::exchange(world.port, request.as_bytes()).await;
    assert_eq!(raw::status(&answer), Some(200));
    let received = &world.upstream.received()[0];
    assert!(
        received.headers.keys().all(|name| {
            !name.as_str().starts_with("cf-access") && !name.as_str().starts_with("x-ssl")
        }),
        "{received:?}"
    );
}
