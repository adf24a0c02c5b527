//! Visitors who want nothing but their answers.

use std::time::{Duration, Instant};

use crossgate_testkit::World;

use crate::HOST;

/// Longer than any of them should wait for an answer on a busy computer.
const SOON: Duration = Duration::from_secs(5);

/// Asks again and again until `attack` is over.
pub(crate) async fn beside<T>(world: &World, attack: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        over = attack => over,
        () = ask(world) => unreachable!("it asks for ever"),
    }
}

async fn ask(world: &World) {
    let client = world.client();
    loop {
        let asked = Instant::now();
        let answer = client.get(&world.url(HOST, "/honest")).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(asked.elapsed() < SOON, "an answer took {:?}", asked.elapsed());
    }
}
