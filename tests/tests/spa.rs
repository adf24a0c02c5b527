//! A single-page application on one host with its API on another: reading, writing, losing the session, and going on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::Mutex;
use std::time::Duration;

use crossgate_testkit::wait::until;
use crossgate_testkit::{Browser, Engine, Received, Reply, World};
use serde_json::{Value, json};

const NOTES: &str = "notes.demo.localhost";

/// The session at the API is short, so that it ends while the page is open.
const CONFIG: &str = "
ingress:
  - { hostname: notes.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: api.demo.localhost, service: \"http://@UPSTREAM@\" }
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] } ]
applications:
  - { name: notes, domain: notes.demo.localhost, policies: [ staff ] }
  - name: api
    domain: api.demo.localhost
    policies: [ staff ]
    session_duration: 6s
    cors_headers:
      allowed_origins: [ \"http://notes.demo.localhost:@PORT@\" ]
      allowed_methods: [ GET, PUT, DELETE ]
      allowed_headers: [ content-type ]
      allow_credentials: true
      max_age: 60
";

/// The page, and an API that keeps notes and does its own CORS for the page's origin.
fn application() -> impl Fn(&Received) -> Reply + Send + Sync + 'static {
    let notes = Mutex::new(serde_json::Map::new());
    move |request| {
        if request.host.starts_with(NOTES) {
            return Reply::new("text/html", include_str!("spa.html"));
        }
        let mut notes = notes.lock().unwrap();
        let name = request.path.trim_start_matches("/notes").trim_start_matches('/').to_owned();
        match request.method.as_str() {
            "PUT" => {
                notes.insert(name, serde_json::from_slice(&request.body).unwrap());
            }
            "DELETE" => {
                notes.remove(&name);
            }
            _ => {}
        }
        let reply = Reply::new("application/json", Value::Object(notes.clone()).to_string());
        reply
            .header("access-control-allow-origin", request.header("origin"))
            .header("access-control-allow-credentials", "true")
            .header("vary", "Origin")
    }
}

/// Calls the page's own `call`, and returns what it made of the answer.
async fn call(browser: &Browser, method: &str, path: &str, body: Value) -> Value {
    browser
        .run(
            "const [method, path, body, done] = arguments; call(method, path, body).then(done);",
            vec![json!(method), json!(path), body],
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_page_application_works_with_an_api_on_another_host() {
    for engine in Engine::BOTH {
        let world = World::start(CONFIG, application()).await;
        let browser = Browser::start(engine).await;
        let page = world.url(NOTES, "/#/list");
        browser.sign_in(&world.mailbox, &page, "ann@acme.example").await;

        // Signed in at the page, not at the API: the page reads why and opens the API's sign-in in a tab.
        let refused = call(&browser, "GET", "/notes", Value::Null).await;
        assert_eq!(refused["status"], 401, "{engine}: {refused}");
        sign_in_there(&browser, &refused, &page).await;

        assert_eq!(
            call(&browser, "GET", "/notes", Value::Null).await,
            json!({ "status": 200, "body": {} }),
            "{engine}"
        );
        let put = call(&browser, "PUT", "/notes/one", json!({ "text": "first" })).await;
        assert_eq!(put["body"]["one"]["text"], "first", "{engine}: {put}");

        // The session ends while the page is open. Nothing that is written then is lost silently.
        let refused = until("the end of the session", Duration::from_secs(20), async || {
            let answer = call(&browser, "PUT", "/notes/two", json!({ "text": "second" })).await;
            (answer["status"] != 200).then_some(answer)
        })
        .await;
        assert_eq!(refused["status"], 401, "{engine}: {refused}");
        assert_eq!(refused["body"]["code"], "session-expired", "{engine}: {refused}");
        let written = world.upstream.received_at("/notes/three").len();
        call(&browser, "PUT", "/notes/three", json!({ "text": "third" })).await;
        assert_eq!(world.upstream.received_at("/notes/three").len(), written, "{engine}");

        sign_in_there(&browser, &refused, &page).await;
        let put = call(&browser, "PUT", "/notes/three", json!({ "text": "third" })).await;
        assert_eq!(put["body"]["three"]["text"], "third", "{engine}: it goes on: {put}");
        let deleted = call(&browser, "DELETE", "/notes/one", Value::Null).await;
        assert_eq!(
            (&deleted["status"], &deleted["body"]["one"]),
            (&json!(200), &Value::Null),
            "{engine}"
        );
        assert_eq!(
            world.upstream.received().iter().filter(|request| request.method == "OPTIONS").count(),
            0,
            "{engine}"
        );
    }
}

/// Opens the sign-in that an answer names in a tab of its own, as a page's button would. It leads back to the page.
async fn sign_in_there(browser: &Browser, refused: &Value, page_url: &str) {
    let driver = &browser.driver;
    let page = driver.window().await.unwrap();
    let tab = driver.new_tab().await.unwrap();
    driver.switch_to_window(tab).await.unwrap();
    let login_url = refused["body"]["login_url"].as_str().unwrap();
    browser.open(login_url).await;
    browser.wait_for_origin(page_url).await;
    driver.close_window().await.unwrap();
    driver.switch_to_window(page).await.unwrap();
}
