//! The way through a HAR, entry by entry.

use std::fmt;
use std::io::Read;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use thiserror::Error;

use super::lenient::{Many, Object};
use super::source::Source;
use super::{Engine, Entry, Har, raw};
use crate::Target;
use crate::text::printable;

/// Entries beyond this are counted, not kept.
const MAX_ENTRIES: usize = 20_000;
/// Nor are those beyond this many bytes in memory.
const MAX_WEIGHT: usize = 64 * 1024 * 1024;

/// Why a file cannot be read as a HAR.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It cannot be read from disk.
    #[error("the file cannot be read, at byte {offset}: {message}")]
    Io {
        /// How far it was read, in bytes.
        offset: u64,
        /// What the system says.
        message: String,
    },
    /// It is JSON without `log.entries`.
    #[error("this is JSON but no HAR: it has no list `log.entries`")]
    NoEntries,
    /// It is something else.
    #[error("this is no HAR but {0}")]
    OtherFormat(&'static str),
    /// It is not JSON, and no entry stands before the place where that shows.
    #[error("this is not JSON, at byte {offset}, before the end of the first entry: {message}")]
    NotJson {
        /// Where, in bytes.
        offset: u64,
        /// What is wrong.
        message: String,
    },
}

impl Har {
    /// Reads a HAR, however large: bodies are dropped on the way, and of at most 20,000 entries is kept what a diagnosis needs.
    /// Where the file breaks off or stops being JSON, what stands before that place counts, with a note.
    ///
    /// # Errors
    ///
    /// When it is no HAR, or breaks off before the end of the first entry.
    pub fn read(reader: impl Read) -> Result<Self, ReadError> {
        let io =
            |offset, error: std::io::Error| ReadError::Io { offset, message: error.to_string() };
        let (mut source, first) = Source::new(reader).map_err(|error| io(0, error))?;
        refuse_other_formats(&first)?;
        let mut collector = Collector::default();
        let result = {
            let mut json = serde_json::Deserializer::from_reader(&mut source);
            (&mut collector).deserialize(&mut json).and_then(|()| json.end())
        };
        let offset = source.offset();
        if let Err(error) = result {
            if collector.met == 0 {
                return Err(if error.is_io() {
                    ReadError::Io { offset, message: reason(&error) }
                } else if error.is_eof() && offset == 0 {
                    ReadError::Empty
                } else {
                    ReadError::NotJson { offset, message: reason(&error) }
                });
            }
            let entry = collector.met;
            collector.har.notes.push(if error.is_eof() {
                format!("The file breaks off at byte {offset}, in or after entry {entry}; only what stands before it is diagnosed.")
            } else {
                let reason = reason(&error);
                format!("From byte {offset} on, in or after entry {entry}, the file is not readable ({reason}); only what stands before it is diagnosed.")
            });
        } else if !collector.has_entries {
            return Err(ReadError::NoEntries);
        }
        Ok(collector.finish())
    }
}

/// What is wrong, without the place: that of the parser is the one after the cuts.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    printable(text.split(" at line ").next().unwrap_or_default(), 160)
}

fn refuse_other_formats(first: &[u8]) -> Result<(), ReadError> {
    let is = |start: &[u8]| first.starts_with(start);
    let text = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    let other = if first.is_empty() {
        return Err(ReadError::Empty);
    } else if is(b"PK\x03\x04") {
        "a ZIP archive: unpack it and give the .har file in it"
    } else if is(b"\x1F\x8B") {
        "compressed by gzip: unpack it first"
    } else if is(b"\xFF\xFE") || is(b"\xFE\xFF") {
        "text in UTF-16: save it as UTF-8"
    } else if text.first() == Some(&b'<') {
        "HTML or XML: save it again as HAR, from the network panel"
    } else {
        return Ok(());
    };
    Err(ReadError::OtherFormat(other))
}

#[derive(Default)]
struct Collector {
    har: Har,
    browser: String,
    has_entries: bool,
    met: usize,
    dropped: usize,
    unreadable: usize,
    weight: usize,
}

