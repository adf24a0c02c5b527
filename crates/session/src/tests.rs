//! Sessions over a real store: what credentials lead to whom, and when they stop doing so.

mod cookies;
mod header_tokens;
mod hostile;
mod keys;
mod login_host;
mod memory;
mod outage;
mod service_tokens;
mod upstream;
mod world;
