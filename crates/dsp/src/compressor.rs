//! Compressor: peak or RMS, soft knee, look-ahead, side-chain, make-up, mix.
//!
//! - Feed-forward in the log domain with the smooth decoupled peak detector of D. Giannoulis, M. Massberg,
//!   J. Reiss, "Digital Dynamic Range Compressor Design: A Tutorial and Analysis", JAES 60(6), 2012:
//!   [`crate::dynamics`], which also says what attack, release and hold mean.
//! - RMS is calibrated to sines: a sine is reduced by the same amount either way.
//! - Linked channels share the larger of both reductions; in between, each moves towards it, in dB.
//! - Automatic make-up matches the loudness of the output to that of the input, over some seconds.
//! - The mix is between the delayed input and the made-up output, so that it combs at no look-ahead.
//!
//! Where nothing is reduced and nothing made up, the signal passes bit for bit. Latency: the look-ahead; the
//! longest one where that is automated.

mod auto_makeup;

use crate::dynamics::levels::{exp2_of, from_db, largest};
use crate::dynamics::{
    BELL_FREQUENCY, BELL_GAIN, Ballistics, CELL, Controls, Detector, Dynamics, EXTERNAL,
    GainComputer, HIGH_CUT, LISTEN, LOOKAHEAD as LOOKAHEAD_SPEC, LOW_CUT, Lookahead, RMS_S, Shell,
    Side, SideChain, Times, move_to,
};
use crate::param::{ParamSpec, Unit};

use auto_makeup::AutoMakeup;

const THRESHOLD: usize = 0;
const RATIO: usize = 1;
const INFINITE_RATIO: usize = 2;
const KNEE: usize = 3;
const ATTACK: usize = 4;
const RELEASE: usize = 5;
const AUTO_RELEASE: usize = 6;
const HOLD: usize = 7;
const DETECTION: usize = 8;
const LINK: usize = 9;
const RANGE: usize = 10;
const MAKEUP: usize = 11;
const AUTO_MAKEUP: usize = 12;
const MIX: usize = 13;
/// Index of the look-ahead, on which the latency depends.
pub(crate) const LOOKAHEAD: usize = 14;
/// The first of the four filter settings of [`SideChain::set`].
const FILTERS: usize = 15;
const EXTERNAL_ON: usize = 19;
const LISTEN_ON: usize = 20;

/// Parameters of a [`Compressor`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("threshold", "Threshold", Unit::Db, (-60.0, 0.0), -18.0),
    ParamSpec::log("ratio", "Ratio", Unit::Ratio, (1.0, 20.0), 4.0),
    ParamSpec::switch("infinite_ratio", "Infinite ratio", false),
    ParamSpec::linear("knee", "Knee", Unit::Db, (0.0, 24.0), 6.0),
    ParamSpec::log("attack", "Attack", Unit::Ms, (0.02, 250.0), 10.0),
    ParamSpec::log("release", "Release", Unit::Ms, (5.0, 5000.0), 100.0),
    ParamSpec::switch("auto_release", "Auto release", false),
    ParamSpec::linear("hold", "Hold", Unit::Ms, (0.0, 500.0), 0.0),
    ParamSpec::choice("detection", "Detection", &["Peak", "RMS"], 0),
    ParamSpec::linear("link", "Stereo link", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::linear("range", "Range", Unit::Db, (0.0, 60.0), 60.0),
    ParamSpec::linear("makeup", "Make-up", Unit::Db, (-12.0, 24.0), 0.0),
    ParamSpec::switch("auto_makeup", "Auto make-up", false),
    ParamSpec::linear("mix", "Mix", Unit::Percent, (0.0, 100.0), 100.0),
    LOOKAHEAD_SPEC,
    LOW_CUT,
    HIGH_CUT,
    BELL_FREQUENCY,
    BELL_GAIN,
    EXTERNAL,
    LISTEN,
];

/// A stereo compressor.
pub type Compressor = Shell<Core, { SPECS.len() }>;

/// What a [`Compressor`] does with its signal.
#[derive(Debug)]
pub struct Core {
    rate_hz: f64,
    times: Times,
    side_chain: SideChain,
    detector: Detector,
    ballistics: [Ballistics; 2],
    auto_makeup: AutoMakeup,
    lookahead: Lookahead,
}

