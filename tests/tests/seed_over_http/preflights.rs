//! Preflights: how they are recognised, what they are answered, and that they need no cookie.

use std::process::Command;

use crossgate_tests::{APP1, APP2, neighbours};

use crate::{assert_refused, assert_vary};

/// seed-S4, seed-S32, seed-S33, seed-N7, seed-N8
#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_that_the_settings_allow_is_answered_without_cookie_and_upstream() {
    let world = neighbours().await;
    let app1 = world.origin(APP1);
    let answer = world.client().preflight(&world.url(APP2, "/api"), &app1, "GET").send().await;

    assert_eq!(answer.status, 200);
    assert_vary("S32", &answer);
    assert_eq!(answer.header("access-control-allow-origin"), Some(app1));
    assert_eq!(
        answer.header("access-control-allow-methods").unwrap(),
        "GET",
        "only the one asked for"
    );
    assert_eq!(answer.header("access-control-allow-credentials").unwrap(), "true");
    assert_eq!(answer.header("access-control-max-age").unwrap(), "600");
    assert_eq!(answer.text(), "");
    assert!(answer.cookies().is_empty());
    assert_eq!(world.upstream.received().len(), 0);
}

/// seed-S31
#[tokio::test(flavor = "multi_thread")]
async fn without_any_one_of_its_three_parts_it_is_no_preflight() {
    let world = neighbours().await;
    let (url, app1) = (world.url(APP2, "/api"), world.origin(APP1));
    let signed_in = world.signed_in(&world.url(APP2, "/page.html"), "ann@acme.example").await;
    let stranger = world.client();
    let rows = [
        ("OPTIONS without Access-Control-Request-Method", "OPTIONS", true, false),
        ("OPTIONS without Origin", "OPTIONS", false, true),
        ("OPTIONS without either", "OPTIONS", false, false),
        ("another method with both headers", "GET", true, true),
    ];
    for (name, method, origin, request_method) in rows {
        for (client, is_signed_in) in [(&signed_in, true), (&stranger, false)] {
            world.upstream.forget();
            let mut request = client.request(method, &url);
            if origin {
                request = request.header("origin", &app1);
            }
            if request_method {
                request = request.header("access-control-request-method", "GET");
            }
            let answer = request.send().await;
            let reached = world.upstream.received().len();
            if is_signed_in {
                assert_eq!(
                    (answer.status.as_u16(), reached),
                    (200, 1),
                    "{name}: an ordinary request with a session"
                );
            } else {
                assert!([302, 401].contains(&answer.status.as_u16()), "{name}: {}", answer.status);
                assert_eq!(reached, 0, "{name}: needs a session as every request does");
            }
        }
    }
}

/// seed-S5, seed-N5
#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_configured_a_preflight_is_refused_signed_in_or_not() {
    let world = neighbours().await;
    let (url, app1) = (world.url(APP2, "/closed/api"), world.origin(APP1));
    let signed_in = world.signed_in(&world.url(APP2, "/closed/"), "ann@acme.example").await;
    world.upstream.forget();

    let answer = world.client().preflight(&url, &app1, "PUT").send().await;
    assert_refused("without a session", &answer, &world);

    let cookies = signed_in.jar().header(APP2, "/closed/api").unwrap();
    let preflight = signed_in.preflight(&url, &app1, "PUT").header("cookie", &cookies);
    assert_refused("with a session", &preflight.send().await, &world);

    let line = world.gateway.logged("/closed/api").await;
    assert_eq!(line["reason"], "preflight-not-configured");
    assert_eq!(line["cors"]["kind"], "preflight");
}

/// seed-S34: the seed's own check, letter for letter.
#[tokio::test(flavor = "multi_thread")]
async fn curl_shows_whether_a_configuration_works() {
    let world = neighbours().await;
    let curl = Command::new("curl")
        .args(["-s", "-i", "-X", "OPTIONS", &world.url(APP2, "/"), "--noproxy", "*"])
        .args(["-H", &format!("Origin: {}", world.origin(APP1))])
        .args(["-H", "Access-Control-Request-Method: GET"])
        .output()
        .expect("curl: `cargo xtask test` installs it");
    let printed = String::from_utf8(curl.stdout).unwrap().replace("\r\n", "\n");
    let mut lines = printed.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 200 OK"), "{printed}");
    let headers = lines.map(str::to_ascii_lowercase).collect::<Vec<_>>();
    for header in [
        "vary: origin, access-control-request-method, access-control-request-headers",
        "access-control-allow-methods: get",
        "access-control-allow-credentials: true",
        &format!("access-control-allow-origin: {}", world.origin(APP1)),
    ] {
        assert!(headers.iter().any(|line| line == header), "{header}\nis not in\n{printed}");
    }
}

/// seed-N6
#[tokio::test(flavor = "multi_thread")]
async fn preflights_can_go_to_the_upstream_bare_of_everything_that_could_act() {
    let world = neighbours().await;
    let url = world.url(APP2, "/upstream-preflights/api");
    let preflight = world.client().preflight(&url, &world.origin(APP1), "PATCH");
    let answer = preflight
        .header("cookie", "CF_Authorization=x; theirs=y")
        .header("authorization", "Basic eDp5")
        .header("cf-access-jwt-assertion", "forged")
        .header("x-http-method-override", "DELETE")
        .send()
        .await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-methods").unwrap(),
        "PUT, PATCH",
        "the upstream's answer"
    );
    assert!(answer.cookies().is_empty(), "without Set-Cookie");
    let received = world.upstream.received_at("/upstream-preflights/api");
    let [received] = received.as_slice() else { panic!("the upstream got {received:?}") };
    assert_eq!(received.header("access-control-request-method"), "PATCH");
    for name in ["cookie", "authorization", "cf-access-jwt-assertion", "x-http-method-override"] {
        assert_eq!(received.header(name), "", "{name} went along");
    }
}
