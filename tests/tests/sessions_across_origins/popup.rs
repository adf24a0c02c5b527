//! `GET /cdn-cgi/access/popup`: a window that signs in and closes.

use crossgate_testkit::Form;
use crossgate_tests::{APP1, APP2, neighbours};

use crate::{ANN, ann_at_app1, at_app2};

const POPUP: &str = "/cdn-cgi/access/popup";

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_and_the_window_closes_itself() {
    let world = neighbours().await;
    let client = world.client();
    let url = world.url(APP2, &format!("{POPUP}?path=%2Fflow%2Fapi"));
    let page = client.sign_in(&world.mailbox, &url, ANN).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("You are signed in"), "{}", page.text());
    assert!(page.text().contains("<script>close()</script>"), "{}", page.text());
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'sha256-"));
    assert_eq!(page.header("x-frame-options").unwrap(), "DENY");
    let call = client.get(&world.url(APP2, "/flow/api"));
    let call = call.fetch_by(&world.origin(APP1), "same-site").send().await;
    assert_eq!(call.status, 200, "the application that covers the path");
    assert_eq!(at_app2(&world, &client).await, 401, "and no other");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_login_host_knows_is_asked_nothing() {
    let (world, ann) = ann_at_app1().await;
    let page = ann.navigate(&world.url(APP2, &format!("{POPUP}?path=%2Fapi"))).await;
    assert!(page.text().contains("You are signed in"), "{}", page.text());
    assert_eq!(at_app2(&world, &ann).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_no_policy_admits_is_told_so_and_may_be_somebody_else() {
    let (world, ann) = ann_at_app1().await;
    let page = ann.navigate(&world.url(APP2, &format!("{POPUP}?path=%2Fbosses%2Fapi"))).await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("That account does not have access"), "{}", page.text());
    assert!(Form::first(&page.text()).is_none() && page.text().contains("another=1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_no_cookies_is_not_sent_round_for_ever() {
    let (world, ann) = ann_at_app1().await;
    let url = world.url(APP2, &format!("{POPUP}?path=%2Fapi&done=1"));
    let page = ann.get(&url).navigation("none").send().await;
    assert_eq!((page.status.as_u16(), page.location()), (400, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_a_window_and_nothing_else() {
    let (world, ann) = ann_at_app1().await;
    let url = world.url(APP2, &format!("{POPUP}?path=%2Fapi"));
    let get = |site: &str, mode: &str, dest: &str| {
        let request = ann.get(&url).header("sec-fetch-site", site);
        request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest)
    };
    for (name, request) in [
        ("a frame", get("same-site", "navigate", "iframe")),
        ("an image", get("cross-site", "no-cors", "image")),
        ("a fetch", ann.get(&url).fetch_by(&world.origin(APP1), "same-site")),
    ] {
        let answer = request.send().await;
        assert_eq!((answer.status.as_u16(), answer.location()), (403, None), "{name}");
        assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}");
    }
    let elsewhere = ann.get(&world.url(APP2, &format!("{POPUP}?path=%2F%2Fevil.example")));
    let answer = elsewhere.navigation("none").send().await;
    let query = answer.location().unwrap().query().unwrap().to_owned();
    assert!(!query.contains("evil"), "{query}");
}
