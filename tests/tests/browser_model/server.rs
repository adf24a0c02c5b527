//! One server for all hosts: pages, cookies to begin with, and the stops of the scenarios.

use crossgate_testkit::{Received, Reply, Upstream};

use crate::scenario::{Asked, At, Scenario};

const RUNNER: &str = include_str!("runner.js");
const PAGE: &str = r#"<!doctype html><title>runs scenarios</title><script src="/runner.js"></script>
<iframe sandbox="allow-scripts" src="/frame"></iframe>"#;
const FRAME: &str = r#"<!doctype html><script src="/runner.js"></script>"#;
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// What each host sets when it is visited, first party.
pub(crate) fn first_cookies(host: &str) -> Vec<String> {
    let domain = host.split_once('.').map_or(host, |(_, domain)| domain);
    vec![
        "strict=1; Path=/; SameSite=Strict".to_owned(),
        "lax=1; Path=/; SameSite=Lax".to_owned(),
        "none=1; Path=/; SameSite=None; Secure".to_owned(),
        "unset=1; Path=/".to_owned(),
        "partitioned=1; Path=/; SameSite=None; Secure; Partitioned".to_owned(),
        "__Host-none=1; Path=/; SameSite=None; Secure; HttpOnly".to_owned(),
        "elsewhere=1; Path=/elsewhere; SameSite=None; Secure".to_owned(),
        format!("of-{domain}=1; Path=/; Domain={domain}; SameSite=None; Secure"),
    ]
}

pub(crate) async fn start(scheme: &'static str, scenarios: &[Scenario]) -> Upstream {
    let scenarios = scenarios.to_vec();
    let script = move |request: &Received| answer(scheme, &scenarios, request);
    Upstream::start_over_tls(&["*.one.localhost", "*.two.localhost"], script).await
}

/// The scenario and the stop that a path belongs to.
pub(crate) fn place(path: &str) -> Option<(usize, usize)> {
    let (scenario, stop) = path.strip_prefix("/s")?.get(1..)?.split_once(['/', '.'])?;
    Some((scenario.parse().ok()?, stop.parse().ok()?))
}

fn answer(scheme: &'static str, scenarios: &[Scenario], request: &Received) -> Reply {
    let reply = match request.path.as_str() {
        "/page" => Reply::new("text/html", PAGE),
        "/frame" => Reply::new("text/html", FRAME),
        "/runner.js" => Reply::new("text/javascript", RUNNER),
        "/visit" => {
            let host = request.host.split(':').next().unwrap_or_default();
            let page = Reply::new("text/html", "<!doctype html>visited");
            first_cookies(host).iter().fold(page, |page, line| page.header("set-cookie", line))
        }
        path => {
            let Some((index, stop)) = place(path) else {
                return Reply::new("text/plain", "").status(404);
            };
            let Some(scenario) = scenarios.get(index) else {
                return Reply::new("text/plain", "").status(404);
            };
            return at_stop(scheme, scenario, index, stop, request);
        }
    };
    reply.header("cache-control", "no-store")
}

fn at_stop(
    scheme: &'static str,
    scenario: &Scenario,
    index: usize,
    stop: usize,
    request: &Received,
) -> Reply {
    let port = request.host.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap();
    let asked = Asked {
        is_preflight: is_preflight(request),
        origin: request.header("origin"),
        method: request.header("access-control-request-method"),
        headers: request.header("access-control-request-headers"),
    };
    let (status, headers) = scenario.reply(index, stop, At { scheme, port }, &asked);
    let reply = match request.header("sec-fetch-dest") {
        "script" => Reply::new("text/javascript", "0;"),
        "image" => Reply::new("image/gif", PIXEL),
        "iframe" => Reply::new("text/html", "<!doctype html>framed"),
        _ => Reply::new("text/plain", "served"),
    };
    let reply = reply.status(status).header("cache-control", "no-store");
    headers.iter().fold(reply, |reply, (name, value)| reply.header(name, value))
}

pub(crate) fn is_preflight(request: &Received) -> bool {
    request.method == "OPTIONS" && !request.header("access-control-request-method").is_empty()
}
