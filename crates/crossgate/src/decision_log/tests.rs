use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::{DecisionLog, Line, NEAR, QUEUE, Timestamp};
use crate::cors_telemetry::CorsTelemetry;

/// Hands on what is written, and writes only as long as the other side wants it to.
struct Reader(Sender<Vec<u8>>, Receiver<()>);

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _held = self.1.recv();
        let _read = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn line(path: &str) -> Line<'_> {
    Line {
        time: Timestamp(0),
        request_id: "0123456789abcdef",
        client_ip: "127.0.0.1".parse().unwrap(),
        method: Some("GET"),
        host: Some("app.example"),
        path: Some(path),
        application: Some("app"),
        row: 14,
        reason: "allowed",
        policy: None,
        rule: None,
        identity: None,
        cors: None,
        status: 200,
        upstream_status: None,
        duration_us: 1,
        upstream_us: None,
    }
}

/// The paths of lines, in the order in which they were written.
fn paths(read: &Receiver<Vec<u8>>) -> Vec<String> {
    let bytes = read.iter().flatten().collect::<Vec<_>>();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let values = lines.map(|line| serde_json::from_slice::<serde_json::Value>(line).unwrap());
    values.map(|value| value["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_line_of_every_thread_is_written_in_its_order_however_long_the_pauses() {
    let (sender, read) = channel();
    let (go_on, held) = channel();
    drop(go_on);
    let (log, writer) = DecisionLog::start(Reader(sender, held), CorsTelemetry::default());
    let threads = std::array::from_fn::<_, 4, _>(|thread| {
        let log = log.clone();
        std::thread::spawn(move || {
            for number in 0..500 {
                log.record(&line(&format!("/{thread}/{number}")));
                if number % 100 == thread {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(log.dropped(), 0);
    drop(log);
    writer.join().unwrap();
    let written = paths(&read);
    for thread in 0..4 {
        let own = written.iter().filter(|path| path.starts_with(&format!("/{thread}/")));
        assert!(own.eq(&(0..500).map(|number| format!("/{thread}/{number}")).collect::<Vec<_>>()));
    }
    assert_eq!(written.len(), 2_000);
}

#[test]
fn lines_keep_their_order_when_more_wait_than_do_every_day() {
    let (sender, read) = channel();
    let (go_on, held) = channel();
    let (log, writer) = DecisionLog::start(Reader(sender, held), CorsTelemetry::default());
    let path = |number: usize| format!("/{number}/{}", "x".repeat(NEAR / 100));
    for number in 0..600 {
        log.record(&line(&path(number)));
        // Now and then the writer gets on, while more comes.
        if number % 7 == 0 {
            go_on.send(()).unwrap();
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    drop(go_on);
    assert_eq!(log.dropped(), 0);
    drop(log);
    writer.join().unwrap();
    assert!(paths(&read).into_iter().eq((0..600).map(path)));
}

#[test]
fn a_line_is_written_at_once_when_nothing_else_happens() {
    let (sender, read) = channel();
    let (go_on, held) = channel();
    drop(go_on);
    let (log, writer) = DecisionLog::start(Reader(sender, held), CorsTelemetry::default());
    for pause in [0, 1, 19, 20, 21, 60] {
        std::thread::sleep(Duration::from_millis(pause));
        log.record(&line("/"));
        assert!(read.recv_timeout(Duration::from_secs(10)).is_ok(), "after {pause} ms");
    }
    drop(log);
    writer.join().unwrap();
}

#[test]
fn who_cannot_keep_up_loses_lines_that_are_counted_and_holds_nobody() {
    let (sender, read) = channel();
    let (go_on, held) = channel::<()>();
    let (log, writer) = DecisionLog::start(Reader(sender, held), CorsTelemetry::default());
    let path = "/".repeat(10_000);
    let lines = 4 * QUEUE / path.len();
    for _ in 0..lines {
        log.record(&line(&path));
    }
    let dropped = usize::try_from(log.dropped()).unwrap();
    assert!(dropped > 0 && dropped < lines, "{dropped} of {lines}");
    drop(go_on);
    drop(log);
    writer.join().unwrap();
    assert_eq!(paths(&read).len(), lines - dropped);
}
