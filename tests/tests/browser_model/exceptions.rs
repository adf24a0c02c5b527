//! Where a browser does what neither the standard nor the model says: its bugs, each by name.

use crossgate_testkit::Engine;

use crate::observed::Call;
use crate::scenario::Scenario;

/// A scenario in which an engine is wrong.
pub(crate) struct Exception {
    /// The scenario's name.
    pub(crate) scenario: &'static str,
    /// The engine.
    pub(crate) engine: Engine,
    /// What it does, and where that is known.
    pub(crate) why: &'static str,
    /// What the bug changes in what is predicted. Nothing else may differ.
    pub(crate) bug: fn(&mut [Call]),
}

/// All of them. One that no longer holds fails the test, too.
pub(crate) const ALL: &[Exception] = &[Exception {
    scenario: "a PUT turned into a GET, then redirected again",
    engine: Engine::Firefox,
    why: "the preflight of the second redirect lists Content-Type, which the first one took away with the body, and which is not sent; \
          the scenario's page is the minimal one (docs/browser-model.md)",
    bug: |calls| "content-type,x-a".clone_into(&mut calls[0].sent[4].request_headers),
}];

impl Exception {
    pub(crate) fn of(engine: Engine, scenario: &Scenario) -> Option<&'static Self> {
        ALL.iter().find(|it| it.engine == engine && it.scenario == scenario.name)
    }
}
