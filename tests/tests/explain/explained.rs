//! What `explain` says of typical calls, and of calls that make no sense.

use serde_json::Value;

use crate::{ANN, API, PAGE, PARTNER, explain, report, run, world};

/// What it shows, the path, the arguments, and: the status of the command, how it ends in Chromium and in Firefox.
struct Row(&'static str, &'static str, &'static [&'static str], i32, &'static str, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_call_is_explained() {
    let world = world().await;
    let (page, partner) = (world.origin(PAGE), world.origin(PARTNER));
    let rows = [
        Row("a person opens an application", "/api", &["--as", ANN], 0, "navigation", "navigation"),
        Row("a stranger is sent to the login page", "/api", &[], 0, "navigation", "navigation"),
        Row(
            "a page calls without a session: the 401 is readable",
            "/api",
            &["--origin", "PAGE"],
            0,
            "cors-allowed",
            "cors-allowed",
        ),
        Row(
            "a page calls, and the application says nothing of CORS",
            "/api",
            &["--origin", "PAGE", "--as", ANN],
            1,
            "allow-origin-missing",
            "allow-origin-missing",
        ),
        Row(
            "the same, where the gateway owns the headers",
            "/owned",
            &["--origin", "PAGE", "--as", ANN],
            0,
            "cors-allowed",
            "cors-allowed",
        ),
        Row(
            "the same, where the application allows all",
            "/api",
            &[
                "--origin",
                "PAGE",
                "--as",
                ANN,
                "--upstream-header",
                "access-control-allow-origin: *",
            ],
            1,
            "wildcard-with-credentials",
            "wildcard-with-credentials",
        ),
        Row(
            "a method that is not allowed",
            "/api",
            &["--origin", "PAGE", "--method", "DELETE"],
            1,
            "allow-origin-missing",
            "allow-origin-missing",
        ),
        Row(
            "a page that is not allowed",
            "/owned",
            &["--origin", "PARTNER", "--as", ANN],
            1,
            "allow-origin-missing",
            "allow-origin-missing",
        ),
        Row(
            "a stranger's fetch that is sent over the login host: its answer is readable",
            "/flow",
            &["--origin", "PAGE"],
            0,
            "cors-allowed",
            "cors-allowed",
        ),
        Row("a service token", "/api", &["--service-token", "ci"], 0, "navigation", "navigation"),
        Row(
            "a method that no page may send",
            "/api",
            &["--origin", "PAGE", "--method", "TRACE"],
            1,
            "forbidden-method",
            "forbidden-method",
        ),
    ];
    for Row(row, path, arguments, status, chromium, firefox) in rows {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|word| match *word {
                "PAGE" => page.as_str(),
                "PARTNER" => partner.as_str(),
                word => word,
            })
            .collect();
        let (report, found) = explain(&world, &world.url(API, path), &arguments);
        let reasons: Vec<_> =
            report["engines"].as_array().unwrap().iter().map(|it| it["reason"].clone()).collect();
        assert_eq!(reasons, [chromium, firefox], "{row}");
        assert_eq!(found, status, "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_that_decided_is_named() {
    let world = world().await;
    let config = std::fs::read_to_string(world.config()).unwrap();
    let line_of = |text: &str| config.lines().position(|line| line.contains(text)).unwrap() + 1;
    let page = world.origin(PAGE);
    let rows: [(&str, &str, &[&str], usize); 4] = [
        ("a policy", "/owned", &["--as", ANN], line_of("name: staff")),
        ("allowed methods", "/api", &["--method", "DELETE"], line_of("allowed_methods")),
        ("cors_headers", "/api", &["--method", "PUT"], line_of("cors_headers: &cors")),
        ("what a fetch without session gets", "/flow", &[], line_of("unauthenticated_fetch")),
    ];
    for (row, path, arguments, line) in rows {
        let arguments = [&["--origin", &page], arguments].concat();
        let (report, _) = explain(&world, &world.url(API, path), &arguments);
        let decided: &Value = &report["engines"][0]["hops"][0]["decided_by"];
        assert_eq!(decided["line"], line, "{row}: {decided}");
        assert_eq!(decided["file"], world.config().to_str().unwrap(), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_printed() {
    let world = world().await;
    let arguments =
        ["--as", ANN, "--service-token", "ci", "--header", "authorization: Basic secret"];
    let (report, _) = explain(&world, &world.url(API, "/api"), &arguments);
    let text = report.to_string();
    assert!(text.contains("CF_Authorization") && text.contains("=…"), "{text}");
    assert!(!text.contains("Basic secret") && !text.contains("eyJ"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_said() {
    let world = world().await;
    let (config, url) = (world.config(), world.url(API, "/"));
    let rows: [(&str, &[&str], &str); 6] = [
        ("no URL", &["--url", "api"], "is no URL"),
        ("another scheme", &["--url", "ftp://api.demo.localhost/"], "only http and https"),
        (
            "an origin with a path",
            &["--url", &url, "--origin", "https://a.example/"],
            "write https://a.example",
        ),
        ("no header", &["--url", &url, "--header", "a b"], "is no header"),
        ("no method", &["--url", &url, "--method", "A B"], "is no method"),
        ("no status", &["--url", &url, "--upstream-status", "1000"], "is no status"),
    ];
    for (row, arguments, expected) in rows {
        let start = ["explain", "--config", config.to_str().unwrap()];
        let output = run(&[&start, arguments].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{row}: {errors}");
        assert!(errors.contains(expected), "{row}: {errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_config_refers_to_need_not_be_there() {
    let world = world().await;
    let config = std::fs::read_to_string(world.config()).unwrap();
    let elsewhere = world.folder().join("elsewhere.yaml");
    let secrets = "store_encryption_key: { env: NOBODY_HAS_THIS }\ntrusted_proxies: []\n";
    std::fs::write(&elsewhere, format!("{config}\n{secrets}")).unwrap();
    let url = world.url(API, "/owned");
    let start = ["explain", "--format", "json", "--config", elsewhere.to_str().unwrap()];
    let (report, status) = report(&[&start[..], &["--url", &url, "--as", ANN]].concat());
    assert_eq!((status, &report["engines"][0]["outcome"]), (0, &Value::from("navigation")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_nothing_listens_on_is_said() {
    let world = world().await;
    let (report, status) = explain(&world, "http://api.demo.localhost:1/", &["--origin", "null"]);
    let hop = &report["engines"][0]["hops"][0];
    assert_eq!((status, &report["engines"][0]["reason"]), (1, &Value::from("not-cors")));
    assert!(hop["error"].as_str().unwrap().contains("no listener of the config"), "{hop}");
}
