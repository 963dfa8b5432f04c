//! How reduction moves in time.

use crate::units::one_pole;

/// Automatic release: time in which lasting reduction becomes the level that recovers slowly, in seconds.
const SETTLE_S: f64 = 0.3;

/// Automatic release: how many times slower that level recovers.
const SLOWNESS: f64 = 10.0;

/// Reductions below this are none, in levels: what they do to a sample (−143 dB) is rounded away.
pub(crate) const NONE: f64 = 1e-7;

/// Attack, release and hold, as coefficients.
///
/// Attack and release are the times in which the reduction in dB covers 63 % of a step, up and down.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Times {
    attack: f64,
    /// What smooths on the way down: the attack too, but where the release is shorter ([`fall_pole`]).
    fall: f64,
    release: f64,
    hold_frames: u32,
    /// Charge and discharge of the slow level; `None` where the release is not automatic.
    slow: Option<[f64; 2]>,
}

impl Times {
    /// Coefficients at `rate_hz`. The hold is the time for which a peak's reduction is kept before the
    /// release begins.
    ///
    /// With `auto`, the release depends on the programme: a short peak recovers in the time that is set,
    /// lasting reduction ten times slower. So do the positions 5 and 6 of the Fairchild 670's time
    /// constant (its manual gives 0.3 s for single peaks up to 25 s for a consistently high level).
    pub fn new(attack_s: f64, release_s: f64, hold_s: f64, auto: bool, rate_hz: f64) -> Self {
        let slow = [one_pole(SETTLE_S, rate_hz), one_pole(SLOWNESS * release_s, rate_hz)];
        Self {
            attack: one_pole(attack_s, rate_hz),
            fall: one_pole(fall_pole(attack_s, release_s), rate_hz),
            release: one_pole(release_pole(attack_s, release_s), rate_hz),
            hold_frames: (hold_s * rate_hz).round() as u32,
            slow: auto.then_some(slow),
        }
    }

    /// Whether the way down is smoothed otherwise than the way up.
    fn parts(&self) -> bool {
        self.fall != self.attack
    }

    /// Whether frames are computed two at a time.
    fn pairs(&self) -> bool {
        self.slow.is_none() && self.hold_frames == 0 && !self.parts()
    }
}

/// Time constant of what smooths the way down.
///
/// The attack's pole, as long as the release is no shorter. Below, it gives way so fast that both poles
/// together can keep the release, as in the branching form of Giannoulis, Massberg, Reiss 2012, section 3.3;
/// faster than the release itself, so that the first pole goes on holding from peak to peak.
pub(crate) fn fall_pole(attack_s: f64, release_s: f64) -> f64 {
    if release_s < attack_s { release_s * release_s / attack_s } else { attack_s }
}

/// Time constant of the release alone such that, with the smoothing of [`fall_pole`] behind it, 63 % of the
/// way are covered in `release_s`.
///
/// Of a step down, `(p e^(−t/p) − a e^(−t/a)) / (p − a)` is left after two poles in a row; solved for p by
/// halving intervals, in units of the release.
pub(crate) fn release_pole(attack_s: f64, release_s: f64) -> f64 {
    let fall = fall_pole(attack_s, release_s) / release_s;
    let left = |pole: f64| {
        // Where both poles are one, the difference quotient has a limit, and needs none this close to it.
        let pole = if (pole - fall).abs() < 1e-6 { fall + 1e-6 } else { pole };
        (pole * (-1.0 / pole).exp() - fall * (-1.0 / fall).exp()) / (pole - fall)
    };
    let (mut low, mut high) = (1e-6, 1.0);
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if left(middle) > (-1.0_f64).exp() { high = middle } else { low = middle }
    }
    release_s * high
}

/// The smooth decoupled peak detector of Giannoulis, Massberg, Reiss 2012, section 3.3, in the log
/// domain: reductions rise at once and are released by a first pole; a second one, the attack, smooths
/// the result, so that the gain has no corner and ripples less than that of any other form. Where the
/// release is shorter than the attack, the second one is faster down than up ([`Times`]).
///
/// With neither hold nor automatic release nor such a way down, two frames are computed at a time, so that the machine
/// waits for the last result half as often.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ballistics {
    held: f64,
    hold_left: u32,
    slow: f64,
    smooth: f64,
    /// What the first frame of a pair wants whose second is still to come; `held` and `smooth` are then as
    /// before that pair.
    waiting: Option<f64>,
}

