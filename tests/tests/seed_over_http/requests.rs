//! Requests that are no preflight: they need the cookie, and their CORS headers are the upstream's.

use crossgate_testkit::{Reply, World};
use crossgate_tests::{APP1, APP2, LOGIN, STRANGER, neighbours};

/// seed-S3, seed-N1
#[tokio::test(flavor = "multi_thread")]
async fn nothing_reaches_the_upstream_without_a_valid_cookie() {
    let world = neighbours().await;
    let other = world.signed_in(&world.url(APP1, "/page.html"), "ann@acme.example").await;
    let foreign = other
        .jar()
        .of(APP1)
        .iter()
        .find(|cookie| cookie.name == "CF_Authorization")
        .unwrap()
        .value
        .clone();
    world.upstream.forget();
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
    let paths = [
        "/",
        "/api",
        "/api/../api",
        "/page.html",
        "/x?y=z",
        "/others/api",
        "/flow/api",
        "/machines",
        "/boss",
    ];
    let cookies = ["", "CF_Authorization=x", &format!("CF_Authorization={foreign}")];
    for method in methods {
        for path in paths {
            for cookie in cookies {
                let mut request = world.client().request(method, &world.url(APP2, path));
                if !cookie.is_empty() {
                    request = request.header("cookie", cookie);
                }
                let status = request.send().await.status.as_u16();
                assert!(
                    [302, 400, 401, 403].contains(&status),
                    "{method} {path} {cookie}: {status}"
                );
            }
        }
    }
    assert_eq!(world.upstream.received().len(), 0);
}

/// seed-S6, seed-S30, seed-N4
#[tokio::test(flavor = "multi_thread")]
async fn without_the_cookie_the_way_leads_to_the_login_page() {
    let world = neighbours().await;
    let (app1, stranger) = (world.origin(APP1), world.origin(STRANGER));
    let client = world.client();
    let get = |path| client.get(&world.url(APP2, path));
    let rows = [
        ("a navigation", get("/api?x=1").navigation("none"), 302),
        ("a link on another site", get("/api?x=1").navigation("cross-site"), 302),
        ("a tool", get("/api?x=1"), 302),
        (
            "a fetch by an origin that nobody lists",
            get("/api?x=1").fetch_by(&stranger, "same-site"),
            302,
        ),
        (
            "a fetch by a listed origin, with redirect",
            get("/flow/api?x=1").fetch_by(&app1, "same-site"),
            302,
        ),
        ("a fetch by a listed origin", get("/api?x=1").fetch_by(&app1, "same-site"), 401),
    ];
    for (name, request, expected) in rows {
        let answer = request.send().await;
        assert_eq!(answer.status, expected, "{name}");
        let login = match answer.location() {
            Some(location) => location,
            None => answer.json()["login_url"].as_str().unwrap().parse().unwrap(),
        };
        let query = login.query_pairs().into_owned().collect::<std::collections::HashMap<_, _>>();
        if expected == 302 {
            assert!(query["redirect_url"].ends_with("/api?x=1"), "{name}: {login}");
            assert_eq!(login.host_str(), Some(LOGIN), "{name}");
            assert_eq!(login.path(), format!("/cdn-cgi/access/login/{APP2}"), "{name}");
            assert!(query.contains_key("kid") && query.contains_key("meta"), "{name}: {login}");
        } else {
            assert_eq!(
                query["redirect_url"], "/",
                "{name}: a person is sent to a page, not to the API's answer"
            );
            assert_eq!(answer.header("access-control-allow-origin"), Some(app1.clone()), "{name}");
            assert_eq!(
                answer.header("access-control-allow-credentials").unwrap(),
                "true",
                "{name}"
            );
            assert_eq!(
                answer.header("content-type").unwrap(),
                "application/problem+json",
                "{name}"
            );
            assert!(answer.header("www-authenticate").is_some(), "{name}");
        }
    }
    assert_eq!(world.upstream.received().len(), 0);
}

/// seed-S26, seed-S28
#[tokio::test(flavor = "multi_thread")]
async fn a_simple_request_passes_with_the_cookie_and_without_preflight() {
    let world = neighbours().await;
    let url = world.url(APP2, "/api");
    let client = world.signed_in(&world.url(APP2, "/page.html"), "ann@acme.example").await;
    world.upstream.forget();
    let answer = client.get(&url).fetch_by(&world.origin(APP1), "same-site").send().await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["email"].as_str()),
        (200, Some("ann@acme.example"))
    );
    assert_eq!(world.upstream.received().len(), 1);

    let answer =
        client.get(&url).fetch_by(&world.origin(APP1), "same-site").without_cookies().send().await;
    assert_eq!(answer.status, 401);
    assert_eq!(world.upstream.received().len(), 1);
}

/// seed-S8, seed-S27, seed-S29
#[tokio::test(flavor = "multi_thread")]
async fn cors_headers_of_an_actual_response_are_the_upstreams_byte_for_byte() {
    let odd = [
        ("access-control-allow-origin", "https://Odd.example:443/"),
        ("access-control-allow-credentials", "True"),
        ("access-control-expose-headers", "X-A,  x-b"),
        ("access-control-allow-methods", "nonsense"),
        ("access-control-max-age", "-17"),
        ("vary", "Accept-Encoding"),
    ];
    let script = move |request: &crossgate_testkit::Received| {
        let reply = Reply::new("text/plain", "x");
        match request.path.as_str() {
            "/odd" => odd.iter().fold(reply, |reply, (name, value)| reply.header(name, value)),
            _ => reply,
        }
    };
    let world = World::start(include_str!("../../src/neighbours.yaml"), script).await;
    let client = world.signed_in(&world.url(APP2, "/"), "ann@acme.example").await;
    let get = |path| client.get(&world.url(APP2, path)).fetch_by(&world.origin(APP1), "same-site");

    let answer = get("/odd").send().await;
    assert_eq!(answer.status, 200);
    for (name, value) in odd {
        assert_eq!(answer.header(name).as_deref(), Some(value), "{name}");
    }
    let answer = get("/bare").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.names("access-control"),
        Vec::<&str>::new(),
        "settings add nothing to an actual response"
    );
}

/// seed-N9: the same-origin proxy with a service token.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_token_serves_a_proxy_of_the_page() {
    let world = neighbours().await;
    let output = std::process::Command::new(crossgate_testkit::crossgate())
        .args(["service-token", "create", "--format", "json", "--name", "front end", "--config"])
        .arg(world.config())
        .output()
        .unwrap();
    let token: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let (id, secret) =
        (token["client_id"].as_str().unwrap(), token["client_secret"].as_str().unwrap());
    let client = world.client();
    let request = || {
        let request =
            client.get(&world.url(APP2, "/machines/api")).header("cf-access-client-id", id);
        request.header("cf-access-client-secret", secret)
    };
    let limit = std::time::Duration::from_secs(5);
    let answer = crossgate_testkit::wait::until("the token to be known", limit, async || {
        Some(request().send().await).filter(|answer| answer.status == 200)
    })
    .await;
    assert!(answer.cookies().is_empty(), "no cookie that could overwrite the front end's");
    let received = world.upstream.received_at("/machines/api");
    assert_eq!(received[0].header("cf-access-client-secret"), "", "the secret goes no further");
    assert_eq!(received[0].header("cf-access-authenticated-user-email"), "", "there is no person");
}
