//! The path in its one spelling against other readers of the same bytes: Node's `new URL`, Python's `urllib` with `posixpath`,
//! and nginx's `$uri`.
//!
//! Where the gateway accepts a path and does not call it ambiguous, each of them finds the same segments in what is forwarded; so
//! none of them takes it for a path of another application. `CROSSGATE_DIFFERENTIAL` says how many random paths a run has.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod paths;
mod readers;

use crossgate_gate::Target;

use crate::readers::{Nginx, Reader};

/// Random paths in a run where nothing else is said.
const RANDOM: usize = 4_000;

fn read(path: &str) -> Option<Target> {
    Target::read(None, [b"acme.example".as_slice()].into_iter(), path, None).ok()
}

/// What is forwarded of the paths that are accepted and not ambiguous.
fn unambiguous(paths: impl Iterator<Item = String>) -> Vec<String> {
    let targets = paths.filter_map(|path| read(&path)).filter(|target| !target.is_ambiguous());
    targets.map(|target| target.path().to_owned()).collect()
}

/// The names between the slashes, escapes decoded, without an empty one at the end.
fn segments(path: &[u8]) -> Vec<Vec<u8>> {
    let mut segments = path.split(|byte| *byte == b'/').map(decode).collect::<Vec<_>>();
    while segments.last().is_some_and(Vec::is_empty) {
        segments.pop();
    }
    segments
}

fn decode(text: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(text).collect()
}

fn random() -> usize {
    let wanted = std::env::var_os("CROSSGATE_DIFFERENTIAL").and_then(|it| it.into_string().ok());
    wanted.map_or(RANDOM, |wanted| wanted.parse().expect("a number"))
}

/// Fixed paths first, then random ones.
fn agree(name: &str, mut reader: impl FnMut(&[String]) -> Vec<Option<Vec<u8>>>, decoded: bool) {
    let mut rest = random();
    let mut batch = unambiguous(paths::fixed());
    assert!(batch.len() > 20, "most fixed paths are accepted: {batch:?}");
    loop {
        let readings = reader(&batch);
        assert_eq!(readings.len(), batch.len(), "{name} reads them all");
        for (path, reading) in batch.iter().zip(readings) {
            let Some(reading) = reading else { continue };
            let found = if decoded { plain(&reading) } else { segments(&reading) };
            assert_eq!(found, segments(path.as_bytes()), "{name} reads {path} as {reading:?}");
        }
        if rest == 0 {
            return;
        }
        let size = rest.min(10_000);
        rest -= size;
        batch = unambiguous(paths::random(size));
    }
}

/// The segments of a path that has no escapes any more.
fn plain(path: &[u8]) -> Vec<Vec<u8>> {
    let mut segments = path.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
    while segments.last().is_some_and(Vec::is_empty) {
        segments.pop();
    }
    segments
}

#[test]
fn node_finds_the_same_segments() {
    let mut node = Reader::node();
    agree("Node", |paths| node.read(paths), false);
}

#[test]
fn python_finds_the_same_segments() {
    let mut python = Reader::python();
    agree("Python", |paths| python.read(paths), true);
}

#[test]
fn nginx_finds_the_same_segments() {
    let mut nginx = Nginx::start();
    agree("nginx", |paths| nginx.read(paths), true);
}

/// The comparison finds what it is for: each reader reads some ambiguous path otherwise.
#[test]
fn what_is_ambiguous_is_read_otherwise_by_somebody() {
    let rows: [(&str, bool, bool, bool); 4] = [
        // Node, Python, nginx
        ("/public\\x", true, false, false),
        ("/public%2Fx", false, true, true),
        ("/public//x", false, true, true),
        ("/a%5Cb%2Fc", false, true, true),
    ];
    let paths = rows.map(|(path, ..)| path.to_owned());
    let (mut node, mut python) = (Reader::node(), Reader::python());
    let mut nginx = Nginx::start();
    let (node, python, nginx) = (node.read(&paths), python.read(&paths), nginx.read(&paths));
    for (at, (path, by_node, by_python, by_nginx)) in rows.into_iter().enumerate() {
        assert!(read(path).unwrap().is_ambiguous(), "{path}");
        let own = segments(path.as_bytes());
        let differs = |reading: &Option<Vec<u8>>, decoded: bool| {
            let reading = reading.as_deref().unwrap();
            own != if decoded { plain(reading) } else { segments(reading) }
        };
        assert_eq!(differs(&node[at], false), by_node, "Node: {path}");
        assert_eq!(differs(&python[at], true), by_python, "Python: {path}");
        assert_eq!(differs(&nginx[at], true), by_nginx, "nginx: {path}");
    }
}
