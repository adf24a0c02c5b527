//! Cookies, tokens and service tokens that are not what they should be.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use crossgate_testkit::{Client, World, wait::until};

use crate::{ANN, APP1, APP2, BRIEF, LOGIN, json, world};

fn cookie(client: &Client, host: &str, name: &str) -> String {
    let jar = client.jar();
    let found = jar.of(host).iter().find(|cookie| cookie.name == name);
    found.unwrap_or_else(|| panic!("{host} has no {name}: {:?}", jar.of(host))).value.clone()
}

/// The token with another header, signed by `sign`.
fn forged(token: &str, header: &serde_json::Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let signed = format!("{}.{payload}", BASE64.encode(header.to_string()));
    let signature = BASE64.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The token as somebody else's, with the signature as it is.
fn of_somebody_else(token: &str) -> String {
    let parts = token.split('.').collect::<Vec<_>>();
    let mut claims = json(&BASE64.decode(parts[1]).unwrap());
    claims["email"] = "boss@acme.example".into();
    format!("{}.{}.{}", parts[0], BASE64.encode(claims.to_string()), parts[2])
}

struct Row {
    name: &'static str,
    headers: Vec<(&'static str, String)>,
    status: u16,
    reason: &'static str,
}

async fn check(world: &World, host: &str, rows: Vec<Row>) {
    let client = world.client();
    for (number, Row { name, headers, status, reason: expected }) in rows.into_iter().enumerate() {
        world.upstream.forget();
        let path = format!("/{expected}/{number}");
        let mut request = client.get(&world.url(host, &path)).without_cookies();
        request = request.header("x-requested-with", "XMLHttpRequest");
        for (header, value) in headers {
            request = request.header(header, &value);
        }
        let answer = request.send().await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert_eq!(world.gateway.logged(&path).await["reason"], expected, "{name}");
        assert_eq!(world.upstream.received().len(), usize::from(status == 200), "{name}");
        if status != 200 {
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{name}");
        }
    }
}

/// sec-C7-O7, sec-C7-O8, sec-C7-O9, sec-C8-K7, sec-C8-K9, sec-C4-I9
#[tokio::test(flavor = "multi_thread")]
async fn only_the_cookie_of_this_application_browser_and_time_counts() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let assertion = world.upstream.received()[0].header("cf-access-jwt-assertion").to_owned();
    ann.navigate(&world.url(APP2, "/")).await;
    let bob = world.signed_in(&world.url(APP1, "/"), "bob@acme.example").await;
    let token = cookie(&ann, APP1, "CF_Authorization");
    let binding = cookie(&ann, APP1, "__Host-CF_Binding");
    let certs = world.client().get(&world.url(LOGIN, "/cdn-cgi/access/certs")).send().await.json();
    let (kid, certificate) =
        (&certs["keys"][0]["kid"], certs["public_cert"]["cert"].as_str().unwrap());
    let modulus = BASE64.decode(certs["keys"][0]["n"].as_str().unwrap()).unwrap();
    let hs256 = |key: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let header = serde_json::json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
        forged(&token, &header, |signed| hmac::sign(&key, signed).as_ref().to_vec())
    };
    let none = serde_json::json!({ "alg": "none", "typ": "JWT", "kid": kid });

    let pair = |token: &str, binding: &str| {
        format!("CF_Authorization={token}; __Host-CF_Binding={binding}")
    };
    let row = |name, cookie: String, reason| {
        let status = if reason == "allowed" { 200 } else { 401 };
        Row { name, headers: vec![("cookie", cookie)], status, reason }
    };
    let bound = |name, token: &str, reason| row(name, pair(token, &binding), reason);
    let invalid = "session-invalid";
    check(
        &world,
        APP1,
        vec![
            bound("the good one", &token, "allowed"),
            row("none", "theirs=1".to_owned(), "session-absent"),
            bound("garbage", "x", invalid),
            bound("empty", "", invalid),
            bound("cut short", &token[..token.len() - 20], invalid),
            bound("without signature", token.rsplit_once('.').unwrap().0, invalid),
            bound("with somebody else's address", &of_somebody_else(&token), invalid),
            bound("20 kB of nonsense", &"x".repeat(20_000), invalid),
            bound("alg none", &forged(&token, &none, |_| Vec::new()), invalid),
            bound("HS256 with the certificate as key", &hs256(certificate.as_bytes()), invalid),
            bound("HS256 with the modulus as key", &hs256(&modulus), invalid),
            bound("the login host's", &cookie(&ann, LOGIN, "CF_Authorization"), invalid),
            bound("another application's", &cookie(&ann, APP2, "CF_Authorization"), invalid),
            bound("what the upstream saw", &assertion, invalid),
            row("without its binding", format!("CF_Authorization={token}"), "session-not-bound"),
            row(
                "with another browser's binding",
                pair(&token, &cookie(&bob, APP1, "__Host-CF_Binding")),
                "session-not-bound",
            ),
            row(
                "tossed before the good one",
                format!("CF_Authorization=evil; {}", pair(&token, &binding)),
                "allowed",
            ),
            row(
                "tossed after the good one",
                format!("{}; CF_Authorization=evil", pair(&token, &binding)),
                "allowed",
            ),
            row(
                "another application's tossed before the good one",
                format!(
                    "CF_Authorization={}; {}",
                    cookie(&ann, APP2, "CF_Authorization"),
                    pair(&token, &binding)
                ),
                "allowed",
            ),
        ],
    )
    .await;

    ann.request("POST", &world.url(APP1, "/cdn-cgi/access/logout"))
        .navigation("same-origin")
        .send()
        .await;
    check(&world, APP1, vec![bound("after signing out", &token, "session-revoked")]).await;
}

