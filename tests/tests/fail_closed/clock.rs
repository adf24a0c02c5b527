use std::path::PathBuf;

use crossgate_testkit::{Client, Form, World, faketime};

use crate::{ANN, APP1, ask_for_code, hello, readiness, sign_out, status, world};

/// A clock that can be set, by as much as it is ahead of the real one.
struct Clock(PathBuf, tempfile::TempDir);

impl Clock {
    fn set(&self, ahead: &str) {
        // Replaced, not rewritten: half a file would be another time.
        let new = self.1.path().join("new");
        std::fs::write(&new, format!("{ahead}\n")).unwrap();
        std::fs::rename(new, &self.0).unwrap();
    }
}

async fn with_clock() -> (World, Clock) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock(folder.path().join("clock"), folder);
    clock.set("+0");
    let world = world()
        .environment("LD_PRELOAD", faketime().to_str().unwrap())
        .environment("FAKETIME_TIMESTAMP_FILE", clock.0.to_str().unwrap())
        .environment("FAKETIME_NO_CACHE", "1")
        .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .start(hello)
        .await;
    (world, clock)
}

/// rel-D7
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_lets_in_nobody_and_who_is_out_stays_out() {
    let (world, clock) = with_clock().await;
    let url = world.url(APP1, "/");
    let (ann, gone) =
        (world.signed_in(&url, ANN).await, world.signed_in(&url, "bob@acme.example").await);
    let signed_out = gone.jar().header(APP1, "/").unwrap();
    assert_eq!(sign_out(&world, &gone).await, 200);

    for (ahead, refused, why) in [
        ("+5m", None, "a little ahead"),
        ("-30s", None, "a little back"),
        ("-10m", Some("session-invalid"), "a session of the future counts when its time has come"),
        ("+2d", Some("session-expired"), "a session is over after its time"),
        ("+4000d", Some("session-expired"), "years ahead"),
        ("-4000d", Some("session-invalid"), "years back"),
        ("+0", None, "and is as it was when the clock is right again"),
    ] {
        clock.set(ahead);
        let path = format!("/{ahead}");
        let expected = if refused.is_some() { 302 } else { 200 };
        assert_eq!(status(&world, &ann, &path).await, expected, "{why}: {ahead}");
        if let Some(reason) = refused {
            assert_eq!(world.gateway.logged(&path).await["reason"], reason, "{why}: {ahead}");
        }
        let again = Client::new().get(&url).header("cookie", &signed_out).send().await;
        assert_eq!(again.status, 302, "signed out is signed out: {ahead}");
        assert_eq!(readiness(&world).await.0, 200, "{ahead}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_ends_by_the_clock_and_signing_in_works_after_any_jump() {
    let (world, clock) = with_clock().await;
    let client = Client::new();
    let page = ask_for_code(&world, &client, ANN).await;
    let form = Form::first(&page.text()).unwrap();
    let code = world.mailbox.code_for(ANN).await;
    clock.set("+20m");
    let page = client.submit(&page, &form.with("code", &code)).await;
    assert_ne!(page.text(), "hello", "a code of twenty minutes ago");

    for ahead in ["+400d", "+0", "-400d", "+0"] {
        clock.set(ahead);
        let email = format!("p{}@acme.example", ahead.len());
        let client = world.signed_in(&world.url(APP1, "/"), &email).await;
        assert_eq!(status(&world, &client, "/").await, 200, "{ahead}");
    }
}
