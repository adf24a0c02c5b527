//! The seed's statements that need no browser: each test names its rows of the specification.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod preflights;
mod requests;
mod settings;
mod signing_in;

use crossgate_testkit::{Answer, World};

/// Fails unless the answer is that of a refused preflight: 403, nothing allowed, and the upstream never heard of it.
fn assert_refused(name: &str, answer: &Answer, world: &World) {
    assert_eq!(answer.status, 403, "{name}");
    assert_eq!(answer.names("access-control-allow"), Vec::<&str>::new(), "{name}");
    assert_vary(name, answer);
    assert_eq!(world.upstream.received().len(), 0, "{name}: the upstream heard of it");
}

fn assert_vary(name: &str, answer: &Answer) {
    let vary = answer.header("vary").unwrap_or_default().to_ascii_lowercase();
    for header in ["origin", "access-control-request-method", "access-control-request-headers"] {
        assert!(vary.split(',').any(|part| part.trim() == header), "{name}: vary: {vary}");
    }
}
