use crossgate_gate::Gate;
use crossgate_token::code::Outcome;

use super::Frame;
use crate::testing::{NOW, Request, gate, get, keys, session};
use crate::{Arrival, Decision, Entry, LeaveKeys, SignedIn};

const APP1: &str = "https://app1.acme.example";
const NONCE: &str = "0123456789abcdef";

fn url(origin: &str, more: &str) -> String {
    let origin: String = url::form_urlencoded::byte_serialize(origin.as_bytes()).collect();
    format!("https://app2.acme.example/cdn-cgi/access/frame?path=%2F&origin={origin}{more}")
}

fn framed(url: &str, site: &'static str) -> Request {
    get(url).with_all(&[
        ("sec-fetch-site", site),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "iframe"),
    ])
}

fn with_cookie(request: Request) -> Request {
    request.with("cookie", &format!("__Host-CF_AppSession={}", session().as_str()))
}

#[test]
fn a_frame_is_one_that_a_trusted_page_of_the_same_site_has_opened() {
    let gate = gate();
    let nonce = format!("&nonce={NONCE}");
    let good = url(APP1, &nonce);
    let rows = [
        ("by a listed sibling", framed(&good, "same-site"), true),
        (
            "by the application's own page",
            framed(&url("https://app2.acme.example", &nonce), "same-origin"),
            true,
        ),
        ("by another site", framed(&good, "cross-site"), false),
        ("typed in", framed(&good, "none"), false),
        ("by nobody who says where from", get(&good), false),
        ("top-level", get(&good).navigation(), false),
        (
            "by a page that nobody lists",
            framed(&url("https://app3.acme.example", &nonce), "same-site"),
            false,
        ),
        ("by null", framed(&url("null", &nonce), "same-site"), false),
        ("without a nonce", framed(&url(APP1, ""), "same-site"), false),
        ("with a short nonce", framed(&url(APP1, "&nonce=0123"), "same-site"), false),
        (
            "with a nonce that is none",
            framed(&url(APP1, "&nonce=0123456789abcde%3C"), "same-site"),
            false,
        ),
        ("with two nonces", framed(&url(APP1, &nonce.repeat(2)), "same-site"), false),
        ("by a form", framed(&good, "same-site").with("origin", APP1), false),
        ("at its end, from another site", framed(&format!("{good}&done=1"), "cross-site"), false),
        ("at its end", framed(&format!("{good}&done=1"), "same-site"), true),
    ];
    for (row, request, expected) in rows {
        let read = request.read(|head| Frame::read(&gate, head).is_some());
        assert_eq!(read, expected, "{row}");
    }
}

/// Where a frame without session is sent.
fn started(gate: &Gate) -> String {
    framed(&url(APP1, &format!("&nonce={NONCE}")), "same-site").read(|head| {
        let frame = Frame::read(gate, head).unwrap();
        frame.start(gate, head, &session(), &keys().meta(), NOW)
    })
}

fn enter(gate: &Gate, request: &Request, at: i64) -> Option<Decision> {
    let person = SignedIn { email: "ann@acme.example", sid: "sign-in" };
    request.read(|head| {
        let entry = Entry::read(gate, head, "app2.acme.example", None, &keys().meta(), at).ok()?;
        matches!(entry, Entry::Frame(_)).then(|| entry.decide(Some(person), head.client))
    })
}

#[test]
fn the_login_host_takes_frames_that_the_gateway_has_begun() {
    let gate = gate();
    let url = started(&gate);
    let permitted = Some(Decision::Leave(Outcome::Permitted { sid: "sign-in".into() }));
    let fetch = crate::testing::sent_by_fetch(
        &gate,
        Some(APP1),
        Some(crossgate_token::meta::Site::SameSite),
    );
    let rows = [
        ("in a frame of the same site", framed(&url, "same-site"), 0, permitted),
        ("in a frame of another site", framed(&url, "cross-site"), 0, None),
        ("too late", framed(&url, "same-site"), 30, None),
        ("a fetch's state in a frame", framed(&fetch, "same-site"), 0, None),
        ("a frame's state in a window", get(&url).navigation(), 0, None),
    ];
    for (row, request, after, expected) in rows {
        assert_eq!(enter(&gate, &request, NOW + after), expected, "{row}");
    }
}

fn way_back(gate: &Gate, outcome: Outcome) -> String {
    framed(&started(gate), "same-site").read(|head| {
        let (mac, seal) = (keys().meta(), keys().code());
        let entry = Entry::read(gate, head, "app2.acme.example", None, &mac, NOW).unwrap();
        let keys = LeaveKeys { meta: &mac, code: &seal };
        entry.visit().leave(gate, outcome, keys, [3; 16], [4; 12], NOW)
    })
}

fn arrive(gate: &Gate, request: &Request) -> &'static str {
    let (mac, seal) = (keys().meta(), keys().code());
    request.read(|head| {
        match Arrival::read(gate, head, LeaveKeys { meta: &mac, code: &seal }, NOW) {
            Arrival::FrameRefused { return_path } => {
                assert!(return_path.as_str().contains("done=1"), "{return_path}");
                "goes on without"
            }
            Arrival::Permitted(redemption) => {
                assert!(redemption.frame && !redemption.fetch);
                assert!(redemption.return_path.as_str().contains(NONCE));
                "permitted"
            }
            Arrival::NotOffered => "refused",
            Arrival::FetchRefused { .. } | Arrival::Mismatch(_) => "something else",
        }
    })
}

#[test]
fn a_frame_comes_back_to_the_browser_that_started() {
    let gate = gate();
    let permitted = way_back(&gate, Outcome::Permitted { sid: "sign-in".into() });
    let denied = way_back(&gate, Outcome::Denied(1));
    assert_eq!(permitted.len(), denied.len(), "the URL does not tell");
    let rows = [
        ("permitted", with_cookie(framed(&permitted, "same-site")), "permitted"),
        ("denied", with_cookie(framed(&denied, "same-site")), "goes on without"),
        ("in another browser", framed(&permitted, "same-site"), "refused"),
        ("in a frame of another site", with_cookie(framed(&permitted, "cross-site")), "refused"),
        ("in a window", with_cookie(get(&permitted).navigation()), "something else"),
        (
            "as a fetch",
            with_cookie(get(&permitted).with_all(&crate::testing::redirected_fetch("same-site"))),
            "refused",
        ),
    ];
    for (row, request, expected) in rows {
        assert_eq!(arrive(&gate, &request), expected, "{row}");
    }
}
