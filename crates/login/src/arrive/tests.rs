use crossgate_gate::{Gate, LoginRedirect, ReturnPath};
use crossgate_model::Host;
use crossgate_token::code::Outcome;
use crossgate_token::meta::Site;

use super::Arrival;
use crate::testing::{NOW, Request, gate, get, keys, redirected_fetch, sent_by_fetch, session};
use crate::{AppSession, Entry, LeaveKeys, start};

const APP2: &str = "app2.acme.example";

/// The URL that brings somebody back to app2 with an outcome.
fn way_back(gate: &Gate, fetch: bool, outcome: Outcome) -> String {
    let (mac, seal) = (keys().meta(), keys().code());
    let host = Host::parse(APP2).unwrap();
    let redirect = LoginRedirect {
        application: gate.application(&host, "/").unwrap(),
        return_path: ReturnPath::parse("/api?x=1").unwrap(),
        fetch: None,
    };
    let url = if fetch {
        sent_by_fetch(gate, Some("https://app1.acme.example"), Some(Site::SameSite))
    } else {
        start(gate.snapshot(), &host, &redirect, &session(), &mac, false, NOW)
    };
    let request = if fetch {
        get(&url).with_all(&redirected_fetch("same-site"))
    } else {
        get(&url).navigation()
    };
    request.read(|head| {
        let entry = Entry::read(gate, head, APP2, None, &mac, NOW).unwrap();
        entry.visit().leave(
            gate,
            outcome,
            LeaveKeys { meta: &mac, code: &seal },
            [3; 16],
            [4; 12],
            NOW,
        )
    })
}

fn with_cookie(request: Request) -> Request {
    request.with("cookie", &format!("__Host-CF_AppSession={}", session().as_str()))
}

fn permitted() -> Outcome {
    Outcome::Permitted { sid: "sign-in".into() }
}

fn judge(gate: &Gate, request: &Request, at: i64) -> &'static str {
    let (mac, seal) = (keys().meta(), keys().code());
    request.read(|head| {
        match Arrival::read(gate, head, LeaveKeys { meta: &mac, code: &seal }, at) {
            Arrival::NotOffered => "403",
            Arrival::FetchRefused { .. } => "401",
            Arrival::FrameRefused { .. } => "a frame goes on",
            Arrival::Permitted(redemption) => {
                assert_eq!(redemption.sid, "sign-in");
                assert_eq!(redemption.return_path.as_str(), "/api?x=1");
                assert_eq!(redemption.code_id, [3; 16]);
                if redemption.fetch { "fetch" } else { "page" }
            }
            Arrival::Mismatch(mismatch) => {
                assert!(mismatch.application.is_some());
                if mismatch.return_path.as_str() == "/api?x=1" {
                    "over"
                } else {
                    "over at the start"
                }
            }
        }
    })
}

#[test]
fn a_page_comes_back_to_the_browser_that_started() {
    let gate = gate();
    let url = way_back(&gate, false, permitted());
    let other_code = {
        let other = way_back(&gate, true, permitted());
        let code = other.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let own = url.split("code=").nth(1).unwrap().split('&').next().unwrap();
        url.replace(own, &code)
    };
    let cookie = |url: &str| with_cookie(get(url)).navigation();
    let rows: Vec<(&str, Request, i64, &str)> = vec![
        ("with its cookie", cookie(&url), NOW, "page"),
        (
            "with several of its name",
            get(&url).navigation().with(
                "cookie",
                &format!("__Host-CF_AppSession=junk; __Host-CF_AppSession={}", session().as_str()),
            ),
            NOW,
            "page",
        ),
        ("without the cookie", get(&url).navigation(), NOW, "over"),
        (
            "with another browser's",
            get(&url).navigation().with(
                "cookie",
                &format!("__Host-CF_AppSession={}", AppSession::fresh([2; 32]).as_str()),
            ),
            NOW,
            "over",
        ),
        ("30 seconds later", cookie(&url), NOW + 30, "over"),
        ("with the code of another flow", cookie(&other_code), NOW, "over"),
        ("with a doubled code", cookie(&format!("{url}&code=x")), NOW, "over"),
        ("with doubled state", cookie(&format!("{url}&meta=x")), NOW, "over at the start"),
        (
            "with nothing",
            cookie("https://app2.acme.example/cdn-cgi/access/authorized"),
            NOW,
            "over at the start",
        ),
        ("on another host", cookie(&url.replace("//app2", "//app1")), NOW, "over at the start"),
        (
            "in a frame",
            with_cookie(get(&url)).with_all(&[
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-dest", "iframe"),
            ]),
            NOW,
            "403",
        ),
        ("as a fetch", with_cookie(get(&url)).with_all(&redirected_fetch("same-site")), NOW, "403"),
        ("with a refusal", cookie(&way_back(&gate, false, Outcome::Denied(1))), NOW, "over"),
    ];
    for (what, request, at, expected) in rows {
        assert_eq!(judge(&gate, &request, at), expected, "a page {what}");
    }
}

#[test]
fn a_fetch_is_compared_by_its_cookie_first() {
    let gate = gate();
    let (good, refused) =
        (way_back(&gate, true, permitted()), way_back(&gate, true, Outcome::Denied(2)));
    let bare = |url: &str, site| get(url).with_all(&redirected_fetch(site));
    let bound = |url: &str, site| with_cookie(bare(url, site));
    let rows: Vec<(&str, Request, i64, &str)> = vec![
        ("with cookie and code", bound(&good, "same-site"), NOW, "fetch"),
        ("with cookie and a refusal", bound(&refused, "same-site"), NOW, "401"),
        (
            "with cookie and a forged code",
            bound(&good.replace("code=", "code=A"), "same-site"),
            NOW,
            "401",
        ),
        ("without the cookie", bare(&good, "same-site"), NOW, "403"),
        ("without the cookie, with a refusal", bare(&refused, "same-site"), NOW, "403"),
        ("from further away than it began", bound(&good, "cross-site"), NOW, "403"),
        ("too late", bound(&good, "same-site"), NOW + 30, "403"),
        ("opened as a page", with_cookie(get(&good)).navigation(), NOW, "over"),
    ];
    for (what, request, at, expected) in rows {
        assert_eq!(judge(&gate, &request, at), expected, "a fetch {what}");
    }
}
