//! Killed at any moment, it loses nothing that it has acknowledged.

mod acknowledged;
mod writers;

use std::sync::Arc;
use std::time::Duration;

use crossgate_testkit::World;
use crossgate_testkit::wait::until;
use nix::sys::signal::Signal;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;

use acknowledged::{Acknowledged, Counts, KINDS};

use crate::{ONE_APPLICATION, hello};

/// So many gateways, each killed so many times.
const GATEWAYS: usize = 4;
const KILLS: u64 = 50;

/// rel-D2
#[test]
fn two_hundred_kills_lose_no_acknowledged_change() {
    let seed = std::collections::hash_map::RandomState::new();
    let seed = std::hash::BuildHasher::hash_one(&seed, ());
    println!("the moments of the kills follow from {seed}");
    let gateways: [_; GATEWAYS] = std::array::from_fn(|number| {
        let number = u64::try_from(number).unwrap();
        std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
            let killing = kill_again_and_again(number, seed.wrapping_add(number));
            LocalSet::new().block_on(&runtime, killing)
        })
    });
    let counts = gateways.map(|gateway| gateway.join().unwrap());
    let sums = counts.into_iter().fold([0; KINDS], |sum: Counts, counts| {
        std::array::from_fn(|kind| sum[kind] + counts[kind])
    });
    println!("acknowledged: {sums:?}");
    assert!(sums.iter().all(|sum| *sum >= 20), "{sums:?}: the test did not do its work");
}

async fn kill_again_and_again(number: u64, seed: u64) -> Counts {
    let config = format!("{ONE_APPLICATION}trusted_proxies: [ 127.0.0.1/32 ]\n");
    let mut world =
        World::builder(&config).environment("CROSSGATE_WORKERS", "1").start(hello).await;
    let (acknowledged, mut moments) = (Arc::<Acknowledged>::default(), Moments(seed));
    for kill in 0..KILLS {
        let place = writers::Place::of(&world, number, kill);
        let mut writers = JoinSet::new();
        for writer in 0..2 {
            let person = writers::Person { place: place.clone(), number: writer };
            writers.spawn_local(person.sign_in_and_out(Arc::clone(&acknowledged)));
        }
        writers.spawn_local(writers::make_and_revoke_tokens(place, Arc::clone(&acknowledged)));
        // At a random moment after another kind of change each time.
        let kind = usize::try_from(kill).unwrap() % KINDS;
        let before = acknowledged.so_far()[kind];
        until("a change to be acknowledged", Duration::from_secs(60), async || {
            (acknowledged.so_far()[kind] > before).then_some(())
        })
        .await;
        sleep(moments.next(Duration::from_millis(150))).await;
        world.gateway.process.signal(Signal::SIGKILL);
        writers.abort_all();
        while writers.join_next().await.is_some() {}
        world.gateway.crash_and_restart().await;
        acknowledged.check(&world, 8).await;
        writers::forget_mails(&world);
    }
    acknowledged.check(&world, usize::MAX).await
}

/// SplitMix64.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_nanos((mixed ^ (mixed >> 31)) % u64::try_from(below.as_nanos()).unwrap())
    }
}
