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
    /// What was written there, or nothing where it is the key as a whole. A user name and
    /// password in an origin are masked.
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

impl Problem {
    pub(crate) fn error(
        code: &'static str,
        field: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            field,
            index: None,
            value: String::new(),
            message: message.into(),
            fix: fix.into(),
        }
    }

    pub(crate) fn warning(
        code: &'static str,
        field: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, field, message, fix) }
    }

    pub(crate) fn at(self, index: usize, value: &str) -> Self {
        Self { index: Some(index), value: value.to_owned(), ..self }
    }

    pub(crate) fn valued(self, value: impl ToString) -> Self {
        Self { value: value.to_string(), ..self }
    }
}
