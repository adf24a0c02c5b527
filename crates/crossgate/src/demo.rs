//! The demo: everything on loopback, with nothing to set up.

mod mailbox;
mod upstream;

use std::path::Path;

use anyhow::{Context, Result, bail};
use crossgate_model::{Config, Severity};

use crate::cli::DemoOptions;
use crate::running::{Running, Surroundings};
use crate::{diagnostics, workers};

/// A demo that runs. Its folder goes with it.
pub(crate) struct Demo {
    pub(crate) running: Running,
    pub(crate) page: String,
    pub(crate) mailbox: String,
    _folder: tempfile::TempDir,
}

impl Demo {
    /// Starts it.
    pub(crate) async fn start(options: &DemoOptions) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the demo")?;
        let (listener, upstream) = upstream::bind().await?;
        let origin = |host: &str| match options.port {
            80 => format!("http://{host}"),
            port => format!("http://{host}:{port}"),
        };
        let mailbox = format!("http://127.0.0.1:{}/mailbox", options.admin_port);
        let origins = upstream::Origins {
            app1: origin("app1.demo.localhost"),
            app2: origin("app2.demo.localhost"),
            partner: origin("partner.other.localhost"),
            mailbox: mailbox.clone(),
        };
        let page = origins.app1.clone();
        let text = include_str!("demo/config.yaml")
            .replace("http://app1.demo.localhost:@PORT@", &origins.app1)
            .replace("@PORT@", &options.port.to_string())
            .replace("@ADMIN@", &options.admin_port.to_string())
            .replace("@FOLDER@", &folder.path().display().to_string())
            .replace("@UPSTREAM@", &upstream.to_string());
        let config = config(&text)?;
        let surroundings = Surroundings {
            workers: workers::count()?,
            inherited: Vec::new(),
            admin_pages: Some(mailbox::router(folder.path().join("mail"))),
            log: Box::new(std::fs::File::create(folder.path().join("decisions.log"))?),
        };
        let running = Running::start(config, surroundings).await?;
        tokio::spawn(async move {
            if let Err(error) = upstream::serve(listener, origins).await {
                tracing::error!("{error:#}");
            }
        });
        Ok(Self { running, page, mailbox, _folder: folder })
    }
}

fn config(text: &str) -> Result<Config> {
    let file = Path::new("demo.yaml");
    let (config, problems) = Config::parse(text, file, &|_| None);
    match config {
        Some(config) if !problems.iter().any(|problem| problem.severity == Severity::Error) => {
            Ok(config)
        }
        _ => bail!(
            "the demo's own config has errors:\n{}",
            diagnostics::human(&problems, text, file, false)
        ),
    }
}
