use crossgate_testkit::{Gateway, ports};

use crate::pebble::Pebble;
use crate::{APP1, LOGIN, LONG, Ports, hello};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_with_one_store_one_asks_and_both_present() {
    let at = Ports::free();
    let mut pebble = Pebble::absent(&at, 86_400).await;
    let world = at.world(&pebble, "tls-alpn-01").start(hello).await;
    let (second, admin) = (Ports::free(), ports::free());
    let config = std::fs::read_to_string(world.config()).unwrap();
    let config = config
        .replace(&at.tls.to_string(), &second.tls.to_string())
        .replace(&at.plain.to_string(), &second.plain.to_string())
        .replace(&world.admin_port.to_string(), &admin.to_string());
    let file = world.folder().join("second.yaml");
    std::fs::write(&file, config).unwrap();
    // The authority looks at the first one's port, whoever of them asked.
    let _gateway = Gateway::start(&file, admin, Vec::new()).await;
    pebble.appear().await;
    let visitor = pebble.visitor().await;
    for name in [APP1, LOGIN] {
        let one = visitor.certificate(at.tls, name, LONG, |_| true).await;
        let other = visitor.certificate(second.tls, name, LONG, |_| true).await;
        assert_eq!(one, other, "{name}");
    }
    assert_eq!(pebble.issued(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_the_last_authority_stay_until_the_next_has_issued_some() {
    let at = Ports::free();
    let last = Pebble::start(&at, 86_400).await;
    let mut next = Pebble::absent(&at, 86_400).await;
    let world = at.world(&last, "tls-alpn-01").start(hello).await;
    let before = last.visitor().await;
    before.certificate(at.tls, APP1, LONG, |_| true).await;
    before.certificate(at.tls, LOGIN, LONG, |_| true).await;

    let config = std::fs::read_to_string(world.config()).unwrap();
    let paths = [&last, &next].map(|it| it.authority().display().to_string());
    let config = config.replace(&last.directory(), &next.directory()).replace(&paths[0], &paths[1]);
    std::fs::write(world.config(), config).unwrap();
    world.gateway.process.errors.wait_for_text("the config was reloaded").await;
    world.gateway.process.errors.wait_for_text("could not be renewed: ").await;
    assert!(before.connect(at.tls, APP1).await.is_ok(), "the last one's is in force");

    next.appear().await;
    let after = next.visitor().await;
    after.certificate(at.tls, APP1, LONG, |_| true).await;
    assert!(before.connect(at.tls, APP1).await.is_err());
}
