use crossgate_testkit::{Client, ports};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{ANN, APP1, CONFIG, LIMIT, hello, readiness, status};
use crossgate_testkit::{World, wait::until};

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_gone_is_502_for_those_who_may_ask_it_and_as_ever_for_others() {
    let port = ports::free();
    let world =
        World::builder(CONFIG).name("GONE", &format!("127.0.0.1:{port}")).start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let answer = ann.get(&world.url(APP1, "/gone")).send().await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("upstream-unreachable"), "{}", answer.text());
    let page = ann.get(&world.url(APP1, "/gone")).navigation("none").send().await;
    assert_eq!(page.status, 502);
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "people get a page");
    assert_eq!(world.gateway.logged("/gone").await["reason"], "upstream-unreachable");
    assert_eq!(status(&world, &Client::new(), "/gone").await, 302, "strangers sign in first");
    assert_eq!(status(&world, &ann, "/").await, 200, "other upstreams are not concerned");
    assert_eq!(readiness(&world).await.0, 200);

    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 16 * 1024];
            let _read = stream.read(&mut request).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nback";
            let _written = stream.write_all(answer).await;
        }
    });
    until("the upstream's answer", LIMIT, async || {
        (status(&world, &ann, "/gone").await == 200).then_some(())
    })
    .await;
}

/// rel-D9
#[tokio::test(flavor = "multi_thread")]
async fn of_several_upstreams_one_that_is_gone_costs_nobody_an_answer() {
    let gone = ports::free();
    let config =
        CONFIG.replace("\"http://@GONE@\"", "[ \"http://@GONE@\", \"http://@UPSTREAM@\" ]");
    let world = World::builder(&config)
        .name("GONE", &format!("127.0.0.1:{gone}"))
        .environment("CROSSGATE_WORKERS", "1")
        .start(hello)
        .await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    for _ in 0..60 {
        assert_eq!(status(&world, &ann, "/gone").await, 200);
    }
    let metrics = Client::new().get(&world.admin("/metrics")).send().await.text();
    let ejected =
        format!("crossgate_upstream_ejections_total{{upstream=\"127.0.0.1:{gone}\"}} 1\n");
    assert!(metrics.contains(&ejected), "{metrics}");
    world.gateway.process.errors.wait_for_text("an upstream fails again and again").await;
}
