//! Signing in: cookies by host, one sign-in for all applications, and the way back.

use crossgate_testkit::{Client, Cookie, Form};
use crossgate_tests::{APP1, APP2, LOGIN, PARTNER, neighbours};

/// seed-S7
#[tokio::test(flavor = "multi_thread")]
async fn the_login_page_allows_no_other_origin_and_no_frame() {
    let world = neighbours().await;
    let client = world.client();
    let page = client.navigate(&world.url(APP1, "/page.html")).await;
    assert_eq!(page.url.host_str(), Some(LOGIN));
    let app1 = world.origin(APP1);
    for origin in [app1.as_str(), "null", "https://elsewhere.example"] {
        let url = page.url.as_str();
        let navigation = client.get(url).navigation("cross-site").header("origin", origin);
        let fetch = client.get(url).fetch_by(origin, "same-site");
        let preflight = client.preflight(url, origin, "POST");
        for (name, request, status) in
            [("page", navigation, 200), ("fetch", fetch, 403), ("preflight", preflight, 403)]
        {
            let answer = request.send().await;
            assert_eq!(answer.status, status, "{name} by {origin}");
            assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name} by {origin}");
        }
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("cache-control").unwrap(), "no-store");
}

fn cookie(client: &Client, host: &str, name: &str) -> Cookie {
    let jar = client.jar();
    let found = jar.of(host).iter().find(|cookie| cookie.name == name);
    found.unwrap_or_else(|| panic!("{name} of {host}: {:?}", jar.of(host))).clone()
}

/// seed-S11
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_issues_a_cookie_for_the_application_and_one_for_the_login_host() {
    let world = neighbours().await;
    let client = world.signed_in(&world.url(APP1, "/page.html"), "ann@acme.example").await;
    let names =
        [(APP1, "CF_Authorization"), (APP1, "__Host-CF_Binding"), (LOGIN, "CF_Authorization")];
    for (host, name) in names {
        let cookie = cookie(&client, host, name);
        for attribute in ["secure", "httponly", "path"] {
            assert!(cookie.has(attribute), "{host}: {cookie:?} without {attribute}");
        }
        assert!(!cookie.has("domain") && !cookie.has("partitioned"), "{host}: {cookie:?}");
    }
    assert_ne!(
        cookie(&client, APP1, "CF_Authorization").value,
        cookie(&client, LOGIN, "CF_Authorization").value
    );
    assert!(client.jar().of(APP2).is_empty(), "nothing for a host that was not visited");
}

/// seed-S12, seed-S13, seed-S16
#[tokio::test(flavor = "multi_thread")]
async fn a_second_application_needs_no_second_sign_in_and_leads_back_to_what_was_asked_for() {
    let world = neighbours().await;
    let client = world.signed_in(&world.url(APP1, "/page.html"), "ann@acme.example").await;
    let asked = world.url(APP2, "/some/page.html?a=1&b=%2F%26&c=%C3%A4");
    let first = client.get(&asked).navigation("none").send().await;
    assert_eq!(
        first.location().unwrap().host_str(),
        Some(LOGIN),
        "no cookie of app2 yet: to the login page"
    );

    let page = client.navigate(&asked).await;
    assert_eq!((page.status.as_u16(), page.url.as_str()), (200, asked.as_str()));
    let page = client.navigate(&world.url(PARTNER, "/page.html")).await;
    assert_eq!(page.status, 200, "across sites, too");
}

/// seed-S13: policy is still evaluated.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_application_that_does_not_admit_the_person_says_so() {
    let world = neighbours().await;
    let client = world.signed_in(&world.url(APP1, "/page.html"), "ann@acme.example").await;
    world.upstream.forget();
    let page = client.navigate(&world.url(APP2, "/boss/page.html")).await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("That account does not have access"), "{}", page.text());
    assert_eq!(world.upstream.received().len(), 0);
}

/// seed-S3: whoever is not admitted gets no code, and the page does not tell.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_the_same_to_those_whom_no_policy_admits_and_no_mail_goes_out() {
    let world = neighbours().await;
    let mut pages = Vec::new();
    for email in ["ann@acme.example", "eve@evil.example"] {
        let client = world.client();
        let page = client.navigate(&world.url(APP1, "/page.html")).await;
        let form = Form::first(&page.text()).unwrap().with("email", email);
        let page = client.submit(&page, &form).await;
        let mut form = Form::first(&page.text()).unwrap();
        form.fields.retain(|field| field.0 == "step");
        pages.push((page.status, form.body()));
    }
    world.mailbox.code_for("ann@acme.example").await;
    assert_eq!(pages[0], pages[1]);
    assert_eq!(world.mailbox.count("eve@evil.example"), 0);
}
