//! What a command has to say when it is done.

use serde::Serialize;
use serde_json::Value;

/// The result of a command: for people, for machines, and what should be known.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Lines for people.
    pub(crate) text: String,
    /// An object for machines.
    pub(crate) json: Value,
    /// Anything here makes the exit code 3.
    pub(crate) warnings: Vec<String>,
}

impl Outcome {
    /// An outcome without warnings. `json` must serialise to an object.
    pub(crate) fn new(text: impl Into<String>, json: &impl Serialize) -> Self {
        let json = serde_json::to_value(json).expect("what a command reports has string keys");
        Self { text: text.into(), json, warnings: Vec::new() }
    }

    /// The same with warnings.
    #[must_use]
    pub(crate) fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// The same with `more` warnings behind its own.
    #[must_use]
    pub(crate) fn with_more_warnings(mut self, more: Vec<String>) -> Self {
        self.warnings.extend(more);
        self
    }
}
