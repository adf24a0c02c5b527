#![expect(clippy::type_complexity, reason = "the rows of tables")]

use crossgate_gate::{Gate, LoginRedirect, ReturnPath};
use crossgate_model::Host;
use crossgate_token::code::Outcome;
use crossgate_token::meta::Site;
use http::Method;

use super::{Decision, Entry, EntryError, SignedIn};
use crate::testing::{NOW, Request, gate, get, keys, redirected_fetch, sent_by_fetch};
use crate::{AppSession, LeaveKeys, start};

const ALICE: SignedIn<'_> = SignedIn { email: "alice@acme.example", sid: "alices-sign-in" };
const MALLORY: SignedIn<'_> = SignedIn { email: "mallory@evil.example", sid: "mallorys-sign-in" };

/// The login page's URL as `host` would send a visitor to it.
fn sent_to_login(gate: &Gate, host: &str, path: &str) -> String {
    let host = Host::parse(host).unwrap();
    let application = gate.application(&host, "/").unwrap();
    let redirect =
        LoginRedirect { application, return_path: ReturnPath::parse(path).unwrap(), fetch: None };
    start(
        gate.snapshot(),
        &host,
        &redirect,
        &AppSession::fresh([1; 32]),
        &keys().meta(),
        false,
        NOW,
    )
}

fn enter(gate: &Gate, request: &Request, at: i64) -> Result<&'static str, EntryError> {
    request.read(|head| {
        let host = head.target.path().rsplit('/').next().unwrap().to_owned();
        Entry::read(gate, head, &host, None, &keys().meta(), at).map(|entry| match entry {
            Entry::Page(_) => "page",
            Entry::Fetch(_) => "fetch",
            Entry::Frame(_) => "frame",
        })
    })
}

fn decide(gate: &Gate, request: &Request, person: Option<SignedIn<'_>>) -> Decision {
    request.read(|head| {
        let host = head.target.path().rsplit('/').next().unwrap().to_owned();
        Entry::read(gate, head, &host, None, &keys().meta(), NOW)
            .unwrap()
            .decide(person, head.client)
    })
}

#[test]
fn the_login_link_names_application_and_path() {
    let gate = gate();
    let url = sent_to_login(&gate, "app1.acme.example", "/a?b=c&d");
    let aud = &gate.application(&Host::parse("app1.acme.example").unwrap(), "/").unwrap().aud;
    let start = format!(
        "https://login.acme.example/cdn-cgi/access/login/app1.acme.example?kid={aud}&redirect_url=%2Fa%3Fb%3Dc%26d&meta="
    );
    assert!(url.starts_with(&start), "{url}");
}

#[test]
fn a_navigation_gets_a_page_or_goes_straight_back() {
    let gate = gate();
    let url = sent_to_login(&gate, "app1.acme.example", "/");
    for method in [Method::GET, Method::HEAD] {
        let request = Request::new(method, &url).navigation();
        assert_eq!(decide(&gate, &request, None), Decision::Ask, "a stranger is asked");
        assert_eq!(
            decide(&gate, &request, Some(ALICE)),
            Decision::Leave(Outcome::Permitted { sid: ALICE.sid.into() }),
            "seed-S13: who is signed in and admitted goes straight back"
        );
        assert_eq!(decide(&gate, &request, Some(MALLORY)), Decision::NotAllowed);
    }
    let another = get(&format!("{url}&another=1")).navigation();
    assert_eq!(
        decide(&gate, &another, Some(ALICE)),
        Decision::Ask,
        "who wants another address is asked"
    );
}

#[test]
fn links_that_do_not_hold_are_told_apart() {
    let gate = gate();
    let good = sent_to_login(&gate, "app1.acme.example", "/a");
    let enter_url = |url: &str, at| enter(&gate, &get(url).navigation(), at);
    let flipped = good.replace("meta=", "meta=A");
    let other_path = good.replace("redirect_url=%2Fa", "redirect_url=%2Fb");
    let other_host = good.replace("login/app1", "login/app2");
    let fetch_state = sent_by_fetch(&gate, Some("https://app1.acme.example"), Some(Site::SameSite));
    let start = "https://app1.acme.example/cdn-cgi/access/login?redirect_url=%2Fa".to_owned();
    let rows: Vec<(&str, String, i64, Result<&str, EntryError>)> = vec![
        ("as it was made", good.clone(), NOW, Ok("page")),
        ("in its last second", good.clone(), NOW + 299, Ok("page")),
        ("too old: it starts again", good.clone(), NOW + 300, Err(EntryError::Expired { start })),
        ("with changed state", flipped, NOW, Err(EntryError::Invalid)),
        ("for another path", other_path, NOW, Err(EntryError::Invalid)),
        ("for another host", other_host, NOW, Err(EntryError::UnknownApplication)),
        ("with a doubled path", format!("{good}&redirect_url=%2Fa"), NOW, Err(EntryError::Invalid)),
        ("with doubled state", format!("{good}&meta=x"), NOW, Err(EntryError::Invalid)),
        ("with a doubled application", format!("{good}&kid=x"), NOW, Err(EntryError::Invalid)),
        (
            "without anything",
            good.split('?').next().unwrap().to_owned(),
            NOW,
            Err(EntryError::Invalid),
        ),
        (
            "to a host that nobody has",
            good.replace("login/app1", "login/nobody"),
            NOW,
            Err(EntryError::UnknownApplication),
        ),
        ("with the state of a fetch, opened as a page", fetch_state, NOW, Ok("page")),
    ];
    for (what, url, at, expected) in rows {
        assert_eq!(enter_url(&url, at), expected, "{what}");
    }
}

