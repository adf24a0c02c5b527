//! Scenarios in a real browser.

use std::ops::Index;
use std::time::Duration;

use crossgate_testkit::{Browser, Engine, Received};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::observed::{Call, Sent};
use crate::scenario::{At, HOSTS, OWN, Scenario};
use crate::server;

/// So many run at once, in batches of so many.
const AT_A_TIME: usize = 6;
const BATCH: usize = 60;

/// What was seen of all scenarios.
pub(crate) struct Seen {
    pub(crate) at: At,
    scenarios: Vec<SeenScenario>,
}

/// What was seen of one.
#[derive(Default)]
pub(crate) struct SeenScenario {
    pub(crate) calls: Vec<Call>,
    /// When each call began, by the page's clock.
    pub(crate) began: Vec<Duration>,
}

#[derive(Deserialize)]
struct Result {
    at: f64,
    outcome: String,
}

impl Index<usize> for Seen {
    type Output = SeenScenario;

    fn index(&self, index: usize) -> &SeenScenario {
        &self.scenarios[index]
    }
}

/// Runs them all, in one profile that has visited every host.
pub(crate) async fn run(engine: Engine, scheme: &'static str, scenarios: &[Scenario]) -> Seen {
    let server = server::start(scheme, scenarios).await;
    let at = At { scheme, port: server.address.port() };
    let browser = Browser::start(engine).await;
    for host in HOSTS {
        browser.open(&at.url(host, "/visit")).await;
    }
    browser.open(&at.url(OWN, "/page")).await;
    let mut results = serde_json::Map::new();
    let all: Vec<Value> =
        scenarios.iter().enumerate().map(|(index, it)| to_json(it, index, at)).collect();
    for batch in all.chunks(BATCH) {
        let script = "run_all(arguments[0], arguments[1]).then(arguments[2])";
        let Value::Object(more) = browser.run(script, vec![json!(batch), json!(AT_A_TIME)]).await
        else {
            panic!("the page gives an object back")
        };
        results.extend(more);
    }
    let received = server.received();
    let seen = |index: usize| {
        let results = serde_json::from_value(results[&index.to_string()].clone()).unwrap();
        seen(index, results, &received)
    };
    Seen { at, scenarios: (0..scenarios.len()).map(seen).collect() }
}

fn to_json(scenario: &Scenario, index: usize, at: At) -> Value {
    let calls = scenario.calls.iter().map(|call| {
        let mut json = call.to_json();
        json["url"] = json!(scenario.url(index, 0, at));
        json
    });
    json!({ "id": index.to_string(), "sandboxed": scenario.sandboxed, "calls": calls.collect::<Vec<_>>() })
}

/// Puts together what page and server saw. Before each call but the first the page sends a mark.
fn seen(index: usize, results: Vec<Result>, received: &[Received]) -> SeenScenario {
    let mut seen = SeenScenario::default();
    for result in &results {
        seen.began.push(Duration::from_secs_f64(result.at / 1_000.0));
        seen.calls.push(Call { outcome: result.outcome.clone(), ..Call::default() });
    }
    let mark = format!("/mark/{index}");
    let mut call = 0;
    for request in received {
        if request.path == mark {
            call += 1;
        } else if let Some((scenario, stop)) = server::place(&request.path)
            && scenario == index
        {
            seen.calls[call].sent.push(read(index, stop, request));
        }
    }
    seen
}

fn read(index: usize, stop: usize, request: &Received) -> Sent {
    let host = request.host.split(':').next().unwrap_or_default();
    let sent = Sent::new(index, stop, host, &request.method, |name| header(request, name));
    Sent { has_body: !request.body.is_empty(), ..sent }
}

/// All lines of a header, joined. HTTP/2 has a line for each cookie.
fn header(request: &Received, name: &str) -> String {
    let lines = request.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
    lines.collect::<Vec<_>>().join(if name == "cookie" { "; " } else { ", " })
}
