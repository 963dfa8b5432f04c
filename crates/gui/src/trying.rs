//! The trial of the sound device, and what is said of it.

use std::sync::Arc;

use twobus_engine::device::{Backend, Wish};
use twobus_engine::{LEVEL_DB, Side, Trial, TrialState};

/// A trial while it goes on, and how the last one went.
#[derive(Debug, Default)]
pub(crate) struct Trying {
    trial: Option<Trial>,
    tried: Tried,
}

/// How a trial stands, or went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tried(Option<TrialState>);

impl Trying {
    /// Begins on what `wish` asks for.
    pub(crate) fn begin(&mut self, backend: Arc<dyn Backend>, wish: Wish) {
        self.trial = Some(Trial::begin(backend, wish));
        self.tried = Tried(Some(TrialState::Opening));
    }

    /// Ends it.
    pub(crate) fn end(&mut self) {
        if self.trial.take().is_some() && self.tried.sounds() {
            self.tried = Tried::default();
        }
    }

    /// Whether it goes on.
    pub(crate) fn is_on(&self) -> bool {
        self.trial.is_some()
    }

    /// Looks at it; true when it has come to its end.
    pub(crate) fn look(&mut self) -> bool {
        let Some(trial) = &mut self.trial else { return false };
        self.tried = Tried(Some(trial.look()));
        if self.tried.sounds() {
            return false;
        }
        self.trial = None;
        true
    }

    /// How it stands.
    pub(crate) fn tried(&self) -> &Tried {
        &self.tried
    }
}

impl Tried {
    /// Whether it goes on.
    pub(crate) fn sounds(&self) -> bool {
        matches!(self.0, Some(TrialState::Opening | TrialState::Sounds(_)))
    }

    /// What is said of it, and whether that is bad news.
    pub(crate) fn words(&self) -> (String, bool) {
        match &self.0 {
            None => {
                let level = twobus_dsp::Db(LEVEL_DB);
                (format!("{level} dBFS, left then right. Turn your speakers down first."), false)
            }
            Some(TrialState::Opening) => ("Opening the device…".to_owned(), false),
            Some(TrialState::Sounds(Side::Left)) => ("It sounds on the left…".to_owned(), false),
            Some(TrialState::Sounds(Side::Right)) => ("… and on the right.".to_owned(), false),
            Some(TrialState::Done(config)) => {
                let khz = f64::from(config.rate_hz) / 1000.0;
                let frames = config.period_frames;
                let at = format!("{khz} kHz, {frames} frames");
                (format!("Played left, then right on {}: {at}.", config.name), false)
            }
            Some(TrialState::Failed(why)) => (why.clone(), true),
        }
    }
}
