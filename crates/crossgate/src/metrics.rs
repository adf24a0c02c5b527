//! Counters for `/metrics`. No label comes from a stranger: hosts, paths and origins are never labels.

mod at_hand;
mod durations;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossgate_proxy::HealthChange;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::decision_log::DecisionLog;
use durations::Durations;

static NUMBERS: AtomicU64 = AtomicU64::new(1);

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

/// An upstream's address, as the config has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfUpstream {
    upstream: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    status: u16,
}

/// Why a connection of a visitor's was cut.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Cut {
    reason: &'static str,
}

/// A certificate, under a name of the config's or of its file's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Certificate {
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ordered {
    outcome: &'static str,
}

/// What is known of certificates. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificateMetrics {
    expiry: Family<Certificate, Gauge>,
    orders: Family<Ordered, Counter>,
}

impl CertificateMetrics {
    /// When certificates end, each under its name, in unix time: these and no others.
    pub(crate) fn expiries(&self, expiries: Vec<(String, i64)>) {
        self.expiry.clear();
        for (name, not_after) in expiries {
            self.expiry.get_or_create(&Certificate { name }).set(not_after);
        }
    }

    /// Counts an order at an authority.
    pub(crate) fn ordered(&self, succeeded: bool) {
        let outcome = if succeeded { "issued" } else { "failed" };
        self.orders.get_or_create(&Ordered { outcome }).inc();
    }
}

/// All metrics of the process.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Tells it from the metrics of another gateway in this process.
    number: u64,
    registry: Registry,
    decisions: Family<Decision, Counter>,
    answered: Family<Answered, Counter>,
    preflights: Family<Preflight, Counter>,
    duration: Durations,
    accept_failures: Counter,
    connections_cut: Family<Cut, Counter>,
    mail_failures: Gauge,
    store_usable: Gauge,
    upstream_ejections: Family<OfUpstream, Counter>,
    upstream_returns: Family<OfUpstream, Counter>,
    dropped_lines: Gauge,
    config_generation: Gauge,
    reloads_refused: Counter,
    pub(crate) certificates: CertificateMetrics,
}

impl Metrics {
    /// Registers everything at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("crossgate");
        let decisions = Family::default();
        let answered = Family::default();
        let preflights = Family::default();
        let duration = Durations::default();
        let (accept_failures, mail_failures) = (Counter::default(), Gauge::default());
        let store_usable = Gauge::default();
        store_usable.set(1);
        registry.register(
            "accept_failures",
            "Times that connections could not be accepted, for want of descriptors mostly",
            accept_failures.clone(),
        );
        registry.register(
            "mail_failures_total",
            "Tries to deliver a mail that failed",
            mail_failures.clone(),
        );
        registry.register(
            "store_usable",
            "Whether the store could be read and written when it was last looked at",
            store_usable.clone(),
        );
        let connections_cut = Family::default();
        registry.register(
            "connections_cut",
            "Connections of visitors that were refused or ended for what they did, by reason",
            connections_cut.clone(),
        );
        let upstream_ejections = Family::default();
        let upstream_returns = Family::default();
        registry.register(
            "upstream_ejections",
            "Times that a thread began to pass an upstream over because it failed again and again",
            upstream_ejections.clone(),
        );
        registry.register(
            "upstream_returns",
            "Times that an upstream which a thread passed over answered again",
            upstream_returns.clone(),
        );
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
        let certificates = CertificateMetrics::default();
        registry.register(
            "certificate_not_after_seconds",
            "When a certificate ends, in unix time; with several under one name, the last to be read",
            certificates.expiry.clone(),
        );
        registry.register(
            "certificate_orders",
            "Orders of certificates at the authority, by outcome",
            certificates.orders.clone(),
        );
        Self {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            registry,
            certificates,
            decisions,
            answered,
            preflights,
            accept_failures,
            connections_cut,
            mail_failures,
            store_usable,
            upstream_ejections,
            upstream_returns,
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
        duration: Duration,
    ) {
        let application = application.unwrap_or_default();
        at_hand::count_decision(self.number, application, row, reason, || {
            let application = application.to_owned();
            self.decisions.get_or_create(&Decision { application, row, reason }).clone()
        });
        at_hand::count_status(self.number, status, || {
            self.answered.get_or_create(&Answered { status }).clone()
        });
        self.duration.observe(duration);
    }

    /// Counts a preflight.
    pub(crate) fn preflight(&self, application: &str, allowed: bool, reason: &'static str) {
        at_hand::count_preflight(self.number, application, allowed, reason, || {
            let verdict = if allowed { "allowed" } else { "refused" };
            let application = application.to_owned();
            self.preflights.get_or_create(&Preflight { application, verdict, reason }).clone()
        });
    }

    /// A connection could not be accepted.
    pub(crate) fn accept_failed(&self) {
        self.accept_failures.inc();
    }

    /// A visitor's connection was refused or ended for its own doing.
    pub(crate) fn connection_cut(&self, reason: &'static str) {
        self.connections_cut.get_or_create(&Cut { reason }).inc();
    }

    /// Whether the store can be used.
    pub(crate) fn store_is_usable(&self, usable: bool) {
        self.store_usable.set(usable.into());
    }

    /// Counts what has become of an upstream.
    pub(crate) fn upstream_health(&self, upstream: &str, change: HealthChange) {
        let upstream = OfUpstream { upstream: upstream.to_owned() };
        let counter = match change {
            HealthChange::Ejected(_) => &self.upstream_ejections,
            HealthChange::Returned => &self.upstream_returns,
        };
        counter.get_or_create(&upstream).inc();
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
    pub(crate) fn text(&self, log: &DecisionLog, mail_failures: u64) -> String {
        self.mail_failures.set(i64::try_from(mail_failures).unwrap_or(i64::MAX));
        self.dropped_lines.set(i64::try_from(log.dropped()).unwrap_or(i64::MAX));
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}
