//! Values that occur in several sections.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::Context;
use crate::place::Place;
use crate::raw::Field;
use crate::report::Finding;
use crate::{GoDuration, Host};

/// The longest session, a month as the API counts it.
pub(super) const MONTH: Duration = Duration::from_secs(730 * 3600);
/// A session's length where nothing is said.
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

impl Context<'_, '_> {
    /// A duration between two others.
    pub(super) fn duration(
        &self,
        field: &Field<String>,
        place: &Place,
        range: std::ops::RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let text = field.text()?;
        match GoDuration::parse(text) {
            Ok(found) if range.contains(&found.duration) => Some(found.duration),
            Ok(_) => {
                let (least, most) = (spell(*range.start()), spell(*range.end()));
                let finding = Finding::error(
                    "duration-out-of-range",
                    format!("the duration is not between {least} and {most}"),
                    format!("write a duration from {least} to {most}"),
                );
                self.report.add(place, finding.value(text));
                None
            }
            Err(error) => {
                let fix = "write numbers with units, such as `24h`, `2h45m` or `300ms`";
                let finding = Finding::error("invalid-duration", error.to_string(), fix);
                self.report.add(place, finding.value(text));
                None
            }
        }
    }

    /// A host without a port.
    pub(super) fn host(&self, field: &Field<String>, place: &Place) -> Option<Host> {
        let text = field.text()?;
        let (message, fix) = match Host::parse(text) {
            Ok(host) => return Some(host),
            Err(_) if text.contains("://") => {
                ("there is a URL where a host is expected".to_owned(), "write the host alone")
            }
            Err(_) if !text.is_ascii() => (
                "the host is not in the spelling of requests, which is ASCII".to_owned(),
                "write the host in punycode (`xn--…`)",
            ),
            Err(_) if text.contains(':') && !text.starts_with('[') => {
                ("there is a port, and a host is expected alone".to_owned(), "leave the port out")
            }
            Err(error) => (error.to_string(), "write a host such as `login.acme.example`"),
        };
        self.report.add(place, Finding::error("invalid-host", message, fix).value(text));
        None
    }

    /// An address and port to listen at.
    pub(super) fn address(&self, text: &str, place: &Place) -> Option<SocketAddr> {
        let address = text.parse::<SocketAddr>().ok();
        if address.is_none() {
            let message = "this is not an IP address with a port: names are not looked up here";
            let fix = "write an address such as `127.0.0.1:8080` or `[::]:443`";
            self.report.add(place, Finding::error("invalid-address", message, fix).value(text));
        }
        address
    }

    /// A file that must be there.
    pub(super) fn file(&self, text: &str, place: &Place) -> PathBuf {
        let path = self.resolve(text);
        if !(self.surroundings.file_exists)(&path) {
            let message = format!("there is no file {} that can be read", path.display());
            let fix = "correct the path, which is relative to the config, or the file's mode";
            self.report.add(place, Finding::error("file-not-found", message, fix).value(text));
        }
        path
    }
}

fn spell(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.subsec_millis() > 0 => format!("{}ms", duration.as_millis()),
        _ if seconds > 0 && seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}
