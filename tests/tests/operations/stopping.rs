use std::sync::Arc;
use std::time::Duration;

use crossgate_testkit::{Reply, World, wait::until};
use nix::sys::signal::Signal;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::{ANN, APP1, ONE_APPLICATION, one_application};

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_requests_finish_accepts_no_new_ones_and_ends_with_status_0() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let mut world = World::start(ONE_APPLICATION, move |_| {
        Reply::new("text/plain", "finished").held_by(Arc::clone(&held))
    })
    .await;
    let (client, url) = (world.client(), world.url(APP1, "/public/slow"));
    let in_flight = tokio::spawn(async move { client.get(&url).send().await });
    let limit = Duration::from_secs(10);
    until("the request to reach the upstream", limit, async || {
        (world.upstream.received().len() == 1).then_some(())
    })
    .await;

    world.gateway.process.signal(Signal::SIGTERM);
    until("new connections to be refused", limit, async || {
        TcpStream::connect(("127.0.0.1", world.port)).await.is_err().then_some(())
    })
    .await;
    assert_eq!(world.gateway.process.ended(), None, "it waits for the request");

    gate.add_permits(1);
    let answer = in_flight.await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "finished"));
    assert_eq!(world.gateway.process.end(limit).await.code(), Some(0));
    assert_eq!(
        world.gateway.logged("/public/slow").await["status"],
        200,
        "the last line is written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loses_no_session() {
    let mut world = one_application().await;
    let url = world.url(APP1, "/");
    let client = world.signed_in(&url, ANN).await;
    for _ in 0..2 {
        world.gateway.crash_and_restart().await;
        let answer = client.get(&url).send().await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "hello"));
    }
    let second = world.signed_in(&url, "bob@acme.example").await;
    assert_eq!(second.get(&url).send().await.status, 200, "and signing in works as before");
}
