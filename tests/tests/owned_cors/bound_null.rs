//! Bound null: the seed's flow, without anybody else who says `Origin: null` getting anything.

use crossgate_testkit::{Answer, Browser, Client, Engine, World};
use serde_json::{Value, json};

use crate::{ANN, APP1, APP2, STRANGER, world, world_over_tls};

async fn in_each_engine(story: impl AsyncFn(&World, &Browser)) {
    for engine in Engine::ALL {
        tell(&story, world().await, engine).await;
    }
}

async fn tell(story: impl AsyncFn(&World, &Browser), world: World, engine: Engine) {
    let browser = Browser::start(engine).await;
    browser.sign_in(&world.mailbox, &world.url(APP1, "/page.html"), ANN).await;
    world.upstream.forget();
    story(&world, &browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_fetch_works_and_the_upstream_sees_the_page() {
    in_each_engine(first_fetch).await;
}

/// The same over TLS, where each hop says how it is related to the page.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_fetch_works_over_tls() {
    for engine in Engine::ALL {
        tell(first_fetch, world_over_tls().await, engine).await;
    }
}

async fn first_fetch(world: &World, browser: &Browser) {
    let (engine, url) = (browser.engine, world.url(APP2, "/bound/api?x=1"));
    let fetched = browser.fetch_with_credentials(&url).await;
    assert_eq!(fetched.outcome(), "200", "{engine}: {}", fetched.text);
    assert_eq!(fetched.json()["email"], ANN, "{engine}");
    let received = world.upstream.received_at("/bound/api");
    assert_eq!(received.len(), 1, "{engine}");
    assert_eq!(received[0].header("origin"), world.origin(APP1), "{engine}");
    assert_eq!(received[0].query.as_deref(), Some("x=1"), "{engine}");
    let again = browser.fetch_with_credentials(&url).await;
    assert_eq!((again.outcome().as_str(), again.redirected), ("200", false), "{engine}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandboxed_frame_gets_nothing_before_and_after() {
    const SANDBOXED: &str = r"
        const [url, done] = arguments;
        addEventListener('message', event => done(event.data), { once: true });
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = `<script>fetch('${url}', { credentials: 'include' })
            .then(r => r.status, () => 'blocked').then(outcome => parent.postMessage(outcome, '*'))</script>`;
        document.body.append(frame);";
    in_each_engine(async |world, browser| {
        let url = world.url(APP2, "/bound/api");
        for when in ["before", "after"] {
            world.upstream.forget();
            let outcome = browser.run(SANDBOXED, vec![json!(url)]).await;
            assert_eq!(outcome, json!("blocked"), "{}: {when}", browser.engine);
            assert_eq!(world.upstream.received_at("/bound/api").len(), 0, "{when}");
            assert_eq!(browser.fetch_with_credentials(&url).await.outcome(), "200", "{when}");
        }
    })
    .await;
}

/// A host of the same site that redirects app1's fetch to the API: its `Origin` is `null`, and its Sec-Fetch-Site is same-site.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_by_a_sibling_gets_nothing_before_and_after() {
    in_each_engine(async |world, browser| {
        let (engine, url) = (browser.engine, world.url(APP2, "/bound/api"));
        let by_sibling = format!("{}?to={url}", world.url(STRANGER, "/redirect"));
        for when in ["before", "after"] {
            let fetched = browser.fetch_with_credentials(&by_sibling).await;
            assert_eq!(fetched.outcome(), "blocked", "{engine}: {when}");
            assert_eq!(world.upstream.received_at("/bound/api").len(), 0, "{engine}: {when}");
            assert_eq!(browser.fetch_with_credentials(&url).await.outcome(), "200", "{engine}");
            world.upstream.forget();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fetches_at_once_and_in_two_tabs_all_arrive() {
    const TOGETHER: &str = r"
        const [url, done] = arguments;
        const calls = [1, 2, 3, 4, 5].map(n => fetch(url + '?' + n, { credentials: 'include' }).then(r => r.status, String));
        Promise.all(calls).then(done);";
    in_each_engine(async |world, browser| {
        let url = world.url(APP2, "/bound/api");
        let first = json!({ "credentials": "include", "redirect": "manual" });
        assert_eq!(browser.fetch(&url, first).await.status, 0, "an opaque redirect");
        let outcomes = browser.run(TOGETHER, vec![json!(url)]).await;
        assert_eq!(outcomes, json!([200, 200, 200, 200, 200]), "{}", browser.engine);
        browser.driver.new_tab().await.unwrap();
        let tabs = browser.driver.windows().await.unwrap();
        browser.driver.switch_to_window(tabs[1].clone()).await.unwrap();
        browser.open(&world.url(APP1, "/page.html")).await;
        let outcomes = browser.run(TOGETHER, vec![json!(url)]).await;
        assert_eq!(outcomes, json!([200, 200, 200, 200, 200]), "{}: second tab", browser.engine);
    })
    .await;
}

/// Walks the flow up to the URL of `authorized`, as a browser does for a fetch of app1's page.
async fn up_to_authorized(world: &World, client: &Client) -> String {
    let first =
        client.get(&world.url(APP2, "/bound/api")).fetch_by(&world.origin(APP1), "same-site");
    let login = first.send().await.location().unwrap().to_string();
    let login = client.get(&login).fetch_by("null", "same-site").send().await;
    assert_eq!(login.header("access-control-allow-origin").as_deref(), Some("null"));
    login.location().unwrap().to_string()
}

fn served(answer: &Answer) -> bool {
    answer.status == 200 && answer.text().contains(ANN)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_step_counts_once_and_in_its_browser_and_fetch_only() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/page.html"), ANN).await;
    world.upstream.forget();
    let authorized = up_to_authorized(&world, &ann).await;

    let stranger = world.client().get(&authorized).fetch_by("null", "same-site").send().await;
    let with_origin =
        ann.get(&authorized).fetch_by(&world.origin(STRANGER), "same-site").send().await;
    let script = ann.get(&authorized).header("sec-fetch-mode", "no-cors");
    let script = script.header("sec-fetch-site", "same-site").send().await;
    let forged = authorized.replace("meta=A", "meta=B");
    assert_ne!(forged, authorized);
    let forged = ann.get(&forged).fetch_by("null", "same-site").send().await;
    for (name, answer) in [
        ("another browser", stranger),
        ("a page's fetch without redirects", with_origin),
        ("a script", script),
        ("a forged state", forged),
    ] {
        assert_eq!(answer.status, 403, "{name}: {}", answer.text());
        assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}");
    }
    let history = ann.get(&authorized).navigation("none").send().await;
    assert!(!served(&history), "from the history: {}", history.text());
    assert_eq!(
        world.upstream.received_at("/bound/api").len(),
        0,
        "nothing has reached the upstream"
    );

    let answer = ann.get(&authorized).fetch_by("null", "same-site").send().await;
    assert!(served(&answer), "{}: {}", answer.status, answer.text());
    for (header, expected) in [
        ("access-control-allow-origin", "null"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-total"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(header).as_deref(), Some(expected), "{header}");
    }
    let set = answer.header("set-cookie").unwrap();
    assert!(set.contains("theirs=1; Path=/bound"), "as if it came from there: {set}");

    let replayed = ann.get(&authorized).fetch_by("null", "same-site").send().await;
    assert!(!served(&replayed), "a replay: {}", replayed.text());
    assert_eq!(world.upstream.received_at("/bound/api").len(), 1);
}

/// sec-C5-S1: a body that came with the request to the gateway is not announced to the upstream, which would take the next request on
/// the connection for it.
#[tokio::test(flavor = "multi_thread")]
async fn the_original_request_has_no_body_whatever_the_last_step_had() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/page.html"), ANN).await;
    world.upstream.forget();
    let authorized = up_to_authorized(&world, &ann).await;
    let request = ann.get(&authorized).fetch_by("null", "same-site").body("x".repeat(1000));
    let answer = request.header("content-type", "text/plain").header("trailer", "x").send().await;
    assert!(served(&answer), "{}: {}", answer.status, answer.text());
    let received = &world.upstream.received_at("/bound/api")[0];
    for header in ["content-length", "content-type", "transfer-encoding", "trailer"] {
        assert_eq!(received.header(header), "", "{header}");
    }
    let next = ann.request("POST", &world.url(APP2, "/bound/next")).navigation("same-origin");
    assert_eq!(next.body("GET /smuggled HTTP/1.1\r\n\r\n").send().await.status, 200);
    let paths = world.upstream.received().into_iter().map(|it| it.path).collect::<Vec<_>>();
    assert_eq!(paths, ["/bound/api", "/bound/next"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_of_the_upstreams_is_a_401_and_what_is_not_admitted_says_so() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/page.html"), ANN).await;
    let url = world.url(APP2, "/bound/api?to=https://evil.example/");
    let first = ann.get(&url).fetch_by(&world.origin(APP1), "same-site").send().await;
    let login = first.location().unwrap().to_string();
    let login = ann.get(&login).fetch_by("null", "same-site").send().await;
    let answer =
        ann.get(login.location().unwrap().as_str()).fetch_by("null", "same-site").send().await;
    assert_eq!(answer.status, 401, "{}", answer.text());
    let problem = serde_json::from_str::<Value>(&answer.text()).unwrap();
    assert_eq!(problem["code"], "upstream-redirected");
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("null"));
    assert_eq!(answer.header("location"), None);
    let line = world
        .gateway
        .log()
        .wait_for("the line", |line| line["reason"] == "upstream-redirected")
        .await;
    assert_eq!((&line["row"], &line["path"]), (&json!(14), &json!("/bound/api")));
}
