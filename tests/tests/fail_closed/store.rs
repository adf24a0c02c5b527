use crossgate_testkit::{Client, Process};

use crate::{
    ANN, APP1, LIMIT, ask_for_code, database, healed, hello, metric, readiness, sign_out, status,
    world,
};

/// sec-C12-Z2: who is known goes on, of everybody else nothing is known, and that is not taken for a yes.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_lets_in_nobody_new_and_nothing_is_lost_when_it_is_back() {
    let mut world = world().start(hello).await;
    let (ann, bob) = (
        world.signed_in(&world.url(APP1, "/"), ANN).await,
        world.signed_in(&world.url(APP1, "/"), "bob@acme.example").await,
    );
    world.gateway.crash_and_restart().await;
    assert_eq!(status(&world, &ann, "/").await, 200, "known to the new process");

    let aside = world.folder().join("aside");
    std::fs::rename(database(&world), &aside).unwrap();
    assert_eq!(status(&world, &ann, "/").await, 200, "who is known goes on");
    let answer = bob.get(&world.url(APP1, "/bob")).send().await;
    assert_eq!(answer.status, 503, "who is not known is not let in");
    assert!(answer.text().contains("store-unavailable"), "{}", answer.text());
    let logged = world.gateway.logged("/bob").await;
    assert_eq!((&logged["reason"], &logged["status"]), (&"store-unavailable".into(), &503.into()));
    let stranger = ask_for_code(&world, &Client::new(), "carl@acme.example").await;
    assert_eq!(stranger.status, 503, "nobody signs in");
    assert!(stranger.header("content-type").unwrap().starts_with("text/html"), "a page says so");
    assert_eq!(sign_out(&world, &ann).await, 503, "a sign-out that cannot last is none");
    let (ready, why) = readiness(&world).await;
    assert!(ready == 503 && why.contains("crossgate.db"), "{why}");
    assert!(metric(&world, "crossgate_store_usable").await < 0.5);
    assert!(!database(&world).exists(), "no new one is begun");

    std::fs::rename(&aside, database(&world)).unwrap();
    healed(&world).await;
    assert!(metric(&world, "crossgate_store_usable").await > 0.5);
    assert_eq!(status(&world, &bob, "/").await, 200);
    assert_eq!(sign_out(&world, &ann).await, 200);
    world.signed_in(&world.url(APP1, "/"), "carl@acme.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_another_program_locks_refuses_writes_in_time_and_serves_reads() {
    let world = world().start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let lock = "import sqlite3, sys, time
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
time.sleep(1000)";
    let mut python = std::process::Command::new("python3");
    let locking = Process::start(python.args(["-c", lock]).arg(database(&world)));
    locking.output.wait_for_text("locked").await;

    let (ready, why) = readiness(&world).await;
    assert!(ready == 503 && why.contains("locked or too slow"), "{why}");
    assert_eq!(status(&world, &ann, "/").await, 200);
    let answer = ask_for_code(&world, &Client::new(), "carl@acme.example").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("store-unavailable"), "{}", answer.text());

    drop(locking);
    healed(&world).await;
    world.signed_in(&world.url(APP1, "/"), "carl@acme.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_damaged_is_not_served_from() {
    let mut world = world().start(hello).await;
    world.gateway.process.signal(nix::sys::signal::Signal::SIGTERM);
    world.gateway.process.end(LIMIT).await;
    let whole = std::fs::read(database(&world)).unwrap();
    let mut damaged = whole.clone();
    damaged.iter_mut().take(64).for_each(|byte| *byte = b'x');
    std::fs::write(database(&world), &damaged).unwrap();
    let mut process = world.gateway.call().start();
    assert_eq!(process.end(LIMIT).await.code(), Some(2));
    assert!(process.errors.text().contains("it is damaged"), "{}", process.errors.text());
    assert_eq!(std::fs::read(database(&world)).unwrap(), damaged, "left as it is, for repair");

    std::fs::write(database(&world), whole).unwrap();
    world.gateway.process = world.gateway.call().start();
    healed_after_start(&world).await;
}

/// sec-C12-Z2: the store answers, and what it says of somebody cannot be meant.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_cannot_be_meant_let_in_nobody() {
    let rows = [
        ("ends-before-it-begins", "UPDATE application_sessions SET expires_at = -1"),
        ("ends-before-time", "UPDATE application_sessions SET expires_at = -9223372036854775808"),
        (
            "was-signed-out-at-the-end-of-time",
            "UPDATE sessions SET revoked_at = 9223372036854775807",
        ),
        ("has-no-session", "DELETE FROM application_sessions"),
        ("has-no-sign-in", "PRAGMA foreign_keys = OFF; DELETE FROM sessions"),
        (
            "has-an-assertion-of-two-lines",
            "UPDATE application_sessions SET assertion = 'a' || char(10) || 'b: c'",
        ),
        ("has-an-address-of-two-lines", "UPDATE sessions SET email = 'a' || char(10) || 'b: c'"),
    ];
    let mut world = world().start(hello).await;
    let url = world.url(APP1, "/");
    let ann = world.signed_in(&url, ANN).await;
    let mut visitors = Vec::new();
    for (name, _) in rows {
        let email = format!("{name}@acme.example");
        visitors.push(world.signed_in(&url, &email).await);
    }
    // A new process has nobody in memory.
    world.gateway.crash_and_restart().await;
    for (name, change) in rows {
        let condition = match change.contains("application_sessions") {
            true => format!(
                "session_id IN (SELECT id FROM sessions WHERE email = '{name}@acme.example')"
            ),
            false => format!("email = '{name}@acme.example'"),
        };
        execute(&world, &format!("{change} WHERE {condition}"));
    }
    world.upstream.forget();
    for ((name, _), visitor) in rows.iter().zip(visitors) {
        let answer = visitor.get(&url).send().await;
        assert!([302, 503].contains(&answer.status.as_u16()), "{name}: {}", answer.status);
    }
    assert!(world.upstream.received().is_empty());
    assert_eq!(status(&world, &ann, "/").await, 200, "the others are not affected");
}

/// Changes the store behind the gateway's back.
fn execute(world: &crossgate_testkit::World, sql: &str) {
    let script = "import sqlite3, sys
store = sqlite3.connect(sys.argv[1], timeout=10)
store.executescript(sys.argv[2])
changed = store.total_changes
assert changed, sys.argv[2]";
    let mut python = std::process::Command::new("python3");
    let done = python.args(["-c", script]).arg(database(world)).arg(sql).status();
    assert!(done.unwrap().success(), "{sql}");
}

async fn healed_after_start(world: &crossgate_testkit::World) {
    world.gateway.process.errors.wait_for_text("serving").await;
    healed(world).await;
}
