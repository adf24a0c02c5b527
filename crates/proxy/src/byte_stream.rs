//! A connection, whichever side it is of and whether it is encrypted.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{client, server};

use crate::stall::Stalling;

/// A connection's bytes.
pub(crate) enum ByteStream {
    Visitor(Stalling),
    VisitorTls(Box<server::TlsStream<Stalling>>),
    Upstream(TcpStream),
    UpstreamTls(Box<client::TlsStream<TcpStream>>),
}

impl ByteStream {
    /// Whether both sides agreed on HTTP/2 in the handshake.
    pub(crate) fn speaks_http2(&self) -> bool {
        match self {
            Self::VisitorTls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
            Self::UpstreamTls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
            Self::Visitor(_) | Self::Upstream(_) => false,
        }
    }
}

impl AsyncRead for ByteStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Visitor(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::VisitorTls(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Upstream(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::UpstreamTls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for ByteStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Visitor(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::VisitorTls(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Upstream(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::UpstreamTls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Visitor(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::VisitorTls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Upstream(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::UpstreamTls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            // What was written to a socket is out.
            Self::Visitor(_) | Self::Upstream(_) => Poll::Ready(Ok(())),
            Self::VisitorTls(stream) => Pin::new(stream).poll_flush(context),
            Self::UpstreamTls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Visitor(stream) => Pin::new(stream).poll_shutdown(context),
            Self::VisitorTls(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Upstream(stream) => Pin::new(stream).poll_shutdown(context),
            Self::UpstreamTls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
