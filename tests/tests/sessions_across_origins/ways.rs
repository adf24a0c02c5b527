//! What a readable 401 names: the ways to a session, and a sign-in that leads back to the page.

use crossgate_testkit::Client;
use crossgate_tests::{APP1, APP2, LOGIN, PARTNER, STRANGER, neighbours};
use serde_json::json;

use crate::ann_at_app1;

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_page_reads_its_ways() {
    let world = neighbours().await;
    let client = world.client();
    let (app1, app2) = (world.origin(APP1), world.origin(APP2));
    let get = client.get(&world.url(APP2, "/flow/x/api?y")).header("content-type", "text/csv");
    let answer = get.fetch_by(&app1, "same-site").send().await;
    assert_eq!(answer.status, 401);
    let page: String = url::form_urlencoded::byte_serialize(app1.as_bytes()).collect();
    let access = "cdn-cgi/access";
    assert_eq!(
        answer.json()["ways"],
        json!({
            "ticket": format!("{app1}/{access}/ticket"),
            "exchange": format!("{app2}/{access}/exchange"),
            "frame": format!("{app2}/{access}/frame?path=%2Fflow%2F&origin={page}"),
            "popup": format!("{app2}/{access}/popup?path=%2Fflow%2F"),
            "status": format!("{app2}/{access}/status?path=%2Fflow%2F"),
        })
    );
}

/// Cookies below a path never come to the gateway's own paths.
#[tokio::test(flavor = "multi_thread")]
async fn where_cookies_are_scoped_to_a_path_there_is_the_ticket_only() {
    let (world, ann) = ann_at_app1().await;
    let url = world.url(APP2, "/scoped/api");
    let call = || ann.get(&url).fetch_by(&world.origin(APP1), "same-site");
    let told = call().send().await.json();
    let names = told["ways"].as_object().unwrap().keys().collect::<Vec<_>>();
    assert_eq!(names, ["ticket", "exchange"]);
    let ticket = crate::ticket(&world, &ann, &url).await;
    let answer = crate::exchanging(&world, &ann, APP2, &ticket).send().await;
    assert_eq!(answer.status, 204);
    assert_eq!(call().send().await.status, 200);

    let status = ann.get(&world.url(APP2, "/cdn-cgi/access/status?path=/scoped/"));
    let status = status.fetch_by(&world.origin(APP1), "same-site").send().await;
    assert_eq!(status.json(), json!({ "signed_in": null, "allowed": false }));
    let popup = ann.navigate(&world.url(APP2, "/cdn-cgi/access/popup?path=%2Fscoped%2F")).await;
    assert!(popup.text().contains("You are signed in"), "and no loop: {}", popup.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn across_sites_frame_and_window_are_those_of_the_pages_own_host() {
    let world = neighbours().await;
    let call = world.client().get(&world.url(PARTNER, "/api"));
    let told = call.fetch_by(&world.origin(APP1), "cross-site").send().await.json();
    for (way, host) in [
        ("ticket", APP1),
        ("exchange", PARTNER),
        ("frame", APP1),
        ("popup", APP1),
        ("status", APP1),
    ] {
        let url = told["ways"][way].as_str().unwrap();
        assert!(url.starts_with(&world.origin(host)), "{way}: {url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_not_listed_with_credentials_read_none() {
    let world = neighbours().await;
    let get = |path: &str, origin: &str| {
        world.client().get(&world.url(APP2, path)).fetch_by(origin, "same-site")
    };
    let (app1, stranger) = (world.origin(APP1), world.origin(STRANGER));
    for (name, request) in [
        ("listed without credentials", get("/without-credentials/api", &app1)),
        ("anybody", get("/all-origins/api", &stranger)),
        ("nobody", get("/null-origin/api", "null")),
    ] {
        let answer = request.send().await;
        assert_eq!(answer.status, 401, "{name}");
        let told = answer.json();
        assert!(told["ways"].is_null(), "{name}: {told}");
        assert!(!told["login_url"].as_str().unwrap().contains("origin="), "{name}: {told}");
    }
}

/// Where a sign-in ends that began at a URL, for somebody whom the login host knows.
async fn ends_at(client: &Client, mut url: String) -> String {
    for _ in 0..8 {
        let answer = client.get(&url).navigation("none").send().await;
        match answer.location() {
            Some(next) => url = next.to_string(),
            None => return url,
        }
    }
    panic!("redirects without end, last to {url}");
}

/// sec-C9-R1, sec-C9-R3
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_back_to_the_page_that_asked_and_to_no_other() {
    let (world, ann) = ann_at_app1().await;
    let call = world.client().get(&world.url(APP2, "/api/deep?x=1"));
    let told = call.fetch_by(&world.origin(APP1), "same-site").send().await.json();
    let login_url = told["login_url"].as_str().unwrap().to_owned();
    assert_eq!(ends_at(&ann, login_url.clone()).await, world.url(APP1, "/"), "{login_url}");

    // A page on another scheme, to which no redirect after a form may lead: by a page that goes on.
    let page = "/cdn-cgi/access/return?path=%2Fdevelopers%2F&origin=https%3A%2F%2Flocalhost%3A5173";
    let answer = ann.get(&world.url(APP2, page)).navigation("same-site").send().await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains(r#"content="0;url=https:"#), "{}", answer.text());

    let home = world.url(APP2, "/");
    let login = |origin: &str| {
        let origin: String = url::form_urlencoded::byte_serialize(origin.as_bytes()).collect();
        world.url(APP2, &format!("/cdn-cgi/access/login?redirect_url=%2F&origin={origin}"))
    };
    let straight = |origin: &str| {
        let origin: String = url::form_urlencoded::byte_serialize(origin.as_bytes()).collect();
        world.url(APP2, &format!("/cdn-cgi/access/return?path=%2F&origin={origin}"))
    };
    let somebody_else = format!("http://somebody-else.demo.localhost:{}", world.port);
    for origin in [
        world.origin(STRANGER).as_str(),
        somebody_else.as_str(),
        "https://evil.example",
        "null",
        "javascript:alert(1)",
        "//evil.example",
        &format!("{}@evil.example", world.origin(APP1)),
        &format!("{}/../x", world.origin(APP1)),
        &world.origin(LOGIN),
    ] {
        for url in [login(origin), straight(origin)] {
            assert_eq!(ends_at(&ann, url.clone()).await, home, "{origin}: {url}");
        }
    }
    let twice = format!("{}&origin=https%3A%2F%2Fevil.example", straight(&world.origin(APP1)));
    assert_eq!(ends_at(&ann, twice).await, home, "two origins are none");
    for path in ["%2F%2Fevil.example", "%2F%5Cevil.example", "https%3A%2F%2Fevil.example"] {
        let url = world.url(APP2, &format!("/cdn-cgi/access/return?path={path}"));
        assert_eq!(ends_at(&ann, url).await, home, "{path}");
    }
}
