//! The store goes away.

use super::world::{HOUR, NOW, World, headers, whom};

#[tokio::test]
async fn who_is_in_memory_stays_signed_in_and_of_others_nothing_is_known() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let tokens = world.open("app", &session.sid, HOUR).await;
    let known = headers(&[("cookie", &world.cookies("app", &tokens))]);
    let other = world.other_process(NOW).await;
    let app = world.application("app");
    whom(world.credentials("app", &known, NOW).await.evidence().cookie);

    world.sessions.store().close().await;
    other.store().close().await;

    let credentials = world.credentials("app", &known, NOW).await;
    assert_eq!(whom(credentials.evidence().cookie), "ann@acme.example");
    let stranger = world.credentials("app", &headers(&[]), NOW).await;
    assert!(
        stranger.evidence().cookie.person().is_none(),
        "that somebody has no cookie needs no store"
    );
    assert!(other.credentials(app, &known, NOW).await.is_err(), "a miss");
    assert!(
        world
            .sessions
            .team_session(
                &headers(&[("cookie", &format!("CF_Authorization={}", session.token))]),
                NOW
            )
            .await
            .is_err()
    );
    assert!(world.sessions.refresh(NOW).await.is_err());
    assert!(world.sessions.sign_out(&session.sid, NOW).await.is_err());
    let credentials = world.credentials("app", &known, NOW).await;
    assert!(credentials.evidence().cookie.person().is_some(), "what is not on disk has not ended");
}