/// seed-S3: time is up.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_cookie_says_that_it_is_expired() {
    let world = world().await;
    let ann = world.signed_in(&world.url(BRIEF, "/"), ANN).await;
    let cookies = ann.jar().header(BRIEF, "/").unwrap();
    until("the end of the session", Duration::from_secs(15), async || {
        let request = ann.get(&world.url(BRIEF, "/")).without_cookies().header("cookie", &cookies);
        (request.header("x-requested-with", "XMLHttpRequest").send().await.status == 401)
            .then_some(())
    })
    .await;
    let line = world.gateway.log().wait_for("the end", |line| line["status"] == 401).await;
    assert_eq!(line["reason"], "session-expired");
}

/// sec-C7-O1: tokens in headers.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_in_headers_count_only_where_and_once_they_belong() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let assertion = world.upstream.received()[0].header("cf-access-jwt-assertion").to_owned();
    let token = cookie(&ann, APP1, "CF_Authorization");
    let made = ["robot", "other robot"].map(|name| {
        let made = std::process::Command::new(crossgate_testkit::crossgate())
            .args(["service-token", "create", "--name", name, "--format", "json", "--config"])
            .arg(world.config())
            .output()
            .unwrap();
        json(&made.stdout)
    });
    let member = |token: usize, name: &str| made[token][name].as_str().unwrap();
    let (id, secret) = (member(0, "client_id"), member(0, "client_secret"));
    let nobodys = format!("{}.access", "0".repeat(id.len() - ".access".len()));
    until("the token to be known", Duration::from_secs(5), async || {
        let request =
            ann.get(&world.url(APP1, "/")).without_cookies().header("cf-access-client-id", id);
        (request.header("cf-access-client-secret", secret).send().await.status == 200).then_some(())
    })
    .await;

    let header = |value: &str| ("cf-access-token", value.to_owned());
    let (client_id, client_secret) = ("cf-access-client-id", "cf-access-client-secret");
    let row = |name, headers, reason| Row { name, headers, status: 401, reason };
    let service = |name, headers: &[(&'static str, &str)], reason| {
        row(
            name,
            headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            reason,
        )
    };
    let (refused, malformed) = ("service-token-refused", "service-token-malformed");
    check(
        &world,
        APP1,
        vec![
            row("a cookie's token", vec![header(&token)], "header-token-refused"),
            row("what the upstream saw", vec![header(&assertion)], "header-token-refused"),
            row("garbage", vec![header("x")], "header-token-refused"),
            row("two of them", vec![header(&token), header(&token)], "header-token-refused"),
            row(
                "what the upstream saw, as the upstream sees it",
                vec![("cf-access-jwt-assertion", assertion.clone())],
                "session-absent",
            ),
            row(
                "a bearer token",
                vec![("authorization", format!("Bearer {token}"))],
                "session-absent",
            ),
            service(
                "another's secret",
                &[(client_id, id), (client_secret, member(1, "client_secret"))],
                refused,
            ),
            service("an unknown id", &[(client_id, &nobodys), (client_secret, secret)], refused),
            service("what is no secret", &[(client_id, id), (client_secret, "x")], malformed),
            service("what is no id", &[(client_id, "x"), (client_secret, secret)], malformed),
            service("the id alone", &[(client_id, id)], malformed),
            service("the secret alone", &[(client_secret, secret)], malformed),
            service(
                "two secrets",
                &[(client_id, id), (client_secret, secret), (client_secret, secret)],
                malformed,
            ),
            service(
                "two ids",
                &[(client_id, id), (client_id, id), (client_secret, secret)],
                malformed,
            ),
        ],
    )
    .await;
    assert!(!world.gateway.log().text().contains(secret));
}