impl Ballistics {
    /// True when nothing is reduced, so that the next reductions of zero give zero.
    pub fn is_idle(&self) -> bool {
        self.held == 0.0 && self.smooth == 0.0 && self.waiting.is_none_or(|wanted| wanted == 0.0)
    }

    /// Leaves out `frames` frames of an [idle](Self::is_idle) state in which nothing is wanted.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn skip(&mut self, times: &Times, frames: usize) {
        if times.pairs() && frames % 2 == 1 {
            self.waiting = if self.waiting.is_none() { Some(0.0) } else { None };
        }
    }

    /// Smooths the reductions `wanted` (levels, 0 or positive) into `smooth`, which is as long.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn process(&mut self, times: &Times, wanted: &[f32], smooth: &mut [f64]) {
        if times.pairs() {
            return self.run_pairs(times, wanted, smooth);
        }
        match (times.slow.is_some(), times.hold_frames > 0, times.parts()) {
            // What is not needed in a case costs nothing there.
            (false, true, false) => self.run::<false, true, false>(times, wanted, smooth),
            (true, false, false) => self.run::<true, false, false>(times, wanted, smooth),
            (true, true, false) => self.run::<true, true, false>(times, wanted, smooth),
            (false, _, _) => self.run::<false, true, true>(times, wanted, smooth),
            (true, _, true) => self.run::<true, true, true>(times, wanted, smooth),
        }
    }

    #[inline(always)]
    fn run_pairs(&mut self, times: &Times, wanted: &[f32], out: &mut [f64]) {
        let pair = Pair::new(times);
        let (mut wanted, mut out) = (wanted, out);
        let mut state = [self.held, self.smooth];
        if let (Some(first), [second, later @ ..]) = (self.waiting, wanted) {
            let (now, rest) = out.split_at_mut(1);
            now[0] = pair.step(&mut state, [first, f64::from(*second)])[1];
            (self.waiting, wanted, out) = (None, later, rest);
        }
        let ((pairs, last), (outs, last_out)) = (wanted.as_chunks::<2>(), out.as_chunks_mut::<2>());
        for (wanted, out) in pairs.iter().zip(outs) {
            *out = pair.step(&mut state, wanted.map(f64::from));
        }
        [self.held, self.smooth] = state;
        if let ([first], [out]) = (last, last_out) {
            *out = pair.step(&mut state, [f64::from(*first), 0.0])[0];
            self.waiting = Some(f64::from(*first));
        }
    }

    #[inline(always)]
    fn run<const AUTO: bool, const HOLD: bool, const PARTS: bool>(
        &mut self,
        times: &Times,
        wanted: &[f32],
        out: &mut [f64],
    ) {
        self.end_pair(times);
        let Self { mut held, mut hold_left, mut slow, mut smooth, .. } = *self;
        slow = if AUTO { slow } else { 0.0 };
        let [charge, discharge] = times.slow.unwrap_or_default();
        // Products instead of differences: the next value waits for one product and one sum.
        let (stay, go) = (1.0 - times.release, times.release);
        let (keep, take) = (1.0 - times.attack, times.attack);
        let (keep_down, take_down) = (1.0 - times.fall, times.fall);
        for (wanted, out) in wanted.iter().zip(out) {
            let wanted = f64::from(*wanted);
            let released = if HOLD && hold_left > 0 { held } else { stay * held + go * wanted };
            if HOLD {
                hold_left =
                    if wanted >= held { times.hold_frames } else { hold_left.saturating_sub(1) };
            }
            held = if wanted > released { wanted } else { released };
            let mut target = held;
            if AUTO {
                let speed = if held > slow { charge } else { discharge };
                slow += speed * (held - slow);
                target = if slow > held { slow } else { held };
            }
            let up = keep * smooth + take * target;
            let down = keep_down * smooth + take_down * target;
            smooth = if PARTS && target < smooth { down } else { up };
            *out = smooth;
        }
        *self = Self { held, hold_left, slow, smooth, waiting: None };
    }

    /// Ends a pair after its first frame.
    fn end_pair(&mut self, times: &Times) {
        if let Some(first) = self.waiting.take() {
            let pair = Pair::new(times);
            let [held, smooth] = [self.held, self.smooth];
            self.held = larger(first, pair.stay[0] * held + pair.go * first);
            self.smooth = pair.keep[0] * smooth + pair.take * self.held;
        }
    }

    /// Ends what has died away; call it once per [`CELL`](super::CELL).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn flush(&mut self) {
        let waiting = self.waiting.unwrap_or(0.0);
        if [self.held, self.slow, self.smooth, waiting].iter().all(|&level| level < NONE) {
            *self = Self { waiting: self.waiting.map(|_| 0.0), ..Self::default() };
        }
    }

    /// Nothing is reduced, and nothing has been.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// Both poles, for two frames at a time: the first frame's wanted reduction is put into the second's formula,