#[test]
fn no_path_leads_to_another_host() {
    let gate = gate();
    let good = sent_to_login(&gate, "app1.acme.example", "/a");
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "https://evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "",
    ] {
        let evil: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let url = good.replace("redirect_url=%2Fa", &format!("redirect_url={evil}"));
        assert_eq!(
            enter(&gate, &get(&url).navigation(), NOW),
            Err(EntryError::Invalid),
            "sec-C9-R1 {evil}"
        );
    }
}

#[test]
fn a_fetch_counts_only_when_a_trusted_page_started_it_and_nothing_got_worse() {
    let gate = gate();
    let state = |origin, site| sent_by_fetch(&gate, Some(origin), Some(site));
    let (app1, partner) = ("https://app1.acme.example", "https://partner.example");
    let same = state(app1, Site::SameSite);
    let cross = state(partner, Site::CrossSite);
    let page_state = sent_to_login(&gate, "app2.acme.example", "/api");
    let untrusted = state("https://evil.example", Site::CrossSite);
    let no_site = sent_by_fetch(&gate, Some(app1), None);
    let null = sent_by_fetch(&gate, None, Some(Site::SameSite));
    let fetch = redirected_fetch;
    let ok = Ok("fetch");
    let no = Err(EntryError::NotOffered);
    let rows: Vec<(&str, &str, Vec<(&str, &str)>, i64, &Result<&str, EntryError>)> = vec![
        ("within one site", &same, fetch("same-site").into(), NOW, &ok),
        ("across sites, as it began", &cross, fetch("cross-site").into(), NOW, &ok),
        ("by a partner, closer than it began", &cross, fetch("same-site").into(), NOW, &ok),
        ("across sites, though it began within one", &same, fetch("cross-site").into(), NOW, &no),
        ("by an origin that is not trusted", &untrusted, fetch("cross-site").into(), NOW, &no),
        ("by an opaque origin", &null, fetch("same-site").into(), NOW, &no),
        ("with the state of a page", &page_state, fetch("same-site").into(), NOW, &no),
        ("that never said where it comes from", &no_site, fetch("same-site").into(), NOW, &no),
        ("after 30 seconds", &same, fetch("same-site").into(), NOW + 30, &no),
        (
            "without state",
            "https://login.acme.example/cdn-cgi/access/login/app2.acme.example",
            fetch("same-site").into(),
            NOW,
            &no,
        ),
        (
            "in a frame",
            &same,
            vec![
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ],
            NOW,
            &no,
        ),
        (
            "as an image",
            &same,
            vec![
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "no-cors"),
                ("sec-fetch-dest", "image"),
            ],
            NOW,
            &no,
        ),
        (
            "with a real origin",
            &same,
            vec![("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors"), ("origin", app1)],
            NOW,
            &no,
        ),
    ];
    for (what, url, headers, at, expected) in rows {
        assert_eq!(&enter(&gate, &get(url).with_all(&headers), at), expected, "a fetch {what}");
    }
}

#[test]
fn a_fetch_never_gets_a_page_and_all_outcomes_look_alike() {
    let gate = gate();
    let url = sent_by_fetch(&gate, Some("https://app1.acme.example"), Some(Site::SameSite));
    let request = get(&url).with_all(&redirected_fetch("same-site"));
    let mut lengths = Vec::new();
    for person in [None, Some(ALICE), Some(MALLORY)] {
        let Decision::Leave(outcome) = decide(&gate, &request, person) else {
            panic!("no page for {person:?}")
        };
        let permitted = matches!(outcome, Outcome::Permitted { .. });
        assert_eq!(permitted, person == Some(ALICE), "{person:?}");
        let location = request.read(|head| {
            let entry =
                Entry::read(&gate, head, "app2.acme.example", None, &keys().meta(), NOW).unwrap();
            let (mac, seal) = (keys().meta(), keys().code());
            let keys = LeaveKeys { meta: &mac, code: &seal };
            entry.visit().leave(&gate, outcome, keys, [3; 16], [4; 12], NOW)
        });
        assert!(
            location.starts_with("https://app2.acme.example/cdn-cgi/access/authorized?code="),
            "{location}"
        );
        lengths.push(location.len());
    }
    lengths.dedup();
    assert_eq!(lengths.len(), 1, "the length tells nothing");
}

#[test]
fn a_form_counts_only_from_the_page_itself() {
    let gate = gate();
    let url = sent_to_login(&gate, "app1.acme.example", "/");
    let rows: [(&str, &[(&str, &str)], bool); 6] = [
        (
            "the page's own form",
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
                ("origin", "https://login.acme.example"),
            ],
            true,
        ),
        (
            "the same under no-referrer",
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
                ("origin", "null"),
            ],
            true,
        ),
        ("the same in an old browser", &[("origin", "https://login.acme.example")], true),
        (
            "another site's form",
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("origin", "https://evil.example"),
            ],
            false,
        ),
        (
            "a sibling's form",
            &[
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "navigate"),
                ("origin", "https://app1.acme.example"),
            ],
            false,
        ),
        ("a form that says nothing of itself", &[], false),
    ];
    for (what, headers, welcome) in rows {
        let form =
            crate::Fields::read(format!("meta={}", url.rsplit("meta=").next().unwrap()).as_bytes());
        let request = Request::new(Method::POST, &url).with_all(headers);
        let entered = request.read(|head| {
            Entry::read(&gate, head, "app1.acme.example", Some(&form), &keys().meta(), NOW).is_ok()
        });
        assert_eq!(entered, welcome, "{what}");
    }
}
