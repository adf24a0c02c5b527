use std::time::Duration;

use crossgate_testkit::{Client, World, wait::until};
use nix::sys::signal::Signal;

use crate::{ANN, APP1, one_application};

fn rewrite(world: &World, from: &str, to: &str) {
    let config = std::fs::read_to_string(world.config()).unwrap();
    assert!(config.contains(from), "{from} is not in the config");
    std::fs::write(world.config(), config.replace(from, to)).unwrap();
}

async fn wait_for_status(client: &Client, url: &str, status: u16) {
    let what = format!("status {status} for the session as it is");
    until(&what, Duration::from_secs(10), async || {
        (client.get(url).send().await.status == status).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_policy_is_in_force_for_sessions_at_their_next_request() {
    let world = one_application().await;
    let url = world.url(APP1, "/");
    let client = world.signed_in(&url, ANN).await;

    rewrite(&world, "domain: acme.example", "domain: other.example");
    wait_for_status(&client, &url, 403).await;
    let line = world.gateway.log().wait_for("the refusal", |line| line["status"] == 403).await;
    assert_eq!((&line["row"], &line["reason"]), (&15.into(), &"not-allowed".into()));

    rewrite(&world, "domain: other.example", "domain: acme.example");
    wait_for_status(&client, &url, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reloads_too() {
    let world = one_application().await;
    let url = world.url(APP1, "/");
    let client = world.signed_in(&url, ANN).await;
    world.gateway.process.signal(Signal::SIGHUP);
    world.gateway.process.errors.wait_for_text("the config was reloaded").await;
    assert_eq!(client.get(&url).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_with_a_mistake_changes_nothing_and_says_why() {
    let world = one_application().await;
    let url = world.url(APP1, "/");
    let client = world.signed_in(&url, ANN).await;
    // The first half alone would shut the session out.
    rewrite(&world, "domain: acme.example } } ] }", "domain: other.example } } ], nonsense: 1 }");
    world.gateway.process.errors.wait_for_text("nonsense").await;
    world.gateway.process.errors.wait_for_text("the config was not reloaded").await;
    assert_eq!(client.get(&url).send().await.status, 200, "the old config is in force, whole");
    let metrics = client.get(&world.admin("/metrics")).send().await.text();
    assert!(metrics.contains("crossgate_config_reloads_refused_total 1"), "{metrics}");

    rewrite(&world, ", nonsense: 1", "");
    wait_for_status(&client, &url, 403).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reloads_drop_no_request() {
    let world = one_application().await;
    let url = world.url(APP1, "/public/");
    let client = world.client();
    let requests = tokio::spawn(async move {
        for _ in 0..300 {
            assert_eq!(client.get(&url).send().await.status, 200);
        }
    });
    while !requests.is_finished() {
        world.gateway.process.signal(Signal::SIGHUP);
        tokio::task::yield_now().await;
        std::thread::sleep(Duration::from_millis(10));
    }
    requests.await.unwrap();
}
