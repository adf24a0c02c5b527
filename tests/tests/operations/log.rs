use std::time::Duration;

use crossgate_testkit::wait::until;

use crate::{ANN, APP1, one_application};

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leaves_no_secret_in_the_log() {
    let world = one_application().await;
    let client = world.client();
    let url = world.url(APP1, "/page?private=QUERY-OF-THE-APP");
    let page = client.navigate(&url).await;
    let login_query = page.url.query().unwrap().to_owned();
    let form = crossgate_testkit::Form::first(&page.text()).unwrap();
    let csrf = form.field("csrf").unwrap().to_owned();
    let page = client.submit(&page, &form.with("email", ANN)).await;
    let form = crossgate_testkit::Form::first(&page.text()).unwrap();
    let code = world.mailbox.code_for(ANN).await;
    let wrong = if code == "123456" { "654321" } else { "123456" };
    let page = client.submit(&page, &form.with("code", wrong)).await;
    let form = crossgate_testkit::Form::first(&page.text()).unwrap();
    let page = client.submit(&page, &form.with("code", &code)).await;
    assert_eq!((page.status.as_u16(), page.text().as_str()), (200, "hello"));
    client.get(&url).header("authorization", "Bearer MY-TOKEN").send().await;

    let mut secrets =
        vec![code, wrong.to_owned(), csrf, "QUERY-OF-THE-APP".to_owned(), "MY-TOKEN".to_owned()];
    secrets.extend(
        login_query.split('&').filter_map(|pair| pair.strip_prefix("meta=")).map(str::to_owned),
    );
    for host in [APP1, "login.demo.localhost"] {
        secrets.extend(client.jar().of(host).iter().map(|cookie| cookie.value.clone()));
    }
    assert!(secrets.len() >= 9, "{secrets:?}");
    until("the log of two visits", Duration::from_secs(10), async || {
        let visits = world
            .gateway
            .log()
            .json()
            .iter()
            .filter(|line| line["status"] == 200 && line["path"] == "/page")
            .count();
        (visits == 2).then_some(())
    })
    .await;
    let (log, errors) = (world.gateway.log().text(), world.gateway.process.errors.text());
    for secret in secrets {
        assert!(!log.contains(&secret), "the decision log has {secret}");
        assert!(!errors.contains(&secret), "standard error has {secret}");
    }
    assert!(log.contains(ANN), "who it was is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_says_who_asked_for_what_and_why_it_was_answered_so() {
    let world = one_application().await;
    let url = world.url(APP1, "/page?x=1");
    let client = world.signed_in(&url, ANN).await;
    let answer = client.get(&url).header("origin", "https://elsewhere.example").send().await;
    assert_eq!(answer.status, 200);
    let line = world.gateway.log().wait_for("the request", |line| line["cors"].is_object()).await;
    for (field, expected) in [
        ("host", APP1),
        ("path", "/page"),
        ("method", "GET"),
        ("application", "app1"),
        ("reason", "allowed"),
        ("policy", "staff"),
        ("rule", "email_domain"),
        ("identity", ANN),
        ("client_ip", "127.0.0.1"),
    ] {
        assert_eq!(line[field], expected, "{field} in {line}");
    }
    assert_eq!(
        (&line["status"], &line["upstream_status"], &line["row"]),
        (&200.into(), &200.into(), &14.into())
    );
    assert_eq!(line["cors"]["origin"], "https://elsewhere.example");
    assert!(line["duration_us"].is_u64() && line["time"].is_string(), "{line}");

    let refused =
        world.client().get(&url).header("x-requested-with", "XMLHttpRequest").send().await;
    assert_eq!(refused.status, 401);
    let id = refused.header("x-request-id").unwrap();
    world.gateway.log().wait_for("the id of the answer", |line| line["request_id"] == id).await;
}
