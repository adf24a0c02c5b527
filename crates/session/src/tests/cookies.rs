//! The application's cookies.

use std::time::Duration;

use super::world::{DAY, HOUR, NOW, World, credentials_in, headers, nobody, whom};
use crossgate_gate::NoSession::{Absent, Expired, Invalid, NotBound, Revoked};

#[tokio::test]
async fn a_cookie_leads_to_the_person_until_the_second_in_which_it_ends() {
    let world = World::new().await;
    let tokens = world.enter("app", "Ann@Acme.Example").await;
    let cookies = world.cookies("app", &tokens);
    assert_eq!(tokens.expires_at, NOW + 3600);
    let rows = [
        ("at once", NOW, "ann@acme.example".to_owned()),
        ("in the last second", NOW + 3599, "ann@acme.example".to_owned()),
        ("when its time is over", NOW + 3600, nobody(Expired)),
        ("long after", NOW + 1000 * DAY, nobody(Expired)),
        ("before it began", NOW - DAY, nobody(Invalid)),
        ("before all time", i64::MIN, nobody(Invalid)),
    ];
    for (row, now, expected) in rows {
        assert_eq!(world.by_cookie("app", &cookies, now).await, expected, "{row}");
    }
}

#[tokio::test]
async fn a_cookie_counts_at_its_own_application_in_its_own_place_and_browser() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let app = world.open("app", &session.sid, HOUR).await;
    let one = world.open("one", &session.sid, HOUR).await;
    let free = world.open("free", &session.sid, HOUR).await;
    let other = world.enter("app", "bob@acme.example").await;
    let binding = app.binding.clone().unwrap();
    let (token, team) = (&app.token, &session.token);
    let assertion = {
        let headers = headers(&[("cookie", &world.cookies("app", &app))]);
        let credentials = world.credentials("app", &headers, NOW).await;
        let upstream = credentials.upstream(crossgate_gate::UpstreamIdentity::Cookie).unwrap();
        upstream.assertion.to_str().unwrap().to_owned()
    };
    let bound = format!("__Host-CF_Binding={binding}");
    let ann = "ann@acme.example".to_owned();
    let rows = [
        ("no cookie", "app", String::new(), nobody(Absent)),
        ("the pair", "app", format!("CF_Authorization={token}; {bound}"), ann.clone()),
        (
            "the pair, other way round, among others",
            "app",
            format!("a=b; {bound}; CF_Authorization={token}; c"),
            ann.clone(),
        ),
        (
            "without its binding cookie",
            "app",
            format!("CF_Authorization={token}"),
            nobody(NotBound),
        ),
        (
            "beside somebody else's binding cookie",
            "app",
            format!(
                "CF_Authorization={token}; __Host-CF_Binding={}",
                other.binding.as_ref().unwrap()
            ),
            nobody(NotBound),
        ),
        (
            "beside its own and a planted binding cookie",
            "app",
            format!("CF_Authorization={token}; __Host-CF_Binding=x; {bound}"),
            ann.clone(),
        ),
        (
            "beside the binding cookie under another name",
            "app",
            format!("CF_Authorization={token}; CF_Binding={binding}"),
            nobody(NotBound),
        ),
        (
            "an unbound token where tokens are bound",
            "app",
            format!("CF_Authorization={}; {bound}", free.token),
            nobody(Invalid),
        ),
        (
            "an unbound token where they need not be",
            "free",
            format!("CF_Authorization={}", free.token),
            ann.clone(),
        ),
        (
            "another application's token",
            "two",
            format!(
                "CF_Authorization-00000003={}; __Host-CF_Binding-00000003={}",
                one.token,
                one.binding.as_ref().unwrap()
            ),
            nobody(Invalid),
        ),
        ("its name has the suffix", "one", world.cookies("one", &one), ann.clone()),
        (
            "its name lacks the suffix",
            "one",
            format!(
                "CF_Authorization={}; __Host-CF_Binding={}",
                one.token,
                one.binding.as_ref().unwrap()
            ),
            nobody(Absent),
        ),
        (
            "the login host's token",
            "app",
            format!("CF_Authorization={team}; {bound}"),
            nobody(Invalid),
        ),
        (
            "what the upstream saw",
            "app",
            format!("CF_Authorization={assertion}; {bound}"),
            nobody(Invalid),
        ),
        (
            "a garbled token",
            "app",
            format!("CF_Authorization={}x; {bound}", &token),
            nobody(Invalid),
        ),
        ("an empty token", "app", format!("CF_Authorization=; {bound}"), nobody(Invalid)),
        (
            "planted copies before and after it",
            "app",
            format!(
                "CF_Authorization=junk; CF_Authorization={}; CF_Authorization={token}; CF_Authorization=; {bound}",
                other.token
            ),
            ann.clone(),
        ),
        (
            "only planted copies: the reason that says most",
            "app",
            format!("CF_Authorization=junk; CF_Authorization={}; {bound}", other.token),
            nobody(NotBound),
        ),
    ];
    for (row, application, cookies, expected) in rows {
        assert_eq!(world.by_cookie(application, &cookies, NOW).await, expected, "{row}");
    }
}

