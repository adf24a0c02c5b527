//! The decision log: one JSON line a decision on standard output.
//!
//! A request hands over a [`Line`] and goes on; a thread of its own formats and writes. The queue is bounded: when the
//! reader of the log cannot keep up, lines are dropped and counted, and no request waits.

mod json_line;

use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use http::Method;

use crate::cors_telemetry::CorsTelemetry;

/// Lines that wait for the writer.
const QUEUE: usize = 16_384;

/// Bytes that are written at once.
const ENOUGH: usize = 1 << 16;

/// How long a line may wait for others to be written with it.
const COMPANY: Duration = Duration::from_millis(5);

/// One decision. Holds no query, token, cookie, code or secret.
#[derive(Debug)]
pub(crate) struct Line {
    /// RFC 3339, with milliseconds.
    pub(crate) time: Timestamp,
    pub(crate) client_ip: IpAddr,
    pub(crate) method: Option<Method>,
    pub(crate) row: u8,
    pub(crate) reason: &'static str,
    pub(crate) rule: Option<&'static str>,
    pub(crate) cors: Option<Box<Cors>>,
    pub(crate) status: u16,
    pub(crate) upstream_status: Option<u16>,
    pub(crate) duration_us: u64,
    pub(crate) upstream_us: Option<u64>,
    pub(crate) texts: Texts,
}

/// A text of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    RequestId,
    Host,
    Path,
    Application,
    Policy,
    Identity,
}

/// The texts of a line, in the order of [`Text`], in one piece: a line is made on one thread and dropped on another, for each request.
#[derive(Debug)]
pub(crate) struct Texts {
    joined: Box<str>,
    ends: [Option<u32>; 6],
}

impl Texts {
    /// Joins texts, given in the order of [`Text`].
    pub(crate) fn join(texts: [Option<&str>; 6]) -> Self {
        let length = texts.iter().flatten().map(|text| text.len()).sum();
        let mut joined = String::with_capacity(length);
        let ends = texts.map(|text| {
            joined.push_str(text?);
            u32::try_from(joined.len()).ok()
        });
        Self { joined: joined.into_boxed_str(), ends }
    }

    fn get(&self, text: Text) -> Option<&str> {
        let place = text as usize;
        let end = (*self.ends.get(place)?)? as usize;
        let before = self.ends.get(..place)?.iter().rev().flatten().next();
        self.joined.get(before.map_or(0, |before| *before as usize)..end)
    }
}

impl Line {
    /// A text, if there is one.
    pub(crate) fn text(&self, text: Text) -> Option<&str> {
        self.texts.get(text)
    }
}

/// What CORS had to do with it.
#[derive(Debug)]
pub(crate) struct Cors {
    /// `preflight` or `actual`.
    pub(crate) kind: &'static str,
    pub(crate) origin: String,
    pub(crate) allowed: bool,
    pub(crate) reason: Option<&'static str>,
    /// The method that a preflight asks for.
    pub(crate) requested_method: Option<String>,
    /// The method or header that was refused.
    pub(crate) refused: Option<String>,
}

/// Unix time in milliseconds, written as RFC 3339.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timestamp(pub(crate) i64);

/// The way in. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct DecisionLog {
    queue: SyncSender<Line>,
    dropped: Arc<AtomicU64>,
}

impl DecisionLog {
    /// Starts the writer. It ends when the last handle is gone; join it to see every line written.
    pub(crate) fn start(
        output: impl Write + Send + 'static,
        telemetry: CorsTelemetry,
    ) -> (Self, JoinHandle<()>) {
        let (queue, lines) = sync_channel(QUEUE);
        let writer = std::thread::spawn(move || write(&lines, output, &telemetry));
        (Self { queue, dropped: Arc::default() }, writer)
    }

    /// Hands a line over. Never waits.
    pub(crate) fn record(&self, line: Line) {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(line) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines that were dropped because the queue was full.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Writes until the last sender is gone; flushes whenever nothing waits. After the first line it waits a moment for company: under load that
/// is one wake-up and one write for many lines.
fn write(lines: &Receiver<Line>, mut output: impl Write, telemetry: &CorsTelemetry) {
    let mut written = Vec::with_capacity(2 * ENOUGH);
    while let Ok(first) = lines.recv() {
        std::thread::sleep(COMPANY);
        let mut next = Some(first);
        while let Some(line) = next {
            telemetry.count(&line);
            json_line::write(&mut written, &line);
            if written.len() >= ENOUGH {
                flush(&mut output, &mut written);
            }
            next = lines.try_recv().ok();
        }
        flush(&mut output, &mut written);
    }
}

/// A closed standard output must not end the gateway.
fn flush(output: &mut impl Write, written: &mut Vec<u8>) {
    let _closed = output.write_all(written).and_then(|()| output.flush());
    written.clear();
}

impl Timestamp {
    /// RFC 3339 in UTC, or nothing beyond the year 9999.
    fn text(self) -> Option<[u8; 24]> {
        let time = time::OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000)).ok()?;
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let fields = [
            (0, 4, u32::try_from(year).ok()?),
            (5, 2, u8::from(month).into()),
            (8, 2, day.into()),
            (11, 2, hour.into()),
            (14, 2, minute.into()),
            (17, 2, second.into()),
            (20, 3, u32::try_from(self.0.rem_euclid(1_000)).ok()?),
        ];
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (at, digits, mut number) in fields {
            for byte in text.iter_mut().skip(at).take(digits).rev() {
                *byte += u8::try_from(number % 10).ok()?;
                number /= 10;
            }
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, Texts, Timestamp};

    #[test]
    fn texts_that_were_joined_come_apart_again() {
        let texts = Texts::join([Some("id"), None, Some("/path"), Some(""), None, Some("me")]);
        let all = [
            Text::RequestId,
            Text::Host,
            Text::Path,
            Text::Application,
            Text::Policy,
            Text::Identity,
        ];
        let expected = [Some("id"), None, Some("/path"), Some(""), None, Some("me")];
        assert_eq!(all.map(|text| texts.get(text)), expected);
    }

    #[test]
    fn times_are_written_as_rfc_3339() {
        let rows = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z"),
            (1_795_444_474_120, "2026-11-23T14:34:34.120Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (i64::MAX, ""),
        ];
        for (milliseconds, expected) in rows {
            let text = Timestamp(milliseconds)
                .text()
                .map_or(String::new(), |text| String::from_utf8_lossy(&text).into_owned());
            assert_eq!(text, expected, "{milliseconds}");
        }
    }
}
