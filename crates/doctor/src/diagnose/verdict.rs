//! What is judged of one failure, before it is put into words for people.

use crate::{Cause, Confidence, Symptom};

/// A cause, and what speaks for it.
#[derive(Clone, Debug)]
#[must_use]
pub(crate) struct Verdict {
    pub(crate) symptom: Option<Symptom>,
    pub(crate) on_preflight: bool,
    /// The value, method or header name that the symptom is about.
    pub(crate) value: Option<String>,
    pub(crate) cause: Cause,
    pub(crate) confidence: Confidence,
    /// Sentences.
    pub(crate) told: Vec<String>,
    pub(crate) missing: Vec<String>,
}

impl Verdict {
    pub(crate) fn new(cause: Cause, confidence: Confidence, told: impl Into<String>) -> Self {
        Self {
            symptom: None,
            on_preflight: false,
            value: None,
            cause,
            confidence,
            told: vec![told.into()],
            missing: Vec::new(),
        }
    }

    pub(crate) fn tell(mut self, sentence: impl Into<String>) -> Self {
        self.told.push(sentence.into());
        self
    }

    pub(crate) fn lack(mut self, what: impl Into<String>) -> Self {
        self.missing.push(what.into());
        self
    }

    pub(crate) fn at_most(mut self, confidence: Confidence) -> Self {
        self.confidence = self.confidence.min(confidence);
        self
    }

    pub(crate) const fn shown_by(mut self, symptom: Symptom) -> Self {
        self.symptom = Some(symptom);
        self
    }
}
