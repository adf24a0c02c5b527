//! The login page: for people at the top of a tab, and for nobody else.

use crossgate_testkit::wait::{PATIENCE, until};
use crossgate_tests::{APP1, APP2, LOGIN};
use serde_json::{Value, json};
use thirtyfour::By;

use crate::in_each_engine;

const FRAME: &str = r"
    const [src, done] = arguments;
    const frame = document.createElement('iframe');
    Object.assign(frame, { id: 'frame', src });
    document.body.append(frame);
    done();";

/// seed-S7
#[tokio::test(flavor = "multi_thread")]
async fn the_login_page_shows_in_no_frame_and_to_no_script() {
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        // The address of a login page, as a visitor without cookies gets it.
        let login =
            world.client().get(&world.url(APP2, "/page.html")).navigation("none").send().await;
        let login = login.location().unwrap();
        assert_eq!(login.host_str(), Some(LOGIN));

        assert_eq!(
            browser.fetch_with_credentials(login.as_str()).await.outcome(),
            "blocked",
            "{engine}: a script"
        );
        // No load event tells of a frame that is refused; the gateway's log does.
        let refused = |line: &Value| line["path"] == login.path() && line["status"] == 403;
        let count = || world.gateway.log().json().iter().filter(|line| refused(line)).count();
        until("the script to be refused", PATIENCE, async || (count() > 0).then_some(())).await;
        let before = count();
        browser.run(FRAME, vec![json!(login.as_str())]).await;
        until("the frame to be refused", PATIENCE, async || (count() > before).then_some(())).await;
        let frame = browser.element(By::Id("frame")).await;
        frame.enter_frame().await.unwrap();
        let shown = browser.driver.find(By::Id("email")).await.is_ok();
        browser.driver.enter_default_frame().await.unwrap();
        assert!(!shown, "{engine}: a frame shows the login page");

        // Whoever has no session sees the page at the top of a tab.
        browser.driver.delete_all_cookies().await.unwrap();
        browser.open(&world.url(LOGIN, "/cdn-cgi/access/get-identity")).await;
        browser.driver.delete_all_cookies().await.unwrap();
        browser.open(&world.url(APP1, "/page.html")).await;
        assert!(browser.element(By::Id("email")).await.is_displayed().await.unwrap(), "{engine}");
    })
    .await;
}
