//! What `probe` says of servers that run.

use serde_json::Value;

use crate::{API, PAGE, report, run, world};

/// What it shows, the path, the arguments, and: the status of the command, why it ends, and after how many hops.
struct Row(&'static str, &'static str, &'static [&'static str], i32, &'static str, usize);

#[tokio::test(flavor = "multi_thread")]
async fn a_live_answer_is_judged_as_browsers_judge_it() {
    let world = world().await;
    let page = world.origin(PAGE);
    let rows = [
        Row(
            "a preflight that is allowed, and a readable 401",
            "/api",
            &["--method", "PUT", "--header", "content-type"],
            0,
            "cors-allowed",
            2,
        ),
        Row(
            "a preflight that is refused",
            "/api",
            &["--method", "DELETE"],
            1,
            "allow-origin-missing",
            1,
        ),
        Row("an answer without CORS headers", "/free", &[], 1, "allow-origin-missing", 1),
        Row(
            "a request that no page may make",
            "/free",
            &["--method", "TRACE"],
            1,
            "forbidden-method",
            0,
        ),
    ];
    for Row(row, path, arguments, status, reason, hops) in rows {
        let url = world.url(API, path);
        let start = ["probe", &url, "--format", "json", "--origin", &page];
        let (found, code) = report(&[&start, arguments].concat());
        let engines = found["engines"].as_array().unwrap();
        assert_eq!(engines.len(), 2, "{row}");
        for engine in engines {
            assert_eq!(
                (&engine["reason"], code),
                (&Value::from(reason), status),
                "{row}: {engine}"
            );
            assert_eq!(engine["hops"].as_array().unwrap().len(), hops, "{row}");
        }
    }
}

#[test]
fn what_is_not_there_is_no_cors_problem() {
    let start =
        ["probe", "http://127.0.0.1:1/", "--origin", "https://app.example.com", "--format", "json"];
    let (found, status) = report(&start);
    assert_eq!((status, &found["engines"][0]["reason"]), (1, &Value::from("not-cors")));
    let hop = &found["engines"][0]["hops"][0];
    assert!(hop["error"].as_str().unwrap().contains("no connection"), "{hop}");
}

#[test]
fn a_probe_needs_an_origin() {
    let output = run(&["probe", "http://127.0.0.1:1/"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--origin"));
}