/// which then needs no more than what was held before both.
///
/// With h for what is held, `h₁ = max(w₁, s h + g w₁)` and `h₂ = max(w₂, s h₁ + g w₂)`; since s is positive, h₂ is
/// the largest of `w₂`, `s w₁ + g w₂` and `s² h + (s g w₁ + g w₂)`. (Look-ahead of a recursion: K. K. Parhi, "VLSI
/// Digital Signal Processing Systems", Wiley, 1999, section 10.3.)
#[derive(Clone, Copy)]
struct Pair {
    /// What stays of what is held, and of the smoothed one, after one and after two frames.
    stay: [f64; 2],
    keep: [f64; 2],
    go: f64,
    take: f64,
}

impl Pair {
    #[inline(always)]
    fn new(times: &Times) -> Self {
        let (stay, keep) = (1.0 - times.release, 1.0 - times.attack);
        let (go, take) = (times.release, times.attack);
        Self { stay: [stay, stay * stay], keep: [keep, keep * keep], go, take }
    }

    /// The next two frames; what comes out for the first does not depend on the second.
    #[inline(always)]
    fn step(&self, [held, smooth]: &mut [f64; 2], [first, second]: [f64; 2]) -> [f64; 2] {
        let [stay, stay_twice] = self.stay;
        let (go_first, go_second) = (self.go * first, self.go * second);
        let alone = larger(second, stay * first + go_second);
        let held_first = larger(first, stay * *held + go_first);
        *held = larger(alone, stay_twice * *held + (stay * go_first + go_second));
        let [keep, keep_twice] = self.keep;
        let (took_first, took_second) = (self.take * held_first, self.take * *held);
        let smooth_first = keep * *smooth + took_first;
        *smooth = keep_twice * *smooth + (keep * took_first + took_second);
        [smooth_first, *smooth]
    }
}

