use http::{Method, StatusCode};

use crate::testing::{Browser, NAVIGATION, World, header, location, no_cors, text, words};

const APP1: &str = "https://app1.acme.example/wiki?page=1";
const ALICE: &str = "alice@acme.example";

#[tokio::test]
async fn a_stranger_signs_in_with_a_code_and_lands_where_they_wanted() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let (page, response) = browser.follow(&world, APP1).await;
    assert!(
        page.starts_with("https://login.acme.example/cdn-cgi/access/login/app1.acme.example?kid="),
        "{page}"
    );
    assert_eq!(response.status(), StatusCode::OK);
    assert!(words(&response).contains("Sign in to app1"));
    assert!(no_cors(&response), "seed-S7");
    assert_eq!(header(&response, "cache-control"), Some("no-store"));
    assert_eq!(header(&response, "x-frame-options"), Some("DENY"));

    let response =
        browser.submit(&world, &page, text(&response), "address", &[("email", ALICE)]).await;
    assert!(words(&response).contains("valid for 10 minutes"));
    let code = world.code(ALICE, 1).await;
    world.wait(9 * 60);
    let response = browser.submit(&world, &page, text(&response), "code", &[("code", &code)]).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&response, "referrer-policy"), Some("no-referrer"));
    let (url, response) = browser.follow_from(&world, page, response).await;
    assert_eq!((url.as_str(), text(&response)), (APP1, "upstream"));

    assert!(browser.cookie("app1.acme.example", "CF_Authorization").is_some(), "seed-S11");
    assert!(browser.cookie("app1.acme.example", "__Host-CF_Binding").is_some());
    assert!(browser.cookie("login.acme.example", "CF_Authorization").is_some(), "seed-S11");

    let (url, response) = browser.follow(&world, "https://app2.acme.example/").await;
    assert_eq!(
        (url.as_str(), text(&response)),
        ("https://app2.acme.example/", "upstream"),
        "seed-S13"
    );
}

#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer_and_only_one_gets_mail() {
    let world = World::new().await;
    let mut pages = Vec::new();
    for email in ["alice@acme.example", "mails@evil.example"] {
        let mut browser = Browser::default();
        let (page, response) = browser.follow(&world, APP1).await;
        let response =
            browser.submit(&world, &page, text(&response), "address", &[("email", email)]).await;
        let form_free: String = words(&response)
            .lines()
            .filter(|line| !line.contains("hidden") && !line.contains("href"))
            .collect();
        pages.push((response.status(), text(&response).len(), form_free.replace(email, "EMAIL")));
    }
    assert_eq!(pages[0], pages[1]);
    world.code(ALICE, 1).await;
    assert!(world.mailed("mails@evil.example").is_empty());
}

#[tokio::test]
async fn wrong_used_and_old_codes_say_so() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let (page, response) = browser.follow(&world, APP1).await;
    let asked =
        browser.submit(&world, &page, text(&response), "address", &[("email", ALICE)]).await;
    let code = world.code(ALICE, 1).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let response = browser.submit(&world, &page, text(&asked), "code", &[("code", wrong)]).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        words(&response).contains("That code is not right. You can try 4 more times."),
        "{}",
        words(&response)
    );

    let mut thief = Browser::default();
    thief.follow(&world, APP1).await;
    let stolen = thief.submit(&world, &page, text(&asked), "code", &[("code", &code)]).await;
    assert_eq!(stolen.status(), StatusCode::FORBIDDEN, "another browser's form is refused");

    let mut twin = browser.clone();
    let first = browser.submit(&world, &page, text(&asked), "code", &[("code", &code)]).await;
    assert_eq!(first.status(), StatusCode::SEE_OTHER);
    let second = twin.submit(&world, &page, text(&asked), "code", &[("code", &code)]).await;
    assert!(words(&second).contains("This code has already been used"), "{}", words(&second));
    assert!(words(&second).contains("Send a new code"));

    let mut late = Browser::default();
    let (page, response) = late.follow(&world, APP1).await;
    let asked = late.submit(&world, &page, text(&response), "address", &[("email", ALICE)]).await;
    let code = world.code(ALICE, 2).await;
    world.wait(600);
    let response = late.submit(&world, &page, text(&asked), "code", &[("code", &code)]).await;
    assert!(words(&response).contains("not valid any more"), "{}", words(&response));
}

