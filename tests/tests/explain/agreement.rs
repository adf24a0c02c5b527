//! The gateway that is asked in earnest gives the answers that `explain` foretold.

use crossgate_testkit::{Client, World};
use serde_json::Value;

use crate::{ANN, API, PAGE, PARTNER, explain, world};

/// The headers that browsers decide by. Where a redirect leads is compared without its query, which has tokens in it.
const COMPARED: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "vary",
    "location",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_explain_says_is_what_the_gateway_does() {
    let world = world().await;
    let somebody = world.signed_in(&world.url(API, "/owned"), ANN).await;
    for path in ["/", "/flow"] {
        somebody.navigate(&world.url(API, path)).await;
    }
    let strangers = world.client();
    let mut hops = 0;
    for (number, call) in calls(&world).into_iter().enumerate() {
        let signed_in = call.contains(&"--as".to_owned());
        let client = if signed_in { &somebody } else { &strangers };
        let (first, rest) = call.split_first().unwrap();
        let url = format!("{first}/case-{number}");
        let rest: Vec<_> = rest.iter().map(String::as_str).collect();
        let (report, _) = explain(&world, &url, &rest);
        for hop in report["engines"][0]["hops"].as_array().unwrap() {
            same(&world, client, hop, &call).await;
            hops += 1;
            if hop["response"]["headers"]
                .as_array()
                .unwrap()
                .iter()
                .any(|it| it["name"] == "location")
            {
                // What follows has tokens that the other gateway does not know.
                break;
            }
        }
    }
    assert!(hops > 80, "{hops}");
}

/// URLs of each application with each kind of page, request and visitor.
fn calls(world: &World) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for path in ["/api", "/owned", "/flow", "/free"] {
        for origin in [world.origin(PAGE), world.origin(PARTNER), "null".to_owned()] {
            for options in
                [&[][..], &["--method", "PUT", "--header", "content-type"], &["--method", "DELETE"]]
            {
                for visitor in [&[][..], &["--as", ANN], &["--as", ANN, "--credentials", "omit"]] {
                    let mut call =
                        vec![world.url(API, path), "--origin".to_owned(), origin.clone()];
                    call.extend(options.iter().chain(visitor).map(|word| (*word).to_owned()));
                    calls.push(call);
                }
            }
        }
    }
    calls
}

/// Sends a hop's request to the running gateway and compares the answers, and the decisions.
async fn same(world: &World, client: &Client, hop: &Value, call: &[String]) {
    let request = &hop["request"];
    let mut sent =
        client.request(request["method"].as_str().unwrap(), request["url"].as_str().unwrap());
    let headers = request["headers"].as_array().unwrap();
    for header in headers.iter().filter(|header| header["name"] != "cookie") {
        sent = sent.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
    }
    // Who has no session still has a cookie of the flow's; it decides nothing.
    let has_token = headers.iter().any(|header| {
        header["name"] == "cookie" && header["value"].as_str().unwrap().contains("CF_Authorization")
    });
    if !has_token {
        sent = sent.without_cookies();
    }
    let answer = sent.send().await;
    assert_eq!(hop["response"]["status"], answer.status.as_u16(), "{call:?}");
    for name in COMPARED {
        let lines = hop["response"]["headers"].as_array().unwrap();
        let foretold = lines.iter().find(|header| header["name"] == name);
        let foretold = foretold.map(|header| without_query(header["value"].as_str().unwrap()));
        let given = answer.header(name).map(|value| without_query(&value));
        assert_eq!(foretold, given, "{name} of {call:?}");
    }
    let path = url::Url::parse(request["url"].as_str().unwrap()).unwrap().path().to_owned();
    let (row, reason) = (&hop["decided_by"]["row"], &hop["decided_by"]["code"]);
    let what = format!("{path} row {row} {reason}");
    let fits =
        |line: &Value| line["path"] == path && line["row"] == *row && line["reason"] == *reason;
    world.gateway.log().wait_for(&what, fits).await;
}

fn without_query(value: &str) -> String {
    value.split('?').next().unwrap_or_default().to_owned()
}
