//! The real binary, serving a config.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::wait::{PATIENCE, until};
use crate::{Client, Lines, Process, crossgate};

/// A running `crossgate serve`.
#[derive(Debug)]
pub struct Gateway {
    /// The program.
    pub process: Process,
    call: Call,
    admin_port: u16,
}

/// How the program is called.
#[derive(Clone, Debug)]
pub struct Call {
    /// The binary.
    pub program: PathBuf,
    /// Its config file.
    pub config: PathBuf,
    /// What follows `serve --config FILE`.
    pub arguments: Vec<String>,
    /// Environment variables that it gets, too.
    pub environment: Vec<(String, String)>,
}

impl Gateway {
    /// Starts it with these environment variables, too, and waits until it says that it is ready.
    ///
    /// # Panics
    ///
    /// When it ends instead, or is not ready within [`PATIENCE`].
    pub async fn start(config: &Path, admin_port: u16, environment: Vec<(String, String)>) -> Self {
        Self::start_as(Call { environment, ..Call::new(config) }, admin_port).await
    }

    /// Starts it as it is called, and waits until it says that it is ready.
    ///
    /// # Panics
    ///
    /// When it ends instead, or is not ready within [`PATIENCE`].
    pub async fn start_as(call: Call, admin_port: u16) -> Self {
        let process = call.start();
        let mut gateway = Self { process, call, admin_port };
        gateway.ready().await;
        gateway
    }

    /// How it was called.
    #[must_use]
    pub const fn call(&self) -> &Call {
        &self.call
    }

    /// The decision log.
    #[must_use]
    pub fn log(&self) -> &Lines {
        &self.process.output
    }

    /// Waits for the decision log's line on this path and returns the last one.
    ///
    /// # Panics
    ///
    /// When there is none within [`PATIENCE`].
    pub async fn logged(&self, path: &str) -> serde_json::Value {
        self.log().wait_for(path, |line| line["path"] == path).await
    }

    /// Kills it as a power cut would, unless it has ended by itself, and starts it again.
    pub async fn crash_and_restart(&mut self) {
        if self.process.ended().is_none() {
            self.process.signal(nix::sys::signal::Signal::SIGKILL);
            self.process.end(Duration::from_secs(5)).await;
        }
        self.process = self.call.start();
        self.ready().await;
    }

    async fn ready(&mut self) {
        let url = format!("http://127.0.0.1:{}/readyz", self.admin_port);
        until("the gateway to be ready", PATIENCE, async || {
            if let Some(status) = self.process.ended() {
                panic!("the gateway ended ({status}): {}", self.process.errors.text());
            }
            tokio::net::TcpStream::connect(("127.0.0.1", self.admin_port)).await.ok()?;
            (Client::new().get(&url).send().await.status == 200).then_some(())
        })
        .await;
    }
}

/// What the gateway has to say about a test that fails.
impl Drop for Gateway {
    #[expect(clippy::print_stderr, reason = "shown with the failure of the test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (log, errors) = (self.log().last(30), self.process.errors.last(10));
            eprintln!("the end of the gateway's log:\n{log}\n{errors}");
        }
    }
}

impl Call {
    /// The usual call with this config.
    #[must_use]
    pub fn new(config: &Path) -> Self {
        Self {
            program: crossgate().to_owned(),
            config: config.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Starts it, and does not wait.
    #[must_use]
    pub fn start(&self) -> Process {
        Process::start(&mut self.command())
    }

    /// The same as a command.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--config"]).arg(&self.config).args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}
