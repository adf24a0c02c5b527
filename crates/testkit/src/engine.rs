//! The browsers that judge.

use std::fmt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// A browser engine and its setting for third-party cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with third-party cookies allowed, as Chrome is delivered.
    Chromium,
    /// Chromium with third-party cookies blocked, as Debian delivers it and as in private windows.
    ChromiumStrict,
    /// Firefox, which keeps third-party cookies apart for each site.
    Firefox,
    /// Firefox without JavaScript.
    FirefoxWithoutScripts,
}

impl Engine {
    /// One of each engine, as delivered.
    pub const BOTH: [Self; 2] = [Self::Chromium, Self::Firefox];

    /// Each engine and setting that differs across sites.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::ChromiumStrict, Self::Firefox];

    const fn is_firefox(self) -> bool {
        matches!(self, Self::Firefox | Self::FirefoxWithoutScripts)
    }

    /// The driver's command; its browser keeps everything in `folder`.
    pub(crate) fn driver(self, port: u16, folder: &Path) -> Command {
        let mut command;
        if self.is_firefox() {
            command = Command::new("geckodriver");
            command.args(["--port", &port.to_string()]);
            command.args(["--websocket-port", &crate::ports::free().to_string()]);
            command.arg("--profile-root").arg(folder);
        } else {
            command = Command::new("chromedriver");
            command.arg(format!("--port={port}"));
        }
        command.env("TMPDIR", folder).env("HOME", folder);
        command
    }

    /// What to ask of the driver.
    pub(crate) fn capabilities(self, folder: &Path) -> Value {
        let timeouts = json!({ "pageLoad": 30_000, "script": 30_000, "implicit": 0 });
        if self.is_firefox() {
            let scripts = self != Self::FirefoxWithoutScripts;
            return json!({
                "browserName": "firefox",
                "timeouts": timeouts,
                "acceptInsecureCerts": true,
                "moz:firefoxOptions": {
                    "args": ["-headless"],
                    "prefs": {
                        "javascript.enabled": scripts,
                        "app.update.disabledForTesting": true,
                        "network.captive-portal-service.enabled": false,
                        "network.connectivity-service.enabled": false,
                    },
                },
            });
        }
        let profile = format!("--user-data-dir={}", folder.join("profile").display());
        let cookie_controls = u8::from(self == Self::ChromiumStrict);
        json!({
            "browserName": "chrome",
            "timeouts": timeouts,
            "acceptInsecureCerts": true,
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", profile,
                ],
                "prefs": { "profile": { "cookie_controls_mode": cookie_controls } },
            },
        })
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Chromium => "Chromium, third-party cookies allowed",
            Self::ChromiumStrict => "Chromium, third-party cookies blocked",
            Self::Firefox => "Firefox",
            Self::FirefoxWithoutScripts => "Firefox without JavaScript",
        })
    }
}
