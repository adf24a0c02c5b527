//! The bytes of a HAR on their way to the JSON parser, cut down so that no string is long.
//!
//! A HAR is mostly bodies. The parser would hold each in memory to look at its first line, so what a string has
//! beyond [`MAX_STRING`] is dropped here, before it is parsed. What is kept is ASCII: other bytes become `?`, so that a body that
//! is no text cannot make the whole file unreadable.

use std::io::{self, Read};

/// What is kept of a string, in bytes as written.
pub(super) const MAX_STRING: usize = 8 * 1024;

/// Deeper nesting than any exporter's stack traces.
const MAX_DEPTH: usize = 4096;

const BUFFER: usize = 64 * 1024;

/// A reader that drops the ends of long strings and counts what it has read.
pub(super) struct Source<R> {
    inner: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    consumed: u64,
    depth: usize,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Outside,
    /// In a string of which this much is passed on.
    Inside(usize),
    Escape(usize),
    /// In `\uXXXX`: how much of the string is passed on, the digits so far, and whether the first was `d`.
    Hex(usize, u8, bool),
    Dropping,
    DroppingEscape,
}

impl<R: Read> Source<R> {
    /// Begins to read, skipping a byte order mark. Also returns the first bytes, at most eight.
    pub(super) fn new(inner: R) -> io::Result<(Self, Vec<u8>)> {
        let buffer = vec![0; BUFFER].into_boxed_slice();
        let mut source =
            Self { inner, buffer, start: 0, end: 0, consumed: 0, depth: 0, state: State::Outside };
        while source.end < 8 {
            let Some(space) = source.buffer.get_mut(source.end..) else { break };
            match source.inner.read(space) {
                Ok(0) => break,
                Ok(count) => source.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let first = source.buffer.get(..source.end.min(8)).unwrap_or_default().to_vec();
        if first.starts_with(b"\xEF\xBB\xBF") {
            source.start = 3;
            source.consumed = 3;
        }
        Ok((source, first))
    }

    /// How many bytes of the file are read.
    pub(super) const fn offset(&self) -> u64 {
        self.consumed
    }

    fn refill(&mut self) -> io::Result<bool> {
        loop {
            match self.inner.read(&mut self.buffer) {
                Ok(count) => {
                    self.start = 0;
                    self.end = count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Drops bytes of a string up to its closing quote or an escape, or to the end of the buffer.
    fn drop_run(&mut self) {
        let run = self.buffer.get(self.start..self.end).unwrap_or_default();
        let skipped = match memchr::memchr2(b'"', b'\\', run) {
            Some(at) if run.get(at) == Some(&b'"') => {
                // The quote itself is passed on.
                self.state = State::Inside(0);
                at
            }
            Some(at) => {
                self.state = State::DroppingEscape;
                at + 1
            }
            None => run.len(),
        };
        self.take(skipped);
    }

    fn take(&mut self, count: usize) {
        self.start += count;
        self.consumed += count as u64;
    }

    /// What of this byte is passed on.
    fn pass(&mut self, byte: u8) -> io::Result<Option<u8>> {
        let (state, passed) = match self.state {
            State::Outside => {
                match byte {
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                if self.depth > MAX_DEPTH {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "it is nested too deep",
                    ));
                }
                (if byte == b'"' { State::Inside(0) } else { State::Outside }, Some(byte))
            }
            State::Inside(_) if byte == b'"' => (State::Outside, Some(byte)),
            State::Inside(kept) if kept >= MAX_STRING => {
                (if byte == b'\\' { State::DroppingEscape } else { State::Dropping }, None)
            }
            State::Inside(kept) if byte == b'\\' => (State::Escape(kept), Some(byte)),
            State::Inside(kept) => {
                (State::Inside(kept + 1), Some(if byte.is_ascii() { byte } else { b'?' }))
            }
            State::Escape(kept) if byte == b'u' => (State::Hex(kept, 0, false), Some(byte)),
            State::Escape(kept) => (State::Inside(kept + 2), Some(byte)),
            State::Hex(kept, digits, d) => {
                // Half of a surrogate pair is no character: `\uD83D` becomes `\uD73D`, which is one.
                let half =
                    digits == 1 && d && matches!(byte, b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F');
                let state = if digits == 3 {
                    State::Inside(kept + 6)
                } else {
                    State::Hex(kept, digits + 1, digits == 0 && matches!(byte, b'd' | b'D'))
                };
                (state, Some(if half { b'7' } else { byte }))
            }
            State::Dropping => (State::Dropping, None),
            State::DroppingEscape => (State::Dropping, None),
        };
        self.state = state;
        Ok(passed)
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < out.len() {
            if self.start == self.end && (written > 0 || !self.refill()?) {
                break;
            }
            if matches!(self.state, State::Dropping) {
                self.drop_run();
                continue;
            }
            let Some(&byte) = self.buffer.get(self.start) else { break };
            let passed = self.pass(byte)?;
            self.take(1);
            if let (Some(passed), Some(slot)) = (passed, out.get_mut(written)) {
                *slot = passed;
                written += 1;
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{MAX_STRING, Source};

    fn pass(text: &[u8]) -> String {
        let mut out = String::new();
        Source::new(text).unwrap().0.read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn what_is_short_passes_and_the_ends_of_long_strings_do_not() {
        let long = "x".repeat(MAX_STRING * 30);
        let kept = "x".repeat(MAX_STRING);
        let rows = [
            (
                "JSON",
                r#"{"a": [1, "b\"c\\", null]}"#.to_owned(),
                r#"{"a": [1, "b\"c\\", null]}"#.to_owned(),
            ),
            ("a byte order mark is skipped", "\u{FEFF}{}".to_owned(), "{}".to_owned()),
            ("a long string is cut", format!(r#"["{long}",1]"#), format!(r#"["{kept}",1]"#)),
            (
                "an escaped quote does not end a long string",
                format!(r#"["{long}\"{long}",1]"#),
                format!(r#"["{kept}",1]"#),
            ),
            (
                "an escape at the cut is dropped whole",
                format!(r#"["{kept}\\",1]"#),
                format!(r#"["{kept}",1]"#),
            ),
            (
                "what is not ASCII becomes a question mark",
                "\"\u{e9}\"".to_owned(),
                "\"??\"".to_owned(),
            ),
            (
                "half a pair becomes a character",
                r#""\uD83d\u00e9""#.to_owned(),
                r#""\uD73d\u00e9""#.to_owned(),
            ),
            (
                "brackets in strings don't nest",
                format!("\"{}\"", "[".repeat(5000)),
                format!("\"{}\"", "[".repeat(5000)),
            ),
        ];
        for (row, text, expected) in rows {
            assert!(pass(text.as_bytes()) == expected, "{row}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let mut out = Vec::new();
        let text = "[".repeat(100_000);
        assert!(Source::new(text.as_bytes()).unwrap().0.read_to_end(&mut out).is_err());
    }
}
