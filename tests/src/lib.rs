//! End-to-end tests of the real binary, over HTTP and in browsers. They stand in `tests/tests/`; here is the world that
//! several of them visit.

mod neighbours;

pub use neighbours::{
    APP1, APP2, LOGIN, PARTNER, STRANGER, neighbours, neighbours_over_tls, neighbours_reply,
};
