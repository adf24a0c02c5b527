//! What is wrong with settings, told so that a program can point at it and a person can mend it.

/// One thing wrong with [`crate::Settings`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// A stable kebab-case code.
    pub code: &'static str,
    /// Whether the settings can be used in spite of it.
    pub severity: Severity,
    /// The key it is about: one of `cors_headers`, or a danger's (these begin with `dangerously_`).
    pub field: &'static str,
    /// The entry, where the key holds a list and one entry is wrong.
    pub index: Option<usize>,
    /// What was written there. A password in an origin is left out.
    pub value: String,
    /// What is wrong, and why that matters.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Works, but deserves a look.
    Warning,
    /// The settings are not used.
    Error,
}
