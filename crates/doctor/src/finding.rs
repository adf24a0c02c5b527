//! What a diagnosis says.

use serde::{Serialize, Serializer};

use crate::{Cause, Engine, Symptom};

/// Everything that was found in a recording.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The failures, in the order in which they happened.
    pub findings: Vec<Finding>,
    /// Where the evidence is from.
    pub evidence: Evidence,
    /// What has to be known of the evidence: cut off, entries left out.
    pub notes: Vec<String>,
}

/// Where the evidence is from.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// The browser.
    pub engine: Engine,
    /// The program that wrote the HAR, with its version.
    pub creator: String,
    /// How many entries were looked at.
    pub entries: usize,
    /// Whether cookies can be seen in it.
    pub cookies_shown: bool,
    /// How many messages of the console were understood.
    pub console_messages: usize,
}

/// One failure, with its cause and what repairs it.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What the browser checked or printed; nothing if that cannot be told.
    pub symptom: Option<Symptom>,
    /// The row of the table in docs/doctor.md.
    pub row: Option<&'static str>,
    /// What is to be repaired.
    pub cause: Cause,
    /// Where the failure is, without query.
    pub url: String,
    /// The page that called, if known; `null` counts.
    pub page_origin: Option<String>,
    /// The method of the request, if known.
    pub method: Option<String>,
    /// The entries of the HAR that show it, from 0.
    pub entries: Vec<usize>,
    /// The lines of the console that say it, from 1.
    pub console_lines: Vec<usize>,
    /// How often it happened.
    pub times: usize,
    /// How sure this is.
    pub confidence: Confidence,
    /// What happened, in plain words.
    pub explanation: String,
    /// What the standard says, and where.
    pub rule: &'static str,
    /// What repairs it, in words.
    pub fix: String,
    /// Response headers that repair it, if it is repaired so.
    pub headers: Vec<HeaderToSend>,
    /// The change of the gateway's config that repairs it.
    pub config_change: Option<ConfigChange>,
    /// Why the obvious repair would be dangerous.
    pub danger: Option<&'static str>,
    /// What would make it surer.
    pub missing: Vec<String>,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It fits; so may something else.
    Possible,
    /// Something else would be a surprise.
    Likely,
    /// The evidence shows it.
    Certain,
}

/// A header that a response has to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderToSend {
    /// On which response.
    pub on: On,
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Which response a header is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The answer to the preflight.
    Preflight,
    /// The answer to the request.
    Response,
    /// Both.
    Both,
}

/// A change of the gateway's config. Applied, it was read again and does what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigChange {
    /// The config file.
    pub file: String,
    /// The application concerned.
    pub application: String,
    /// The change as a unified diff.
    pub diff: String,
}

impl On {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Preflight => "answer to the preflight",
            Self::Response => "response",
            Self::Both => "answer to the preflight and response",
        }
    }
}

impl Serialize for On {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Preflight => "preflight",
            Self::Response => "response",
            Self::Both => "both",
        })
    }
}
