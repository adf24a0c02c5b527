//! The CORS settings of an application, one by one.

use crossgate_testkit::World;
use crossgate_tests::{APP1, APP2, PARTNER, neighbours};

use crate::assert_refused;

struct Row {
    name: &'static str,
    path: &'static str,
    origin: String,
    method: &'static str,
    headers: &'static str,
    /// Allow-origin, allow-methods, allow-headers, allow-credentials, max-age; `None`: refused.
    expected: Option<[&'static str; 5]>,
}

/// `OWN` in an expectation stands for the origin that asks.
fn row(
    name: &'static str,
    path: &'static str,
    origin: &str,
    method: &'static str,
    headers: &'static str,
    expected: Option<[&'static str; 5]>,
) -> Row {
    Row { name, path, origin: origin.to_owned(), method, headers, expected }
}

async fn check(world: &World, rows: Vec<Row>) {
    for Row { name, path, origin, method, headers, expected } in rows {
        world.upstream.forget();
        let mut preflight = world.client().preflight(&world.url(APP2, path), &origin, method);
        if !headers.is_empty() {
            preflight = preflight.header("access-control-request-headers", headers);
        }
        let answer = preflight.send().await;
        let Some(expected) = expected else {
            assert_refused(name, &answer, world);
            continue;
        };
        assert_eq!(answer.status, 200, "{name}");
        let names =
            ["allow-origin", "allow-methods", "allow-headers", "allow-credentials", "max-age"];
        for (header, expected) in names.iter().zip(expected) {
            let found = answer.header(&format!("access-control-{header}")).unwrap_or_default();
            let expected = if expected == "OWN" { origin.as_str() } else { expected };
            assert_eq!(found, expected, "{name}: {header}");
        }
    }
}

/// seed-S2, seed-S23
#[tokio::test(flavor = "multi_thread")]
async fn an_origin_is_allowed_by_scheme_host_and_port_together() {
    let world = neighbours().await;
    let app1 = world.origin(APP1);
    let port = world.port;
    let own = Some(["OWN", "PUT", "content-type", "true", "600"]);
    let rows = [
        ("the origin as configured", app1.clone(), own),
        ("another scheme", format!("https://{APP1}:{port}"), None),
        ("another port", format!("http://{APP1}:{}", port + 1), None),
        ("the default port instead", format!("http://{APP1}"), None),
        ("another host", format!("http://app3.demo.localhost:{port}"), None),
        ("a host that ends alike", format!("http://evil{APP1}:{port}"), None),
        ("a host that begins alike", format!("http://{APP1}.evil.example:{port}"), None),
        ("a dot that is another character", format!("http://app1-demo.localhost:{port}"), None),
        ("upper case, which no browser sends", format!("http://APP1.demo.localhost:{port}"), None),
        ("a trailing slash", format!("{app1}/"), None),
        ("null, which is not listed", "null".to_owned(), None),
        ("the application's own origin", world.origin(APP2), None),
    ];
    let rows = rows.map(|(name, origin, expected)| {
        row(name, "/api", &origin, "PUT", "content-type", expected)
    });
    check(&world, rows.into()).await;
}

/// seed-S9
#[tokio::test(flavor = "multi_thread")]
async fn settings_belong_to_the_application_of_host_and_path() {
    let world = neighbours().await;
    let (app1, other) =
        (world.origin(APP1), format!("http://somebody-else.demo.localhost:{}", world.port));
    check(
        &world,
        vec![
            row("app1 on app2", "/api", &app1, "GET", "", Some(["OWN", "GET", "", "true", "600"])),
            row("somebody else on app2", "/api", &other, "GET", "", None),
            row("app1 below others", "/others/api", &app1, "GET", "", None),
            row(
                "somebody else below others",
                "/others/api",
                &other,
                "GET",
                "",
                Some(["OWN", "GET", "", "true", ""]),
            ),
            row(
                "app1 on a path that only begins alike",
                "/othersapi",
                &app1,
                "GET",
                "",
                Some(["OWN", "GET", "", "true", "600"]),
            ),
        ],
    )
    .await;
    let answer = world.client().preflight(&world.url(PARTNER, "/api"), &app1, "GET").send().await;
    assert_eq!(answer.header("access-control-max-age"), None, "app2's max-age is not partner's");
}

/// seed-S20, seed-S19
#[tokio::test(flavor = "multi_thread")]
async fn null_and_all_origins_work_under_their_dangerous_names() {
    let world = neighbours().await;
    let expected = Some(["OWN", "GET", "", "true", ""]);
    check(
        &world,
        vec![
            row("null where it is listed", "/null-origin/api", "null", "GET", "", expected),
            row(
                "null where all origins are allowed",
                "/all-origins/api",
                "null",
                "GET",
                "",
                expected,
            ),
            row(
                "any origin where all are allowed",
                "/all-origins/api",
                "https://elsewhere.example",
                "GET",
                "",
                expected,
            ),
            row(
                "any origin where null is listed",
                "/null-origin/api",
                "https://elsewhere.example",
                "GET",
                "",
                None,
            ),
        ],
    )
    .await;
}

/// seed-S21, seed-S22
#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_max_age_are_as_set() {
    let world = neighbours().await;
    let app1 = world.origin(APP1);
    check(
        &world,
        vec![
            row("both set", "/api", &app1, "GET", "", Some(["OWN", "GET", "", "true", "600"])),
            row(
                "neither set",
                "/without-credentials/api",
                &app1,
                "GET",
                "",
                Some(["OWN", "GET", "", "", ""]),
            ),
        ],
    )
    .await;
}

/// seed-S24, seed-S33
#[tokio::test(flavor = "multi_thread")]
async fn methods_are_a_list_of_nine_or_all() {
    let world = neighbours().await;
    let app1 = world.origin(APP1);
    let mut rows = vec![
        row("a method that is not listed", "/api", &app1, "DELETE", "", None),
        row("a method in another case", "/nine/api", &app1, "patch", "", None),
        row(
            "one of all",
            "/everything/api",
            &app1,
            "REPORT",
            "",
            Some(["OWN", "REPORT", "", "true", ""]),
        ),
    ];
    for method in ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        rows.push(Row {
            expected: Some(["OWN", method, "", "true", ""]),
            ..row("one of nine", "/nine/api", &app1, method, "", None)
        });
    }
    check(&world, rows).await;
}

/// seed-S25
#[tokio::test(flavor = "multi_thread")]
async fn headers_are_a_list_or_all_within_origin_and_method() {
    let world = neighbours().await;
    let app1 = world.origin(APP1);
    let other = "https://elsewhere.example";
    check(
        &world,
        vec![
            row(
                "listed",
                "/api",
                &app1,
                "PUT",
                "content-type",
                Some(["OWN", "PUT", "content-type", "true", "600"]),
            ),
            row("one of two is not listed", "/api", &app1, "PUT", "content-type,x-custom", None),
            row("listed, by another origin", "/api", other, "PUT", "content-type", None),
            row("listed, with a method that is not", "/api", &app1, "DELETE", "content-type", None),
            row(
                "some of all",
                "/everything/api",
                &app1,
                "PUT",
                "x-a,x-b",
                Some(["OWN", "PUT", "x-a,x-b", "true", ""]),
            ),
            row("some of all, by another origin", "/everything/api", other, "PUT", "x-a", None),
            row(
                "all does not cover tokens",
                "/everything/api",
                &app1,
                "PUT",
                "cf-access-token",
                None,
            ),
            row(
                "all does not cover service tokens",
                "/everything/api",
                &app1,
                "PUT",
                "cf-access-client-secret",
                None,
            ),
        ],
    )
    .await;
}
