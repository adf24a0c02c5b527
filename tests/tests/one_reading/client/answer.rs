//! Answers, one after the other.

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncReadExt};

/// An answer as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// The answers of a connection as far as they are read.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) found: Vec<Answer>,
    /// Why nothing more can be read.
    pub(crate) wrong: Option<String>,
    methods: VecDeque<String>,
    unread: Vec<u8>,
}

impl Answers {
    /// The next answer is to a request of this method.
    pub(crate) fn to(&mut self, method: &str) {
        self.methods.push_back(method.to_owned());
    }

    /// Reads until there are `count` answers or the connection ends; whether it ended.
    pub(crate) async fn read(
        &mut self,
        reader: &mut (impl AsyncRead + Unpin),
        count: usize,
    ) -> bool {
        let mut ended = false;
        loop {
            while self.found.len() < count && self.next(ended) {}
            if ended || self.wrong.is_some() || self.found.len() >= count {
                return ended;
            }
            ended = !reader.read_buf(&mut self.unread).await.is_ok_and(|length| length > 0);
        }
    }

    /// Takes one answer from the bytes; whether there was a whole one.
    fn next(&mut self, ended: bool) -> bool {
        let Some(end) = self.unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            if ended && !self.unread.is_empty() {
                self.wrong =
                    Some(format!("no answer: {:?}", String::from_utf8_lossy(&self.unread)));
                self.unread.clear();
            }
            return false;
        };
        let head = String::from_utf8_lossy(&self.unread[..end]).into_owned();
        let status = head.strip_prefix("HTTP/1.").and_then(|line| line.get(2..5)?.parse().ok());
        let Some(status) = status.filter(|status| (100..600).contains(status)) else {
            self.wrong = Some(format!("no answer: {head:?}"));
            return false;
        };
        let after = &self.unread[end + 4..];
        let to_head = self.methods.front().is_some_and(|method| method == "HEAD");
        let bare = to_head || status < 200 || status == 204 || status == 304;
        let body = if bare { Some((Vec::new(), 0)) } else { body(&head, after, ended) };
        let Some((body, length)) = body else { return false };
        self.unread.drain(..end + 4 + length);
        // 100 announces an answer.
        if status >= 200 || status == 101 {
            self.methods.pop_front();
            self.found.push(Answer { status, head, body });
        }
        true
    }
}

/// A body and the number of its bytes with their framing, once it is whole.
fn body(head: &str, after: &[u8], ended: bool) -> Option<(Vec<u8>, usize)> {
    let lower_case = head.to_ascii_lowercase();
    let header = |name: &str| lower_case.lines().find_map(|line| line.strip_prefix(name));
    if header("transfer-encoding:").is_some() {
        return chunks(after);
    }
    match header("content-length:") {
        Some(length) => {
            let length = length.trim().parse().ok()?;
            Some((after.get(..length)?.to_vec(), length))
        }
        None => ended.then(|| (after.to_vec(), after.len())),
    }
}

fn chunks(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let end = at + bytes.get(at..)?.windows(2).position(|pair| pair == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..end]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        body.extend_from_slice(bytes.get(end + 2..end + 2 + size)?);
        at = end + 2 + size + 2;
        if size == 0 {
            return (bytes.len() >= at).then_some((body, at));
        }
    }
}
