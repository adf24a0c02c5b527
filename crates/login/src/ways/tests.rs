use crossgate_cors::Origin;
use crossgate_model::Host;

use super::Ways;
use crate::testing::gate;

const APP1: &str = "https://app1.acme.example";

fn ways(page: &str, host: &str) -> Ways {
    let gate = gate();
    let host = Host::parse(host).unwrap();
    let page = Origin::parse(page.as_bytes()).unwrap().tuple().unwrap().clone();
    let application = gate.application(&host, "/api").unwrap();
    Ways::of(&gate, application, &host, "/api", &page, "192.0.2.7".parse().unwrap())
}

#[test]
fn a_sibling_has_the_ticket_and_the_applications_own_frame_and_window() {
    let endpoint = |name: &str| Some(format!("https://app2.acme.example/cdn-cgi/access/{name}"));
    let expected = Ways {
        ticket: Some(format!("{APP1}/cdn-cgi/access/ticket")),
        exchange: endpoint("exchange"),
        frame: endpoint("frame?path=%2F&origin=https%3A%2F%2Fapp1.acme.example"),
        popup: endpoint("popup?path=%2F"),
        status: endpoint("status?path=%2F"),
    };
    assert_eq!(ways(APP1, "app2.acme.example"), expected);
}

#[test]
fn a_page_on_its_own_host_needs_no_ticket() {
    let Ways { ticket, exchange, frame, popup, status } = ways(APP1, "app1.acme.example");
    assert_eq!((ticket, exchange), (None, None));
    for url in [frame, popup, status] {
        assert!(url.unwrap().starts_with(APP1));
    }
}

#[test]
fn a_page_elsewhere_on_another_site_has_a_window_only() {
    let Ways { ticket, exchange, frame, popup, status } =
        ways("https://partner.example", "app2.acme.example");
    assert_eq!((ticket, exchange, frame), (None, None, None), "its host is not this gateway's");
    assert!(popup.unwrap().starts_with("https://app2.acme.example/"));
    assert!(status.is_some());
}

#[test]
fn pages_that_nobody_lists_have_no_way() {
    for page in ["https://app3.acme.example", "https://evil.example", "http://app1.acme.example"] {
        assert_eq!(ways(page, "app2.acme.example"), Ways::default(), "{page}");
    }
}
