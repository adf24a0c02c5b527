//! Handing the listening sockets over to a new process of whatever version is installed now.
//!
//! On SIGUSR2 the program is started anew as it was called, with the sockets as systemd passes them (`LISTEN_FDS`) and a Unix socket as
//! its standard input. It starts as ever, on these sockets, and says so on the Unix socket; only then does this process stop accepting.
//! A new process that ends or is not ready in time is ended, and this one serves on.
//!
//! Nothing but sockets is passed: what must last is in the store, which both use for a while.

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use command_fds::{CommandFdExt, FdMapping};
use tokio::io::AsyncReadExt;
use tokio::signal::unix::Signal;
use tokio::time::timeout;

use crate::config_file::environment;
use crate::running::Running;

/// Set for a process that says when it is ready.
const READY_ON_STANDARD_INPUT: &str = "CROSSGATE_READY_ON_STANDARD_INPUT";

const READY: &[u8] = b"ready\n";

/// How long a new process may take to become ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// The first descriptor that is passed, for systemd as for us.
const FIRST: i32 = 3;

/// Waits for signals to hand over, until that is done. Returns the number of the process that serves now.
pub(crate) async fn handed_over(signals: &mut Signal, running: &Running) -> u32 {
    loop {
        signals.recv().await;
        match hand_over(running).await {
            Ok(pid) => return pid,
            Err(error) => {
                tracing::error!(
                    "the sockets were not handed over, this process serves on: {error:#}"
                );
            }
        }
    }
}

/// Tells the process that started this one that it is ready, if that wants to know.
pub(crate) fn tell_predecessor() -> Result<()> {
    if environment(READY_ON_STANDARD_INPUT).is_none() {
        return Ok(());
    }
    let input = std::io::stdin().as_fd().try_clone_to_owned()?;
    UnixStream::from(input).write_all(READY).context("the process before this one is gone")
}

async fn hand_over(running: &Running) -> Result<u32> {
    if std::process::id() == 1 {
        bail!(
            "this is the first process of its container, which ends with it: replace the container"
        );
    }
    let sockets = running.sockets().map(|socket| Ok(OwnedFd::from(socket.try_clone()?)));
    let sockets = sockets.collect::<std::io::Result<Vec<_>>>()?;
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let successor = start(sockets, theirs)?;
    tracing::info!(pid = successor.0.id(), "a new process starts on the same sockets");
    let mut said = [0; READY.len()];
    let mut ours = tokio::net::UnixStream::from_std(ours)?;
    match timeout(PATIENCE, ours.read_exact(&mut said)).await {
        Ok(Ok(_)) if said == READY => Ok(successor.leave()),
        Ok(_) => bail!("the new process ended; what it printed says why"),
        Err(_) => bail!("the new process was not ready within {} seconds", PATIENCE.as_secs()),
    }
}

/// A process that ends with its start, unless that comes to a good end.
struct Successor(Child);

fn start(sockets: Vec<OwnedFd>, ready: UnixStream) -> Result<Successor> {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_else(|| OsString::from("crossgate"));
    let count = sockets.len();
    let places = sockets.into_iter().zip(FIRST..);
    let places = places.map(|(parent_fd, child_fd)| FdMapping { parent_fd, child_fd });
    let mut command = Command::new(&program);
    command
        .args(arguments)
        .env("LISTEN_FDS", count.to_string())
        // Not known before it runs; without it the sockets are whoever's that has the variable.
        .env_remove("LISTEN_PID")
        .env_remove("LISTEN_FDNAMES")
        .env(READY_ON_STANDARD_INPUT, "1")
        .stdin(Stdio::from(OwnedFd::from(ready)))
        .fd_mappings(places.collect())?;
    let started = command.spawn();
    let program = program.to_string_lossy();
    Ok(Successor(started.with_context(|| format!("cannot start {program}"))?))
}

impl Successor {
    fn leave(self) -> u32 {
        let pid = self.0.id();
        std::mem::forget(self);
        pid
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}
