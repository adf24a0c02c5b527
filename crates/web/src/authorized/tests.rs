use http::{Method, StatusCode};

use crate::testing::{Browser, NAVIGATION, World, header, json, location, no_cors, text, words};

const APP1: &str = "https://app1.acme.example/wiki?page=1";
const API: &str = "https://app2.acme.example/api?x=1";
const ALICE: &str = "alice@acme.example";

const FETCH: [(&str, &str); 4] = [
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
    ("origin", "https://app1.acme.example"),
];
const REDIRECTED: [(&str, &str); 4] = [
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
    ("origin", "null"),
];

fn allowed(response: &http::Response<bytes::Bytes>) -> (Option<&str>, Option<&str>) {
    (
        header(response, "access-control-allow-origin"),
        header(response, "access-control-allow-credentials"),
    )
}

/// A fetch from app1 to app2 up to the way back: the URL of `authorized`.
async fn fetch_to_the_way_back(world: &World, browser: &mut Browser, method: Method) -> String {
    let started = browser.send(world, method.clone(), API, &FETCH, "").await;
    assert_eq!(started.status(), StatusCode::FOUND);
    assert_eq!(allowed(&started), (Some("https://app1.acme.example"), Some("true")));
    let login = location(&started).to_owned();
    assert!(
        login.starts_with("https://login.acme.example/cdn-cgi/access/login/app2.acme.example?"),
        "{login}"
    );
    let answered = browser.send(world, method, &login, &REDIRECTED, "").await;
    assert_eq!(answered.status(), StatusCode::FOUND, "never a page");
    assert_eq!(allowed(&answered), (Some("null"), Some("true")));
    location(&answered).to_owned()
}

#[tokio::test]
async fn the_two_site_flow_of_a_signed_in_visitor_ends_at_the_resource() {
    for method in [Method::GET, Method::HEAD] {
        let (world, mut browser) = (World::new().await, Browser::default());
        browser.sign_in(&world, APP1, ALICE).await;
        let back = fetch_to_the_way_back(&world, &mut browser, method.clone()).await;
        let arrived = browser.send(&world, method.clone(), &back, &REDIRECTED, "").await;
        assert_eq!((arrived.status(), location(&arrived)), (StatusCode::FOUND, API));
        assert_eq!(allowed(&arrived), (Some("null"), Some("true")));
        let last = browser.send(&world, method, API, &REDIRECTED, "").await;
        assert_eq!(text(&last), "upstream", "seed-S16");
        let again = browser.send(&world, Method::GET, API, &FETCH, "").await;
        assert_eq!(text(&again), "upstream", "seed-S18");
    }
}

#[tokio::test]
async fn the_two_site_flow_of_a_stranger_ends_in_a_readable_401_of_the_same_length() {
    let (world, mut known, mut stranger) =
        (World::new().await, Browser::default(), Browser::default());
    known.sign_in(&world, APP1, ALICE).await;
    let good = fetch_to_the_way_back(&world, &mut known, Method::GET).await;
    let back = fetch_to_the_way_back(&world, &mut stranger, Method::GET).await;
    assert_eq!(good.len(), back.len());
    let refused = stranger.send(&world, Method::GET, &back, &REDIRECTED, "").await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(allowed(&refused), (Some("null"), Some("true")));
    let problem = json(&refused);
    assert_eq!(
        problem["login_url"],
        "https://app2.acme.example/cdn-cgi/access/login?redirect_url=%2F&origin=https%3A%2F%2Fapp1.acme.example"
    );
    assert_eq!(problem["code"], "session-absent");
    assert!(
        header(&refused, "www-authenticate")
            .is_some_and(|challenge| challenge.starts_with("Crossgate login_url="))
    );

    let forged = stranger.send(&world, Method::GET, &good, &REDIRECTED, "").await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN, "another browser's permission");
    assert!(no_cors(&forged));
    let mut nobody = Browser::default();
    let unbound = nobody.send(&world, Method::GET, &back, &REDIRECTED, "").await;
    assert_eq!(
        (unbound.status(), unbound.body()),
        (StatusCode::FORBIDDEN, forged.body()),
        "constant"
    );
}

