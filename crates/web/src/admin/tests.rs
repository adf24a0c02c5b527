use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use crossgate_model::{Admin, Host};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{AdminPages, NotReady, admin_router};

/// The admin listener on a port of its own.
async fn listen(ready: Result<(), NotReady>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let admin = Admin { address, hostnames: vec![Host::parse("ops.acme.example").unwrap()] };
    let pages = AdminPages {
        ready: Box::new(move || Box::pin(std::future::ready(ready.clone()))),
        metrics: Box::new(|| "# EOF\n".to_owned()),
        more: Some(Router::new().route("/mailbox", get(|| async { "mails" }))),
    };
    let router = admin_router(&admin, pages);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Status and body of the answer to a request's head.
async fn ask(address: SocketAddr, line: &str, headers: &[&str]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{line} HTTP/1.1\r\nconnection: close\r\n{}\r\n\r\n", headers.join("\r\n"));
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test]
async fn health_readiness_and_metrics_are_shown() {
    let address = listen(Ok(())).await;
    let host = format!("host: {address}");
    let rows = [
        ("/healthz", 200, "ok\n"),
        ("/readyz", 200, "ready\n"),
        ("/metrics", 200, "# EOF\n"),
        ("/mailbox", 200, "mails"),
        ("/", 404, "there is nothing here\n"),
    ];
    for (path, status, body) in rows {
        let (found, text) = ask(address, &format!("GET {path}"), &[&host]).await;
        assert_eq!((found, &*text), (status, body), "{path}");
    }
    let unready = listen(Err(NotReady("the store does not answer".to_owned()))).await;
    let answer = ask(unready, "GET /readyz", &["host: localhost"]).await;
    assert_eq!(answer, (503, "not ready: the store does not answer\n".to_owned()));
}

#[tokio::test]
async fn it_answers_to_its_own_names_only_and_not_to_other_sites() {
    let address = listen(Ok(())).await;
    let own = format!("host: {address}");
    let (cross, same_site) = ("sec-fetch-site: cross-site", "sec-fetch-site: same-site");
    let (navigate, document) = ("sec-fetch-mode: navigate", "sec-fetch-dest: document");
    let rows: [(&str, &str, &[&str], u16); 17] = [
        ("its address", "GET /mailbox", &[&own], 200),
        ("localhost, on loopback", "GET /mailbox", &["host: localhost:8444"], 200),
        ("a listed name", "GET /mailbox", &["host: OPS.acme.example"], 200),
        ("a name that leads here by rebinding", "GET /mailbox", &["host: evil.example"], 421),
        ("another address", "GET /healthz", &["host: 127.0.0.2"], 421),
        ("no name", "GET /mailbox", &["accept: */*"], 421),
        ("two names", "GET /mailbox", &[&own, "host: localhost"], 421),
        ("a target with another authority", "GET http://evil.example/mailbox", &[&own], 421),
        (
            "a page of its own",
            "GET /mailbox",
            &[&own, "sec-fetch-site: same-origin", "sec-fetch-mode: cors"],
            200,
        ),
        (
            "the address bar",
            "GET /mailbox",
            &[&own, "sec-fetch-site: none", navigate, document],
            200,
        ),
        ("a link on another site", "GET /mailbox", &[&own, cross, navigate, document], 200),
        ("another site's fetch", "GET /mailbox", &[&own, cross, "sec-fetch-mode: cors"], 403),
        (
            "another site's image",
            "GET /metrics",
            &[&own, cross, "sec-fetch-mode: no-cors", "sec-fetch-dest: image"],
            403,
        ),
        (
            "another site's frame",
            "GET /mailbox",
            &[&own, cross, navigate, "sec-fetch-dest: iframe"],
            403,
        ),
        (
            "another site's form",
            "POST /mailbox",
            &[&own, cross, navigate, document, "content-length: 0"],
            403,
        ),
        ("a sibling's fetch", "GET /mailbox", &[&own, same_site, "sec-fetch-mode: cors"], 403),
        (
            "a doubled Sec-Fetch-Site",
            "GET /mailbox",
            &[&own, "sec-fetch-site: none", "sec-fetch-site: none"],
            403,
        ),
    ];
    for (what, line, headers, status) in rows {
        assert_eq!(ask(address, line, headers).await.0, status, "{what}");
    }
}
