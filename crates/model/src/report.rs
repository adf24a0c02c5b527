//! Where problems are collected.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use crate::place::{Place, Step};
use crate::tree::{Node, Unreadable, is_secret, may_hold_secret};
use crate::{Problem, Severity, Span};

/// A problem without its place.
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) value: Option<String>,
    pub(crate) message: String,
    pub(crate) fix: String,
}

impl Finding {
    pub(crate) fn error(
        code: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (message, fix) = (message.into(), fix.into());
        Self { code, severity: Severity::Error, value: None, message, fix }
    }

    pub(crate) fn warning(
        code: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message, fix) }
    }

    pub(crate) fn value(self, value: impl ToString) -> Self {
        Self { value: Some(value.to_string()), ..self }
    }
}

/// The problems of one document.
pub(crate) struct Report<'t> {
    tree: &'t Node,
    problems: RefCell<Vec<Problem>>,
    comparisons: Cell<usize>,
    secret_lines: HashSet<usize>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(tree: &'t Node) -> Self {
        let mut secret_lines = HashSet::new();
        tree.secret_lines(false, &mut secret_lines);
        Self { tree, problems: RefCell::default(), comparisons: Cell::new(1_000_000), secret_lines }
    }

    /// Adds a problem of what stands at `place`.
    pub(crate) fn add(&self, place: &Place, finding: Finding) {
        self.add_at(place, self.tree.span_at(place), finding);
    }

    /// Adds a problem that is to point at `span`.
    pub(crate) fn add_at(&self, place: &Place, span: Option<Span>, finding: Finding) {
        let Finding { code, severity, value, message, fix } = finding;
        let value = value.filter(|_| !holds_secret(place));
        let path = place.to_string();
        let beside_secret = span.is_some_and(|span| self.secret_lines.contains(&span.line));
        let problem = Problem { code, severity, path, span, value, message, fix, beside_secret };
        self.problems.borrow_mut().push(problem);
    }

    /// What to point at for a place.
    pub(crate) fn span_at(&self, place: &Place) -> Option<Span> {
        self.tree.span_at(place)
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.problems.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// What `written` was probably meant to be. Stops guessing after so many comparisons that only a config without a
    /// single right name gets there.
    pub(crate) fn closest<'c>(
        &self,
        written: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<&'c str> {
        let candidates = candidates.into_iter().take(self.comparisons.get());
        let candidates = candidates.inspect(|_| self.comparisons.set(self.comparisons.get() - 1));
        crate::closest::closest(written, candidates)
    }

    /// The problems in the order of the text.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.map_or(0, |span| span.start));
        problems
    }
}

/// The problem of a document that is no YAML.
pub(crate) fn unreadable(text: &str, mistake: Unreadable) -> Problem {
    let Unreadable { finding, span } = mistake;
    let Finding { code, severity, value, message, fix } = finding;
    let beside_secret = span.is_some_and(|span| may_hold_secret(text, span.line));
    Problem { code, severity, path: String::new(), span, value, message, fix, beside_secret }
}

fn holds_secret(place: &Place) -> bool {
    place.steps().iter().any(|step| matches!(step, Step::Key(key) if is_secret(key)))
}
