//! More sign-ins than anybody means.

use crossgate_testkit::wait::PATIENCE;
use tokio::time::timeout;

use crate::honest::beside;
use crate::world;

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_sign_ins_is_told_when_to_come_again() {
    let world = world().await;
    let url = world.url("login.demo.localhost", "/cdn-cgi/access/login/app1.demo.localhost");
    let flood = async {
        let client = world.client();
        loop {
            let answer = client.get(&url).header("accept", "application/json").send().await;
            if answer.status == 429 {
                return answer;
            }
        }
    };
    let answer = timeout(PATIENCE, beside(&world, flood)).await.expect("an end to it");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=100).contains(&seconds), "{seconds}");
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"));
    let line = world.gateway.log().wait_for("of the refusal", |line| line["status"] == 429).await;
    assert_eq!(line["reason"], "too-many-sign-ins");
    let reading = world.client();
    for path in ["/cdn-cgi/access/certs", "/cdn-cgi/access/get-identity"] {
        let answer = reading.get(&world.url("login.demo.localhost", path)).send().await;
        assert_ne!(answer.status, 429, "what only reads is not counted: {path}");
    }
}
