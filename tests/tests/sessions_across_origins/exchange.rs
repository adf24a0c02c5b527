//! `POST /cdn-cgi/access/exchange`: one ticket, one page, one application, once.

use crossgate_testkit::{Client, Jar};
use crossgate_tests::{APP1, APP2, PARTNER, STRANGER};

use crate::{
    EXCHANGE, ann_at_app1, asking, at_app2, exchanging, exchanging_by, refusal, refused, ticket,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_the_application_to_the_page() {
    let (world, ann) = ann_at_app1().await;
    assert_eq!(at_app2(&world, &ann).await, 401, "before");
    let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    let answer = exchanging(&world, &ann, APP2, &ticket).send().await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (204, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some(world.origin(APP1)));
    assert_eq!(answer.header("access-control-allow-credentials").unwrap(), "true");
    assert!(answer.header("vary").unwrap().contains("Origin"));
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    assert_eq!(answer.cookies().len(), 2, "the token and what it is bound to");
    for cookie in answer.cookies() {
        assert!(cookie.has("secure") && cookie.has("httponly"), "{cookie:?}");
        assert!(!cookie.has("partitioned") && !cookie.has("domain"), "{cookie:?}: of its own site");
    }
    assert_eq!(at_app2(&world, &ann).await, 200, "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn across_sites_the_cookies_are_kept_apart_for_the_pages_site() {
    let (world, ann) = ann_at_app1().await;
    let ticket = ticket(&world, &ann, &world.url(PARTNER, "/api")).await;
    let answer = exchanging(&world, &ann, PARTNER, &ticket).send().await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.cookies().len(), 2);
    for cookie in answer.cookies() {
        assert!(cookie.has("partitioned") && cookie.has("secure"), "{cookie:?}");
        assert_eq!(cookie.attributes["samesite"], "None", "{cookie:?}");
    }
}

/// Replay.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_counts_once() {
    let (world, ann) = ann_at_app1().await;
    let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    assert_eq!(exchanging(&world, &ann, APP2, &ticket).send().await.status, 204);
    for (name, client) in [("by the same browser", ann), ("by another one", world.client())] {
        let answer = exchanging(&world, &client, APP2, &ticket).send().await;
        assert_eq!(refusal(&answer), refused(403, "ticket-used"), "{name}");
        let id = answer.header("x-request-id").unwrap();
        let line = world.gateway.log().wait_for("the refusal", |line| line["request_id"] == id);
        assert_eq!(line.await["reason"], "ticket-used", "{name}: the log says why, too");
        let readable = answer.header("access-control-allow-origin");
        assert_eq!(readable, Some(world.origin(APP1)), "{name}: its page may read why");
    }
}

/// Two exchanges at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_exchanges_at_once_one_wins() {
    let (world, ann) = ann_at_app1().await;
    for _ in 0..5 {
        let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
        let racers = (0..4).map(|_| {
            let racer = Client::with(Jar::default());
            tokio::spawn(exchanging(&world, &racer, APP2, &ticket).send())
        });
        let mut statuses = Vec::new();
        for racer in racers.collect::<Vec<_>>() {
            statuses.push(racer.await.unwrap().status.as_u16());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 403, 403, 403]);
    }
}

/// Another origin, no origin, `null`.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_page_that_got_the_ticket_may_use_it() {
    let (world, ann) = ann_at_app1().await;
    let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    let app1 = world.origin(APP1);
    let not_listed = refused(403, "origin-not-trusted");
    let listed_elsewhere = format!("http://somebody-else.demo.localhost:{}", world.port);
    let by = |origin: &str| exchanging_by(origin, &world, &ann, APP2, &ticket);
    let bare = || ann.request("POST", &world.url(APP2, EXCHANGE)).body(ticket.clone());
    let rows = [
        ("a page that nobody lists", by(&world.origin(STRANGER)), not_listed.clone()),
        ("another site's page", by("https://evil.example"), not_listed.clone()),
        ("a sandboxed frame", by("null"), not_listed.clone()),
        ("the application's own page", by(&world.origin(APP2)), not_listed.clone()),
        ("nobody who says where from", bare(), not_listed.clone()),
        ("two origins", by(&app1).header("origin", &app1), not_listed),
        ("a page that a neighbour lists", by(&listed_elsewhere), refused(403, "ticket-invalid")),
        (
            "a form of the right page",
            bare().navigation("same-site").header("origin", &app1),
            refused(403, "not-a-fetch"),
        ),
    ];
    for (name, request, expected) in rows {
        let answer = request.send().await;
        assert_eq!(refusal(&answer), expected, "{name}");
        if expected.1 == "origin-not-trusted" {
            assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}: not readable");
        }
    }
    let answer = exchanging(&world, &ann, APP2, &ticket).send().await;
    assert_eq!(answer.status, 204, "and none of them has used it up");
}