#[tokio::test]
async fn signing_out_ends_every_application_at_once_and_nobody_elses_session() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let mut cookies = Vec::new();
    for application in ["app", "one", "free"] {
        let tokens = world.open(application, &session.sid, HOUR).await;
        cookies.push((application, world.cookies(application, &tokens)));
    }
    let again = world.enter("app", "ann@acme.example").await;
    world.sessions.sign_out(&session.sid, NOW).await.unwrap();
    for (application, cookies) in &cookies {
        assert_eq!(
            world.by_cookie(application, cookies, NOW).await,
            nobody(Revoked),
            "{application}"
        );
    }
    let another_sign_in = world.cookies("app", &again);
    assert_eq!(world.by_cookie("app", &another_sign_in, NOW).await, "ann@acme.example");
    let opened =
        world.sessions.open_application(world.application("app"), &session.sid, HOUR, NOW).await;
    assert!(matches!(opened, Err(crate::SessionError::Ended)));
}

#[tokio::test]
async fn another_process_knows_the_session_and_hears_of_its_end() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let tokens = world.open("app", &session.sid, HOUR).await;
    let headers = headers(&[("cookie", &world.cookies("app", &tokens))]);
    let application = world.application("app");
    let other = world.other_process(NOW).await;
    let asks = async || {
        whom(credentials_in(&other, application, &headers, NOW + 2).await.evidence().cookie)
    };
    assert!(
        other.try_credentials(application, &headers, NOW).is_none(),
        "it is not in memory there yet"
    );
    assert_eq!(asks().await, "ann@acme.example");
    assert!(other.try_credentials(application, &headers, NOW).is_some(), "it is in memory now");
    world.sessions.sign_out(&session.sid, NOW + 1).await.unwrap();
    other.refresh(NOW + 2).await.unwrap();
    assert_eq!(asks().await, nobody(Revoked));
    let third = world.other_process(NOW + 2).await;
    let evidence = credentials_in(&third, application, &headers, NOW + 2).await;
    assert_eq!(
        whom(evidence.evidence().cookie),
        nobody(Revoked),
        "and one that starts later reads it"
    );
}

/// rel-D7
#[tokio::test]
async fn a_sign_out_is_heard_of_after_the_clock_was_set_back() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let tokens = world.open("app", &session.sid, HOUR).await;
    let headers = headers(&[("cookie", &world.cookies("app", &tokens))]);
    let (application, other) = (world.application("app"), world.other_process(NOW).await);
    let ahead = NOW + 1_800;
    world.sessions.sign_out("somebody else", ahead).await.unwrap();
    other.refresh(ahead).await.unwrap();
    let at = async |now| {
        whom(credentials_in(&other, application, &headers, now).await.evidence().cookie)
    };
    assert_eq!(at(NOW).await, "ann@acme.example");
    world.sessions.sign_out(&session.sid, NOW + 1).await.unwrap();
    other.refresh(NOW + 2).await.unwrap();
    assert_eq!(at(NOW + 2).await, nobody(Revoked));
}

#[tokio::test]
async fn a_sign_in_does_not_open_applications_after_its_end() {
    let world = World::new().await;
    let who = super::world::somebody("ann@acme.example");
    let session = world.sessions.sign_in(who, Duration::from_secs(10), NOW).await.unwrap();
    let open = async |sid: &str, now| {
        world.sessions.open_application(world.application("app"), sid, HOUR, now).await.is_ok()
    };
    assert!(open(&session.sid, NOW + 9).await);
    assert!(!open(&session.sid, NOW + 10).await);
    assert!(!open("no such sign-in", NOW).await);
}

#[tokio::test]
async fn a_session_that_the_store_has_lost_leads_to_nobody() {
    let world = World::new().await;
    let elsewhere = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    // Signed by our key, about a session that was never written.
    let issued = crate::tokens::Issued {
        aud: &world.application("free").aud,
        nonce: "00000000-0000-4000-8000-000000000000",
        now: NOW,
        expires_at: NOW + 60,
    };
    let stored = world.sessions.store().session(&session.sid).await.unwrap().unwrap();
    let claims = world.sessions.cookie_claims(&stored, &issued, None);
    let cookies = format!("CF_Authorization={}", world.sessions.keys().sign(&claims).unwrap());
    assert_eq!(world.by_cookie("free", &cookies, NOW).await, nobody(Invalid));
    let headers = headers(&[("cookie", &cookies)]);
    let free = world.application("free");
    assert!(
        world.sessions.try_credentials(free, &headers, NOW).is_some(),
        "remembered for a second"
    );
    assert!(world.sessions.try_credentials(free, &headers, NOW + 1).is_none(), "and no longer");
    assert_eq!(
        elsewhere.by_cookie("free", &cookies, NOW).await,
        nobody(Invalid),
        "another installation's key"
    );
}
