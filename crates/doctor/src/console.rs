//! The text of a browser's console: which lines say that a cross-origin call failed, and why.
//!
//! Chrome's lines as copied or "saved as" (with `file:line` before them), Firefox's as copied or exported
//! (`[JavaScript Error: "…"]`), Safari's. Quotation marks of any language are read as plain ones.

mod chromium;
mod firefox;
mod quoted;
#[cfg(test)]
mod tests;
mod webkit;

use std::io::{self, BufRead, BufReader, Read};

use crate::{Engine, Symptom, Target};

/// Messages beyond this are not looked at.
const MAX_MESSAGES: usize = 10_000;
/// Nor is what a line has beyond this, in bytes.
const MAX_LINE: u64 = 16 * 1024;

/// What was found in the text of a console.
#[derive(Debug, Default)]
pub struct Console {
    pub(crate) messages: Vec<Message>,
    pub(crate) notes: Vec<String>,
}

/// One message about one failure.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The line, from 1.
    pub(crate) line: usize,
    pub(crate) engine: Engine,
    pub(crate) symptom: Symptom,
    pub(crate) on_preflight: bool,
    pub(crate) target: Option<Target>,
    pub(crate) redirected_from: Option<Target>,
    /// As an `Origin` header has it.
    pub(crate) page_origin: Option<String>,
    /// The header value, method or header name that it names.
    pub(crate) value: Option<String>,
    pub(crate) status: Option<u16>,
    /// It only repeats that something failed, which another line may explain.
    pub(crate) is_generic: bool,
    /// What is at work where it is not CORS.
    pub(crate) obstacle: Option<Obstacle>,
}

/// What stops a request that CORS does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Address,
    Blocker,
    Certificate,
    Connection,
    ContentSecurityPolicy,
    MixedContent,
    Other,
}

impl Message {
    pub(crate) fn new(engine: Engine, symptom: Symptom) -> Self {
        Self {
            line: 0,
            engine,
            symptom,
            on_preflight: false,
            target: None,
            redirected_from: None,
            page_origin: None,
            value: None,
            status: None,
            is_generic: false,
            obstacle: None,
        }
    }

    fn same_url(&self, other: &Self) -> bool {
        let url = |it: &Self| it.target.as_ref().map(|it| it.as_str().to_owned());
        url(self).is_some() && url(self) == url(other)
    }
}

impl Console {
    /// Reads the text, in bounded memory.
    ///
    /// # Errors
    ///
    /// What reading does.
    pub fn read(reader: impl Read) -> io::Result<Self> {
        let mut reader = BufReader::new(reader);
        let mut console = Self::default();
        let mut bytes = Vec::new();
        let mut number = 0;
        loop {
            bytes.clear();
            if (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            let is_whole = bytes.last() == Some(&b'\n');
            if !is_whole {
                skip_line(&mut reader)?;
            }
            number += 1;
            console.line(number, &quoted::plain(&String::from_utf8_lossy(&bytes)));
            if console.messages.len() >= MAX_MESSAGES {
                console.notes.push(format!(
                    "Only the first {MAX_MESSAGES} messages of the console were looked at."
                ));
                break;
            }
        }
        console.forget_echoes();
        Ok(console)
    }

    /// How many messages about failures there are.
    pub const fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    fn line(&mut self, number: usize, text: &str) {
        let message = chromium::message(text)
            .or_else(|| firefox::message(text))
            .or_else(|| webkit::message(text));
        if let Some(message) = message {
            let message = Message { line: number, ..message };
            // Safari names the URL in a line of its own, after the reason.
            if message.is_generic
                && message.engine == Engine::Webkit
                && let Some(reason) = self.messages.last_mut()
                && reason.engine == Engine::Webkit
                && !reason.is_generic
                && (reason.target.is_none() || reason.same_url(&message))
            {
                reason.target = message.target;
                return;
            }
            self.messages.push(message);
        } else if text.contains("Access-Control-Allow-") && text.contains("://") {
            self.notes.push(format!("Line {number} of the console speaks of CORS in words that are not known here; set the browser to English."));
            self.notes.truncate(8);
        }
    }

    /// Drops messages that only repeat what another one explains.
    fn forget_echoes(&mut self) {
        let mut kept: Vec<Message> = Vec::new();
        for message in std::mem::take(&mut self.messages) {
            let recent = || kept.iter().rev().take(16);
            let is_explained = recent().any(|it| it.same_url(&message) && !it.is_generic);
            let is_echo = message.is_generic && is_explained
                // Firefox adds the check of a response that a redirected preflight did not get.
                || message.engine == Engine::Firefox
                    && message.symptom != Symptom::PreflightRedirect
                    && kept.last().is_some_and(|it| it.same_url(&message) && it.symptom == Symptom::PreflightRedirect);
            if !is_echo {
                kept.push(message);
            }
        }
        self.messages = kept;
    }
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let (used, done) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(used);
        if done {
            return Ok(());
        }
    }
}
