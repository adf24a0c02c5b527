//! A visitor's HTTP/2 connection.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use h2::server::Builder;
use h2::{Ping, PingPong};
use tokio::task::coop::has_budget_remaining;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::Limits;
use crate::activity::Activity;
use crate::bells::{House, Part};
use crate::body_source::Http1;
use crate::connection::Peer;
use crate::cut::{DEAF, IDLE, SLOW_READER};
use crate::http2_meter::{Meter, Metered};
use crate::http2_stream::{Line, serve_stream};
use crate::rewound::Rewound;
use crate::server::Worker;

/// What a visitor may send of a body before it is read: for a stream, and for all of them.
const WINDOW: u32 = 1 << 20;

/// Most bytes of an answer that wait for the connection.
const WAITING: usize = 400 * 1024;

/// Serves a connection until it ends, or until `stop` and its requests in flight are through.
pub(crate) async fn serve_http2(
    worker: Rc<Worker>,
    connection: Http1,
    peer: Peer,
    stop: CancellationToken,
) {
    let meter = Meter::new();
    let metered = Metered::new(Rewound::new(connection), Rc::clone(&meter));
    let line =
        Rc::new(Line { worker, peer, activity: Activity::new(), undelivered: Rc::default() });
    // In place, and boxed: what is moved across an await takes its room twice, for as long as the connection lasts.
    let mut begun = Box::pin(begin(&line, metered)).await;
    let ended = match &mut begun {
        Ok(Some(connection)) => serve(&line, connection, &meter, stop).await,
        Ok(None) | Err(_) => Ok(()),
    };
    if let Some(reason) = meter.cut_for() {
        line.worker.gateway.connection_cut(reason);
    }
    if let Some(error) = begun.err().or_else(|| ended.err()) {
        tracing::debug!(peer = %line.peer.ip, %error, "a connection broke");
    }
}

/// Waits for the preface of a visitor's. `None` if it does not come.
async fn begin(
    line: &Line,
    metered: Metered,
) -> Result<Option<h2::server::Connection<Metered, Bytes>>, h2::Error> {
    let limits = &line.worker.limits;
    if let Ok(begun) = timeout(limits.head, builder(limits).handshake(metered)).await {
        return begun.map(Some);
    }
    line.worker.gateway.connection_cut(IDLE);
    Ok(None)
}

fn builder(limits: &Limits) -> Builder {
    let mut builder = Builder::new();
    builder
        .enable_connect_protocol()
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buffer_size(WAITING)
        .max_concurrent_streams(limits.streams)
        // The meter ends floods sooner, and counts them.
        .max_pending_accept_reset_streams(1_024)
        .max_local_error_reset_streams(Some(1_024))
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    builder
}

/// Reads requests and answers them, all in one task, until the connection is over or the visitor is given up.
async fn serve(
    line: &Rc<Line>,
    connection: &mut h2::server::Connection<Metered, Bytes>,
    meter: &Meter,
    stop: CancellationToken,
) -> Result<(), h2::Error> {
    let limits = line.worker.limits;
    let pings = connection.ping_pong();
    let mut closing = pin!(async {
        tokio::select! {
            () = stop.cancelled() => None,
            () = line.activity.is_over(limits.head, limits.idle) => {
                line.worker.gateway.connection_cut(IDLE);
                // A window that was closed after answers were handed over leaves them behind in the library: they must be taken, too.
                Some(line.undelivered.begin())
            }
        }
    });
    let mut giving_up = pin!(async {
        tokio::select! {
            () = line.undelivered.is_given_up(limits.write_pause, || meter.progress()) => SLOW_READER,
            () = is_deaf(pings, limits.head, || meter.heard()) => DEAF,
        }
    });
    let house = Arc::new(House::default());
    let (watch, answers, requests) = (Part::of(&house), Part::of(&house), Part::of(&house));
    let (mut streams, mut closes, mut requests_first) = (FuturesUnordered::new(), None, false);
    poll_fn(|context| {
        house.begin(context);
        loop {
            if watch.take() {
                let context = &mut watch.context();
                // First: an answer that is written after the stop says that the connection closes.
                if closes.is_none()
                    && let Poll::Ready(left_behind) = closing.as_mut().poll(context)
                {
                    closes = Some(left_behind);
                    connection.graceful_shutdown();
                    requests.wake();
                }
                if let Poll::Ready(reason) = giving_up.as_mut().poll(context) {
                    // Whoever is on the way out has been counted, or leaves as he was told to.
                    if closes.is_none() || reason != DEAF {
                        line.worker.gateway.connection_cut(reason);
                    }
                    return Poll::Ready(Ok(()));
                }
            }
            // What the answers have to say at one time goes out at once.
            if !std::mem::take(&mut requests_first) && answers.take() {
                while let Poll::Ready(Some(())) = streams.poll_next_unpin(&mut answers.context()) {}
            }
            if requests.take() {
                let context = &mut requests.context();
                while let Poll::Ready(accepted) = connection.poll_accept(context) {
                    match accepted.transpose() {
                        Ok(Some((request, respond))) => {
                            // Boxed: the set keeps room for one more than it has, as large as what it is of.
                            streams.push(Box::pin(serve_stream(Rc::clone(line), request, respond)));
                            answers.wake();
                        }
                        Ok(None) => return Poll::Ready(Ok(())),
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
            }
            if !has_budget_remaining() {
                // Answers that have much to say would otherwise never let the connection have its turn.
                requests_first = true;
                context.waker().wake_by_ref();
                house.end();
                return Poll::Pending;
            }
            house.end();
            if ![&watch, &answers, &requests].into_iter().any(Part::is_woken) {
                return Poll::Pending;
            }
            house.begin(context);
        }
    })
    .await
}

/// Waits until a visitor of whom nothing was heard for `pause` does not answer within `pause`, either.
async fn is_deaf(pings: Option<PingPong>, pause: Duration, heard: impl Fn() -> Instant) {
    let Some(mut pings) = pings else { return std::future::pending().await };
    loop {
        let deadline = heard() + pause;
        if deadline > Instant::now() {
            sleep_until(deadline).await;
            continue;
        }
        let (mut asked, mut answer) = (Instant::now(), pin!(pings.ping(Ping::opaque())));
        loop {
            match timeout_at(asked + pause, answer.as_mut()).await {
                Ok(Ok(_)) => break,
                // The connection is ending, and says so itself.
                Ok(Err(_)) => return std::future::pending().await,
                // Something else came: the answer may be behind it.
                Err(_) if heard() > asked => asked = heard(),
                Err(_) => return,
            }
        }
    }
}
