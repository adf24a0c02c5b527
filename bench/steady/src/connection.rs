//! A connection that is kept alive, as much of HTTP/1.1 as the servers of the bench speak: every answer has a `Content-Length`.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

use anyhow::{Context, Result, bail};

/// A connection to a server on loopback.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request. One is answered before the next is sent, so that there is always room for it.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<()> {
        self.answer.clear();
        Ok(self.stream.write_all(request)?)
    }

    /// Reads what is there. Tells whether the answer is whole; one with another status is an error.
    pub(crate) fn receive(&mut self, status: u16) -> Result<bool> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => bail!("the server closed the connection"),
            Ok(count) => self.answer.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let Some(end) = self.answer.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(false);
        };
        let head = std::str::from_utf8(self.answer.get(..end).unwrap_or_default())?;
        if head.get(9..12) != Some(status.to_string().as_str()) {
            bail!("{head}");
        }
        Ok(self.answer.len() >= end + 4 + content_length(head)?)
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn content_length(head: &str) -> Result<usize> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let value = lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim())
        .next();
    Ok(value.with_context(|| format!("no Content-Length:\n{head}"))?.parse()?)
}
