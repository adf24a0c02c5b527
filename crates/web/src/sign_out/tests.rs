use http::{Method, StatusCode};

use crate::testing::{Browser, World, header, text, words};

const APP1: &str = "https://app1.acme.example/";
const LOGOUT: &str = "https://app1.acme.example/cdn-cgi/access/logout";
const ALICE: &str = "alice@acme.example";

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, ALICE).await;
    browser.follow(&world, "https://app2.acme.example/").await;
    let own = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")];
    let response = browser.send(&world, Method::POST, LOGOUT, &own, "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(words(&response).contains("You are signed out"));
    assert_eq!(
        header(&response, "clear-site-data"),
        Some("\"cache\""),
        "never the whole registrable domain's cookies"
    );
    assert!(browser.cookie("app1.acme.example", "CF_Authorization").is_none());
    assert!(browser.cookie("app1.acme.example", "__Host-CF_Binding").is_none());
    for host in ["app1", "app2"] {
        let (_, response) = browser.follow(&world, &format!("https://{host}.acme.example/")).await;
        assert!(words(&response).contains(&format!("Sign in to {host}")), "{host}");
    }
}

#[tokio::test]
#[expect(clippy::type_complexity, reason = "the rows of a table")]
async fn only_the_visitor_and_the_site_itself_sign_out() {
    let navigate = ("sec-fetch-mode", "navigate");
    let rows: [(&str, Method, &[(&str, &str)], bool); 9] = [
        ("typed into the address bar", Method::GET, &[("sec-fetch-site", "none"), navigate], true),
        (
            "a link of the application",
            Method::GET,
            &[("sec-fetch-site", "same-origin"), navigate],
            true,
        ),
        ("a link of a sibling", Method::GET, &[("sec-fetch-site", "same-site"), navigate], false),
        (
            "a link of another site",
            Method::GET,
            &[("sec-fetch-site", "cross-site"), navigate],
            false,
        ),
        (
            "an image",
            Method::GET,
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
            false,
        ),
        ("a tool", Method::GET, &[], false),
        ("the page's own form", Method::POST, &[("origin", "https://app1.acme.example")], true),
        ("another site's form", Method::POST, &[("origin", "https://evil.example")], false),
        ("a form of nobody", Method::POST, &[], false),
    ];
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, ALICE).await;
    for (what, method, headers, acts) in rows {
        let mut signed_in = browser.clone();
        if !acts {
            let response = signed_in.send(&world, method, LOGOUT, headers, "").await;
            assert!(words(&response).contains("Sign out?"), "sec-C10-C13 {what}");
            assert_eq!(text(&signed_in.open(&world, APP1).await), "upstream", "{what}");
        } else {
            let response = signed_in.send(&world, method, LOGOUT, headers, "").await;
            assert!(words(&response).contains("You are signed out"), "{what}");
            let mut next = Browser::default();
            next.sign_in(&world, APP1, ALICE).await;
            browser = next;
        }
    }
}

#[tokio::test]
async fn return_to_leads_to_the_gateways_own_hosts_only() {
    let (world, browser) = (World::new().await, Browser::default());
    let own = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")];
    let rows = [
        ("https://app1.acme.example/", Some("https://app1.acme.example/")),
        ("https://app2.acme.example/a?b=c#d", Some("https://app2.acme.example/a?b=c")),
        ("https://APP2.acme.example", Some("https://app2.acme.example/")),
        ("https://login.acme.example/", Some("https://login.acme.example/")),
        ("https://evil.example/", None),
        ("https://app1.acme.example.evil.example/", None),
        ("https://evilapp1.acme.example/", None),
        ("http://app1.acme.example/", None),
        ("https://app1.acme.example:8443/", None),
        ("https://app1.acme.example@evil.example/", None),
        ("https://user@app1.acme.example/", None),
        ("https:\\\\evil.example", None),
        ("//evil.example", None),
        ("/\\evil.example", None),
        ("/", None),
        ("javascript:alert(1)", None),
        ("https://app1.acme.example/\r\nset-cookie: x=y", None),
        ("https://app1.acme.example//evil.example", None),
        ("", None),
    ];
    for (wanted, expected) in rows {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("returnTo", wanted)
            .finish();
        let response =
            browser.clone().send(&world, Method::GET, &format!("{LOGOUT}?{query}"), &own, "").await;
        assert_eq!(header(&response, "location"), expected, "sec-C9-R1 sec-C9-R3 {wanted:?}");
    }
    let doubled = format!("{LOGOUT}?returnTo={0}&returnTo={0}", "https://app1.acme.example/");
    let response = browser.clone().send(&world, Method::GET, &doubled, &own, "").await;
    assert_eq!(header(&response, "location"), None, "a doubled target is none");
}
