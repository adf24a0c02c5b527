use http::{Method, StatusCode};

use crate::testing::{Browser, NAVIGATION, World, header, json, text, words};

const FETCH: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-mode", "cors"),
    ("origin", "https://app1.acme.example"),
];

async fn ask(method: Method, url: &str, headers: &[(&str, &str)]) -> http::Response<bytes::Bytes> {
    Browser::default().send(&World::new().await, method, url, headers, "").await
}

#[tokio::test]
async fn a_readable_401_says_where_to_sign_in() {
    let response = ask(Method::PUT, "https://app2.acme.example/api", &FETCH).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(header(&response, "content-type"), Some("application/problem+json"));
    assert_eq!(
        header(&response, "www-authenticate"),
        Some(
            "Crossgate login_url=\"https://app2.acme.example/cdn-cgi/access/login?redirect_url=%2F&origin=https%3A%2F%2Fapp1.acme.example\""
        )
    );
    assert_eq!(header(&response, "cache-control"), Some("no-store"));
    insta::assert_snapshot!(
        "problem",
        serde_json::to_string_pretty(&json(&response)).unwrap_or_default()
    );
}

#[tokio::test]
async fn a_write_by_navigation_says_that_nothing_was_sent_on() {
    let mut headers = NAVIGATION.to_vec();
    headers.push(("origin", "https://app1.acme.example"));
    let response = ask(Method::POST, "https://app1.acme.example/form", &headers).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(words(&response).contains("Nothing was sent on"));
    assert!(
        words(&response)
            .contains("href=\"https://app1.acme.example/cdn-cgi/access/login?redirect_url=%2F\"")
    );
    assert!(words(&response).contains("0123456789abcdef"), "the request's number");
}

#[tokio::test]
async fn preflights_are_answered_without_bodies() {
    let request = |method| {
        [("origin", "https://app1.acme.example"), ("access-control-request-method", method)]
    };
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let granted = ask(Method::OPTIONS, "https://app2.acme.example/", &request("GET")).await;
    assert_eq!((granted.status(), text(&granted)), (StatusCode::OK, ""), "seed-S32");
    assert_eq!(header(&granted, "access-control-allow-methods"), Some("GET"), "seed-S33");
    assert_eq!(header(&granted, "vary"), Some(vary));
    let refused = ask(Method::OPTIONS, "https://app2.acme.example/", &request("DELETE")).await;
    assert_eq!((refused.status(), text(&refused)), (StatusCode::FORBIDDEN, ""));
    assert_eq!(header(&refused, "vary"), Some(vary));
    assert_eq!(header(&refused, "access-control-allow-origin"), None);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_right_words() {
    let rows = [
        (Method::GET, "https://login.acme.example/", 404, "There is nothing here"),
        (Method::GET, "https://nobody.acme.example/", 421, "This host is not served here"),
        (
            Method::POST,
            "https://app1.acme.example/cdn-cgi/access/certs",
            405,
            "That does not work here",
        ),
    ];
    for (method, url, status, title) in rows {
        let response = ask(method, url, &NAVIGATION).await;
        assert_eq!(response.status().as_u16(), status, "{url}");
        assert!(words(&response).contains(title), "{url}");
    }
    let response =
        ask(Method::DELETE, "https://app1.acme.example/cdn-cgi/access/logout", &[]).await;
    assert_eq!(header(&response, "allow"), Some("GET, HEAD, POST"));
}

#[tokio::test]
async fn failures_say_whose_doing_they_are() {
    let world = World::new().await;
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let page = world.web.failure(true, status, "store-unavailable", "0123456789abcdef");
    assert!(words(&page).contains("It is not your doing"), "{}", words(&page));
    assert_eq!(header(&page, "retry-after"), Some("5"));
    let problem =
        world.web.failure(false, StatusCode::BAD_GATEWAY, "upstream-tls", "0123456789abcdef");
    assert_eq!(json(&problem)["code"], "upstream-tls");
    assert_eq!(json(&problem)["request_id"], "0123456789abcdef");
}
