use crossgate_testkit::wait::until;

use crate::{ANN, APP1, LIMIT, hello, metric, readiness, status, world};

/// sec-C12-Z3
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_config_changes_nothing_while_it_runs_and_does_not_start() {
    let world = world().start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let good = std::fs::read_to_string(world.config()).unwrap();
    for (kind, broken) in [
        ("a mistake", good.replace("decision: allow", "decision: alow")),
        ("half of it", good.split_at(good.len() / 2).0.to_owned()),
        ("nothing", String::new()),
        ("no YAML", "\u{1}: [".to_owned()),
    ] {
        let before = metric(&world, "crossgate_config_reloads_refused_total").await;
        std::fs::write(world.config(), &broken).unwrap();
        until(&format!("{kind} to be refused"), LIMIT, async || {
            let refused = metric(&world, "crossgate_config_reloads_refused_total").await;
            (refused > before).then_some(())
        })
        .await;
        assert_eq!(status(&world, &ann, "/").await, 200, "{kind}: the old one is in force");
        assert_eq!(status(&world, &world.client(), "/").await, 302, "{kind}: for strangers, too");
        assert_eq!(readiness(&world).await.0, 200);
        let mut second = world.gateway.call().start();
        assert_eq!(second.end(LIMIT).await.code(), Some(1), "{kind}: nothing starts with it");
        until(&format!("{kind} to be explained"), LIMIT, async || {
            (!second.errors.text().is_empty()).then_some(())
        })
        .await;
    }

    std::fs::remove_file(world.config()).unwrap();
    world.gateway.process.errors.wait_for_text("cannot be read").await;
    assert_eq!(status(&world, &ann, "/").await, 200);

    let shut = good.replace("domain: acme.example", "domain: other.example");
    std::fs::write(world.config(), shut).unwrap();
    until("the next good config to be in force", LIMIT, async || {
        (status(&world, &ann, "/").await == 403).then_some(())
    })
    .await;
}
