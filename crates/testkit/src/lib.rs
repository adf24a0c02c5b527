//! A whole world in a test: the real binary, upstreams that record what reaches them, a mailbox, an HTTP client with
//! cookies, and real browsers.
//!
//! Start at [`World::start`]: it writes a config into a folder of its own, starts the gateway on free loopback ports, and
//! waits until it is ready. [`Client`] visits it as a program, [`Browser`] as a person.
//!
//! Invariants: every wait is bounded and says what it waited for; whatever a test started ends with it, and nothing else
//! does; what a test needs and cannot find is a failure that names `cargo xtask test`, never a test that is skipped.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answer;
mod browser;
mod client;
mod cookies;
mod engine;
mod form;
mod gateway;
pub mod http2;
mod lines;
mod mailbox;
pub mod ports;
mod process;
mod program;
pub mod raw;
mod sign_in;
mod upstream;
pub mod wait;
mod world;

pub use answer::Answer;
pub use browser::{Browser, Fetched};
pub use client::{Client, Outgoing};
pub use cookies::{Cookie, Jar};
pub use engine::Engine;
pub use form::Form;
pub use gateway::{Call, Gateway};
pub use lines::Lines;
pub use mailbox::Mailbox;
pub use process::Process;
pub use program::{crossgate, faketime, python};
pub use upstream::{Received, Reply, Upstream};
pub use world::{World, WorldBuilder};
