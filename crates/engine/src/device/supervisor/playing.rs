//! Whether a device that plays is well.

use std::time::Duration;

use crate::device::supervisor::TICK;
use crate::device::vitals::Signs;
use crate::device::{Config, Fault, Reason};

/// Without a callback for this long, a device counts as silent: short enough that another plays within
/// two seconds.
const SILENCE: Duration = Duration::from_millis(1500);

/// The same for a device that has just begun: PulseAudio takes two blocks and may then play up to 2 s of
/// silence, which an idle sink has prepared.
const SILENCE_AT_START: Duration = Duration::from_secs(4);

/// A device that has played this much has begun.
const BEGUN_S: f64 = 0.5;

/// The supervisor itself did not run for this long: the program or the computer was asleep.
const ASLEEP: Duration = Duration::from_secs(5);

/// So many errors without a callback in between are a loss.
const STORM: u64 = 50;

/// A device that plays this many times faster than time has no clock.
const RUNAWAY: f64 = 4.0;

/// What is known of the device that plays.
#[derive(Debug)]
pub(crate) struct Playing {
    pub(crate) config: Config,
    pub(crate) since: Duration,
    /// Time without a callback.
    silence: Duration,
    /// The signs at the last callback.
    beat: Signs,
}

impl Playing {
    pub(crate) fn new(config: Config, now: Duration) -> Self {
        Self { config, since: now, silence: Duration::ZERO, beat: Signs::default() }
    }

    /// Why the device must be left, if it must.
    pub(crate) fn examine(
        &mut self,
        now: Duration,
        passed: Duration,
        signs: Signs,
    ) -> Option<Reason> {
        if signs.panicked {
            return Some(Reason::Panic);
        }
        match signs.fault {
            Some(Fault::Gone) => return Some(Reason::Gone),
            Some(Fault::Invalidated) => return Some(Reason::Changed),
            _ => {}
        }
        if passed >= ASLEEP {
            return Some(Reason::Asleep);
        }
        if signs.callbacks != self.beat.callbacks {
            self.silence = Duration::ZERO;
            self.beat = signs;
            return self.runs_away(now, signs).then_some(Reason::NoClock);
        }
        if signs.errors - self.beat.errors >= STORM {
            return Some(Reason::Errors);
        }
        // Counted in ticks, so that a stall of the supervisor is not taken for one of the device.
        self.silence += passed.min(TICK * 2);
        let limit = if self.played_s(signs) < BEGUN_S { SILENCE_AT_START } else { SILENCE };
        (self.silence >= limit).then_some(Reason::Silent)
    }

    fn runs_away(&self, now: Duration, signs: Signs) -> bool {
        let passed_s = now.saturating_sub(self.since).as_secs_f64();
        // Two seconds of grace for what is filled ahead at the start.
        self.played_s(signs) > RUNAWAY * passed_s + 2.0
    }

    fn played_s(&self, signs: Signs) -> f64 {
        signs.frames as f64 / f64::from(self.config.rate_hz)
    }
}
