//! A real browser with a fresh profile.

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{By, Capabilities, WebDriver, WebElement};
use tokio::net::TcpStream;

use crate::wait::{PATIENCE, until};
use crate::{Engine, Process, ports};

/// A browser. It ends, with everything that it started, when this is dropped.
#[derive(Debug)]
pub struct Browser {
    /// The session, for what has no method here.
    pub driver: WebDriver,
    /// Which one it is.
    pub engine: Engine,
    _process: Process,
    _folder: TempDir,
}

/// What a page's script got from `fetch`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Fetched {
    /// Whether the script may not even know the status: `fetch` threw.
    pub blocked: bool,
    /// The status; 0 where blocked.
    #[serde(default)]
    pub status: u16,
    /// The body.
    #[serde(default)]
    pub text: String,
    /// Whether redirects were followed.
    #[serde(default)]
    pub redirected: bool,
}

impl Fetched {
    /// In a word: `blocked` or the status that the script reads.
    #[must_use]
    pub fn outcome(&self) -> String {
        if self.blocked { "blocked".to_owned() } else { self.status.to_string() }
    }

    /// The body as JSON; null if it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

const FETCH: &str = r"
const [url, init, done] = arguments;
(async () => {
  try {
    const response = await fetch(url, init);
    done({ blocked: false, status: response.status, redirected: response.redirected, text: await response.text() });
  } catch (error) { done({ blocked: true, text: String(error) }); }
})();";

impl Browser {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// When browser or driver are not there or do not start: `cargo xtask test` installs them.
    pub async fn start(engine: Engine) -> Self {
        let folder = tempfile::Builder::new().prefix("crossgate-browser-").tempdir().unwrap();
        let port = ports::free();
        let mut process = Process::start(&mut engine.driver(port, folder.path()));
        until("the browser's driver", PATIENCE, async || {
            assert_eq!(process.ended(), None, "{engine}: {}", process.errors.text());
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        let Value::Object(capabilities) = engine.capabilities(folder.path()) else {
            unreachable!()
        };
        let url = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(url, Capabilities::from(capabilities)).await;
        let driver = driver.unwrap_or_else(|error| {
            panic!("{engine} does not start: {error}. `cargo xtask test` installs it")
        });
        Self { driver, engine, _process: process, _folder: folder }
    }

    /// Opens a URL, and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// When the browser cannot.
    pub async fn open(&self, url: &str) {
        self.driver
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{}: {url}: {error}", self.engine));
    }

    /// Waits for an element that is shown.
    ///
    /// # Panics
    ///
    /// When there is none within [`PATIENCE`].
    pub async fn element(&self, by: By) -> WebElement {
        until(&format!("{}: {by:?}", self.engine), PATIENCE, async || {
            let element = self.driver.find(by.clone()).await.ok()?;
            element.is_displayed().await.is_ok_and(|shown| shown).then_some(element)
        })
        .await
    }

    /// Clicks on an element once it is shown.
    ///
    /// # Panics
    ///
    /// When it cannot be clicked on.
    pub async fn press(&self, by: By) {
        self.element(by).await.click().await.unwrap();
    }

    /// The text of the page that is shown.
    pub async fn text(&self) -> String {
        self.element(By::Css("body")).await.text().await.unwrap()
    }

    /// Waits until the page's text has this in it.
    ///
    /// # Panics
    ///
    /// When it hasn't within [`PATIENCE`].
    pub async fn wait_for_text(&self, text: &str) {
        until(&format!("{}: the text {text:?}", self.engine), PATIENCE, async || {
            let body = self.driver.find(By::Css("body")).await.ok()?;
            body.text().await.is_ok_and(|shown| shown.contains(text)).then_some(())
        })
        .await;
    }

    /// Runs a script in the page. It ends by calling its last argument with a value.
    ///
    /// # Panics
    ///
    /// When it throws or does not end.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self.driver.execute_async(script, arguments).await;
        result.unwrap_or_else(|error| panic!("{}: {error}", self.engine)).json().clone()
    }

    /// Calls `fetch` in the page.
    pub async fn fetch(&self, url: &str, init: Value) -> Fetched {
        serde_json::from_value(self.run(FETCH, vec![json!(url), init]).await).unwrap()
    }

    /// Calls `fetch` with credentials in the page.
    pub async fn fetch_with_credentials(&self, url: &str) -> Fetched {
        self.fetch(url, json!({ "credentials": "include" })).await
    }

    /// Adds an element to the page and says whether it loaded.
    pub async fn loads(&self, tag: &str, attributes: Value) -> bool {
        let script = r"
            const [tag, attributes, done] = arguments;
            const element = document.createElement(tag);
            element.onload = () => done(true);
            element.onerror = () => done(false);
            Object.assign(element, attributes);
            document.body.append(element);";
        self.run(script, vec![json!(tag), attributes]).await == json!(true)
    }
}
