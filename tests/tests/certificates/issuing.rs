use crossgate_testkit::wait::{PATIENCE, until};

use crate::pebble::Pebble;
use crate::{APP1, LOGIN, LONG, Ports, hello};

const DAY: u32 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn by_handshake_every_host_gets_a_certificate_of_its_own_and_a_restart_asks_nothing_again() {
    let ports = Ports::free();
    let pebble = Pebble::start(&ports, 90 * DAY).await;
    let mut world = ports.world(&pebble, "tls-alpn-01").start(hello).await;
    let visitor = pebble.visitor().await;
    let app1 = visitor.certificate(ports.tls, APP1, LONG, |_| true).await;
    let login = visitor.certificate(ports.tls, LOGIN, LONG, |_| true).await;
    assert_ne!(app1, login, "a certificate a name");
    let (_, answer) = visitor.get(ports.tls, APP1, "/").await.unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
    assert_eq!(pebble.issued(), 2);
    let metrics = world.client().get(&world.admin("/metrics")).send().await.text();
    assert!(
        metrics.contains("crossgate_certificate_orders_total{outcome=\"issued\"} 2"),
        "{metrics}"
    );
    assert!(
        metrics.contains("crossgate_certificate_not_after_seconds{name=\"app1.demo.localhost\"} 1"),
        "{metrics}"
    );

    world.gateway.crash_and_restart().await;
    assert_eq!(visitor.get(ports.tls, APP1, "/").await.unwrap().0, app1, "as soon as it is there");
    assert_eq!(visitor.get(ports.tls, LOGIN, "/").await.unwrap().0, login);
    assert_eq!(pebble.issued(), 2);

    // No challenge is alive: nobody gets anything for asking.
    let asks = visitor.speaking(&["acme-tls/1"]).connect(ports.tls, APP1).await;
    assert!(asks.is_err(), "sec-C1-P17 {asks:?}");
    assert!(visitor.get(ports.tls, "other.demo.localhost", "/").await.is_err(), "sec-C6-T2");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_request_only_live_tokens_are_answered_and_everything_else_leads_to_https() {
    let ports = Ports::free();
    let pebble = Pebble::start(&ports, 90 * DAY).await;
    let world = ports.world(&pebble, "http-01").start(hello).await;
    let visitor = pebble.visitor().await;
    visitor.certificate(ports.tls, APP1, LONG, |_| true).await;
    let is_challenge =
        |line: &serde_json::Value| line["reason"] == "acme-challenge" && line["host"] == APP1;
    let asked = world.gateway.log().wait_for("a challenge", is_challenge).await;
    assert_eq!((&asked["status"], &asked["row"]), (&200.into(), &2.into()));
    let token = asked["path"].as_str().unwrap().to_owned();
    // The challenge ends just after the certificate is there.
    let url = |host: &str, path: &str| format!("http://{host}:{}{path}", ports.plain);
    let client = world.client();
    until("the end of the challenge", PATIENCE, async || {
        (client.get(&url(APP1, &token)).send().await.status == 308).then_some(())
    })
    .await;
    let https = |host: &str, path: &str| format!("https://{host}:{}{path}", ports.tls);
    let rows = [
        ("a page", APP1, "/a/b?c=d", 308),
        ("sec-C1-P17 a token that was alive once", APP1, token.as_str(), 308),
        ("sec-C1-P17 a token that never was", APP1, "/.well-known/acme-challenge/x", 308),
        ("sec-C1-P17 what else is well known", APP1, "/.well-known/anything", 308),
        ("the login host", LOGIN, "/", 308),
        ("a host of nobody's", "other.demo.localhost", "/", 421),
        ("the gateway's own paths", APP1, "/cdn-cgi/access/certs", 308),
    ];
    let forwarded = world.upstream.received().len();
    for (row, host, path, status) in rows {
        let answer = client.get(&url(host, path)).send().await;
        assert_eq!(answer.status, status, "{row}");
        let location = answer.headers.get("location").map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(location, (status == 308).then(|| https(host, path)), "{row}");
        assert_eq!(world.upstream.received().len(), forwarded, "sec-C1-P17 {row}");
    }
    let post = client.request("POST", &url(APP1, &token)).send().await;
    assert_eq!(post.status, 308, "a write stays a write");
}
