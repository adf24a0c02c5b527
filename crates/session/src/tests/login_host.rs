//! The login host's cookie, and who somebody is.

use super::world::{HOUR, ISSUER, Lines, NOW, World, headers};

async fn team(world: &World, cookies: &str, now: i64) -> Option<String> {
    let headers = headers(&[("cookie", cookies)]);
    world.sessions.team_session(&headers, now).await.unwrap().map(|session| session.email)
}

#[tokio::test]
async fn the_login_host_knows_who_signed_in_until_they_sign_out() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let opened = world.open("free", &session.sid, HOUR).await;
    let ann = Some("ann@acme.example".to_owned());
    let good = format!("CF_Authorization={}", session.token);
    let end = session.expires_at;
    let rows = [
        ("nobody", String::new(), NOW, None),
        ("signed in", good.clone(), NOW, ann.clone()),
        ("to the last second", good.clone(), end - 1, ann.clone()),
        ("no longer", good.clone(), end, None),
        ("with an application's token", format!("CF_Authorization={}", opened.token), NOW, None),
        (
            "with planted copies",
            format!("CF_Authorization=x; CF_Authorization={}; {good}", opened.token),
            NOW,
            ann,
        ),
        ("under another name", format!("CF_Authorization-00000001={}", session.token), NOW, None),
    ];
    for (row, cookies, now, expected) in rows {
        assert_eq!(team(&world, &cookies, now).await, expected, "{row}");
    }
    world.sessions.sign_out(&session.sid, NOW).await.unwrap();
    assert_eq!(team(&world, &good, NOW).await, None, "signed out");
}

#[tokio::test]
async fn the_identity_is_told_for_tokens_that_count_on_the_host() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let one = world.open("one", &session.sid, HOUR).await;
    let audience = world.application("one").aud.clone();
    let header = {
        let claims = world.sessions.keys().verify_signature(&one.token).unwrap();
        world.sessions.keys().sign(&claims.for_header()).unwrap()
    };
    let cookies = world.cookies("one", &one);
    let unbound = cookies.split(';').next().unwrap();
    let team = format!("CF_Authorization={}", session.token);
    let rows: [(&str, &Lines<'_>, &str, i64, Option<i64>); 9] = [
        ("nobody", &[], &audience, NOW, None),
        ("an application's cookie", &[("cookie", &cookies)], &audience, NOW, Some(one.expires_at)),
        ("after its end", &[("cookie", &cookies)], &audience, one.expires_at, None),
        ("without its binding cookie", &[("cookie", unbound)], &audience, NOW, None),
        ("on another application's host", &[("cookie", &cookies)], "another tag", NOW, None),
        ("a header", &[("cf-access-token", &header)], &audience, NOW, Some(one.expires_at)),
        (
            "the team's cookie on the login host",
            &[("cookie", &team)],
            ISSUER,
            NOW,
            Some(session.expires_at),
        ),
        ("the team's cookie elsewhere", &[("cookie", &team)], &audience, NOW, None),
        (
            "junk first",
            &[("cookie", "CF_Authorization=x"), ("cookie", &cookies)],
            &audience,
            NOW,
            Some(one.expires_at),
        ),
    ];
    for (row, lines, audience, now, expires_at) in rows {
        let identity =
            world.sessions.identity_of(&headers(lines), |aud| aud == audience, now).await.unwrap();
        assert_eq!(identity.as_ref().map(|identity| identity.expires_at), expires_at, "{row}");
        if let Some(identity) = identity {
            assert_eq!(
                (identity.email.as_str(), identity.sid.as_str()),
                ("ann@acme.example", session.sid.as_str()),
                "{row}"
            );
            assert_eq!(
                (identity.ip.as_str(), identity.country.as_str()),
                ("192.0.2.7", "XX"),
                "{row}"
            );
            assert_eq!(
                (identity.signed_in_at, identity.user_agent.as_str()),
                (NOW, "A browser"),
                "{row}"
            );
        }
    }
    world.sessions.sign_out(&session.sid, NOW).await.unwrap();
    let headers = headers(&[("cookie", &cookies)]);
    assert!(
        world.sessions.identity_of(&headers, |_| true, NOW).await.unwrap().is_none(),
        "signed out"
    );
}

#[tokio::test]
async fn what_a_browser_says_of_itself_is_kept_within_bounds() {
    let world = World::new().await;
    let user_agent = "ä".repeat(10_000);
    let who = crate::SignIn { user_agent, ..super::world::somebody("ann@acme.example") };
    let session = world.sessions.sign_in(who, HOUR, NOW).await.unwrap();
    let stored = world.sessions.store().session(&session.sid).await.unwrap().unwrap();
    assert_eq!(stored.user_agent, "ä".repeat(crate::SignIn::MAX_USER_AGENT / 2));
}
