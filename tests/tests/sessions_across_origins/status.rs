//! `GET /cdn-cgi/access/status`: readable for pages that are trusted, and for nobody else.

use crossgate_tests::{APP1, APP2, PARTNER, STRANGER};
use serde_json::json;

use crate::{STATUS, ann_at_app1, exchanging, ticket};

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_page_reads_whether_there_is_a_session() {
    let (world, ann) = ann_at_app1().await;
    let url = world.url(APP2, &format!("{STATUS}?path=/api"));
    let ask = || ann.get(&url).fetch_by(&world.origin(APP1), "same-site");
    let answer = ask().send().await;
    assert_eq!(answer.json(), json!({ "signed_in": false, "allowed": false }));
    assert_eq!(answer.header("access-control-allow-origin"), Some(world.origin(APP1)));
    assert_eq!(answer.header("access-control-allow-credentials").unwrap(), "true");
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");

    let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    exchanging(&world, &ann, APP2, &ticket).send().await;
    assert_eq!(ask().send().await.json(), json!({ "signed_in": true, "allowed": true }));
    let neighbour = ann.get(&world.url(APP2, &format!("{STATUS}?path=/flow/")));
    let neighbour = neighbour.fetch_by(&world.origin(APP1), "same-site").send().await;
    assert_eq!(neighbour.json()["signed_in"], false, "each application for itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_told_the_same_whoever_is_signed_in() {
    let (world, ann) = ann_at_app1().await;
    ann.navigate(&world.url(APP2, "/page.html")).await;
    ann.navigate(&world.url(PARTNER, "/page.html")).await;
    let strangers = [world.origin(STRANGER), "null".to_owned(), "https://evil.example".to_owned()];
    for host in [APP2, PARTNER] {
        let url = world.url(host, STATUS);
        let mut requests = Vec::new();
        for client in [&ann, &world.client()] {
            for origin in &strangers {
                requests.push(client.get(&url).fetch_by(origin, "cross-site"));
            }
            let image = client.get(&url).header("sec-fetch-site", "cross-site");
            requests
                .push(image.header("sec-fetch-mode", "no-cors").header("sec-fetch-dest", "image"));
        }
        for request in requests {
            let answer = request.send().await;
            assert_eq!(answer.status, 403, "{}", answer.text());
            assert_eq!(answer.json()["code"], "origin-not-trusted");
            assert_eq!(answer.names("access-control"), Vec::<&str>::new());
        }
    }
}
