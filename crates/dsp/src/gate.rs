//! Gate and expander: hysteresis, hold, look-ahead, side-chain.
//!
//! - The gain computer is the mirror of the compressor's (D. Giannoulis, M. Massberg, J. Reiss, "Digital
//!   Dynamic Range Compressor Design: A Tutorial and Analysis", JAES 60(6), 2012; U. Zölzer, "DAFX", 2nd
//!   ed. 2011, chapter 4): below the threshold the level falls `ratio` times as fast, down to the range.
//! - It opens at the threshold, and closes when the level has been below the threshold less the
//!   hysteresis for the time of the hold.
//! - Attack and release are the times in which 63 % of the way in dB are covered, opening and closing. The
//!   gain has no corner: both ways pass a second pole, the attack's or, closing, a faster one. With look-ahead the attack is a fifth of it
//!   at most, so that the gate is open when what opened it arrives.
//! - Both channels have the same gain, that of the louder one, so that the image stays.
//! - After a reset it is open, so that what begins at once is not cut.
//!
//! Where it is open, the signal passes bit for bit; in silence it rests. Latency: the look-ahead;
//! the longest one where that is automated.

mod door;

use crate::dynamics::levels::{exp2_of, from_db, largest};
use crate::dynamics::{
    BELL_FREQUENCY, BELL_GAIN, CELL, Controls, Detector, Dynamics, EXTERNAL, GainComputer,
    HIGH_CUT, LISTEN, LOOKAHEAD as LOOKAHEAD_SPEC, LOW_CUT, Lookahead, QUIETEST, Shell, Side,
    SideChain, move_to,
};
use crate::param::{ParamSpec, Unit};

use door::{Door, Times};

const THRESHOLD: usize = 0;
const HYSTERESIS: usize = 1;
const RATIO: usize = 2;
const INFINITE_RATIO: usize = 3;
const RANGE: usize = 4;
const ATTACK: usize = 5;
const HOLD: usize = 6;
const RELEASE: usize = 7;
/// Index of the look-ahead, on which the latency depends.
pub(crate) const LOOKAHEAD: usize = 8;
/// The first of the four filter settings of [`SideChain::set`].
const FILTERS: usize = 9;
const EXTERNAL_ON: usize = 13;
const LISTEN_ON: usize = 14;

/// Parameters of a [`Gate`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("threshold", "Threshold", Unit::Db, (-80.0, 0.0), -50.0),
    ParamSpec::linear("hysteresis", "Hysteresis", Unit::Db, (0.0, 24.0), 6.0),
    ParamSpec::log("ratio", "Ratio", Unit::Ratio, (1.0, 20.0), 2.0),
    ParamSpec::switch("infinite_ratio", "Infinite ratio", true),
    ParamSpec::linear("range", "Range", Unit::Db, (0.0, 80.0), 40.0),
    ParamSpec::log("attack", "Attack", Unit::Ms, (0.02, 250.0), 1.0),
    ParamSpec::linear("hold", "Hold", Unit::Ms, (0.0, 2000.0), 30.0),
    ParamSpec::log("release", "Release", Unit::Ms, (5.0, 5000.0), 150.0),
    LOOKAHEAD_SPEC,
    LOW_CUT,
    HIGH_CUT,
    BELL_FREQUENCY,
    BELL_GAIN,
    EXTERNAL,
    LISTEN,
];

/// Longest attack as a share of the look-ahead: of the widest range (80 dB) 0.54 dB are left when the sound
/// arrives, `80 exp(−1 / 0.2)`.
const OPENING: f64 = 0.2;

/// A stereo gate.
pub type Gate = Shell<Core, { SPECS.len() }>;

/// What a [`Gate`] does with its signal.
#[derive(Debug)]
pub struct Core {
    rate_hz: f64,
    times: Times,
    side_chain: SideChain,
    door: Door,
    lookahead: Lookahead,
}

/// What the controls mean at one frame.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    computer: GainComputer,
    /// The levels at which it opens and closes.
    thresholds: [f32; 2],
    /// Both 0 to 1.
    external: f64,
    listen: f64,
}

impl Settings {
    fn new(controls: &Controls<{ SPECS.len() }>) -> Self {
        let close_db = controls[THRESHOLD] - controls[HYSTERESIS];
        let level = |db: f64| from_db(db) as f32;
        Self {
            computer: computer(std::array::from_fn(|param| controls[param])),
            thresholds: [level(controls[THRESHOLD]), level(close_db)],
            external: controls[EXTERNAL_ON],
            listen: controls[LISTEN_ON],
        }
    }
}

