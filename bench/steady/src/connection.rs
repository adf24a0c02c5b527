//! A connection that is kept alive, as much of HTTP/1.1 as the servers of the bench speak: every answer has a `Content-Length`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A connection to a server on loopback.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its answer.
    pub(crate) fn exchange(&mut self, request: &[u8], status: u16) -> Result<()> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            match self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.read()?,
            }
        };
        let text = std::str::from_utf8(self.buffer.get(..head).unwrap_or_default())?;
        if text.get(9..12) != Some(status.to_string().as_str()) {
            bail!("{text}");
        }
        let length = content_length(text)?;
        while self.buffer.len() < head + length {
            self.read()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<()> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece)? {
            0 => bail!("the server closed the connection"),
            count => self.buffer.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
        Ok(())
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
