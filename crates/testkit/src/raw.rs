//! Bytes as they are, for requests that no client would send.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::wait::PATIENCE;

/// Sends bytes and returns what comes back until the other side closes, or until a whole answer with a
/// `content-length` is there.
///
/// # Panics
///
/// When the other side neither answers nor closes within [`PATIENCE`].
pub async fn exchange(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    // The other side may refuse before it has read everything.
    let _refused = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = async {
        while !is_whole(&answer) {
            match stream.read_buf(&mut answer).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    timeout(PATIENCE, read).await.expect("an answer, or the end of the connection");
    answer
}

/// The status of an answer; nothing where the other side just closed.
#[must_use]
pub fn status(answer: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(answer.get(9..12)?).ok()?;
    line.parse().ok()
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let body = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or_default() + 4;
    length.is_some_and(|length: usize| answer.len() >= body + length)
}
