//! Signing keys and their rotation.

use std::time::Duration;

use crossgate_gate::NoSession::Invalid;
use crossgate_token::ring::{OVERLAP_SECONDS, ROTATION_SECONDS};

use super::world::{DAY, NOW, World, credentials_in, headers, nobody, whom};

const DUE: i64 = NOW + ROTATION_SECONDS;

#[tokio::test]
async fn a_restart_has_the_same_keys() {
    let world = World::new().await;
    let other = world.other_process(NOW + 1).await;
    assert_eq!(world.sessions.keys().jwks_json(), other.keys().jwks_json());
    let token = crossgate_token::csrf::token(world.sessions.master().csrf(), "browser");
    assert!(crossgate_token::csrf::verify(other.master().csrf(), "browser", &token));
}

#[tokio::test]
async fn a_new_key_signs_when_it_is_due_and_the_old_one_verifies_for_seven_days() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let lifetime = Duration::from_secs(60 * 24 * 3600);
    let old = world.open("app", &session.sid, lifetime).await;
    let cookies = world.cookies("app", &old);
    let first = world.sessions.keys().current().kid().to_owned();

    world.sessions.rotate_keys(DUE - 1).await.unwrap();
    assert_eq!(world.sessions.keys().current().kid(), first, "it is not due yet");

    world.sessions.rotate_keys(DUE).await.unwrap();
    let keys = world.sessions.keys();
    assert_ne!(keys.current().kid(), first);
    assert_eq!(keys.previous().map(|key| key.kid()), Some(first.as_str()));
    assert_eq!(world.by_cookie("app", &cookies, DUE).await, "ann@acme.example");

    world.sessions.rotate_keys(DUE + OVERLAP_SECONDS - 1).await.unwrap();
    assert_eq!(
        world.by_cookie("app", &cookies, DUE + OVERLAP_SECONDS - 1).await,
        "ann@acme.example"
    );

    world.sessions.rotate_keys(DUE + OVERLAP_SECONDS).await.unwrap();
    assert!(world.sessions.keys().previous().is_none());
    assert_eq!(
        world.by_cookie("app", &cookies, DUE + OVERLAP_SECONDS).await,
        nobody(Invalid),
        "also where its signature was remembered"
    );
    assert_eq!(world.sessions.store().signing_keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_rotation_in_one_process_reaches_the_other() {
    let world = World::new().await;
    let other = world.other_process(NOW).await;
    let session = world.sign_in("ann@acme.example").await;
    world.sessions.rotate_keys(DUE).await.unwrap();
    let app = world.application("app");
    let tokens = world
        .sessions
        .open_application(app, &session.sid, Duration::from_secs(DAY as u64), DUE)
        .await;
    let headers = headers(&[("cookie", &world.cookies("app", &tokens.unwrap()))]);
    let asks = async || whom(credentials_in(&other, app, &headers, DUE).await.evidence().cookie);
    assert_eq!(asks().await, nobody(Invalid), "it does not know the key yet");
    other.refresh(DUE).await.unwrap();
    assert_eq!(asks().await, "ann@acme.example");
    other.rotate_keys(DUE).await.unwrap();
    assert_eq!(
        other.keys().jwks_json(),
        world.sessions.keys().jwks_json(),
        "and has no need of another"
    );
}
