//! When a worker of a live player rests.
//!
//! A device asks for its frames in even steps, so a worker can be awake when that happens without being woken,
//! and without keeping a processor busy until then: it looks for work for a moment after each job, since
//! another level of strips may follow; then it sleeps until shortly before the next callback is due. What it
//! takes to be the period is the shortest of the last steps, so that it is rather too early than too late.
//! When nothing comes, it looks again every fraction of a millisecond; when nothing has come for a while,
//! nothing plays, and it sleeps until it is woken.
//!
//! ```text
//! callback   ███████                   ███████                   ███████
//! worker     █ helps █ looks           █ helps █ looks
//!                     ▒▒▒▒│ sleeps │▒▒▒                ▒▒▒▒│ sleeps │▒▒▒
//! ```

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "workers rest by the clock; the audio thread has no part in this"
)]

use std::thread;
use std::time::{Duration, Instant};

/// How long to look for another job of the same callback.
const BETWEEN: Duration = Duration::from_micros(60);

/// Time between two looks while it is not known when a callback is due.
const LOOK: Duration = Duration::from_micros(200);

/// Without a job for so long, nothing plays.
const STANDSTILL: Duration = Duration::from_millis(250);

/// Steps of which the shortest is taken to be the period.
const STEPS: usize = 8;

/// Share of the period by which a worker is awake too early, and by which it waits for a late callback;
/// and the most of that.
const MARGIN: u32 = 8;
const LONGEST_MARGIN: Duration = Duration::from_micros(400);

/// The state of a worker between two jobs.
pub(crate) struct Pace {
    /// When the last callback began, as far as this worker saw it.
    began: Instant,
    /// When the last job was done.
    helped: Instant,
    /// Until when to go on looking without a pause.
    looks_until: Instant,
    /// A pause lies between the last job and now.
    has_rested: bool,
    /// It is known when a callback is due, and that has not passed.
    is_due: bool,
    steps: [Duration; STEPS],
    next_step: usize,
}

impl Pace {
    /// Before the first job.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            helped: now,
            looks_until: now,
            has_rested: true,
            is_due: false,
            steps: [Duration::ZERO; STEPS],
            next_step: 0,
        }
    }

    /// A job is done.
    pub(crate) fn helped(&mut self) {
        let now = Instant::now();
        if std::mem::take(&mut self.has_rested) {
            self.steps[self.next_step] = now - self.began;
            self.next_step = (self.next_step + 1) % STEPS;
            self.began = now;
        }
        self.helped = now;
        self.looks_until = now + BETWEEN;
        self.is_due = true;
    }

    /// There was no job just now: goes on looking, or sleeps.
    pub(crate) fn rest(&mut self) {
        let now = Instant::now();
        if now < self.looks_until {
            return;
        }
        self.has_rested = true;
        if now - self.helped > STANDSTILL {
            thread::park();
            // Whoever has woken it has begun to play.
            self.helped = Instant::now();
            return;
        }
        match self.due().filter(|_| std::mem::take(&mut self.is_due)) {
            Some((due, margin)) if due > now => {
                thread::sleep((due - now).saturating_sub(margin));
                self.looks_until = due + margin;
            }
            Some(_) | None => thread::sleep(LOOK),
        }
    }

    /// When the next callback is due, and how exactly that is known.
    fn due(&self) -> Option<(Instant, Duration)> {
        let period = *self.steps.iter().min()?;
        let margin = (period / MARGIN).min(LONGEST_MARGIN);
        (period < STANDSTILL && !period.is_zero()).then(|| (self.began + period, margin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a worker does over some callbacks of `period`: the share of the time it looked for work.
    fn awake(period: Duration) -> f64 {
        let (mut pace, start) = (Pace::new(), Instant::now());
        let mut asleep = Duration::ZERO;
        for callback in 1..40 {
            let due = start + period * callback;
            while Instant::now() < due {
                let before = Instant::now();
                pace.rest();
                let rested = before.elapsed();
                asleep += if rested > Duration::from_micros(40) { rested } else { Duration::ZERO };
            }
            pace.helped();
        }
        1.0 - asleep.as_secs_f64() / start.elapsed().as_secs_f64()
    }

    #[test]
    fn a_worker_sleeps_most_of_a_period() {
        let share = awake(Duration::from_millis(5));
        assert!(share < 0.5, "awake for {share:.2} of the time");
    }

    #[test]
    fn a_worker_that_has_nothing_to_do_sleeps_until_it_is_woken() {
        let sleeper = thread::spawn(|| {
            let mut pace = Pace::new();
            pace.helped();
            let start = Instant::now();
            while start.elapsed() < 4 * STANDSTILL {
                pace.rest();
            }
        });
        thread::sleep(8 * STANDSTILL);
        assert!(!sleeper.is_finished());
        sleeper.thread().unpark();
        // It looks for work again, finds none, and sleeps once more at most.
        thread::sleep(2 * STANDSTILL);
        sleeper.thread().unpark();
        sleeper.join().unwrap();
    }
}
