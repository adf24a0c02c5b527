//! `POST /cdn-cgi/access/ticket`: who gets one, and for what.

use crossgate_tests::{APP1, APP2, LOGIN, PARTNER, STRANGER};

use crate::{TICKET, ann_at_app1, asking, refusal, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_signed_in_gets_a_ticket_for_whoever_lists_it() {
    let (world, ann) = ann_at_app1().await;
    for (name, url) in [
        ("a sibling", world.url(APP2, "/api?x=1")),
        ("another site", world.url(PARTNER, "/api")),
        ("an application that trusts it otherwise", world.url(APP2, "/upstream-preflights/api")),
    ] {
        let answer = asking(&world, &ann, &url).send().await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let told = answer.json();
        assert_eq!(told["expires_in"], 30, "{name}");
        let origin = url::Url::parse(&url).unwrap().origin().ascii_serialization();
        assert_eq!(told["exchange"], format!("{origin}/cdn-cgi/access/exchange"), "{name}");
        assert_eq!(answer.header("cache-control").unwrap(), "no-store", "{name}");
        assert_eq!(
            answer.names("access-control"),
            Vec::<&str>::new(),
            "{name}: for its own page only"
        );
        assert!(answer.cookies().is_empty(), "{name}");
    }
    assert_eq!(world.upstream.received().len(), 0, "never forwarded");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_fetch_of_the_same_origin_gets_a_ticket() {
    let (world, ann) = ann_at_app1().await;
    let (app1, stranger) = (world.origin(APP1), world.origin(STRANGER));
    let url = world.url(APP2, "/api");
    let post = || ann.request("POST", &world.url(APP1, TICKET)).body(url.clone());
    let elsewhere = refused(403, "not-same-origin");
    let rows = [
        ("a sibling's page", post().fetch_by(&stranger, "same-site"), elsewhere.clone()),
        (
            "another site's page",
            post().fetch_by("https://evil.example", "cross-site"),
            elsewhere.clone(),
        ),
        ("a sandboxed frame", post().fetch_by("null", "cross-site"), elsewhere.clone()),
        ("a page that claims this origin", post().fetch_by(&app1, "same-site"), elsewhere.clone()),
        ("nobody who says where from", post(), elsewhere.clone()),
        ("two origins", post().fetch_by(&app1, "same-origin").header("origin", &app1), elsewhere),
        (
            "a form of its own",
            post().navigation("same-origin").header("origin", &app1),
            refused(403, "not-a-fetch"),
        ),
    ];
    for (name, request, expected) in rows {
        let answer = request.send().await;
        assert_eq!(refusal(&answer), expected, "{name}");
        assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}");
    }
    let got = ann.get(&world.url(APP1, TICKET)).fetch_by(&app1, "same-origin").send().await;
    assert_eq!((got.status.as_u16(), got.header("allow").as_deref()), (405, Some("POST")));
    let preflight = ann.preflight(&world.url(APP1, TICKET), &stranger, "POST").send().await;
    assert_eq!(preflight.status, 403);
    assert_eq!(preflight.names("access-control"), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_for_applications_that_list_the_page_with_credentials() {
    let (world, ann) = ann_at_app1().await;
    let not_listed = refused(403, "origin-not-trusted");
    let unknown = refused(403, "unknown-application");
    let unreadable = refused(400, "ticket-request-unreadable");
    let rows = [
        ("an application without CORS", world.url(STRANGER, "/"), not_listed.clone()),
        ("a path that lists others", world.url(APP2, "/others/api"), not_listed.clone()),
        (
            "one that lists it without credentials",
            world.url(APP2, "/without-credentials/"),
            not_listed.clone(),
        ),
        ("one that takes anybody", world.url(APP2, "/all-origins/api"), not_listed.clone()),
        ("its own host", world.url(APP1, "/api"), not_listed),
        (
            "a host that the gateway does not have",
            "https://elsewhere.example/".to_owned(),
            unknown.clone(),
        ),
        ("the login host", world.url(LOGIN, "/"), unknown.clone()),
        ("another port", "http://app2.demo.localhost:1/api".to_owned(), unknown.clone()),
        ("another scheme", world.url(APP2, "/api").replace("http:", "https:"), unknown),
        ("a name in front", world.url(APP2, "/api").replace("//", "//ann@"), unreadable.clone()),
        ("two readings", world.url(APP2, "/%00"), unreadable.clone()),
        ("no URL", "app2".to_owned(), unreadable.clone()),
        ("nothing", String::new(), unreadable.clone()),
        ("a very long one", world.url(APP2, &"/a".repeat(4000)), unreadable),
        (
            "cookies that stay at home",
            world.url(PARTNER, "/home/api"),
            refused(403, "same-site-cookie"),
        ),
    ];
    for (name, url, expected) in rows {
        assert_eq!(refusal(&asking(&world, &ann, &url).send().await), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_signed_in_at_the_page_learns_how_to() {
    let (world, _) = ann_at_app1().await;
    let answer = asking(&world, &world.client(), &world.url(APP2, "/api")).send().await;
    assert_eq!(refusal(&answer), refused(401, "session-absent"));
    let told = answer.json();
    assert!(told["login_url"].as_str().unwrap().starts_with(&world.origin(APP1)), "{told}");
    assert!(told["ways"]["popup"].as_str().unwrap().starts_with(&world.origin(APP2)), "{told}");

    let answer = asking(&world, &world.client(), &world.url(STRANGER, "/")).send().await;
    assert!(answer.json()["ways"].is_null(), "nothing is said of who does not list the page");
}

/// sec-C8-K10, sec-C8-K12
#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_signed_out_gets_no_ticket() {
    let (world, ann) = ann_at_app1().await;
    let cookies = crossgate_testkit::Client::with(ann.jar().clone());
    let out = ann.request("POST", &world.url(APP1, "/cdn-cgi/access/logout"));
    let out = out.navigation("same-origin").header("origin", &world.origin(APP1)).send().await;
    assert_eq!(out.status, 200, "{}", out.text());
    let answer = asking(&world, &cookies, &world.url(APP2, "/api")).send().await;
    assert_eq!(refusal(&answer), refused(401, "session-absent"), "with cookies from before");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_other_application_does_not_admit_gets_no_ticket() {
    let (world, ann) = ann_at_app1().await;
    let url = world.url(APP2, "/bosses/api");
    assert_eq!(refusal(&asking(&world, &ann, &url).send().await), refused(403, "not-allowed"));
    let boss = world.signed_in(&world.url(APP1, "/page.html"), "boss@acme.example").await;
    assert_eq!(asking(&world, &boss, &url).send().await.status, 200);
}

/// The session of a token that is sent as a header is nobody's to turn into cookies.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_a_header_gets_no_ticket() {
    let (world, ann) = ann_at_app1().await;
    let token = ann.jar().of(APP1).iter().find(|cookie| cookie.name == "CF_Authorization").cloned();
    let request = asking(&world, &ann, &world.url(APP2, "/api")).without_cookies();
    let answer = request.header("cf-access-token", &token.unwrap().value).send().await;
    assert_eq!(refusal(&answer), refused(401, "session-absent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_gets_a_limited_number_of_tickets() {
    let (world, ann) = ann_at_app1().await;
    let url = world.url(APP2, "/api");
    let bob = world.signed_in(&world.url(APP1, "/page.html"), "bob@acme.example").await;
    for number in 1..=60 {
        let answer = asking(&world, &ann, &url).send().await;
        assert_eq!(answer.status, 200, "{number}");
    }
    let answer = asking(&world, &ann, &url).send().await;
    assert_eq!(refusal(&answer), refused(429, "too-many-tickets"));
    assert_eq!(answer.header("retry-after").unwrap(), "60");
    assert_eq!(asking(&world, &bob, &url).send().await.status, 200, "others have their own");
}
