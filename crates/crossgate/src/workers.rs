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

/// Lets the process have as many descriptors as it may: a connection takes one, or two. The usual limit of 1024 is there for programs
/// that use `select(2)`.
pub(crate) fn raise_descriptor_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of descriptors stays as it is");
    }
}

/// Listening sockets that systemd or a process before this one passed (`LISTEN_FDS`).
pub(crate) fn inherited_sockets() -> Result<Vec<TcpListener>> {
    let mut passed = ListenFd::from_env();
    let sockets = (0..passed.len()).map(|number| passed.take_tcp_listener(number));
    let sockets = sockets
        .collect::<Result<Vec<_>, _>>()
        .context("a socket that was passed in is no TCP socket")?;
    Ok(sockets.into_iter().flatten().collect())
}