impl Collector {
    fn entry(&mut self, raw: raw::Entry) {
        let index = self.met;
        self.met += 1;
        if self.har.entries.len() >= MAX_ENTRIES || self.weight >= MAX_WEIGHT {
            self.dropped += 1;
            return;
        }
        if self.har.engine == Engine::Unknown {
            let agent = raw.request.0.headers.0.iter();
            let agent =
                agent.map(|it| &it.0).find(|it| it.name.0.eq_ignore_ascii_case("user-agent"));
            self.har.engine = agent.map_or(Engine::Unknown, |it| engine_of_agent(&it.value.0));
        }
        match Entry::read(index, raw) {
            Some(entry) => {
                self.weight += entry.weight();
                self.har.entries.push(entry);
            }
            None => self.unreadable += 1,
        }
    }

    fn pages(&mut self, pages: Many<Object<raw::Page>, 1000>) {
        for page in pages.0.into_iter().map(|it| it.0) {
            // Chrome and Safari give the page's URL as its title.
            if let Some(origin) = Target::parse(&page.title.0).and_then(|it| it.http_origin()) {
                self.har.pages.insert(printable(&page.id.0, 128), origin);
            }
        }
    }

    fn finish(mut self) -> Har {
        let named = [self.har.creator.as_str(), &self.browser].map(engine_of_program);
        if let Some(engine) = named.into_iter().find(|it| *it != Engine::Unknown) {
            self.har.engine = engine;
        }
        if self.dropped > 0 {
            let (kept, dropped) = (self.har.entries.len(), self.dropped);
            self.har.notes.push(format!("The file has more entries than are looked at: {dropped} after the first {kept} were left out."));
        }
        if self.unreadable > 0 {
            let count = self.unreadable;
            self.har.notes.push(format!("Entries without a readable URL were left out: {count}."));
        }
        self.har
    }
}

fn engine_of_program(name: &str) -> Engine {
    let name = name.to_ascii_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if name.starts_with("webkit web inspector") || names(&["safari"]) {
        Engine::Webkit
    } else if names(&["firefox"]) {
        Engine::Firefox
    } else if name.starts_with("webinspector") || names(&["chrom", "edge"]) {
        Engine::Chromium
    } else {
        Engine::Unknown
    }
}

fn engine_of_agent(agent: &str) -> Engine {
    if agent.contains("Firefox/") {
        Engine::Firefox
    } else if agent.contains("Chrome/") {
        Engine::Chromium
    } else if agent.contains("Safari/") {
        Engine::Webkit
    } else {
        Engine::Unknown
    }
}

/// Defines a seed that looks into one kind of value with the collector at hand.
macro_rules! seed {
    ($name:ident, $call:ident, $expecting:literal, $method:ident<$access:ident>, |$collector:ident, $items:ident| $body:block) => {
        struct $name<'c>(&'c mut Collector);

        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.$call(self)
            }
        }

        impl<'de> Visitor<'de> for $name<'_> {
            type Value = ();
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($expecting)
            }
            fn $method<A: $access<'de>>(self, mut $items: A) -> Result<(), A::Error> {
                let $collector = self.0;
                $body
                Ok(())
            }
        }
    };
}

impl<'de> DeserializeSeed<'de> for &mut Collector {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Root(self).deserialize(deserializer)
    }
}

seed!(Root, deserialize_map, "an object with `log`", visit_map<MapAccess>, |collector, members| {
    while let Some(key) = members.next_key::<String>()? {
        if key == "log" {
            members.next_value_seed(Log(collector))?;
        } else {
            members.next_value::<IgnoredAny>()?;
        }
    }
});

seed!(
    Log,
    deserialize_map,
    "an object with `entries`",
    visit_map<MapAccess>,
    |collector, members| {
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "creator" => {
                    let program = members.next_value::<Object<raw::Program>>()?.0;
                    let name = format!("{} {}", program.name.0, program.version.0);
                    collector.har.creator = printable(name.trim(), 80);
                }
                "browser" => {
                    let program = members.next_value::<Object<raw::Program>>()?.0;
                    collector.browser = printable(&program.name.0, 80);
                }
                "pages" => collector.pages(members.next_value()?),
                "entries" if collector.has_entries => {
                    return Err(A::Error::custom("there are two lists `entries`"));
                }
                "entries" => {
                    collector.has_entries = true;
                    members.next_value_seed(Entries(collector))?;
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
    }
);

seed!(Entries, deserialize_seq, "a list of entries", visit_seq<SeqAccess>, |collector, items| {
    while let Some(entry) = items.next_element::<Object<raw::Entry>>()? {
        collector.entry(entry.0);
    }
});
