//! Counters for `/metrics`. No label comes from a stranger: hosts, paths and origins are never labels.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::decision_log::DecisionLog;

/// What a decision is counted under: names from the config and from the code only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decision {
    application: String,
    row: u8,
    reason: &'static str,
}

/// What a preflight is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Preflight {
    application: String,
    verdict: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    status: u16,
}

/// All metrics of the process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    decisions: Family<Decision, Counter>,
    answered: Family<Answered, Counter>,
    preflights: Family<Preflight, Counter>,
    duration: Histogram,
    dropped_lines: Gauge,
    config_generation: Gauge,
    reloads_refused: Counter,
}

impl Metrics {
    /// Registers everything at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("crossgate");
        let decisions = Family::default();
        let answered = Family::default();
        let preflights = Family::default();
        let bounds = [
            0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
            2.5, 10.0,
        ];
        let duration = Histogram::new(bounds);
        let (dropped_lines, config_generation) = (Gauge::default(), Gauge::default());
        let reloads_refused = Counter::default();
        registry.register(
            "decisions",
            "Requests by the row and reason that answered",
            decisions.clone(),
        );
        registry.register(
            "preflights",
            "Preflights of other origins by application, verdict of its CORS settings and reason",
            preflights.clone(),
        );
        registry.register("responses", "Responses by status", answered.clone());
        registry.register_with_unit(
            "request_duration",
            "Time from a request's head to its response's head",
            Unit::Seconds,
            duration.clone(),
        );
        registry.register(
            "log_lines_dropped_total",
            "Log lines dropped because the log's reader was too slow",
            dropped_lines.clone(),
        );
        registry.register(
            "config_generation",
            "How many configs were put in force",
            config_generation.clone(),
        );
        registry.register(
            "config_reloads_refused",
            "Reloads refused because the config had errors",
            reloads_refused.clone(),
        );
        Self {
            registry,
            decisions,
            answered,
            preflights,
            duration,
            dropped_lines,
            config_generation,
            reloads_refused,
        }
    }

    /// Counts one decision.
    pub(crate) fn record(
        &self,
        application: Option<&str>,
        row: u8,
        reason: &'static str,
        status: u16,
        seconds: f64,
    ) {
        let application = application.unwrap_or_default().to_owned();
        self.decisions.get_or_create(&Decision { application, row, reason }).inc();
        self.answered.get_or_create(&Answered { status }).inc();
        self.duration.observe(seconds);
    }

    /// Counts a preflight.
    pub(crate) fn preflight(&self, application: &str, allowed: bool, reason: &'static str) {
        let verdict = if allowed { "allowed" } else { "refused" };
        let application = application.to_owned();
        self.preflights.get_or_create(&Preflight { application, verdict, reason }).inc();
    }

    /// A config was put in force.
    pub(crate) fn config_in_force(&self, generation: u64) {
        self.config_generation.set(i64::try_from(generation).unwrap_or(i64::MAX));
    }

    /// A reload was refused.
    pub(crate) fn reload_refused(&self) {
        self.reloads_refused.inc();
    }

    /// The text of `/metrics` (OpenMetrics).
    pub(crate) fn text(&self, log: &DecisionLog) -> String {
        self.dropped_lines.set(i64::try_from(log.dropped()).unwrap_or(i64::MAX));
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}
