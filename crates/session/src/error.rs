//! Why an edit or a document was refused.

use twobus_dsp::param::{ParamSpec, ValueError};

/// An edit or a document was refused: where, what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditError {
    /// What is wrong.
    pub problem: Problem,
    names: Vec<String>,
    path: String,
}

impl std::error::Error for EditError {}

/// `“Chaosland”, “Lead Vox”, fader: 12.0 dB is outside −∞ dB to 10.0 dB`.
impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.names.is_empty() {
            write!(f, "{}: ", self.names.join(", "))?;
        }
        self.problem.fmt(f)
    }
}

impl From<Problem> for EditError {
    fn from(problem: Problem) -> Self {
        Self { problem, names: Vec::new(), path: String::new() }
    }
}

impl EditError {
    /// Where in the document, as `songs[0].mix.tracks[3].strip.fader`; empty for the whole of it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same error, seen from one level further out: `name` for people, `path` for the document.
    /// An empty name or path adds nothing.
    pub(crate) fn within(mut self, path: &str, name: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        if !path.is_empty() {
            self.path = format!("{path}{joint}{}", self.path);
        }
        if !name.is_empty() {
            self.names.insert(0, name.to_owned());
        }
        self
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Something is referred to that is not there.
    #[error("there is no {what} {id}; use one that is in the project")]
    Missing {
        /// What kind of thing.
        what: &'static str,
        /// The id, as it stands in files.
        id: String,
    },
    /// An id is used twice.
    #[error("{what} {id} exists already; give it another id")]
    Taken {
        /// What kind of thing.
        what: &'static str,
        /// The id, as it stands in files.
        id: String,
    },
    /// A position in a list is past its end.
    #[error("there is no place {place} among {count}; count from 0")]
    NoPlace {
        /// The place asked for.
        place: usize,
        /// How many there are.
        count: usize,
    },
    /// A value is not a number, or infinite.
    #[error("the value is not a number; give a finite one")]
    NotFinite,
    /// A value is out of range.
    #[error("{value} is outside {low} to {high}")]
    OutOfRange {
        /// The value, with its unit.
        value: String,
        /// The lowest one allowed.
        low: String,
        /// The highest one allowed.
        high: String,
    },
    /// A value must be whole.
    #[error("{value} is not a whole number")]
    NotWhole {
        /// The value, with its unit.
        value: String,
    },
    /// A list is longer than a document may hold.
    #[error("{count} {what} are more than the {most} a project may hold; remove some")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// The signal would run in a circle, which is given by the names along it.
    #[error("the signal would run in a circle: {path}; change one of these outputs or sends")]
    Cycle {
        /// "Drum Bus → Plate → Drum Bus".
        path: String,
    },
    /// A device that has no side-chain cannot listen to another strip.
    #[error(
        "a {device} cannot listen to another strip, as compressors and gates can; leave its key out"
    )]
    Deaf {
        /// The name of its kind.
        device: &'static str,
    },
    /// It is still referred to.
    #[error("it is still used by {by}; change that first")]
    InUse {
        /// By what, in words.
        by: String,
    },
    /// Any other rule of the document; the sentence says it.
    #[error("{0}")]
    Rule(&'static str),
}

impl Problem {
    /// The fault of `value`, in the words of its parameter.
    pub(crate) fn of_value(spec: &ParamSpec, value: f64, error: ValueError) -> Self {
        match error {
            ValueError::NotFinite | ValueError::NotUnderstood => Self::NotFinite,
            ValueError::OutOfRange { low, high } => Self::OutOfRange {
                value: spec.format(value),
                low: spec.format(low),
                high: spec.format(high),
            },
            ValueError::NotWhole => Self::NotWhole { value: value.to_string() },
        }
    }
}

/// An id as it stands in files, for messages.
pub(crate) fn id_text(id: &impl serde::Serialize) -> String {
    serde_json::to_string(id).unwrap_or_default()
}