/// The static curve of `values`, which stand in the order of [`SPECS`], of a gate that is closed: what the
/// sound uses and a window draws.
pub fn computer(values: [f64; SPECS.len()]) -> GainComputer {
    let slope = GainComputer::slope(Side::Below, values[RATIO]);
    let steepest = GainComputer::slope(Side::Below, f64::INFINITY);
    let slope = slope + values[INFINITE_RATIO] * (steepest - slope);
    GainComputer::new(Side::Below, values[THRESHOLD], 0.0, slope, values[RANGE])
}

impl Gate {
    /// A gate at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let lookahead = Lookahead::new(rate_hz);
        let (times, side_chain) = (Times::default(), SideChain::default());
        let core = Core { rate_hz, times, side_chain, door: Door::default(), lookahead };
        Self::around(core, SPECS, rate_hz)
    }
}

impl Dynamics<{ SPECS.len() }> for Core {
    const FIXED: Option<usize> = Some(LOOKAHEAD);

    type Settings = Settings;

    fn settings(controls: &Controls<{ SPECS.len() }>) -> Settings {
        Settings::new(controls)
    }

    fn refresh(&mut self, controls: &Controls<{ SPECS.len() }>) {
        let [mut attack_s, hold_s, release_s] =
            [ATTACK, HOLD, RELEASE].map(|param| controls[param] / 1000.0);
        if self.lookahead.frames() > 0 {
            attack_s = attack_s.min(OPENING * self.lookahead.frames() as f64 / self.rate_hz);
        }
        self.times = Times::new([attack_s, hold_s, release_s], self.rate_hz);
        let filters = std::array::from_fn(|filter| controls[FILTERS + filter]);
        self.side_chain.set(filters, self.rate_hz);
    }

    fn begin_cell(&mut self, settings: &Settings) {
        self.side_chain.flush();
        self.door.flush(&settings.computer);
    }

    #[inline(always)]
    fn piece(
        &mut self,
        settings: &Settings,
        [left, right]: [&mut [f32]; 2],
        key: Option<[&[f32]; 2]>,
    ) -> f64 {
        let Settings { computer, thresholds, external, listen } = *settings;
        let frames = left.len();
        let mut heard = [[0.0; CELL]; 2];
        let mut heard = heard.each_mut().map(|channel| &mut channel[..frames]);
        self.side_chain.hear([left, right], key, external, &mut heard);
        let mut levels = [0.0; CELL];
        let levels = &mut levels[..frames];
        Detector::peak_linked([heard[0], heard[1]], levels);
        if listen > 0.0 {
            move_to(left, heard[0], listen as f32);
            move_to(right, heard[1], listen as f32);
        }
        // Both channels have one level.
        let mut same = [0.0; CELL];
        self.lookahead.process([&mut *left, &mut *right], [&mut *levels, &mut same[..frames]]);
        let mut gains = [0.0; CELL];
        let gains = &mut gains[..frames];
        match self.door.at_rest(&computer, thresholds, levels) {
            Some(reduction) => gains.fill(reduction),
            None => self.door.process(&self.times, &computer, thresholds, levels, gains),
        }
        let most = largest(gains);
        if most == 0.0 {
            return 0.0;
        }
        for gain in gains.iter_mut() {
            *gain = exp2_of(-*gain);
            *gain += listen * (1.0 - *gain);
        }
        for (sample, gain) in left.iter_mut().zip(&*gains).chain(right.iter_mut().zip(&*gains)) {
            *sample = (f64::from(*sample) * gain) as f32;
        }
        most
    }

    fn turned(&mut self, param: usize, controls: &Controls<{ SPECS.len() }>) {
        if param == LOOKAHEAD {
            self.lookahead.choose(controls.target(LOOKAHEAD) as usize);
        }
    }

    fn latency_frames(&self) -> usize {
        self.lookahead.latency_frames()
    }

    fn reserve(&mut self) {
        self.lookahead.reserve(QUIETEST.log2());
    }

    fn reset(&mut self) {
        self.side_chain.reset();
        self.door = Door::open(&self.times);
        self.lookahead.reset();
    }
}
