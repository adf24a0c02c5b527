//! What a proxy that is trusted may say: whose request it passes on. Nothing else.

use crossgate_testkit::{World, raw};

use crate::{CONFIG, hello};

/// Open to one network.
const OFFICE: &str = "
  - { name: office, domain: office.demo.localhost, policies: [ the office ] }
trusted_proxies: [ 127.0.0.1/32, 10.0.0.0/8 ]
";

/// sec-C3-F1..F10
#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_whose_a_request_is_and_nothing_else() {
    let policy = "  - { name: the office, decision: bypass, include: [ { ip: { ip: 192.0.2.0/24 } } ] }\napplications:";
    let ingress =
        "  - { hostname: office.demo.localhost, service: \"http://@UPSTREAM@\" }\npolicies:";
    let config = CONFIG.replace("policies:\n", &format!("{ingress}\n"));
    let config = config.replace("applications:", policy) + OFFICE.trim_start_matches('\n');
    let world = World::start(&config, hello).await;
    let rows = [
        // What it says, whom the gateway takes it for, and what the upstream is told of the way.
        ("nothing", "", "127.0.0.1", None),
        (
            "somebody of the office",
            "X-Forwarded-For: 192.0.2.7",
            "192.0.2.7",
            Some("192.0.2.7, 127.0.0.1"),
        ),
        (
            "sec-C3-F4 somebody else who claims to be of the office",
            "X-Forwarded-For: 192.0.2.7, 203.0.113.9",
            "203.0.113.9",
            None,
        ),
        (
            "sec-C3-F4 the same in two lines",
            "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 203.0.113.9",
            "203.0.113.9",
            None,
        ),
        (
            "a second proxy",
            "X-Forwarded-For: 203.0.113.9, 192.0.2.7, 10.1.2.3",
            "192.0.2.7",
            Some("203.0.113.9, 192.0.2.7, 10.1.2.3, 127.0.0.1"),
        ),
        ("sec-C3-F5 what is no address", "X-Forwarded-For: \"192.0.2.7\"", "127.0.0.1", None),
        ("sec-C3-F5 an address with a port", "X-Forwarded-For: 192.0.2.7:80", "127.0.0.1", None),
        (
            "sec-C3-F5 an address before what is none",
            "X-Forwarded-For: 203.0.113.9, unknown, 192.0.2.7",
            "192.0.2.7",
            Some("192.0.2.7, 127.0.0.1"),
        ),
        (
            "sec-C3-F5 letters outside ASCII before an address",
            "X-Forwarded-For: \u{ff}, 192.0.2.7",
            "192.0.2.7",
            Some("192.0.2.7, 127.0.0.1"),
        ),
        ("sec-C3-F5 the same by RFC 7239", "Forwarded: for=192.0.2.7", "127.0.0.1", None),
        (
            "sec-C3-F1 another target",
            "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: paths.demo.localhost\r\nX-Forwarded-Uri: /public/x\r\nX-Original-URL: /public/x",
            "203.0.113.9",
            None,
        ),
        (
            "sec-C3-F8 sec-C3-F9 a health check, and a method that is not its own",
            "X-Forwarded-For: 203.0.113.9\r\nUser-Agent: kube-probe/1.29\r\nX-Original-Method: OPTIONS",
            "203.0.113.9",
            None,
        ),
        (
            "sec-C3-F2 sec-C3-F3 sec-C3-F6 sec-C3-F7 somebody of the office with other claims",
            "X-Forwarded-For: 192.0.2.8\r\nX-Forwarded-Prefix: //evil.example\r\nX-Forwarded-Proto: javascript\r\nX-Forwarded-Host: evil.example\r\nX-Envoy-Original-Path: /evil\r\nX-Request-Id: evil\r\nX-Real-IP: 6.6.6.6\r\nCf-Access-Authenticated-User-Email: evil@acme.example\r\nForwarded: for=6.6.6.6",
            "192.0.2.8",
            Some("192.0.2.8, 127.0.0.1"),
        ),
    ];
    for (at, (row, said, client, told)) in rows.into_iter().enumerate() {
        world.upstream.forget();
        let said = if said.is_empty() { String::new() } else { format!("{said}\r\n") };
        let request = format!(
            "GET /row{at} HTTP/1.1\r\nHost: office.demo.localhost:{}\r\n{said}Connection: close\r\n\r\n",
            world.port
        );
        let answer = raw::exchange(world.port, request.as_bytes()).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let line = world.gateway.logged(&format!("/row{at}")).await;
        assert_eq!(line["client_ip"], client, "{row}");
        assert!(!text.contains("evil") && !text.contains("javascript"), "{row}: {text}");
        let received = world.upstream.received();
        let Some(told) = told else {
            assert_ne!(raw::status(&answer), Some(200), "{row}");
            assert!(received.is_empty(), "{row}: {received:?}");
            continue;
        };
        assert_eq!(raw::status(&answer), Some(200), "{row}");
        let headers = &received[0].headers;
        let one = |name: &str| {
            let values = headers.get_all(name).iter().collect::<Vec<_>>();
            assert_eq!(values.len(), 1, "{row}: {name}");
            values[0].to_str().unwrap().to_owned()
        };
        assert_eq!(one("x-forwarded-for"), told, "{row}");
        assert_eq!(one("x-forwarded-proto"), "http", "{row}");
        assert_eq!(
            one("x-forwarded-host"),
            format!("office.demo.localhost:{}", world.port),
            "{row}"
        );
        let evil = headers.iter().any(|(_, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            ["evil", "6.6.6.6", "javascript"].iter().any(|claim| value.contains(claim))
        });
        assert!(!evil, "{row}: {headers:?}");
    }
}
