//! Where a browser does what neither the standard nor the model says: its bugs, each by name.

use crossgate_testkit::Engine;

use crate::scenario::Scenario;

/// A scenario in which an engine is wrong.
pub(crate) struct Exception {
    /// The scenario's name.
    pub(crate) scenario: &'static str,
    /// The engine.
    pub(crate) engine: Engine,
    /// What it does, and where that is known.
    pub(crate) why: &'static str,
}

/// All of them. One that no longer holds fails the test, too.
pub(crate) const ALL: &[Exception] = &[];

impl Exception {
    pub(crate) fn is_about(&self, engine: Engine, scenario: &Scenario) -> bool {
        self.engine == engine && self.scenario == scenario.name
    }
}