#[tokio::test]
async fn a_code_counts_in_the_browser_that_asked_for_it() {
    let (world, mut asker, mut thief) =
        (World::new().await, Browser::default(), Browser::default());
    let (page, response) = asker.follow(&world, APP1).await;
    asker.submit(&world, &page, text(&response), "address", &[("email", ALICE)]).await;
    let code = world.code(ALICE, 1).await;
    let (page, response) = thief.follow(&world, APP1).await;
    let own = thief
        .submit(&world, &page, text(&response), "address", &[("email", "eve@evil.example")])
        .await;
    let response =
        thief.submit(&world, &page, text(&own), "code", &[("code", &code), ("email", ALICE)]).await;
    assert!(words(&response).contains("not valid any more"), "{}", words(&response));
    assert!(thief.cookie("login.acme.example", "CF_Authorization").is_none());
}

#[tokio::test]
async fn guesses_are_limited_within_and_across_flows() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        let mut browser = Browser::default();
        let (page, response) = browser.follow(&world, APP1).await;
        let asked = browser
            .submit(&world, &page, text(&response), "address", &[("email", "bob@evil.example")])
            .await;
        for _ in 0..6 {
            let response =
                browser.submit(&world, &page, text(&asked), "code", &[("code", "123456")]).await;
            answers.push(
                words(&response)
                    .split("role=\"alert\">")
                    .nth(1)
                    .unwrap()
                    .split('<')
                    .next()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    assert_eq!(answers[3], "That code is not right. You can try once more.");
    assert_eq!(answers[4], "Too many wrong codes. Send a new code.");
    assert_eq!(answers[5], "Too many wrong codes. Send a new code.");
    assert_eq!(
        answers[29], "Too many codes have been asked for or tried. Wait a while, then try again.",
        "over all flows"
    );
}

#[tokio::test]
async fn mails_to_one_address_are_limited_and_its_owner_is_spared() {
    let (world, mut owner) = (World::new().await, Browser::default());
    owner.sign_in(&world, APP1, ALICE).await;
    let mut stranger = Browser::default();
    let (page, response) = stranger.follow(&world, APP1).await;
    let mut last = response;
    for _ in 0..12 {
        last = stranger.submit(&world, &page, text(&last), "address", &[("email", ALICE)]).await;
    }
    assert!(words(&last).contains("Too many codes"), "{}", words(&last));
    assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds = header(&last, "retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| (1..=900).contains(&seconds)), "{seconds:?}");
    owner.forget("login.acme.example", "CF_Authorization");
    owner.forget("app1.acme.example", "CF_Authorization");
    let (url, _) = owner.sign_in(&world, APP1, ALICE).await;
    assert_eq!(url, APP1, "a browser that signed in before has a counter of its own");
}

#[tokio::test]
async fn who_is_not_admitted_is_told_so_and_may_come_as_somebody_else() {
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, "bob@acme.example").await;
    let (page, response) = browser.follow(&world, "https://payroll.acme.example/").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(words(&response).contains("That account does not have access"));
    assert!(words(&response).contains("Ask finance."), "custom_deny_message");
    let another = words(&response)
        .split("href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let url = url::Url::parse(&page).unwrap().join(&another).unwrap();
    let response = browser.open(&world, url.as_str()).await;
    assert!(words(&response).contains("Sign in to payroll"));
    let asked =
        browser.submit(&world, url.as_str(), text(&response), "address", &[("email", ALICE)]).await;
    let code = world.code(ALICE, 1).await;
    let response =
        browser.submit(&world, url.as_str(), text(&asked), "code", &[("code", &code)]).await;
    let (url, response) = browser.follow_from(&world, page, response).await;
    assert!(url.starts_with("https://payroll.acme.example/cdn-cgi/access/authorized?"), "{url}");
    assert!(
        text(&response).contains("content=\"0;url=https://payroll.acme.example/\""),
        "strict cookies: a page that navigates on"
    );
    assert_eq!(text(&browser.open(&world, "https://payroll.acme.example/").await), "upstream");
}

#[tokio::test]
#[expect(clippy::type_complexity, reason = "the rows of a table")]
async fn forms_that_are_not_the_pages_own_do_nothing() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let (page, response) = browser.follow(&world, APP1).await;
    let good = [("email", ALICE)];
    let bad = [("email", ALICE), ("csrf", "forged")];
    let refused = browser.submit(&world, &page, text(&response), "address", &bad).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(words(&refused).contains("out of date"));

    let mut no_cookie = Browser::default();
    let refused = no_cookie.submit(&world, &page, text(&response), "address", &good).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN, "the token of another browser");

    let other = [("email", ALICE), ("meta", "forged")];
    let refused = browser.submit(&world, &page, text(&response), "address", &other).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "forged state");

    let form = ("content-type", "application/x-www-form-urlencoded");
    let own = ("sec-fetch-site", "same-origin");
    let rows: [(&str, &[(&str, &str)], String, u16); 5] = [
        (
            "another site's form",
            &[("sec-fetch-site", "cross-site"), form],
            "step=address".into(),
            403,
        ),
        ("a form that says nothing of itself", &[form], "step=address".into(), 403),
        ("JSON", &[own, ("content-type", "application/json")], "{}".into(), 415),
        ("an endless form", &[own, form], "a".repeat(17_000), 413),
        ("an empty form", &[own, form], String::new(), 400),
    ];
    for (what, headers, body, status) in rows {
        let response = browser.send(&world, Method::POST, &page, headers, &body).await;
        assert_eq!(response.status().as_u16(), status, "sec-C9-R6 {what}");
    }
    assert!(world.mailed(ALICE).is_empty());
}

