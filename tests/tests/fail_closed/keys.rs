use std::process::Command;

use crossgate_testkit::{Client, World};
use nix::sys::signal::Signal;

use crate::{ANN, APP1, CONFIG, LIMIT, database, healed, hello, status};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

async fn stopped(world: &mut World) {
    world.gateway.process.signal(Signal::SIGTERM);
    world.gateway.process.end(LIMIT).await;
}

async fn started(world: &mut World) {
    world.gateway.process = world.gateway.call().start();
    world.gateway.process.errors.wait_for_text("serving").await;
    healed(world).await;
}

async fn does_not_start(world: &World, why: &str) {
    let mut process = world.gateway.call().start();
    assert_eq!(process.end(LIMIT).await.code(), Some(2), "{}", process.errors.text());
    process.errors.wait_for_text(why).await;
}

fn change_store(world: &World, statement: &str) {
    let script = "import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute(sys.argv[2])
store.commit()";
    let mut python = Command::new("python3");
    let python = python.args(["-c", script]).arg(database(world)).arg(statement);
    assert!(python.status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_encryption_key_it_does_not_start() {
    let text = format!("{CONFIG}store_encryption_key: \"{KEY}\"\n");
    let mut world = World::builder(&text).name("GONE", "127.0.0.1:9").start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    stopped(&mut world).await;
    let good = std::fs::read_to_string(world.config()).unwrap();
    let line = format!("store_encryption_key: \"{KEY}\"\n");
    let other = line.replace("0001", "ffff");
    for (replaced, why) in [("", "set store_encryption_key"), (&other, "not the one")] {
        std::fs::write(world.config(), good.replace(&line, replaced)).unwrap();
        does_not_start(&world, why).await;
    }
    std::fs::write(world.config(), good).unwrap();
    started(&mut world).await;
    assert_eq!(status(&world, &ann, "/").await, 200, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_damaged_signing_key_it_does_not_start_and_without_one_all_sign_in_anew() {
    let mut world = World::builder(CONFIG).name("GONE", "127.0.0.1:9").start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    stopped(&mut world).await;
    let copy = std::fs::read(database(&world)).unwrap();
    change_store(&world, "UPDATE signing_keys SET secret_pkcs8 = x'00'");
    does_not_start(&world, "key").await;

    std::fs::write(database(&world), copy).unwrap();
    change_store(&world, "DELETE FROM signing_keys");
    started(&mut world).await;
    assert_eq!(status(&world, &ann, "/").await, 302, "what the lost key signed is worth nothing");
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    change_store(&world, "DELETE FROM signing_keys");
    assert_eq!(status(&world, &ann, "/").await, 200, "the one in memory counts while it runs");
    assert_eq!(status(&world, &Client::new(), "/").await, 302);
}
