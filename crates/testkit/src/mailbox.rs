//! The mails that the gateway writes into a folder, one `.eml` file each.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use mail_parser::MessageParser;

use crate::wait::{PATIENCE, until};

/// A folder of mails. Each mail is handed out once.
#[derive(Debug)]
pub struct Mailbox {
    folder: PathBuf,
    seen: Mutex<HashSet<PathBuf>>,
}

impl Mailbox {
    /// The mailbox in this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, seen: Mutex::default() }
    }

    /// Waits for the next mail to this address and returns the code in it.
    ///
    /// # Panics
    ///
    /// When none comes within [`PATIENCE`].
    pub async fn code_for(&self, email: &str) -> String {
        let what = format!("a mail to {email}");
        let text = until(&what, PATIENCE, async || self.next(email)).await;
        Self::code_in(&text).unwrap_or_else(|| panic!("no code in the mail: {text}"))
    }

    /// The number of mails to this address, seen or not.
    #[must_use]
    pub fn count(&self, email: &str) -> usize {
        self.files().iter().filter(|file| read(file).is_some_and(|mail| mail.to == email)).count()
    }

    /// The code in a mail's text: the line that is six digits.
    #[must_use]
    pub fn code_in(text: &str) -> Option<String> {
        let mut lines = text.lines().map(|line| line.trim().replace(' ', ""));
        lines.find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn next(&self, email: &str) -> Option<String> {
        let mut seen = self.seen.lock().unwrap();
        let (file, mail) = self.files().into_iter().find_map(|file| {
            let mail = (!seen.contains(&file)).then(|| read(&file)).flatten()?;
            (mail.to == email).then_some((file, mail))
        })?;
        seen.insert(file);
        Some(mail.text)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files = entries.map(|entry| entry.path()).collect::<Vec<_>>();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
        files
    }
}

struct Mail {
    to: String,
    text: String,
}

fn read(file: &Path) -> Option<Mail> {
    let message = std::fs::read(file).ok()?;
    let message = MessageParser::default().parse(&message)?;
    Some(Mail {
        to: message.to()?.first()?.address()?.to_owned(),
        text: message.body_text(0)?.into_owned(),
    })
}
