//! Memory is bounded, and shortness of it costs time only.

use super::world::{HOUR, NOW, World, credentials_in, headers, whom};
use crate::Capacity;

#[tokio::test]
async fn more_sessions_than_fit_into_memory_all_count() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let mut browsers = Vec::new();
    for _ in 0..200 {
        let tokens = world.open("app", &session.sid, HOUR).await;
        browsers.push(headers(&[("cookie", &world.cookies("app", &tokens))]));
    }
    let none = Capacity { records: 0, verified_tokens: 0 };
    let small = world.other_process_with(none, NOW).await;
    for round in 0..2 {
        for headers in &browsers {
            let credentials = credentials_in(&small, world.application("app"), headers, NOW).await;
            assert_eq!(whom(credentials.evidence().cookie), "ann@acme.example", "round {round}");
        }
    }
    let in_memory = browsers
        .iter()
        .filter(|headers| small.try_credentials(world.application("app"), headers, NOW).is_some());
    assert!(in_memory.count() <= Capacity::LEAST * 5 / 4, "a quarter more while they are used");
    small.sign_out(&session.sid, NOW).await.unwrap();
    for headers in &browsers {
        let credentials = credentials_in(&small, world.application("app"), headers, NOW).await;
        assert!(credentials.evidence().cookie.person().is_none(), "in memory or not");
    }
}
