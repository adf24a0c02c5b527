use crossgate_testkit::wait::until;

use crate::pebble::Pebble;
use crate::{APP1, LONG, Ports, hello};

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_in_time_and_stays_while_nobody_renews_it() {
    let ports = Ports::free();
    // Renewed at two thirds of a life.
    let mut pebble = Pebble::start(&ports, 24).await;
    let world = ports.world(&pebble, "tls-alpn-01").start(hello).await;
    let visitor = pebble.visitor().await;
    let first = visitor.certificate(ports.tls, APP1, LONG, |_| true).await;
    let second = visitor.certificate(ports.tls, APP1, LONG, |leaf| leaf != first).await;
    pebble.disappear();
    let errors = &world.gateway.process.errors;
    until("a renewal that fails", LONG, async || {
        // Of either host: where nobody answers, the other need not ask.
        errors.text().contains(".demo.localhost could not be renewed: ").then_some(())
    })
    .await;
    let (presented, _) = visitor.get(ports.tls, APP1, "/").await.unwrap();
    assert_eq!(presented, second, "the old one is in force");
    let said = errors.text();
    assert!(
        said.contains("To do: make sure that this machine reaches https://localhost:"),
        "{said}"
    );
    let metrics = world.client().get(&world.admin("/metrics")).send().await.text();
    assert!(
        metrics.contains("crossgate_certificate_orders_total{outcome=\"failed\"}"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn until_there_is_a_certificate_nobody_gets_another_and_the_log_says_why() {
    let ports = Ports::free();
    let mut pebble = Pebble::absent(&ports, 86_400).await;
    let world = ports.world(&pebble, "tls-alpn-01").start(hello).await;
    let text = "there is no certificate for app1.demo.localhost, so nobody can connect to it";
    world.gateway.process.errors.wait_for_text(text).await;
    let anybody = crate::visitor::Visitor::trusting("");
    let refused = anybody.connect(ports.tls, APP1).await.unwrap_err();
    let alert = refused.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    assert!(matches!(alert, Some(rustls::Error::AlertReceived(_))), "{refused:?}");

    pebble.appear().await;
    pebble.visitor().await.certificate(ports.tls, APP1, LONG, |_| true).await;

    // The authority has forgotten us: another account, and on it goes.
    pebble.disappear();
    pebble.appear().await;
    let config = std::fs::read_to_string(world.config()).unwrap();
    let more = config.replace(
        "challenge: tls-alpn-01",
        "challenge: tls-alpn-01, names: [ app1.demo.localhost, new.demo.localhost ]",
    );
    std::fs::write(world.config(), more).unwrap();
    let visitor = pebble.visitor().await;
    visitor.certificate(ports.tls, "new.demo.localhost", LONG, |_| true).await;
    assert_eq!(pebble.issued(), 1, "only what was not there");
}
