//! Killed while it replaces its signing key, it has one afterwards, and all that it has shown.

use std::collections::HashSet;
use std::time::Duration;

use crossgate_testkit::{Client, Process, World, faketime};
use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{APP1, hello, one_application};

const KILLS: u64 = 20;

/// A key is replaced after six weeks: each start is seven weeks after the one before.
const LATER: u64 = 7 * 7;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_shown_is_there_after_the_kill() {
    let mut world = one_application().start(hello).await;
    let clock = world.folder().join("clock");
    let preload = faketime().display().to_string();
    world.gateway.process.signal(Signal::SIGTERM);
    world.gateway.process.end(Duration::from_secs(10)).await;
    let mut call = world.gateway.call().clone();
    call.environment.push(("LD_PRELOAD".to_owned(), preload));
    call.environment.push(("FAKETIME_TIMESTAMP_FILE".to_owned(), clock.display().to_string()));
    for name in ["FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC"] {
        call.environment.push((name.to_owned(), "1".to_owned()));
    }
    let mut rotated = 0;
    for kill in 1..=KILLS {
        std::fs::write(&clock, format!("+{}d\n", kill * LATER)).unwrap();
        // Every other time as soon as the new key is there, else at another moment on the way there.
        let wanted = if kill.is_multiple_of(2) { 2 } else { 1 };
        let mut process = call.start();
        let mut shown = shows(&world, &mut process, wanted).await;
        let deadline = Instant::now() + Duration::from_millis(7 * (kill - 1));
        while wanted == 1 && Instant::now() < deadline {
            let keys = keys(&world).await;
            shown = if keys.is_empty() { shown } else { keys };
            sleep(Duration::from_millis(3)).await;
        }
        process.signal(Signal::SIGKILL);
        process.end(Duration::from_secs(5)).await;

        let mut process = call.start();
        let after: HashSet<String> = shows(&world, &mut process, 1).await.into_iter().collect();
        // The one that signed when it was last seen signs or verifies still.
        assert!(after.contains(&shown[0]), "kill {kill}: {shown:?} became {after:?}");
        rotated += usize::from(shown.len() == 2 || after.len() == 2);
        process.signal(Signal::SIGTERM);
        process.end(Duration::from_secs(40)).await;
    }
    assert!(rotated >= 10, "keys were replaced {rotated} times only");
}

/// Waits until so many keys are shown at least.
async fn shows(world: &World, process: &mut Process, count: usize) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        assert_eq!(process.ended(), None, "it runs: {}", process.errors.text());
        assert!(Instant::now() < deadline, "waited in vain for {count} keys");
        let keys = keys(world).await;
        if keys.len() >= count {
            return keys;
        }
    }
}

/// The ids of the keys that are shown, the one that signs first.
async fn keys(world: &World) -> Vec<String> {
    let reachable = tokio::net::TcpStream::connect(("127.0.0.1", world.port)).await.is_ok();
    if !reachable {
        sleep(Duration::from_millis(2)).await;
        return Vec::new();
    }
    let url = world.url(APP1, "/cdn-cgi/access/certs");
    let Ok(answer) = tokio::spawn(async move { Client::new().get(&url).send().await }).await else {
        return Vec::new();
    };
    let keys: Value = serde_json::from_slice(&answer.body).unwrap();
    let ids = keys["keys"].as_array().unwrap().iter();
    ids.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}
