//! When to open, keep, leave and reopen a device: a state machine without threads, clock or device.
//!
//! ```text
//!            opened              lost, silent, changed …
//!  Opening ─────────► Playing ───────────────────────────► Closing
//!    ▲  │ none opens                                         │ the playback is back
//!    │  ▼                                                    │ (after a back-off that grows
//!  Waiting ◄─────────────────────────────────────────────────┘  with every loss)
//! ```
//!
//! From a device that does not answer the playback is taken away. Only if it hangs in the middle of a callback
//! that does not work: it ends in `Dead`, until there is a new playback.

mod playing;
mod watch;

use std::time::Duration;

use crate::device::vitals::Signs;
use crate::device::{Config, Error, ErrorKind, Notice, OutputId, Realtime, Reason, Survey, Wish};

use playing::Playing;
use watch::Watch;

/// How often the supervisor looks at the signs of life.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// After this long, opening counts as slow.
const SLOW: Duration = Duration::from_secs(2);

/// After this long, a device that is being closed counts as hung.
const STUCK: Duration = Duration::from_secs(2);

/// Waits before the next attempt, in ms, by the number of losses and failures so far.
const BACK_OFF_MS: [u64; 6] = [0, 250, 500, 1000, 2000, 4000];

/// A device that has played this long is trusted: the back-off begins anew.
const TRUSTED: Duration = Duration::from_secs(10);

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// [`TICK`] has passed; the signs of the open stream.
    Tick(Signs),
    /// What [`Action::Open`] led to.
    Opened(Result<Config, Error>),
    /// [`Action::Close`] is done.
    Closed,
    /// Whether [`Action::Reclaim`] got the playback.
    Reclaimed(bool),
    /// What [`Action::Survey`] found.
    Surveyed(Survey),
    /// Something else is wished for.
    Choose(Wish),
    /// A new playback is here, in place of one that was lost.
    Provided,
    /// It is the end.
    Stop,
}

/// What must be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Open this device, or the default one; answer with [`Event::Opened`].
    Open(Option<OutputId>),
    /// Close the device; answer with [`Event::Closed`].
    Close,
    /// Ask which devices there are; answer with [`Event::Surveyed`].
    Survey,
    /// Take the playback from a device that does not answer; answer with [`Event::Reclaimed`], and no
    /// longer with what was asked for before, if that worked.
    Reclaim,
    /// Drop the playback, which has panicked.
    GiveUp,
    /// Tell people.
    Say(Notice),
    /// All is closed.
    Stopped,
}

#[derive(Debug)]
enum Phase {
    Waiting {
        until: Duration,
    },
    /// `stale`: something else was chosen meanwhile.
    Opening {
        target: Option<OutputId>,
        since: Duration,
        told: bool,
        stale: bool,
    },
    Playing(Playing),
    Closing {
        since: Duration,
        name: String,
        reason: Reason,
    },
    Dead,
    Stopped,
}

/// The state machine.
#[derive(Debug)]
pub(crate) struct Supervisor {
    wish: Wish,
    phase: Phase,
    /// Time of the last event, since some start.
    now: Duration,
    /// Losses and failures since the last trusted device.
    setbacks: usize,
    watch: Watch,
    /// A device without a clock: never opened again before another is chosen.
    barred: Option<OutputId>,
    /// The chosen device was seen not to be there, so that it may come back. One that is there but cannot be
    /// opened, being in use perhaps, does not count: the song would be interrupted for nothing.
    absent: bool,
    /// The song is on its way back to the chosen device.
    returning: bool,
    stopping: bool,
    /// What was said and is not to be said again.
    told_none: bool,
    told_instead: bool,
    told_realtime: Option<Realtime>,
}

impl Supervisor {
    /// Begins by opening what is wished for: do the actions returned.
    pub(crate) fn new(wish: Wish, now: Duration) -> (Self, Vec<Action>) {
        let mut new = Self {
            wish,
            phase: Phase::Dead,
            now,
            setbacks: 0,
            watch: Watch::default(),
            barred: None,
            absent: false,
            returning: false,
            stopping: false,
            told_none: false,
            told_instead: false,
            told_realtime: None,
        };
        let mut actions = Vec::new();
        new.open(&mut actions);
        (new, actions)
    }

    /// Takes the next event; `now` is a monotonic time.
    pub(crate) fn handle(&mut self, now: Duration, event: Event) -> Vec<Action> {
        let passed = now.saturating_sub(self.now);
        let mut actions = Vec::new();
        match event {
            Event::Tick(signs) => {
                self.now = now;
                self.tick(passed, signs, &mut actions);
            }
            Event::Opened(Ok(config)) => self.opened(config, &mut actions),
            Event::Opened(Err(error)) => self.not_opened(&error, &mut actions),
            Event::Closed => self.closed(&mut actions),
            Event::Reclaimed(done) => self.reclaimed(done, &mut actions),
            Event::Surveyed(survey) => self.surveyed(&survey, &mut actions),
            Event::Choose(wish) => self.choose(wish, &mut actions),
            Event::Provided => self.provided(&mut actions),
            Event::Stop => self.stop(&mut actions),
        }
        actions
    }

