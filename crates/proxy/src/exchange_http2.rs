//! One request and its response on an HTTP/2 connection to an upstream.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use crossgate_http1::BodyLength;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::Failure;
use crate::body_source::{BodyBroken, BodySource, Http2Body, Piece};
use crate::least_request::Turn;
use crate::pool::Unanswered;
use crate::retry::Progress;
use crate::upstream_request::remove_forged_trailers;

/// Pieces of a request's body that wait for the connection.
const WAITING: usize = 2;

/// The response, and what is still to be sent of the request.
pub(crate) struct Http2Exchange {
    pub(crate) head: http::response::Parts,
    body: Http2Body,
    sending: Option<PollSender<Part>>,
    progress: u64,
    waits_for_body: bool,
    /// The request that it serves, where there was a choice of upstreams.
    pub(crate) turn: Option<Turn>,
}

/// A request that waits for its response.
pub(crate) struct Asking {
    answering: Pin<Box<dyn Future<Output = Answered>>>,
    sending: Option<PollSender<Part>>,
    progress: u64,
    waits_for_body: bool,
}

/// The response, or why there is none, and whether nothing of the request was sent.
type Answered = Result<Response<Incoming>, (hyper::Error, bool)>;

/// A request's body on its way into the connection's task.
pub(crate) struct QueuedBody {
    parts: Option<mpsc::Receiver<Part>>,
    length: Option<u64>,
}

enum Part {
    Data(Bytes),
    Trailers(HeaderMap),
    End,
}

impl Asking {
    /// Begins to send a request.
    pub(crate) fn begin(
        mut sender: SendRequest<QueuedBody>,
        head: Request<()>,
        length: BodyLength,
    ) -> Self {
        let (body, sending) = match length {
            BodyLength::None => (QueuedBody { parts: None, length: Some(0) }, None),
            length => {
                let (sending, parts) = mpsc::channel(WAITING);
                let exact =
                    if let BodyLength::Exactly(length) = length { Some(length) } else { None };
                (QueuedBody { parts: Some(parts), length: exact }, Some(PollSender::new(sending)))
            }
        };
        let answering = Box::pin(async move {
            let answered = sender.try_send_request(head.map(|()| body)).await;
            answered.map_err(|mut error| {
                let unsent = error.take_message().is_some();
                (error.into_error(), unsent)
            })
        });
        Self { answering, sending, progress: 0, waits_for_body: false }
    }

    /// Sends, and waits for the response.
    pub(crate) fn poll_head<S: BodySource>(
        &mut self,
        body: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<Result<Http2Exchange, Unanswered>> {
        let (progress, waits) = (&mut self.progress, &mut self.waits_for_body);
        if let Poll::Ready(Err(_)) = poll_send(&mut self.sending, body, progress, waits, context) {
            let (failure, progress) = (Failure::BodyBroken, Progress::Unanswered);
            return Poll::Ready(Err(Unanswered { failure, progress }));
        }
        let answered = ready!(self.answering.as_mut().poll(context));
        Poll::Ready(match answered {
            Ok(response) => {
                let (head, incoming) = response.into_parts();
                Ok(Http2Exchange {
                    head,
                    body: Http2Body::new(incoming),
                    sending: self.sending.take(),
                    progress: self.progress,
                    waits_for_body: self.waits_for_body,
                    turn: None,
                })
            }
            Err((error, unsent)) => {
                tracing::warn!(%error, "the upstream's answer is broken");
                let unsent = unsent && self.progress == 0;
                let progress = if unsent { Progress::NothingSent } else { Progress::Unanswered };
                Err(Unanswered { failure: Failure::UpstreamBroken, progress })
            }
        })
    }

    pub(crate) fn is_sent(&self) -> bool {
        self.sending.is_none()
    }

    pub(crate) fn waits_for_body(&self) -> bool {
        self.sending.is_some() && self.waits_for_body
    }

    pub(crate) const fn progress(&self) -> u64 {
        self.progress
    }
}

impl Http2Exchange {
    /// Goes on with sending.
    pub(crate) fn poll_send<S: BodySource>(
        &mut self,
        body: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), BodyBroken>> {
        let (progress, waits) = (&mut self.progress, &mut self.waits_for_body);
        poll_send(&mut self.sending, body, progress, waits, context)
    }

    pub(crate) fn waits_for_body(&self) -> bool {
        self.sending.is_some() && self.waits_for_body
    }

    pub(crate) const fn progress(&self) -> u64 {
        self.progress
    }

    /// Whether the request is out, or will not go out any more.
    pub(crate) fn is_sent(&self) -> bool {
        self.sending.is_none()
    }

    /// The piece of the response's body that is there, as a whole.
    pub(crate) fn take_piece(&mut self) -> Bytes {
        self.body.take_piece()
    }
}

/// Hands pieces of a body over as long as there is room.
fn poll_send<S: BodySource>(
    sending: &mut Option<PollSender<Part>>,
    body: &mut S,
    progress: &mut u64,
    waits_for_body: &mut bool,
    context: &mut Context<'_>,
) -> Poll<Result<(), BodyBroken>> {
    while let Some(sender) = sending {
        *waits_for_body = false;
        if ready!(sender.poll_reserve(context)).is_err() {
            // The stream has ended: the response, or its failure, says why.
            *sending = None;
            break;
        }
        *waits_for_body = true;
        let piece = ready!(body.poll_piece(context));
        let part = match piece {
            Err(broken) => {
                *sending = None;
                return Poll::Ready(Err(broken));
            }
            Ok(Piece::Data) => {
                let data = Bytes::copy_from_slice(body.data());
                body.consume(data.len());
                *progress += data.len() as u64;
                Part::Data(data)
            }
            Ok(Piece::End) => match body.take_trailers() {
                Some(mut trailers) => {
                    remove_forged_trailers(&mut trailers);
                    Part::Trailers(*trailers)
                }
                None => Part::End,
            },
        };
        let last = !matches!(part, Part::Data(_));
        let gone = sender.send_item(part).is_err();
        if last || gone {
            *progress += 1;
            *sending = None;
        }
    }
    Poll::Ready(Ok(()))
}

impl Body for QueuedBody {
    type Data = Bytes;
    type Error = BodyBroken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyBroken>>> {
        let this = self.get_mut();
        let Some(parts) = &mut this.parts else { return Poll::Ready(None) };
        let part = ready!(parts.poll_recv(context));
        let is_data = matches!(part, Some(Part::Data(_)));
        if !is_data {
            this.parts = None;
        }
        Poll::Ready(match part {
            Some(Part::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Part::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(Part::End) => None,
            None => Some(Err(BodyBroken)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// The response's body.
impl BodySource for Http2Exchange {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        self.body.poll_piece(context)
    }

    fn data(&self) -> &[u8] {
        self.body.data()
    }

    fn consume(&mut self, count: usize) {
        self.body.consume(count);
    }

    fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        self.body.take_trailers()
    }

    fn is_over(&self) -> bool {
        self.body.is_over()
    }

    fn length(&self) -> BodyLength {
        self.body.length()
    }
}