/// What the controls mean at one frame.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    computer: GainComputer,
    /// All of these are 0 to 1.
    rms: f64,
    link: f64,
    mix: f64,
    external: f64,
    listen: f64,
    auto_makeup: f64,
    /// As a level.
    makeup: f64,
}

impl Settings {
    fn new(controls: &Controls<{ SPECS.len() }>) -> Self {
        Self {
            computer: computer(std::array::from_fn(|param| controls[param])),
            rms: controls[DETECTION],
            link: controls[LINK] / 100.0,
            mix: controls[MIX] / 100.0,
            external: controls[EXTERNAL_ON],
            listen: controls[LISTEN_ON],
            auto_makeup: controls[AUTO_MAKEUP],
            makeup: from_db(controls[MAKEUP]),
        }
    }
}

/// The static curve of `values`, which stand in the order of [`SPECS`]: what the sound uses and a window
/// draws.
pub fn computer(values: [f64; SPECS.len()]) -> GainComputer {
    let slope = GainComputer::slope(Side::Above, values[RATIO]);
    let slope = slope + values[INFINITE_RATIO] * (1.0 - slope);
    GainComputer::new(Side::Above, values[THRESHOLD], values[KNEE], slope, values[RANGE])
}

impl Compressor {
    /// A compressor at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let core = Core {
            rate_hz,
            times: Times::default(),
            side_chain: SideChain::default(),
            detector: Detector::new(RMS_S, rate_hz),
            ballistics: [Ballistics::default(); 2],
            auto_makeup: AutoMakeup::new(rate_hz),
            lookahead: Lookahead::new(rate_hz),
        };
        Self::around(core, SPECS, rate_hz)
    }
}

impl Core {
    /// The wanted reductions; true if those of the left channel hold for both.
    #[inline(always)]
    fn want(
        &mut self,
        settings: &Settings,
        key: [&[f32]; 2],
        wanted: &mut [&mut [f32]; 2],
    ) -> bool {
        let Settings { computer, rms, link, .. } = *settings;
        if link == 1.0 && rms == 0.0 {
            self.detector.reset();
            Detector::peak_linked(key, wanted[0]);
            computer.reductions(wanted[0]);
            return true;
        }
        let [left, right] = wanted;
        self.detector.levels(rms, key, [left, right]);
        computer.reductions(left);
        computer.reductions(right);
        let link = link as f32;
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            let both = left.max(*right);
            *left += link * (both - *left);
            *right += link * (both - *right);
        }
        link == 1.0
    }

    /// True when the gain is one, and stays it for `wanted`.
    #[inline(always)]
    fn is_idle(&self, settings: &Settings, wanted: &[&mut [f32]; 2]) -> bool {
        settings.makeup == 0.0
            && settings.auto_makeup == 0.0
            && self.ballistics.iter().all(Ballistics::is_idle)
            && wanted.iter().all(|channel| channel.iter().all(|x| *x == 0.0))
    }

    /// The gains for `signal`, in both channels or, where they are linked, in the left one; returns the
    /// largest reduction.
    #[inline(always)]
    fn gains(
        &mut self,
        settings: &Settings,
        wanted: [&[f32]; 2],
        linked: bool,
        signal: [&[f32]; 2],
        gains: &mut [&mut [f64]; 2],
    ) -> f64 {
        let Settings { makeup, mix, listen, auto_makeup, .. } = *settings;
        let mut most = 0.0_f64;
        let channels = if linked { 1 } else { 2 };
        for (channel, gains) in gains.iter_mut().enumerate().take(channels) {
            self.ballistics[channel].process(&self.times, wanted[channel], gains);
            most = most.max(largest(gains));
        }
        if linked {
            self.ballistics[1] = self.ballistics[0];
        }
        let working = gains.iter_mut().take(channels);
        if auto_makeup > 0.0 {
            let mut makeups = [makeup; CELL];
            self.auto_makeup.add_to(&mut makeups[..signal[0].len()], auto_makeup);
            for gains in working {
                gains.iter_mut().zip(&makeups).for_each(|(x, makeup)| *x = exp2_of(makeup - *x));
            }
            let right = if linked { &gains[0] } else { &gains[1] };
            self.auto_makeup.push(signal, [gains[0], right], &makeups);
        } else {
            working.flat_map(|gains| gains.iter_mut()).for_each(|x| *x = exp2_of(makeup - *x));
        }
        if mix < 1.0 || listen > 0.0 {
            for gain in gains.iter_mut().flat_map(|gains| gains.iter_mut()) {
                let mixed = (1.0 - mix) + mix * *gain;
                *gain = mixed + listen * (1.0 - mixed);
            }
        }
        most
    }
}

