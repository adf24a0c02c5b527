//! Where in a document something stands, as people write it: `applications[0].policies[1]`.

use std::fmt;
use std::rc::Rc;

/// A way from the root of a document to one of its nodes. Shares what is above it: every node of a document has one while it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place(Option<Rc<Below>>);

/// A step, and where it begins.
#[derive(Debug, PartialEq, Eq)]
struct Below {
    above: Place,
    step: Step,
}

/// One step of a [`Place`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

impl Place {
    pub(crate) fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// From the root.
    pub(crate) fn steps(&self) -> Vec<&Step> {
        let below = std::iter::successors(self.0.as_deref(), |below| below.above.0.as_deref());
        let mut steps = below.map(|below| &below.step).collect::<Vec<_>>();
        steps.reverse();
        steps
    }

    fn with(&self, step: Step) -> Self {
        Self(Some(Rc::new(Below { above: self.clone(), step })))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps().into_iter().enumerate() {
            match step {
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
