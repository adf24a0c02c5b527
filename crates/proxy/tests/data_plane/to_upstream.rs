//! What an upstream gets of a request, and what a visitor gets of a response.

use crate::upstream::{Echo, answering};
use crate::world::{World, status};

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_headers_go_and_the_gateways_come() {
    let (upstream, rows) = (Echo::start().await, rows());
    let world = World::of(upstream.address).await;
    for (name, host, lines, present, absent) in rows {
        let answer = world.get(host, "/a?b=c", lines).await;
        assert_eq!(status(&answer), 200, "{name}: {answer}");
        let (_, got) = answer.split_once("\r\n\r\n").unwrap();
        let got = format!("\n{got}");
        for line in present {
            assert!(got.contains(&format!("\n{line}\n")), "{name}: {line} in {answer}");
        }
        for text in absent {
            assert!(!got.contains(text), "{name}: {text} in {answer}");
        }
    }
}

type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

fn rows() -> Vec<Row> {
    vec![
        (
            "the upstream is told where the request came from",
            "open",
            &[],
            &[
                "GET /a?b=c HTTP/1.1",
                "host: open.acme.example",
                "x-forwarded-for: 127.0.0.1",
                "x-forwarded-host: open.acme.example",
                "x-forwarded-proto: https",
                "forwarded: for=127.0.0.1;host=open.acme.example;proto=https",
                "x-request-id: 0123456789abcdef",
            ],
            &["cf-access", "connection", "cookie"],
        ),
        (
            "a trusted proxy's list is continued",
            "open",
            &["x-forwarded-for: 192.0.2.1"],
            &["x-forwarded-for: 192.0.2.1, 127.0.0.1"],
            &[],
        ),
        (
            "sec-C3-F5 a trusted proxy's list counts from where it is all addresses",
            "open",
            &["x-forwarded-for: \"evil\", 192.0.2.2, unknown, 192.0.2.3:80, evil;for=1, 192.0.2.1"],
            &["x-forwarded-for: 192.0.2.1, 127.0.0.1"],
            &["evil", "unknown", "192.0.2.2", "192.0.2.3"],
        ),
        (
            "sec-C3-F5 what a trusted proxy ends it with is no address",
            "open",
            &["x-forwarded-for: 192.0.2.1, unknown"],
            &["x-forwarded-for: 127.0.0.1"],
            &["192.0.2.1", "unknown"],
        ),
        (
            "nobody's word counts for scheme, host and path",
            "open",
            &[
                "x-forwarded-proto: http",
                "x-forwarded-host: evil.example",
                "x-forwarded-prefix: /evil",
                "x-forwarded-uri: /evil",
                "forwarded: for=6.6.6.6",
                "x-real-ip: 6.6.6.6",
                "true-client-ip: 6.6.6.6",
                "cf-connecting-ip: 6.6.6.6",
                "x-original-url: /evil",
                "x-rewrite-url: /evil",
                "x-request-id: evil",
            ],
            &["x-forwarded-proto: https", "x-forwarded-host: open.acme.example"],
            &["evil", "6.6.6.6"],
        ),
        (
            "sec-C4-I1 identity headers are the gateway's",
            "open",
            &[
                "cf-access-jwt-assertion: forged",
                "Cf-Access-Authenticated-User-Email: forged",
                "CF-Access-Anything: forged",
                "cf-access-token: forged",
                "cf-access-client-id: forged",
                "cf-access-client-secret: forged",
            ],
            &[],
            &["forged", "cf-access"],
        ),
        (
            "sec-C5 what belongs to the connection stays on it",
            "open",
            &[
                "keep-alive: timeout=5",
                "te: gzip, trailers",
                "proxy-connection: keep-alive",
                "proxy-authorization: Basic YTpi",
                "upgrade: h2c",
                "x-named: gone",
                "x-kept: here",
                "connection: x-named, upgrade",
            ],
            &["te: trailers", "x-kept: here"],
            &["keep-alive", "proxy-", "h2c", "x-named", "gzip", "connection"],
        ),
        (
            "sec-C4-I6 what the gateway says cannot be nominated away",
            "open",
            &["connection: x-forwarded-for, host, x-request-id, forwarded"],
            &[
                "host: open.acme.example",
                "x-forwarded-for: 127.0.0.1",
                "x-request-id: 0123456789abcdef",
            ],
            &[],
        ),
        (
            "sec-C4-I8 the gateway's cookies stay here, others pass",
            "open",
            &["cookie: a=1; CF_Authorization=secret; b=2", "cookie: __Host-CF_Binding=secret"],
            &["cookie: a=1; b=2"],
            &["secret"],
        ),
        (
            "a service token in the application's own header stays here",
            "machines",
            &[
                "x-machine: {\"cf-access-client-id\":\"a.access\",\"cf-access-client-secret\":\"secret\"}",
            ],
            &[],
            &["secret"],
        ),
        (
            "what is no service token in that header passes",
            "machines",
            &["x-machine: robot 7"],
            &["x-machine: robot 7"],
            &[],
        ),
        (
            "credentials for the upstream pass",
            "open",
            &["authorization: Basic YTpi"],
            &["authorization: Basic YTpi"],
            &[],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_x_forwarded_for_is_not_believed() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let request = "GET / HTTP/1.1\r\nhost: open.acme.example\r\nx-forwarded-for: 6.6.6.6\r\nconnection: close\r\n\r\n";
    let answer = world.exchange_as_stranger(request).await;
    assert!(answer.contains("\nx-forwarded-for: 127.0.0.2\n"), "{answer}");
    assert!(!answer.contains("6.6.6.6"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_named_and_cannot_be_forged_or_removed() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let cookie = world.cookie_of("ada@acme.example", "app.acme.example").await;
    let lines = [
        &*format!("cookie: x=1; {cookie}"),
        "cf-access-authenticated-user-email: root@acme.example",
        "connection: cf-access-jwt-assertion, cf-access-authenticated-user-email",
    ];
    let answer = world.get("app", "/", &lines).await;
    assert!(
        answer.contains("\ncf-access-authenticated-user-email: ada@acme.example\n"),
        "{answer}"
    );
    assert!(answer.contains("\ncf-access-jwt-assertion: eyJ"), "{answer}");
    assert!(answer.contains("\ncookie: x=1\n"), "{answer}");
    assert!(!answer.contains("root@"), "{answer}");
    assert_eq!(world.records(), ["14 allowed 200 200 ada@acme.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_assertion_comes_in_a_cookie_too_where_the_application_says_so() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let cookie = world.cookie_of("ada@acme.example", "both.acme.example").await;
    let answer = world.get("both", "/", &[&format!("cookie: x=1; {cookie}")]).await;
    let line = |name: &str| {
        let lines = answer.lines().filter_map(|line| line.strip_prefix(name)).collect::<Vec<_>>();
        assert_eq!(lines.len(), 1, "{name} in {answer}");
        lines[0].to_owned()
    };
    let assertion = line("cf-access-jwt-assertion: ");
    assert_eq!(line("cookie: "), format!("x=1; CF_Authorization={assertion}"));
    assert!(!answer.contains(&cookie));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upstreams_response_comes_back_as_it_is_but_for_what_is_the_gateways() {
    let upstream = answering(&["HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=5\r\naccess-control-allow-origin: https://a.example\r\nvary: Cookie\r\nset-cookie: a=1; Path=/\r\nset-cookie: CF_Authorization=theirs\r\nset-cookie: __Host-CF_Binding=theirs; Secure\r\nset-cookie: b=2\r\n\r\nhi"]).await;
    let world = World::of(upstream).await;
    let answer = world.get("open", "/", &["origin: https://spa.acme.example"]).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines().filter(|line| !line.starts_with("date: ")).collect::<Vec<_>>();
    lines.sort_unstable();
    let expected = [
        "HTTP/1.1 200 OK",
        "access-control-allow-origin: https://a.example",
        "connection: close",
        "content-length: 2",
        "set-cookie: a=1; Path=/",
        "set-cookie: b=2",
        "vary: Cookie",
    ];
    assert_eq!(lines, expected);
    assert_eq!(body, "hi");
}
