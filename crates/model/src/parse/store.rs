//! `store` and `store_encryption_key`

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroize;

use super::Context;
use crate::place::Place;
use crate::report::Finding;
use crate::{Secret, raw};

impl Context<'_, '_> {
    /// The store's URL, its path from the config's directory.
    pub(super) fn store(&self, raw: &raw::Config) -> Option<String> {
        if !raw.store.is_absent() && raw.store.get().is_none() {
            return None;
        }
        let text = raw.store.text().unwrap_or("sqlite:crossgate.db");
        let (code, message) = match text.split_once(':') {
            Some(("sqlite", ":memory:")) => {
                let message =
                    "a store in memory forgets every session, id and key when the gateway stops";
                let fix = "write a file, relative to the config: `sqlite:crossgate.db`";
                let finding = Finding::warning("store-in-memory", message, fix);
                self.report.add(&Place::default().key("store"), finding);
                return Some(text.to_owned());
            }
            Some(("sqlite", path)) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() {
                    ("invalid-store", "the store's file is missing")
                } else if path.contains('?') {
                    ("invalid-store", "the store's URL has options, and there are none to set")
                } else {
                    return Some(format!("sqlite:{}", self.resolve(path).display()));
                }
            }
            Some(("postgres" | "postgresql", _)) => {
                ("store-not-supported", "PostgreSQL arrives later: SQLite is the only store so far")
            }
            _ => ("invalid-store", "this is not the URL of a store"),
        };
        let fix = "write `sqlite:` and a file, relative to the config: `sqlite:crossgate.db`";
        // The URL of a database may have a password in it, so it is not shown.
        self.report.add(&Place::default().key("store"), Finding::error(code, message, fix));
        None
    }

    /// The key, if one is given. An error is reported, so that `None` never means that a given key was dropped.
    pub(super) fn store_key(&self, raw: &raw::Config) -> Option<Secret<[u8; 32]>> {
        let place = Place::default().key("store_encryption_key");
        let text = self.secret(&raw.store_encryption_key, &place)?;
        let key = key_of(text.expose());
        if key.is_none() {
            let finding = Finding::error(
                "invalid-encryption-key",
                "the key is not 32 bytes in hexadecimal digits or base64; a passphrase will not do",
                "make one with `openssl rand -hex 32`",
            );
            self.report.add(&place, finding);
        }
        key
    }
}

fn key_of(text: &str) -> Option<Secret<[u8; 32]>> {
    let text = text.trim();
    let mut bytes = if text.len() == 64 { hexadecimal(text)? } else { in_base64(text)? };
    let key = <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Secret::new);
    bytes.zeroize();
    key
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let pairs =
        digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    pairs.map(|byte| u8::try_from(byte).ok()).collect()
}

fn in_base64(text: &str) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(text).ok())
}
