//! A call of a page, played hop by hop: a model of a browser asks, something answers, and both are written down.

mod call;
mod human;
mod report;
mod wire;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossgate_cors::browser::{Answer, Browser, Exchange, FetchRequest, SentRequest, Step};

use crate::clock;

pub(crate) use call::{Call, header};
pub(crate) use report::{DecidedBy, EngineReport, Report};
pub(crate) use wire::Connection;

/// What answers.
pub(crate) trait Network {
    /// Answers one request.
    async fn answer(&mut self, sent: &SentRequest) -> Reply;
}

/// An answer, and what is known of how it came about.
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) decided_by: Option<DecidedBy>,
    /// Why there is no answer, for people.
    pub(crate) error: Option<String>,
}

/// Plays a request to its end.
pub(crate) async fn play(
    browser: &mut Browser,
    request: FetchRequest,
    network: &mut impl Network,
) -> EngineReport {
    let now = now();
    let (mut exchange, mut step) = Exchange::begin(browser, request, now);
    let mut replies = Vec::new();
    let outcome = loop {
        match step {
            Step::Done(outcome) => break outcome,
            Step::Send(sent) => {
                let Reply { answer, decided_by, error } = network.answer(&sent).await;
                replies.push((decided_by, error));
                step = exchange.receive(browser, answer, now);
            }
        }
    };
    EngineReport::new(browser, outcome, exchange.hops(), replies)
}

/// The time, as browsers need it.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(clock::now()).unwrap_or_default())
}