    /// The device that plays.
    pub(crate) fn playing(&self) -> Option<&Config> {
        match &self.phase {
            Phase::Playing(playing) => Some(&playing.config),
            _ => None,
        }
    }

    /// Whether there is no device and one is waited for.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. })
    }

    /// Whether a new playback is needed.
    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.phase, Phase::Dead)
    }

    /// Opens what is wished for.
    fn open(&mut self, actions: &mut Vec<Action>) {
        let barred = self.wish.output.is_some() && self.wish.output == self.barred;
        let target = if barred { None } else { self.wish.output.clone() };
        self.open_target(target, actions);
    }

    fn open_target(&mut self, target: Option<OutputId>, actions: &mut Vec<Action>) {
        actions.push(Action::Open(target.clone()));
        self.phase = Phase::Opening { target, since: self.now, told: false, stale: false };
    }

    fn opened(&mut self, config: Config, actions: &mut Vec<Action>) {
        let name = config.name.clone();
        let asked = self.wish.period_frames;
        let got = config.period_frames;
        actions.push(Action::Say(Notice::Opened(config.clone())));
        if got != asked {
            actions.push(Action::Say(Notice::Period { asked, got }));
        }
        self.told_none = false;
        let stale = matches!(self.phase, Phase::Opening { stale: true, .. });
        let barred = self.barred.as_ref() == Some(&config.output);
        if self.wish.output.as_ref() == Some(&config.output) {
            self.told_instead = false;
            self.returning = false;
        }
        self.watch.restart(self.now);
        self.phase = Phase::Playing(Playing::new(config, self.now));
        if self.stopping || stale {
            self.close(name, Reason::Chosen, actions);
        } else if barred {
            self.close(name, Reason::NoClock, actions);
        }
    }

    fn not_opened(&mut self, error: &Error, actions: &mut Vec<Action>) {
        let Phase::Opening { target, stale, .. } = &self.phase else { return };
        if self.stopping {
            self.phase = Phase::Stopped;
            return actions.push(Action::Stopped);
        }
        if *stale {
            return self.open(actions);
        }
        if let Some(wanted) = target.clone() {
            let returning = std::mem::take(&mut self.returning);
            self.absent = error.kind() == ErrorKind::Missing && !returning;
            if !std::mem::replace(&mut self.told_instead, true) {
                actions.push(Action::Say(Notice::Instead { wanted, why: error.reason() }));
            }
            return self.open_target(None, actions);
        }
        if !std::mem::replace(&mut self.told_none, true) {
            actions.push(Action::Say(Notice::None { why: error.to_string() }));
        }
        self.wait();
    }

    /// Waits for the next attempt, the longer the more setbacks there were.
    fn wait(&mut self) {
        let last = BACK_OFF_MS.len() - 1;
        let back_off = Duration::from_millis(BACK_OFF_MS[self.setbacks.min(last)]);
        self.setbacks += 1;
        self.watch.restart(self.now);
        self.phase = Phase::Waiting { until: self.now + back_off };
    }

    fn tick(&mut self, passed: Duration, signs: Signs, actions: &mut Vec<Action>) {
        let now = self.now;
        match &mut self.phase {
            Phase::Waiting { until } if now >= *until => {
                if self.barred.is_none() {
                    return self.open(actions);
                }
                self.watch.ask(now, actions);
            }
            Phase::Opening { since, told, .. } => {
                let waited = now.saturating_sub(*since);
                if waited >= SLOW && !std::mem::replace(told, true) {
                    actions.push(Action::Say(Notice::Slow));
                }
            }
            Phase::Closing { since, .. } if now.saturating_sub(*since) >= STUCK => {
                // Asked again only if nothing comes of it.
                *since = now;
                actions.push(Action::Reclaim);
            }
            Phase::Playing(_) => self.tick_playing(passed, signs, actions),
            Phase::Waiting { .. } | Phase::Closing { .. } | Phase::Dead | Phase::Stopped => {}
        }
    }

    fn tick_playing(&mut self, passed: Duration, signs: Signs, actions: &mut Vec<Action>) {
        let now = self.now;
        let Phase::Playing(playing) = &mut self.phase else { return };
        if let Some(realtime) = signs.realtime.filter(|_| signs.realtime != self.told_realtime) {
            self.told_realtime = Some(realtime);
            actions.push(Action::Say(Notice::Realtime(realtime)));
        }
        let reason = playing.examine(now, passed, signs);
        let name = playing.config.name.clone();
        let age = now.saturating_sub(playing.since);
        if let Some(reason) = reason {
            if reason == Reason::NoClock {
                self.barred = Some(playing.config.output.clone());
            }
            return self.close(name, reason, actions);
        }
        if age >= TRUSTED {
            self.setbacks = 0;
        }
        // A device that was chosen and plays needs no watch over the others.
        if self.wish.output.as_ref() != Some(&playing.config.output) {
            self.watch.ask(now, actions);
        }
    }

    fn surveyed(&mut self, survey: &Survey, actions: &mut Vec<Action>) {
        self.watch.answered();
        let patience = 1 + self.setbacks;
        self.absent |= !survey.wanted;
        let there = survey.wanted && self.absent;
        let allowed = |output: &&OutputId| self.barred.as_ref() != Some(output);
        let chosen = self.wish.output.as_ref().filter(|_| there).filter(allowed).cloned();
        let default = survey.default.as_ref().filter(allowed).cloned();
        match &self.phase {
            Phase::Playing(playing) => {
                let wanted = if self.wish.output.is_some() { chosen } else { default };
                let other = wanted.filter(|wanted| *wanted != playing.config.output);
                let name = playing.config.name.clone();
                if self.watch.sees(other, patience) {
                    self.returning = self.wish.output.is_some();
                    let back = self.returning;
                    let reason = if back { Reason::ChosenIsBack } else { Reason::NotDefault };
                    self.setbacks += 1;
                    self.close(name, reason, actions);
                }
            }
            Phase::Waiting { .. } if chosen.or(default).is_some() => self.open(actions),
            _ => {}
        }
    }

    fn close(&mut self, name: String, reason: Reason, actions: &mut Vec<Action>) {
        if reason != Reason::Chosen {
            actions.push(Action::Say(Notice::Lost { name: name.clone(), reason }));
        }
        actions.push(Action::Close);
        self.phase = Phase::Closing { since: self.now, name, reason };
    }

    fn closed(&mut self, actions: &mut Vec<Action>) {
        let Phase::Closing { reason, .. } = &self.phase else { return };
        let reason = *reason;
        if self.stopping {
            self.phase = Phase::Stopped;
            return actions.push(Action::Stopped);
        }
        match reason {
            Reason::Panic => {
                self.phase = Phase::Dead;
                actions.push(Action::GiveUp);
                actions.push(Action::Say(Notice::Failed));
            }
            Reason::Chosen | Reason::ChosenIsBack | Reason::NotDefault | Reason::Asleep => {
                self.open(actions);
            }
            Reason::Gone | Reason::Errors | Reason::Silent | Reason::NoClock | Reason::Changed => {
                self.wait();
            }
        }
    }

    fn reclaimed(&mut self, done: bool, actions: &mut Vec<Action>) {
        match &self.phase {
            Phase::Closing { name, .. } => {
                let name = name.clone();
                if done {
                    actions.push(Action::Say(Notice::LeftBehind { name }));
                    return self.closed(actions);
                }
                actions.push(Action::Say(Notice::Stuck { name }));
                self.phase = Phase::Dead;
                if self.stopping {
                    self.stop(actions);
                }
            }
            Phase::Opening { .. } if done && self.stopping => {
                self.phase = Phase::Stopped;
                actions.push(Action::Stopped);
            }
            Phase::Opening { .. } if done => self.open(actions),
            // Otherwise what was asked for is about to come.
            Phase::Opening { .. }
            | Phase::Waiting { .. }
            | Phase::Playing(_)
            | Phase::Dead
            | Phase::Stopped => {}
        }
    }

    fn provided(&mut self, actions: &mut Vec<Action>) {
        if self.is_dead() {
            self.open(actions);
        }
    }

    fn choose(&mut self, wish: Wish, actions: &mut Vec<Action>) {
        self.wish = wish;
        self.setbacks = 0;
        self.barred = None;
        self.absent = false;
        self.returning = false;
        self.told_none = false;
        self.told_instead = false;
        match &mut self.phase {
            Phase::Playing(playing) => {
                let name = playing.config.name.clone();
                self.close(name, Reason::Chosen, actions);
            }
            Phase::Waiting { .. } => self.open(actions),
            Phase::Opening { stale, .. } => {
                *stale = true;
                actions.push(Action::Reclaim);
            }
            Phase::Closing { .. } | Phase::Dead | Phase::Stopped => {}
        }
    }

    fn stop(&mut self, actions: &mut Vec<Action>) {
        self.stopping = true;
        match &self.phase {
            Phase::Playing(playing) => {
                let name = playing.config.name.clone();
                self.close(name, Reason::Chosen, actions);
            }
            Phase::Waiting { .. } | Phase::Dead | Phase::Stopped => {
                self.phase = Phase::Stopped;
                actions.push(Action::Stopped);
            }
            Phase::Opening { .. } => actions.push(Action::Reclaim),
            Phase::Closing { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests;
