//! Targets of redirects that would lead elsewhere.

use url::form_urlencoded::byte_serialize;

use crate::{ANN, APP1, LOGIN, reason, world};

const TARGETS: &[&str] = &[
    "https://evil.example/",
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/\r\n/evil.example",
    " //evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://app1.demo.localhost@evil.example/",
    "http://app1.demo.localhost.evil.example/",
    "@evil.example/",
    ".evil.example/",
    "%2f%2fevil.example/",
    "/%09/evil.example",
    "/..//evil.example/",
];

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// sec-C9-R1, sec-C9-R3
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_nowhere_but_to_the_gateways_hosts() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    for target in TARGETS {
        let url =
            world.url(APP1, &format!("/cdn-cgi/access/login?redirect_url={}", encoded(target)));
        let end = ann.navigate(&url).await;
        let host = end.url.host_str().unwrap();
        assert!([APP1, LOGIN].contains(&host), "{target:?} leads to {}", end.url);
        assert!([200, 400].contains(&end.status.as_u16()), "{target:?}: {}", end.status);
    }
}

/// sec-C9-R2, sec-C9-R3
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_leads_nowhere_but_to_the_gateways_hosts() {
    let world = world().await;
    let client = world.client();
    for host in [APP1, LOGIN] {
        for target in TARGETS {
            let url =
                world.url(host, &format!("/cdn-cgi/access/logout?returnTo={}", encoded(target)));
            let answer = client.request("POST", &url).navigation("same-origin").send().await;
            assert_eq!((answer.status.as_u16(), answer.location()), (200, None), "{target:?}");
            let page = client.get(&url).navigation("cross-site").send().await;
            assert!(!page.text().contains("evil.example"), "{target:?}: {}", page.text());
        }
        let own = world.url(APP1, "/goodbye");
        let url = world.url(host, &format!("/cdn-cgi/access/logout?returnTo={}", encoded(&own)));
        let answer = client.request("POST", &url).navigation("same-origin").send().await;
        assert_eq!(
            answer.header("location").as_deref(),
            Some(own.as_str()),
            "an own URL is one to return to"
        );
    }
}

/// sec-C7-O2, sec-C7-O10, sec-C8-K11: results of sign-ins that are made up, changed, used, or another browser's.
#[tokio::test(flavor = "multi_thread")]
async fn results_of_a_sign_in_count_once_and_in_their_browser_only() {
    let world = world().await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    // Somebody else started a sign-in, and Ann opened its link: the last step, caught before it is made.
    let victim = world.client();
    let started = victim.get(&world.url(APP1, "/x")).navigation("none").send().await;
    let login = ann.get(started.location().unwrap().as_str()).navigation("cross-site").send().await;
    let authorized = login.location().unwrap().to_string();
    assert!(authorized.contains("/cdn-cgi/access/authorized?"), "{authorized}");

    // Ann's permission, brought by a browser that started nothing, and by a script of it.
    let stranger = world.client();
    let answer = stranger.get(&authorized).navigation("cross-site").send().await;
    assert_eq!(answer.cookie("CF_Authorization"), None, "nobody is signed in as somebody else");
    assert_eq!(reason(&world, &answer.header("x-request-id").unwrap()).await, "endpoint");
    let script = stranger.get(&authorized).fetch_by("null", "cross-site").send().await;
    assert_eq!(script.status, 403);
    assert_eq!(script.names("access-control"), Vec::<&str>::new());

    // In the browser that started it it counts: once.
    let changed =
        victim.get(&authorized.replace("code=", "code=x")).navigation("cross-site").send().await;
    assert_eq!(changed.cookie("CF_Authorization"), None, "a changed code");
    let first = victim.get(&authorized).navigation("cross-site").send().await;
    assert!(first.cookie("CF_Authorization").is_some());
    let again = world.client();
    *again.jar() = victim.jar().clone();
    let second = again.get(&authorized).navigation("cross-site").without_cookies().send().await;
    assert_eq!(second.cookie("CF_Authorization"), None, "a used code");

    for query in ["", "?code=&meta=", "?code=x&meta=y", "?meta=%00", "?code=a&code=b&meta=c&meta=d"]
    {
        let url = world.url(APP1, &format!("/cdn-cgi/access/authorized{query}"));
        let answer = stranger.get(&url).navigation("none").send().await;
        assert!(!answer.status.is_success(), "{query}: {}", answer.status);
        let leads = answer.location().map(|location| location.host_str().unwrap().to_owned());
        assert!(leads.is_none_or(|host| [APP1, LOGIN].contains(&host.as_str())), "{query}");
    }
}
