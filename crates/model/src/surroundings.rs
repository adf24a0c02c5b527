//! What a config refers to outside of itself. The one place of this crate that touches the disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::{TlsFiles, UnreadTlsFiles};

/// The environment and the files that a config refers to.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// The value of a variable of the environment.
    pub environment: &'s dyn Fn(&str) -> Option<String>,
    /// The text of a small file that holds a secret.
    pub read_file: &'s dyn Fn(&Path) -> io::Result<String>,
    /// Whether there is a file that can be opened.
    pub file_exists: &'s dyn Fn(&Path) -> bool,
    /// A look into certificate files.
    pub tls_files: &'s dyn TlsFiles,
}

impl<'s> Surroundings<'s> {
    /// The files of this machine. Certificates are not looked into.
    #[must_use]
    pub fn of_this_machine(environment: &'s dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            environment,
            read_file: &read_file,
            file_exists: &file_exists,
            tls_files: &UnreadTlsFiles,
        }
    }
}

/// Secrets are short: whatever is longer than 64 KiB is another file.
fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(65_537).read_to_string(&mut text)?;
    if text.len() > 65_536 {
        return Err(io::Error::other("the file is too long for a secret"));
    }
    Ok(text)
}

fn file_exists(path: &Path) -> bool {
    path.is_file() && File::open(path).is_ok()
}
