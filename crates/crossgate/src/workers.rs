//! Threads of the data plane, and sockets that were passed to the process.

use std::net::TcpListener;

use anyhow::{Context, Result};
use listenfd::ListenFd;

/// How many threads accept and serve: `CROSSGATE_WORKERS`, or one a core.
#[expect(clippy::disallowed_methods, reason = "the one variable that is not the config's")]
pub(crate) fn count() -> Result<usize> {
    match std::env::var("CROSSGATE_WORKERS") {
        Ok(text) => {
            text.parse().ok().filter(|count| (1..=1024).contains(count)).with_context(|| {
                format!("CROSSGATE_WORKERS is {text:?}: it must be a number from 1 to 1024")
            })
        }
        Err(_) => Ok(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)),
    }
}

/// Listening sockets that systemd passed (`LISTEN_FDS`).
pub(crate) fn inherited_sockets() -> Result<Vec<TcpListener>> {
    let mut passed = ListenFd::from_env();
    let sockets = (0..passed.len()).map(|number| passed.take_tcp_listener(number));
    let sockets = sockets
        .collect::<Result<Vec<_>, _>>()
        .context("a socket that was passed in is no TCP socket")?;
    Ok(sockets.into_iter().flatten().collect())
}