#[inline(always)]
fn apply(signal: &mut [f32], gains: &[f64]) {
    for (sample, gain) in signal.iter_mut().zip(gains) {
        *sample = (f64::from(*sample) * gain) as f32;
    }
}

impl Dynamics<{ SPECS.len() }> for Core {
    const FIXED: Option<usize> = Some(LOOKAHEAD);

    type Settings = Settings;

    fn settings(controls: &Controls<{ SPECS.len() }>) -> Settings {
        Settings::new(controls)
    }

    fn refresh(&mut self, controls: &Controls<{ SPECS.len() }>) {
        self.times = Times::new(
            controls[ATTACK] / 1000.0,
            controls[RELEASE] / 1000.0,
            controls[HOLD] / 1000.0,
            controls[AUTO_RELEASE] >= 0.5,
            self.rate_hz,
        );
        let filters = std::array::from_fn(|filter| controls[FILTERS + filter]);
        self.side_chain.set(filters, self.rate_hz);
    }

    fn begin_cell(&mut self, settings: &Settings) {
        self.ballistics.iter_mut().for_each(Ballistics::flush);
        self.side_chain.flush();
        if settings.auto_makeup > 0.0 {
            self.auto_makeup.end_cell();
        } else {
            self.auto_makeup.reset();
        }
    }

    #[inline(always)]
    fn piece(
        &mut self,
        settings: &Settings,
        [left, right]: [&mut [f32]; 2],
        key: Option<[&[f32]; 2]>,
    ) -> f64 {
        let frames = left.len();
        let external = if key.is_some() { settings.external } else { 0.0 };
        let mut wanted = [[0.0; CELL]; 2];
        let mut wanted = wanted.each_mut().map(|channel| &mut channel[..frames]);
        let linked = if external == 0.0 && settings.listen == 0.0 && self.side_chain.is_off() {
            self.want(settings, [left, right], &mut wanted)
        } else {
            let mut heard = [[0.0; CELL]; 2];
            let mut heard = heard.each_mut().map(|channel| &mut channel[..frames]);
            self.side_chain.hear([left, right], key, external, &mut heard);
            let linked = self.want(settings, heard.each_ref().map(|heard| &**heard), &mut wanted);
            if settings.listen > 0.0 {
                move_to(left, heard[0], settings.listen as f32);
                move_to(right, heard[1], settings.listen as f32);
            }
            linked
        };
        if linked && self.lookahead.waits() {
            let [left, right] = &mut wanted;
            right.copy_from_slice(left);
        }
        self.lookahead
            .process([&mut *left, &mut *right], wanted.each_mut().map(|said| &mut **said));
        if self.is_idle(settings, &wanted) {
            self.ballistics.iter_mut().for_each(|ballistics| ballistics.skip(&self.times, frames));
            return 0.0;
        }
        let mut gains = [[0.0; CELL]; 2];
        let mut gains = gains.each_mut().map(|channel| &mut channel[..frames]);
        let wanted = wanted.map(|channel| &*channel);
        let most = self.gains(settings, wanted, linked, [left, right], &mut gains);
        let [left_gains, right_gains] = gains;
        apply(left, left_gains);
        apply(right, if linked { left_gains } else { right_gains });
        most
    }

    fn turned(&mut self, param: usize, controls: &Controls<{ SPECS.len() }>) {
        match param {
            LOOKAHEAD => self.lookahead.choose(controls.target(LOOKAHEAD) as usize),
            MAKEUP | MIX | AUTO_MAKEUP | LISTEN_ON => {}
            _ => self.auto_makeup.forget(),
        }
    }

    fn latency_frames(&self) -> usize {
        self.lookahead.latency_frames()
    }

    fn reserve(&mut self) {
        self.lookahead.reserve(0.0);
    }

    fn reset(&mut self) {
        self.side_chain.reset();
        self.detector.reset();
        self.ballistics.iter_mut().for_each(Ballistics::reset);
        self.auto_makeup.reset();
        self.lookahead.reset();
    }
}
