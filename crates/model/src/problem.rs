//! What is wrong with a config, where, why, and how to fix it.

use serde::Serialize;

/// One problem of a config. `check` prints it, the API will return it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable kebab-case code.
    pub code: &'static str,
    /// Whether the config cannot be used.
    pub severity: Severity,
    /// Where in the document: `applications[0].cors_headers.allowed_origins[1]`.
    pub path: String,
    /// Where in the text, if it stands in the text.
    pub span: Option<Span>,
    /// The value found, if it is no secret.
    pub value: Option<String>,
    /// What is wrong and why that matters.
    pub message: String,
    /// What to write instead.
    pub fix: String,
    /// A secret stands in the same line: the text there must not be shown.
    #[serde(skip)]
    pub beside_secret: bool,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The config cannot be used.
    Error,
    /// The config can be used; this is probably not meant.
    Warning,
}

/// A place in the config's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset after the last byte.
    pub end: usize,
}
