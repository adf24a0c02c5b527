//! `docs/one-reading.md`: what becomes of the corpus here and at others. `cargo xtask one-reading` measures and writes it; the
//! tests hold the gateway's column to the corpus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossgate_testkit::wait::until;
use futures_util::StreamExt;

use crate::case::{Case, Outcome, Way};
use crate::peers::{DECIDED, Peer};
use crate::recorder::Request;
use crate::world::{Proxy, next_client};
use crate::{client, corpus, world};

/// Set where the page is to be written.
const WRITE: &str = "CROSSGATE_WRITE_ONE_READING";
const BEGIN: &str = "<!-- measured -->\n";

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Nothing whole reached the upstream.
    Refused,
    /// What the corpus says.
    AsDecided,
    /// It was passed on, and the corpus says that it is refused, or otherwise.
    Otherwise,
    /// The upstream may read another path than was decided on, or somebody else's word for the proxy's.
    TwoReadings,
}

const FATES: [Fate; 4] = [Fate::Refused, Fate::AsDecided, Fate::Otherwise, Fate::TwoReadings];

/// How often each fate was met, and names of cases as examples.
#[derive(Debug, Default)]
struct Column {
    counts: BTreeMap<(&'static str, Fate), usize>,
    examples: BTreeMap<Fate, Vec<String>>,
    strays: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_what_becomes_of_the_corpus() {
    if std::env::var_os(WRITE).is_some() {
        write().await;
    }
    let page = std::fs::read_to_string(file()).unwrap();
    for class in corpus::CLASSES {
        let cases = corpus::class(class);
        let row = page.lines().find(|line| line.starts_with(&format!("| {class} |")));
        let row =
            row.unwrap_or_else(|| panic!("no row for {class}: run `cargo xtask one-reading`"));
        let cells = row.split('|').map(str::trim).collect::<Vec<_>>();
        let count = |at: usize| cells[at].parse::<usize>().unwrap();
        let forwards = |optional: bool| {
            let is_so = |outcome: &Outcome| matches!(outcome, Outcome::Forwarded(it) if optional || !it.optional);
            cases.iter().filter(|case| case.outcome.iter().any(is_so)).count()
        };
        assert_eq!(count(2), cases.len(), "{class}: run `cargo xtask one-reading`");
        assert_eq!(count(3) + count(4), cases.len(), "{class}: each is refused or as decided");
        assert!((forwards(false)..=forwards(true)).contains(&count(4)), "{class}: {row}");
    }
}

/// Measures everybody and writes the page.
async fn write() {
    let (world, proxy) = world::gateway().await;
    let mut columns = vec![("Crossgate".to_owned(), Some(measure(&proxy, true).await))];
    drop(world);
    for peer in Peer::ALL {
        let column = match peer.version() {
            None => (peer.name().to_owned(), None),
            Some(version) => {
                let running = peer.start().await;
                (
                    format!("{} {version}", peer.name()),
                    Some(measure(&running.proxy, peer.decodes()).await),
                )
            }
        };
        columns.push(column);
    }
    let page = std::fs::read_to_string(file()).unwrap();
    let (text, _) = page.split_once(BEGIN).expect("the mark before what is measured");
    std::fs::write(file(), format!("{text}{BEGIN}\n{}", tables(&columns))).unwrap();
}

/// Sends every case once, in one write.
async fn measure(proxy: &Proxy, decodes: bool) -> Column {
    let mut runs = Vec::new();
    for class in corpus::CLASSES {
        for case in corpus::class(class) {
            runs.push((class, Arc::new(case), next_client()));
        }
    }
    let sent = runs.iter().map(|(_, case, client)| client::send(case, Way::Whole, proxy, *client));
    futures_util::stream::iter(sent).buffer_unordered(64).for_each(|_| async {}).await;
    until("the upstream to have read everything", Duration::from_secs(30), async || {
        (proxy.recorder.in_flight() == 0).then_some(())
    })
    .await;
    let mut column = Column { strays: proxy.recorder.strays().len(), ..Column::default() };
    for (class, case, client) in runs {
        let fate = match fate(&case, &proxy.recorder.of(client), decodes) {
            // It was passed on, in a way that the upstream could not read.
            Fate::Refused if proxy.recorder.is_unreadable(client) => Fate::Otherwise,
            fate => fate,
        };
        *column.counts.entry((class, fate)).or_default() += 1;
        let example = format!("{class}: {} ({})", case.name, case.rows.join(" "));
        column.examples.entry(fate).or_default().push(example);
    }
    column
}

fn fate(case: &Case, received: &[Request], decodes: bool) -> Fate {
    let honest = ["GET /sentinel", "GET /honest"];
    let received = received
        .iter()
        .filter(|request| request.whole && !honest.contains(&&*request.line()))
        .collect::<Vec<_>>();
    let expected = case.outcome.iter().filter_map(|outcome| match outcome {
        Outcome::Forwarded(forwarded) => Some(forwarded),
        _ => None,
    });
    let expected = expected.collect::<Vec<_>>();
    let forged = |request: &&Request| {
        let all = request.headers.iter().chain(&request.trailers);
        let mut ours = all.filter(|(name, _)| imitates(name));
        ours.any(|(_, value)| value.contains("forged"))
    };
    let other_path = |request: &&Request| {
        let decided = request.one(DECIDED).map(|decided| match decodes {
            true => decided.as_bytes().to_vec(),
            false => decode(decided.as_bytes()),
        });
        // What is recorded is a header's value: text, without spaces around it.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        decided.is_some_and(|decided| text(&decided) != text(&as_servers_read(&request.target)))
    };
    if received.is_empty() {
        Fate::Refused
    } else if received.iter().copied().any(|request| forged(&request) || other_path(&request)) {
        Fate::TwoReadings
    } else if received.len() == expected.len()
        && received.iter().zip(&expected).all(|(request, expected)| {
            request.method == expected.method
                && request.target == expected.target
                && request.body == expected.body
        })
    {
        Fate::AsDecided
    } else {
        Fate::Otherwise
    }
}

/// Whether some upstream takes a header for one that says who asks.
fn imitates(name: &str) -> bool {
    let folded = name.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    folded.starts_with("cf-access-") || folded == "x-forwarded-for"
}

/// The path as a server may read it that decodes, takes either slash, cuts parameters off, merges slashes and walks dots.
fn as_servers_read(target: &str) -> Vec<u8> {
    let path = target.split('?').next().unwrap_or_default();
    let decoded = decode(path.as_bytes());
    let mut names: Vec<&[u8]> = Vec::new();
    let parts = decoded.split(|byte| matches!(byte, b'/' | b'\\')).skip(1).collect::<Vec<_>>();
    for (at, name) in parts.iter().enumerate() {
        let name = name.split(|byte| *byte == b';').next().unwrap_or_default();
        let is_last = at + 1 == parts.len();
        match name {
            b".." => drop(names.pop()),
            b"." => {}
            b"" if !is_last => {}
            name => names.push(name),
        }
    }
    let mut path = b"/".to_vec();
    path.extend(names.join(&b'/'));
    path
}

fn decode(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while let Some(byte) = path.get(at) {
        let digits = path.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped.filter(|_| *byte == b'%') {
            Some(escaped) => (decoded.push(escaped), at += 3).1,
            None => (decoded.push(*byte), at += 1).1,
        }
    }
    decoded
}

fn tables(columns: &[(String, Option<Column>)]) -> String {
    let mut text = String::from("| class | cases |");
    for (name, _) in columns {
        write!(text, " {name}: refused | as decided | otherwise | two readings |").unwrap();
    }
    text.push_str("\n|---|---|");
    text.push_str(&"---|".repeat(columns.len() * 4));
    text.push('\n');
    for class in corpus::CLASSES {
        write!(text, "| {class} | {} |", corpus::class(class).len()).unwrap();
        for (_, column) in columns {
            for fate in FATES {
                match column {
                    Some(column) => {
                        let count = column.counts.get(&(class, fate)).copied().unwrap_or_default();
                        write!(text, " {count} |").unwrap();
                    }
                    None => text.push_str(" not measured |"),
                }
            }
        }
        text.push('\n');
    }
    for (name, column) in columns.iter().skip(1) {
        let Some(column) = column else { continue };
        let nothing = Vec::new();
        let of = |fate: Fate| column.examples.get(&fate).unwrap_or(&nothing);
        writeln!(text, "\n## {name}\n").unwrap();
        if column.strays > 0 {
            writeln!(
                text,
                "What the upstream, which takes nothing but paths and HTTP/1.1 by the letter, could not read came {} times.\n",
                column.strays
            )
            .unwrap();
        }
        for (fate, title) in
            [(Fate::TwoReadings, "Two readings"), (Fate::Otherwise, "Passed on otherwise")]
        {
            let examples = of(fate);
            let step = (examples.len() / 12).max(1);
            let shown = examples.iter().step_by(step).take(12).map(|name| format!("* {name}\n"));
            writeln!(text, "{title}, for example:\n\n{}", shown.collect::<String>()).unwrap();
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/one-reading.md")
}
