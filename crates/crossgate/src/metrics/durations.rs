//! A histogram without a lock: every request is counted in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// Upper bounds in microseconds.
const BOUNDS: [u64; 15] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 10_000_000,
];

/// Durations by size. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Durations(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// One for each bound, and one for what is beyond.
    counts: [AtomicU64; BOUNDS.len() + 1],
    sum_in_microseconds: AtomicU64,
}

impl Durations {
    /// Counts one.
    pub(super) fn observe(&self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().take_while(|bound| microseconds > **bound).count();
        if let Some(count) = self.0.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.0.sum_in_microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }
}

impl EncodeMetric for Durations {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bounds = BOUNDS.iter().map(|bound| *bound as f64 / 1e6).chain([f64::INFINITY]);
        let counts = self.0.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets = bounds.zip(counts).collect::<Vec<_>>();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = self.0.sum_in_microseconds.load(Ordering::Relaxed) as f64 / 1e6;
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    use super::Durations;

    #[test]
    fn durations_are_counted_under_the_first_bound_that_holds_them() {
        let durations = Durations::default();
        for microseconds in [0, 100, 101, 3_000, 60_000_000] {
            durations.observe(Duration::from_micros(microseconds));
        }
        let mut registry = Registry::default();
        registry.register("d", "Durations", durations);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "d_sum 60.003201",
            "d_count 5",
            "d_bucket{le=\"0.0001\"} 2",
            "d_bucket{le=\"0.00025\"} 3",
            "d_bucket{le=\"0.005\"} 4",
            "d_bucket{le=\"10.0\"} 4",
            "d_bucket{le=\"+Inf\"} 5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
