//! The body of a request to an endpoint, read as a whole: bounded in size and time.

use std::future::poll_fn;
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use crossgate_http1::BodyLength;
use tokio::time::Instant;

use crate::body_source::{BodySource, Piece};
use crate::patience::Patience;
use crate::{Failure, Limits};

/// Reads a body of at most [`Limits::form_bytes`] within [`Limits::body_pause`].
pub(crate) async fn read_form<S: BodySource>(
    body: &mut S,
    limits: &Limits,
    patience: &mut Patience,
) -> Result<Bytes, Failure> {
    let most = limits.form_bytes;
    if matches!(body.length(), BodyLength::Exactly(length) if length > most as u64) {
        return Err(Failure::BodyTooLarge);
    }
    let mut form = BytesMut::new();
    let deadline = Instant::now() + limits.body_pause;
    poll_fn(|context| {
        loop {
            match body.poll_piece(context) {
                Poll::Ready(Err(_)) => return Poll::Ready(Err(Failure::BodyBroken)),
                Poll::Ready(Ok(Piece::End)) => return Poll::Ready(Ok(form.split().freeze())),
                Poll::Ready(Ok(Piece::Data)) => {
                    let data = body.data();
                    if form.len() + data.len() > most {
                        return Poll::Ready(Err(Failure::BodyTooLarge));
                    }
                    form.extend_from_slice(data);
                    let count = data.len();
                    body.consume(count);
                }
                Poll::Pending => {
                    return patience.poll(context, deadline).map(|()| Err(Failure::BodyTimeout));
                }
            }
        }
    })
    .await
}
