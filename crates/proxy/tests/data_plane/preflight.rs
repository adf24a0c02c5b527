//! Preflights that go to the upstream: row 4.

use crate::upstream::{Echo, answering};
use crate::world::{World, status};

const PREFLIGHT: &str = "OPTIONS /x HTTP/1.1\r\nhost: bare.acme.example\r\nconnection: close\r\norigin: https://spa.acme.example\r\naccess-control-request-method: PUT\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_it_can_act_or_identify_anybody() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let cookie = world.cookie_of("ada@acme.example", "bare.acme.example").await;
    let secrets = "authorization: secret\r\ncf-access-token: secret\r\nx-http-method-override: DELETE\r\nx-http-method: DELETE\r\nx-method-override: DELETE\r\ncontent-length: 6\r\n";
    let answer = world
        .exchange(format!("{PREFLIGHT}cookie: x=secret; {cookie}\r\n{secrets}\r\nsecret"))
        .await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("\nOPTIONS /x HTTP/1.1\n") || answer.contains("OPTIONS /x HTTP/1.1\n"));
    assert!(answer.contains("\naccess-control-request-method: PUT\n"), "{answer}");
    for text in ["secret", "DELETE", "cookie", "cf-access", "authorization"] {
        assert!(!answer.contains(text), "{text} in {answer}");
    }
    assert_eq!(world.records(), ["4 preflight-forwarded 200 200 -"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_answer_sets_no_cookie() {
    let upstream = answering(&[
        "HTTP/1.1 204 No Content\r\nset-cookie: a=1\r\naccess-control-allow-origin: *\r\n\r\n",
    ])
    .await;
    let world = World::of(upstream).await;
    let answer = world.exchange(format!("{PREFLIGHT}\r\n")).await;
    assert_eq!(status(&answer), 204);
    assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
    assert!(!answer.contains("set-cookie"), "{answer}");
}
