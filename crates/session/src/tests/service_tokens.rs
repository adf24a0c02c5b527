//! Service-token headers.

use std::sync::Arc;
use std::time::Duration;

use crossgate_gate::{TokenEvidence, UpstreamIdentity};
use crossgate_model::ServiceToken as DeclaredToken;

use super::world::{Lines, NOW, World, headers};

async fn outcome(world: &World, application: &str, lines: &Lines<'_>, now: i64) -> String {
    let credentials = world.credentials(application, &headers(lines), now).await;
    match credentials.evidence().service_token {
        TokenEvidence::Authenticated(token) => token.name.to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_service_token_is_authenticated_strictly() {
    let world = World::new().await;
    let (id, secret) = world.service_token("ci", |_| {}).await;
    let (other_id, other_secret) = world.service_token("other", |_| {}).await;
    let (off_id, off_secret) = world.service_token("off", |token| token.enabled = false).await;
    let (old_id, old_secret) =
        world.service_token("old", |token| token.expires_at = Some(NOW + 60)).await;
    world.sessions.refresh(NOW).await.unwrap();
    const ID: &str = "cf-access-client-id";
    const SECRET: &str = "cf-access-client-secret";
    let object =
        format!(r#"{{"cf-access-client-id":"{id}","cf-access-client-secret":"{secret}"}}"#);
    let unknown = id.replace(&id[..4], "0123");
    let rows: [(&str, &str, &Lines<'_>, i64, &str); 15] = [
        ("none", "app", &[], NOW, "Absent"),
        ("good", "app", &[(ID, &id), (SECRET, &secret)], NOW, "ci"),
        ("another one's secret", "app", &[(ID, &id), (SECRET, &other_secret)], NOW, "Refused"),
        ("another good one", "app", &[(ID, &other_id), (SECRET, &other_secret)], NOW, "other"),
        ("unknown id", "app", &[(ID, &unknown), (SECRET, &secret)], NOW, "Refused"),
        ("disabled", "app", &[(ID, &off_id), (SECRET, &off_secret)], NOW, "Refused"),
        ("not expired yet", "app", &[(ID, &old_id), (SECRET, &old_secret)], NOW + 59, "old"),
        ("expired", "app", &[(ID, &old_id), (SECRET, &old_secret)], NOW + 60, "Refused"),
        ("only an id", "app", &[(ID, &id)], NOW, "Malformed"),
        ("only a secret", "app", &[(SECRET, &secret)], NOW, "Malformed"),
        ("doubled id", "app", &[(ID, &id), (ID, &id), (SECRET, &secret)], NOW, "Malformed"),
        (
            "doubled secret",
            "app",
            &[(ID, &id), (SECRET, &secret), (SECRET, &secret)],
            NOW,
            "Malformed",
        ),
        (
            "in the one header of an application that reads it",
            "free",
            &[("x-machine", &object)],
            NOW,
            "ci",
        ),
        (
            "in a header that the application does not read",
            "app",
            &[("x-machine", &object)],
            NOW,
            "Absent",
        ),
        (
            "from two sources",
            "free",
            &[("x-machine", &object), (ID, &id), (SECRET, &secret)],
            NOW,
            "Malformed",
        ),
    ];
    for (row, application, lines, now, expected) in rows {
        assert_eq!(outcome(&world, application, lines, now).await, expected, "{row}");
    }
}

#[tokio::test]
async fn a_token_that_another_process_revokes_is_refused_and_its_connections_end() {
    let world = World::new().await;
    let (id, secret) = world.service_token("ci", |_| {}).await;
    world.sessions.refresh(NOW).await.unwrap();
    let lines =
        [("cf-access-client-id", id.as_str()), ("cf-access-client-secret", secret.as_str())];
    let open = world.credentials("app", &headers(&lines), NOW).await;
    assert!(open.still_stand(UpstreamIdentity::ServiceToken, NOW));
    let other = world.other_process(NOW).await;
    assert!(other.store().revoke_service_token("ci").await.unwrap());
    assert_eq!(outcome(&world, "app", &lines, NOW).await, "ci", "nobody has looked yet");
    world.sessions.refresh(NOW).await.unwrap();
    assert_eq!(outcome(&world, "app", &lines, NOW).await, "Refused");
    assert!(!open.still_stand(UpstreamIdentity::ServiceToken, NOW));
}

#[tokio::test]
async fn a_token_that_the_config_switches_off_is_refused_until_it_is_switched_on() {
    let world = World::new().await;
    let (id, secret) = world.service_token("ci", |_| {}).await;
    let lines =
        [("cf-access-client-id", id.as_str()), ("cf-access-client-secret", secret.as_str())];
    let declared = |enabled| {
        let duration = Duration::from_secs(3600);
        [DeclaredToken { name: "ci".to_owned(), duration, enabled }]
    };
    world.sessions.declare_service_tokens(&declared(false));
    world.sessions.refresh(NOW).await.unwrap();
    assert_eq!(
        outcome(&world, "app", &lines, NOW).await,
        "Refused",
        "also one that is read afterwards"
    );
    world.sessions.declare_service_tokens(&declared(true));
    assert_eq!(outcome(&world, "app", &lines, NOW).await, "ci");
    let open = world.credentials("app", &headers(&lines), NOW).await;
    world.sessions.declare_service_tokens(&declared(false));
    assert!(!open.still_stand(UpstreamIdentity::ServiceToken, NOW));
    world.sessions.declare_service_tokens(&[]);
    assert_eq!(outcome(&world, "app", &lines, NOW).await, "ci");
}

#[tokio::test]
async fn maintenance_sees_changes_and_notes_the_last_use() {
    let world = World::new().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let sessions = Arc::clone(&world.sessions);
    let maintenance = tokio::spawn(sessions.maintain(|| NOW, async move { drop(stopped.await) }));
    let (id, secret) = world.service_token("ci", |_| {}).await;
    let lines =
        [("cf-access-client-id", id.as_str()), ("cf-access-client-secret", secret.as_str())];
    let seen = async {
        while outcome(&world, "app", &lines, NOW).await != "ci" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.unwrap();
    stop.send(()).unwrap();
    maintenance.await.unwrap();
    let stored = world.sessions.store().service_tokens().await.unwrap();
    assert_eq!(stored.first().unwrap().last_seen_at, Some(NOW));
}