#[tokio::test]
async fn a_code_counts_once() {
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, ALICE).await;
    let back = fetch_to_the_way_back(&world, &mut browser, Method::GET).await;
    let mut twin = browser.clone();
    assert_eq!(
        browser.send(&world, Method::GET, &back, &REDIRECTED, "").await.status(),
        StatusCode::FOUND
    );
    assert_eq!(
        twin.send(&world, Method::GET, &back, &REDIRECTED, "").await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert!(twin.cookie("app2.acme.example", "CF_Authorization").is_none());

    let login = location(&browser.open(&world, "https://payroll.acme.example/").await).to_owned();
    let back = location(&browser.open(&world, &login).await).to_owned();
    let mut twin = browser.clone();
    assert_eq!(browser.open(&world, &back).await.status(), StatusCode::OK);
    let second = twin.open(&world, &back).await;
    assert!(
        location(&second).contains("/cdn-cgi/access/login/payroll.acme.example?"),
        "starts over"
    );
    assert!(location(&second).ends_with("&again=1"));
    let third = browser.open(&world, &back).await;
    assert_eq!(location(&third), "https://payroll.acme.example/", "who is signed in goes on");
}

#[tokio::test]
async fn a_sign_in_starts_over_once() {
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, ALICE).await;
    let mut url = "https://app2.acme.example/".to_owned();
    let mut hops = 0;
    let last = loop {
        browser.forget("app2.acme.example", "__Host-CF_AppSession");
        let response = browser.open(&world, &url).await;
        if !response.status().is_redirection() {
            break response;
        }
        url = location(&response).to_owned();
        hops += 1;
        assert!(hops < 10, "without end");
    };
    assert_eq!(hops, 4, "out and back, twice");
    assert_eq!(last.status(), StatusCode::BAD_REQUEST);
    assert!(words(&last).contains("did not send back the cookie"), "{}", words(&last));
    assert!(
        words(&last).contains("https://app2.acme.example/cdn-cgi/access/login?redirect_url=%2F")
    );
}

#[tokio::test]
async fn a_sign_in_that_has_ended_opens_nothing() {
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, ALICE).await;
    let login = location(&browser.open(&world, "https://app2.acme.example/").await).to_owned();
    let back = location(&browser.open(&world, &login).await).to_owned();
    let mut elsewhere = browser.clone();
    let own = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")];
    elsewhere
        .send(&world, Method::POST, "https://app1.acme.example/cdn-cgi/access/logout", &own, "")
        .await;
    let response = browser.open(&world, &back).await;
    assert!(location(&response).contains("/cdn-cgi/access/login/"), "{response:?}");
    assert!(browser.cookie("app2.acme.example", "CF_Authorization").is_none());
}

#[tokio::test]
async fn cookies_are_set_as_they_should_be() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let start = browser.open(&world, APP1).await;
    let cookie = header(&start, "set-cookie").unwrap_or_default();
    assert!(cookie.starts_with("__Host-CF_AppSession="), "{cookie}");
    assert!(
        cookie.contains("; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=86400; Expires="),
        "{cookie}"
    );
    let value = browser.cookie("app1.acme.example", "__Host-CF_AppSession").map(str::to_owned);
    browser.open(&world, "https://app1.acme.example/other").await;
    assert_eq!(
        browser.cookie("app1.acme.example", "__Host-CF_AppSession"),
        value.as_deref(),
        "parallel starts share it"
    );

    browser.sign_in(&world, APP1, ALICE).await;
    let login = location(&browser.open(&world, "https://payroll.acme.example/").await).to_owned();
    let back = location(&browser.open(&world, &login).await).to_owned();
    let opened = browser.send(&world, Method::GET, &back, &NAVIGATION, "").await;
    let cookies: Vec<&str> = opened
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for (cookie, name) in cookies.iter().zip(["CF_Authorization=", "__Host-CF_Binding="]) {
        assert!(
            cookie.starts_with(name) && cookie.contains("; SameSite=Strict; Max-Age=86400; "),
            "{cookie}"
        );
        assert!(
            cookie.contains("; Path=/; Secure; HttpOnly; ") && !cookie.contains("Domain"),
            "{cookie}"
        );
    }
    assert_eq!(header(&opened, "referrer-policy"), Some("no-referrer"));
}