#[tokio::test]
async fn a_post_cannot_skip_to_signed_in() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let (page, response) = browser.follow(&world, APP1).await;
    for fields in [
        vec![("step", "code"), ("email", ALICE), ("flow", ""), ("code", "")],
        vec![("step", "signed-in"), ("email", ALICE)],
        vec![("step", ""), ("email", "")],
    ] {
        let response = browser.submit(&world, &page, text(&response), "address", &fields).await;
        assert!(!response.status().is_redirection(), "sec-C9-R6 {fields:?}");
    }
    assert!(browser.cookie("login.acme.example", "CF_Authorization").is_none());
}

#[tokio::test]
async fn arrivals_that_are_no_navigation_get_one_constant_answer() {
    let (world, mut browser) = (World::new().await, Browser::default());
    browser.sign_in(&world, APP1, ALICE).await;
    let app2 = browser.clone().open(&world, "https://app2.acme.example/").await;
    let url = location(&app2).to_owned();
    let mut bodies = Vec::new();
    for mut who in [browser, Browser::default()] {
        for headers in [
            vec![
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ],
            vec![
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "no-cors"),
                ("sec-fetch-dest", "image"),
            ],
            vec![("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors"), ("origin", "null")],
            vec![
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "cors"),
                ("origin", "https://app1.acme.example"),
            ],
        ] {
            let response = who.send(&world, Method::GET, &url, &headers, "").await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
            let headers: Vec<String> = response
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            bodies.push((headers, text(&response).to_owned()));
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "nobody can tell who is signed in: {bodies:?}");
}

#[tokio::test]
async fn links_that_do_not_hold_get_pages_that_help() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let good = location(&browser.open(&world, APP1).await).to_owned();
    let unknown = good.replace("login/app1", "login/nobody");
    let response = browser.open(&world, &unknown).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(words(&response).contains("Unable to find your application"));
    let changed = good.replace("meta=", "meta=x");
    assert_eq!(browser.open(&world, &changed).await.status(), StatusCode::BAD_REQUEST);
    let cross = good.replace("app1.acme.example?", "%3Cscript%3E?");
    let response = browser.send(&world, Method::GET, &cross, &NAVIGATION, "").await;
    assert!(!text(&response).contains("<script"), "sec-C9-R4");
    world.wait(301);
    let (page, response) = browser.follow(&world, &good).await;
    assert!(
        page != good && words(&response).contains("Sign in to app1"),
        "an old link starts again: {page}"
    );
}
