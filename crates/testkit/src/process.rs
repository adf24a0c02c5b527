//! A program that ends with the test that started it.

use std::fmt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::Lines;

/// A running program and what it prints. Leads a process group of its own, which ends when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    /// Its standard output.
    pub output: Lines,
    /// Its standard error.
    pub errors: Lines,
}

impl Process {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// When it cannot be started: `cargo xtask test` installs what tests need.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("cannot start {name}: {error}. `cargo xtask test` installs what tests need")
            });
        let output = Lines::collect(child.stdout.take().unwrap());
        let errors = Lines::collect(child.stderr.take().unwrap());
        Self { name, child, output, errors }
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("a signal to a program of ours");
    }

    /// Its status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the status of a program of ours")
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// When it still runs after `limit`.
    pub async fn end(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.name);
        crate::wait::until(&what, limit, async || self.ended()).await
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or(i32::MAX))
    }

    /// Asks it to end, and makes it end when it doesn't.
    fn stop(&mut self) {
        if self.ended().is_none() {
            self.signal(Signal::SIGTERM);
            let deadline = Instant::now() + Duration::from_secs(3);
            while self.ended().is_none() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        // What it started itself is in its group. The group may be gone already.
        let _gone = killpg(self.pid(), Signal::SIGKILL);
        let _status = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Process({} {})", self.name, self.child.id())
    }
}