/// Another application.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_one_application_only() {
    let (world, ann) = ann_at_app1().await;
    let for_partner = ticket(&world, &ann, &world.url(PARTNER, "/api")).await;
    let answer = exchanging(&world, &ann, APP2, &for_partner).send().await;
    assert_eq!(refusal(&answer), refused(403, "ticket-invalid"), "another host's");

    let for_flow = ticket(&world, &ann, &world.url(APP2, "/flow/api")).await;
    assert_eq!(exchanging(&world, &ann, APP2, &for_flow).send().await.status, 204);
    assert_eq!(at_app2(&world, &ann).await, 401, "a neighbour on the same host stays closed");
    let call = ann.get(&world.url(APP2, "/flow/api")).fetch_by(&world.origin(APP1), "same-site");
    assert_eq!(call.send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_no_ticket_opens_nothing() {
    let (world, ann) = ann_at_app1().await;
    let good = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    let changed = format!("{}A", &good[..good.len() - 1]);
    let changed = if changed == good { format!("{}B", &good[..good.len() - 1]) } else { changed };
    let session = ann.jar().of(APP1)[0].value.clone();
    let rows = [
        ("nothing", String::new()),
        ("a changed one", changed),
        ("one with more behind it", format!("{good}\n")),
        ("a cookie's token", session),
        ("much", "A".repeat(60_000)),
    ];
    for (name, body) in rows {
        let answer = exchanging(&world, &ann, APP2, &body).send().await;
        assert_eq!(refusal(&answer), refused(403, "ticket-invalid"), "{name}");
    }
}

/// A ticket from before the sign-out; sec-C8-K10.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_from_before_the_sign_out_opens_nothing() {
    let (world, ann) = ann_at_app1().await;
    let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    let out = ann.request("POST", &world.url(APP1, "/cdn-cgi/access/logout"));
    out.navigation("same-origin").header("origin", &world.origin(APP1)).send().await;
    let answer = exchanging(&world, &ann, APP2, &ticket).send().await;
    assert_eq!(refusal(&answer), refused(401, "session-absent"));
}

/// Login CSRF by a page that was taken over: nobody is signed in as somebody else behind their back.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_somebody_else_is_not_replaced() {
    let (world, ann) = ann_at_app1().await;
    let bob = world.signed_in(&world.url(APP2, "/page.html"), "bob@acme.example").await;
    let anns = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    let answer = exchanging(&world, &bob, APP2, &anns).send().await;
    assert_eq!(refusal(&answer), refused(409, "another-person"));
    let call = bob.get(&world.url(APP2, "/api")).fetch_by(&world.origin(APP1), "same-site");
    assert_eq!(call.send().await.json()["email"], "bob@acme.example");
}

/// The policy changes between ticket and exchange.
#[tokio::test(flavor = "multi_thread")]
async fn the_policy_is_asked_again() {
    let (world, ann) = ann_at_app1().await;
    let ticket = ticket(&world, &ann, &world.url(APP2, "/api")).await;
    let config = std::fs::read_to_string(world.config()).unwrap();
    let stricter = config.replacen(
        "include: [ { email_domain: { domain: acme.example } } ]",
        "include: [ { email: { email: bob@acme.example } } ]",
        1,
    );
    std::fs::write(world.config(), stricter).unwrap();
    let limit = std::time::Duration::from_secs(10);
    crossgate_testkit::wait::until("the stricter policy", limit, async || {
        let answer = asking(&world, &ann, &world.url(APP2, "/api")).send().await;
        (answer.status != 200).then_some(())
    })
    .await;
    let answer = exchanging(&world, &ann, APP2, &ticket).send().await;
    assert_eq!(refusal(&answer), refused(403, "not-allowed"));
}

/// GET, and preflights.
#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_preflights_are_refused() {
    let (world, ann) = ann_at_app1().await;
    let app1 = world.origin(APP1);
    let url = world.url(APP2, EXCHANGE);
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let answer = ann.request(method, &url).fetch_by(&app1, "same-site").send().await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow").as_deref(), Some("POST"), "{method}");
    }
    let preflight = ann.preflight(&url, &app1, "POST").send().await;
    assert_eq!(preflight.status, 403);
    assert_eq!(preflight.names("access-control"), Vec::<&str>::new());
    assert_eq!(world.upstream.received().len(), 0);
}
