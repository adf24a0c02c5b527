//! `GET /cdn-cgi/access/frame`: a session for a page of the same site, without asking and without showing anything.

use crossgate_testkit::{Answer, Client, Outgoing, World};
use crossgate_tests::{APP1, APP2, LOGIN, STRANGER};

use crate::{ann_at_app1, at_app2};

const NONCE: &str = "0123456789abcdef0123";

fn framed(client: &Client, url: &str, site: &str) -> Outgoing {
    let request = client.get(url).header("accept", "text/html,*/*;q=0.8");
    let request = request.header("sec-fetch-site", site).header("sec-fetch-mode", "navigate");
    request.header("sec-fetch-dest", "iframe")
}

fn frame_url(world: &World, origin: &str, path: &str) -> String {
    let origin: String = url::form_urlencoded::byte_serialize(origin.as_bytes()).collect();
    let query = format!("path={path}&origin={origin}&nonce={NONCE}");
    world.url(APP2, &format!("/cdn-cgi/access/frame?{query}"))
}

/// Follows a frame to its end. Returns the hosts on the way.
async fn follow(client: &Client, url: &str, site: &str) -> (Vec<String>, Answer) {
    let mut hosts = Vec::new();
    let mut answer = framed(client, url, site).send().await;
    while let Some(next) = answer.location() {
        hosts.push(next.host_str().unwrap().to_owned());
        assert!(hosts.len() < 8, "redirects without end: {hosts:?}");
        assert_eq!(answer.text(), "", "no hop shows anything");
        answer = framed(client, next.as_str(), site).send().await;
    }
    (hosts, answer)
}

fn says(answer: &Answer, outcome: &str) -> bool {
    answer.text().contains(&format!("data-outcome=\"{outcome}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_login_host_knows_gets_a_session_and_only_the_page_is_told() {
    let (world, ann) = ann_at_app1().await;
    let app1 = world.origin(APP1);
    let (hosts, answer) = follow(&ann, &frame_url(&world, &app1, "/"), "same-site").await;
    assert_eq!(hosts, [LOGIN, APP2, APP2]);
    assert_eq!(answer.status, 200);
    assert!(says(&answer, "signed-in"), "{}", answer.text());
    let text = answer.text();
    assert!(text.contains(&format!("data-origin=\"{app1}\"")), "{text}");
    assert!(text.contains(&format!("data-nonce=\"{NONCE}\"")), "{text}");
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.ends_with(&format!("; frame-ancestors {app1}")), "{policy}");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert_eq!(answer.header("x-frame-options"), None);
    assert_eq!(answer.header("referrer-policy").unwrap(), "no-referrer");
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    assert_eq!(at_app2(&world, &ann).await, 200);
    assert_eq!(world.upstream.received().len(), 1, "the upstream saw the call only");

    let (hosts, answer) = follow(&ann, &frame_url(&world, &app1, "/"), "same-site").await;
    assert!(hosts.is_empty() && says(&answer, "signed-in"), "the next one is quick");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_knows_is_asked_nothing() {
    let (world, _) = ann_at_app1().await;
    let stranger = world.client();
    let url = frame_url(&world, &world.origin(APP1), "/");
    let (hosts, answer) = follow(&stranger, &url, "same-site").await;
    assert_eq!(hosts, [LOGIN, APP2, APP2]);
    assert!(says(&answer, "not-signed-in"), "{}", answer.text());
    assert!(!answer.text().contains("<form"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_no_policy_admits_is_told_so_once() {
    let (world, ann) = ann_at_app1().await;
    let url = frame_url(&world, &world.origin(APP1), "%2Fbosses");
    let (hosts, answer) = follow(&ann, &url, "same-site").await;
    assert_eq!(hosts, [LOGIN, APP2, APP2]);
    assert!(says(&answer, "not-signed-in"), "{}", answer.text());
}

/// Clickjacking, and pages that want to know who is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn frames_of_others_get_one_constant_answer() {
    let (world, ann) = ann_at_app1().await;
    ann.navigate(&world.url(APP2, "/page.html")).await;
    let app1 = world.origin(APP1);
    let good = frame_url(&world, &app1, "/");
    let mut bodies = std::collections::BTreeSet::new();
    for client in [&ann, &world.client()] {
        for (name, request) in [
            ("another site's page, in its name", framed(client, &good, "cross-site")),
            (
                "a page that nobody lists",
                framed(client, &frame_url(&world, &world.origin(STRANGER), "/"), "same-site"),
            ),
            (
                "a page that a neighbour lists",
                framed(client, &frame_url(&world, &app1, "%2Fothers"), "same-site"),
            ),
            ("null", framed(client, &frame_url(&world, "null", "/"), "same-site")),
            ("typed in", client.get(&good).navigation("none")),
            ("a fetch", client.get(&good).fetch_by(&app1, "same-site")),
            ("a tool", client.get(&good)),
        ] {
            let answer = request.send().await;
            assert_eq!(answer.status, 403, "{name}");
            assert!(answer.cookies().is_empty(), "{name}");
            assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}");
            bodies.insert(answer.text());
        }
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

/// The login host's part, without what the application's host has signed.
#[tokio::test(flavor = "multi_thread")]
async fn the_login_host_refuses_frames_that_were_not_begun_here() {
    let (world, ann) = ann_at_app1().await;
    let begun =
        framed(&ann, &frame_url(&world, &world.origin(APP1), "/"), "same-site").send().await;
    let begun = begun.location().unwrap();
    let page = world.client().get(&world.url(APP2, "/page.html")).navigation("none").send().await;
    let mut forged = begun.clone();
    forged.set_query(Some(&begun.query().unwrap().replace("meta=", "meta=A")));
    for (name, url, site) in [
        ("a page's sign-in", page.location().unwrap(), "same-site"),
        ("forged state", forged, "same-site"),
    ] {
        let answer = framed(&ann, url.as_str(), site).send().await;
        assert_eq!((answer.status.as_u16(), answer.location()), (403, None), "{name}");
    }
}

/// A frame that another browser began does not sign anybody in here: login CSRF.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_for_the_browser_that_started() {
    let (world, ann) = ann_at_app1().await;
    let begun =
        framed(&ann, &frame_url(&world, &world.origin(APP1), "/"), "same-site").send().await;
    let left = framed(&ann, begun.location().unwrap().as_str(), "same-site").send().await;
    let back = left.location().unwrap();
    let victim = world.client();
    let answer = framed(&victim, back.as_str(), "same-site").send().await;
    assert_eq!((answer.status.as_u16(), answer.cookies().len()), (403, 0));
    let answer = framed(&ann, back.as_str(), "same-site").send().await;
    assert_eq!(answer.status, 302);
    let again = framed(&ann, back.as_str(), "same-site").send().await;
    assert!(again.cookies().is_empty(), "and once");
}