/// Maximum in one instruction.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    /// Frames in which a reduction of 1, which lasted for `lasted_s`, falls below 1/e.
    fn released_after(times: &Times, lasted_s: f64) -> usize {
        let mut state = Ballistics::default();
        let mut out = vec![0.0; 48_000 * 60];
        let steady = vec![1.0; (lasted_s * RATE_HZ) as usize];
        state.process(times, &steady, &mut out[..steady.len()]);
        let share = out[steady.len() - 1];
        state.process(times, &vec![0.0; 48_000 * 60], &mut out);
        out.iter().position(|&x| x < share / std::f64::consts::E).unwrap()
    }

    #[test]
    fn c2_the_release_takes_its_time_whatever_the_attack() {
        for (attack_s, release_s) in
            [(0.00002, 0.005), (0.01, 0.1), (0.05, 0.1), (0.09, 0.1), (0.25, 0.25), (0.02, 5.0)]
                .into_iter()
                // Shorter than the attack: by little, and as short as it can be.
                .chain([(0.01, 0.0095), (0.05, 0.04), (0.02, 0.01), (0.1, 0.02), (0.25, 0.005)])
        {
            let times = Times::new(attack_s, release_s, 0.0, false, RATE_HZ);
            let time_s = released_after(&times, 5.0) as f64 / RATE_HZ;
            assert!((time_s / release_s - 1.0).abs() < 0.01, "{attack_s} {release_s}: {time_s}");
        }
    }

    /// The gain of a sine is nearly that of its peaks, also where the release is the shorter one.
    #[test]
    fn c1_a_short_release_holds_from_peak_to_peak() {
        let (attack_s, release_s) = (0.03, 0.01);
        let times = Times::new(attack_s, release_s, 0.0, false, RATE_HZ);
        let wanted: Vec<f32> =
            (0..96_000).map(|n| (n as f32 * 0.261_799_4).sin().abs().max(0.5)).collect();
        let mut out = vec![0.0; wanted.len()];
        Ballistics::default().process(&times, &wanted, &mut out);
        // Between two peaks, 0.25 ms apart, the first pole falls by 3.5 %.
        assert!(out[72_000..].iter().all(|&x| (0.96..1.0).contains(&x)), "{}", out[95_999]);
    }

    #[test]
    fn e3_a_short_release_does_not_depend_on_how_it_is_cut() {
        let wanted: Vec<f32> = (0..999).map(|n| (n * 7919 % 1009) as f32 / 300.0).collect();
        for (hold_s, auto) in [(0.0, false), (0.001, false), (0.0, true), (0.001, true)] {
            let times = Times::new(0.03, 0.01, hold_s, auto, RATE_HZ);
            let mut whole = vec![0.0; 999];
            Ballistics::default().process(&times, &wanted, &mut whole);
            let (mut state, mut pieces) = (Ballistics::default(), vec![0.0; 999]);
            for (wanted, out) in wanted.chunks(7).zip(pieces.chunks_mut(7)) {
                state.process(&times, wanted, out);
            }
            assert_eq!(pieces, whole);
        }
    }

    #[test]
    fn e3_pairs_are_what_single_frames_are_however_they_are_cut() {
        let wanted: Vec<f32> = (0..999).map(|n| (n * 7919 % 1009) as f32 / 300.0 - 1.5).collect();
        let wanted: Vec<f32> = wanted.iter().map(|&x| if x > 0.0 { x } else { 0.0 }).collect();
        for (attack_s, release_s) in [(0.00002, 0.005), (0.01, 0.1), (0.03, 0.03)] {
            let times = Times::new(attack_s, release_s, 0.0, false, RATE_HZ);
            let (mut single, mut whole) = (vec![0.0; 999], vec![0.0; 999]);
            Ballistics::default().run::<false, false, false>(&times, &wanted, &mut single);
            Ballistics::default().process(&times, &wanted, &mut whole);
            let apart = single.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-13, "{apart:e}");
            for cut in [1, 2, 3, 7, 64] {
                let (mut state, mut pieces) = (Ballistics::default(), vec![0.0; 999]);
                for (wanted, out) in wanted.chunks(cut).zip(pieces.chunks_mut(cut)) {
                    state.process(&times, wanted, out);
                }
                assert_eq!(pieces, whole, "cut to {cut}");
            }
        }
    }

    #[test]
    fn automatic_release_is_quick_after_a_peak_and_slow_after_a_passage() {
        let auto = Times::new(0.001, 0.1, 0.0, true, RATE_HZ);
        let manual = Times::new(0.001, 0.1, 0.0, false, RATE_HZ);
        let (peak, passage) = (released_after(&auto, 0.01), released_after(&auto, 5.0));
        assert!(peak < released_after(&manual, 0.01) * 3 / 2, "{peak}");
        assert!(passage > 5 * peak, "{peak} {passage}");
    }

    #[test]
    fn a_hold_keeps_the_reduction_for_its_time() {
        let times = Times::new(0.0001, 0.05, 0.02, false, RATE_HZ);
        let without = Times::new(0.0001, 0.05, 0.0, false, RATE_HZ);
        let longer = released_after(&times, 1.0) - released_after(&without, 1.0);
        assert!(longer.abs_diff(960) <= 1, "{longer}");
    }

    #[test]
    fn e8_reduction_ends_at_exactly_none() {
        let times = Times::new(0.25, 0.3, 0.0, true, RATE_HZ);
        let (mut state, mut out) = (Ballistics::default(), [0.0; 64]);
        state.process(&times, &[3.0; 64], &mut out);
        for _ in 0..48_000 * 60 / 64 {
            state.process(&times, &[0.0; 64], &mut out);
            state.flush();
        }
        assert!(state.is_idle() && out == [0.0; 64]);
    }
}
