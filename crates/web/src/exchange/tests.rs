use bytes::Bytes;
use http::{Method, Response, StatusCode};

use crate::testing::{Browser, World, json, text};

const APP1: &str = "https://app1.acme.example";
const APP2: &str = "https://app2.acme.example";
const ANN: &str = "ann@acme.example";

async fn post(
    world: &World,
    browser: &mut Browser,
    url: &str,
    site: &str,
    body: &str,
) -> Response<Bytes> {
    let headers = [("origin", APP1), ("sec-fetch-mode", "cors"), ("sec-fetch-site", site)];
    browser.send(world, Method::POST, url, &headers, body).await
}

async fn ask(world: &World, browser: &mut Browser) -> Response<Bytes> {
    let url = format!("{APP1}/cdn-cgi/access/ticket");
    post(world, browser, &url, "same-origin", APP2).await
}

async fn exchange(world: &World, browser: &mut Browser, ticket: &str) -> (StatusCode, String) {
    let url = format!("{APP2}/cdn-cgi/access/exchange");
    let answer = post(world, browser, &url, "same-site", ticket).await;
    let code = match text(&answer) {
        "" => String::new(),
        _ => json(&answer)["code"].as_str().unwrap().to_owned(),
    };
    (answer.status(), code)
}

#[tokio::test]
async fn a_ticket_is_good_for_half_a_minute() {
    let world = World::new().await;
    let mut ann = Browser::default();
    ann.sign_in(&world, &format!("{APP1}/"), ANN).await;
    let tickets = [ask(&world, &mut ann).await, ask(&world, &mut ann).await];
    let [first, second] =
        tickets.map(|answer| json(&answer)["ticket"].as_str().unwrap().to_owned());
    world.wait(29);
    let opened = exchange(&world, &mut ann.clone(), &first).await;
    assert_eq!(opened, (StatusCode::NO_CONTENT, String::new()));
    world.wait(1);
    let late = exchange(&world, &mut ann, &second).await;
    assert_eq!(late, (StatusCode::FORBIDDEN, "ticket-expired".to_owned()));
}

#[tokio::test]
async fn a_session_lasts_no_longer_than_the_sign_in_that_it_came_from() {
    const SIGN_IN_SECONDS: u64 = 24 * 60 * 60;
    let world = World::new().await;
    let mut ann = Browser::default();
    ann.sign_in(&world, &format!("{APP1}/"), ANN).await;
    world.wait(SIGN_IN_SECONDS - 20);
    let answer = ask(&world, &mut ann).await;
    assert_eq!(json(&answer)["code"], "session-absent", "the page's own has ended before");

    // The login host still knows who it is.
    let (_, page) = ann.follow(&world, &format!("{APP1}/")).await;
    assert_eq!(page.status(), StatusCode::OK);
    let answer = ask(&world, &mut ann).await;
    let ticket = json(&answer)["ticket"].as_str().unwrap().to_owned();
    world.wait(20);
    let ended = exchange(&world, &mut ann, &ticket).await;
    assert_eq!(ended, (StatusCode::UNAUTHORIZED, "session-absent".to_owned()));
}
