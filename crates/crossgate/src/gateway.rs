//! The wiring between the data plane and everything that it asks.

use std::sync::Arc;

use arc_swap::ArcSwap;
use arrayvec::ArrayString;
use bytes::Bytes;
use crossgate_gate::{AccessEndpoint, Action, EndpointRequest, Gate, Head, Verdict};
use crossgate_model::UpstreamUrl;
use crossgate_proxy::{Failure, HealthChange, Record};
use crossgate_session::Sessions;
use crossgate_web::Web;
use futures_util::future::BoxFuture;
use http::{Method, Response, StatusCode};
use tokio::runtime::Handle;

use crate::clock;
use crate::decision_log::{Cors, DecisionLog, Line, Timestamp};
use crate::metrics::Metrics;

/// Everything that the data plane asks.
pub(crate) struct Gateway {
    /// Swapped whole when the config is reloaded.
    pub(crate) gate: ArcSwap<Gate>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) web: Arc<Web>,
    pub(crate) log: DecisionLog,
    pub(crate) metrics: Metrics,
    /// Where what may wait runs.
    pub(crate) control: Handle,
}

impl crossgate_proxy::Gateway for Gateway {
    fn gate(&self) -> Arc<Gate> {
        self.gate.load_full()
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn now(&self) -> i64 {
        clock::now()
    }

    fn request_id(&self) -> ArrayString<16> {
        clock::request_id()
    }

    fn answer(
        &self,
        gate: &Gate,
        head: &Head<'_>,
        verdict: &Verdict<'_>,
        request_id: &str,
    ) -> Response<Bytes> {
        let mut failed = false;
        let mut random = |bytes: &mut [u8]| failed |= clock::fill_random(bytes).is_err();
        let response = self.web.answer(gate, head, verdict, request_id, clock::now(), &mut random);
        if failed {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return self.web.failure(head.is_navigation(), status, "no-randomness", request_id);
        }
        response
    }

    fn malformed(&self, verdict: &Verdict<'_>, request_id: &str) -> Response<Bytes> {
        let status = match &verdict.action {
            Action::Answer(answer) => answer.status,
            _ => StatusCode::BAD_REQUEST,
        };
        self.web.failure(false, status, verdict.reason.code(), request_id)
    }

    fn failure(&self, navigation: bool, failure: Failure, request_id: &str) -> Response<Bytes> {
        self.web.failure(navigation, failure.status(), failure.code(), request_id)
    }

    fn endpoint(
        &self,
        gate: Arc<Gate>,
        endpoint: AccessEndpoint,
        request: EndpointRequest,
    ) -> BoxFuture<'static, Response<Bytes>> {
        let (web, waiting_web) = (Arc::clone(&self.web), Arc::clone(&self.web));
        let request_id = request.request_id.clone();
        let answering = self
            .control
            .spawn(async move { web.endpoint(gate, endpoint, request, clock::now()).await });
        Box::pin(async move {
            answering.await.unwrap_or_else(|error| {
                tracing::error!(%error, "an endpoint failed");
                waiting_web.failure(
                    false,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "endpoint-failed",
                    &request_id,
                )
            })
        })
    }

    fn accept_failed(&self) {
        self.metrics.accept_failed();
    }

    fn connection_cut(&self, reason: &'static str) {
        self.metrics.connection_cut(reason);
    }

    fn upstream_health(&self, upstream: &UpstreamUrl, change: HealthChange) {
        let (host, port) = (upstream.host.as_str(), upstream.port);
        self.metrics.upstream_health(&format!("{host}:{port}"), change);
        match change {
            HealthChange::Ejected(time) => {
                tracing::warn!(upstream = %host, port, seconds = time.as_secs(), "an upstream fails again and again: a thread passes it over");
            }
            HealthChange::Returned => {
                tracing::info!(upstream = %host, port, "an upstream answers again");
            }
        }
    }

    fn record(&self, record: Record<'_>) {
        let decided =
            record.endpoint_refusal.map_or_else(|| record.reason.code(), |refusal| refusal.0);
        let reason = record.failure.map_or(decided, Failure::code);
        let (row, status) = (record.row.0, record.status.as_u16());
        if let (Some(cors), Some(application)) = (&record.cors, record.application)
            && cors.preflight
        {
            self.metrics.preflight(application, cors.allowed, cors.refusal.unwrap_or("allowed"));
        }
        self.metrics.record(record.application, row, reason, status, record.duration);
        let micros =
            |duration: std::time::Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.log.record(&Line {
            time: Timestamp(clock::now_in_milliseconds()),
            request_id: record.request_id,
            client_ip: record.client,
            method: record.method.map(Method::as_str),
            host: record.host,
            path: record.path,
            application: record.application,
            row,
            reason,
            policy: record.policy.map(|(policy, _)| policy),
            rule: record.policy.map(|(_, rule)| rule),
            identity: record.identity,
            cors: record.cors.map(|cors| Cors {
                kind: if cors.preflight { "preflight" } else { "actual" },
                origin: cors.origin,
                allowed: cors.allowed,
                reason: cors.refusal,
                requested_method: cors.requested_method,
                refused: cors.refused,
            }),
            status,
            upstream_status: record.upstream_status.map(|status| status.as_u16()),
            duration_us: micros(record.duration),
            upstream_us: record.upstream_duration.map(micros),
        });
    }
}
