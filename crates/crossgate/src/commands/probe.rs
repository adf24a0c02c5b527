//! `crossgate probe`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use crossgate_cors::browser::{Answer, Browser, Engine, SentRequest};

use crate::cli::ProbeOptions;
use crate::exchanges::{Call, Connection, Network, Reply, Report, play};

/// Calls a URL as a page would. Status 1 if the page gets no answer in some browser.
pub(crate) fn run(options: &ProbeOptions) -> Result<ExitCode> {
    let call = Call::read(&options.url, Some(&options.origin), &options.call)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        let mut engines = Vec::new();
        for engine in [Engine::Chromium, Engine::Firefox] {
            let mut internet = Internet { patience: Duration::from_secs(options.timeout) };
            let mut browser = Browser::new(engine);
            engines.push(play(&mut browser, call.request(), &mut internet).await);
        }
        Report { engines }
    });
    super::print_exchanges(&report, options.call.format)
}

/// What is really out there.
struct Internet {
    patience: Duration,
}

impl Network for Internet {
    async fn answer(&mut self, sent: &SentRequest) -> Reply {
        match Connection::to(&sent.url, self.patience).send(sent).await {
            Ok(response) => {
                Reply { answer: Answer::Response(response), decided_by: None, error: None }
            }
            Err(error) => Reply {
                answer: Answer::NetworkError,
                decided_by: None,
                error: Some(error.to_string()),
            },
        }
    }
}
