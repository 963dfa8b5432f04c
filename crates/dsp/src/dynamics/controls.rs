//! Parameters on their way to a new value.

use crate::param::{ParamSpec, Scale, Values};
use crate::smooth::Ramp;

/// Length of the way to a value that is set by hand, in seconds.
pub const HAND_S: f64 = 0.02;

/// The values of `N` parameters as they are heard: each runs straight to what it was set to, along its
/// scale. Switches and choices run, too, from number to number, so that one can cross-fade by them.
#[derive(Debug, Clone)]
pub struct Controls<const N: usize> {
    specs: &'static [ParamSpec],
    values: Values<N>,
    ramps: [Ramp; N],
    now: [f64; N],
    hand_frames: u32,
    /// Frames until everything has arrived.
    frames_left: u32,
}

impl<const N: usize> Controls<N> {
    /// The defaults of `specs`, of which there must be `N`, at `rate_hz`.
    pub fn new(specs: &'static [ParamSpec], rate_hz: f64) -> Self {
        let values = Values::new(specs);
        let now = std::array::from_fn(|param| values[param]);
        Self {
            specs,
            ramps: std::array::from_fn(|param| Ramp::new(to_scale(&specs[param], now[param]))),
            values,
            now,
            hand_frames: (HAND_S * rate_hz).round().max(1.0) as u32,
            frames_left: 0,
        }
    }

    /// Starts towards a value set by hand; true if it is a new one.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn set(&mut self, param: usize, value: f64) -> bool {
        let changed = self.values.set(param, value);
        if changed {
            self.run(param, self.hand_frames);
        }
        changed
    }

    /// Starts towards `value`, which is reached after exactly `frames` frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn glide(&mut self, param: usize, value: f64, frames: usize) {
        let Some(spec) = self.specs.get(param) else { return };
        let _ = self.values.set(param, value);
        if spec.scale == Scale::Stepped {
            self.run(param, self.hand_frames);
        } else {
            self.run(param, u32::try_from(frames).unwrap_or(u32::MAX));
        }
    }

    fn run(&mut self, param: usize, frames: u32) {
        let target = to_scale(&self.specs[param], self.values[param]);
        self.ramps[param].set(target, frames);
        if self.ramps[param].resting().is_some() {
            self.now[param] = self.values[param];
        }
        self.frames_left = self.frames_left.max(frames);
    }

    /// Arrives at every value at once.
    pub fn finish(&mut self) {
        self.ramps.iter_mut().for_each(Ramp::finish);
        self.now = std::array::from_fn(|param| self.values[param]);
        self.frames_left = 0;
    }

    /// True while something is on its way: then call [`advance`](Self::advance) before each frame.
    pub fn are_moving(&self) -> bool {
        self.frames_left > 0
    }

    /// One frame further.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn advance(&mut self) {
        self.frames_left = self.frames_left.saturating_sub(1);
        for (param, ramp) in self.ramps.iter_mut().enumerate() {
            if ramp.resting().is_none() {
                let on_scale = ramp.advance();
                self.now[param] = match ramp.resting() {
                    Some(_) => self.values[param],
                    None => from_scale(&self.specs[param], on_scale),
                };
            }
        }
    }

    /// What the parameter was set to, wherever it is by now.
    pub fn target(&self, param: usize) -> f64 {
        self.values[param]
    }
}

/// The value as it is heard now.
impl<const N: usize> std::ops::Index<usize> for Controls<N> {
    type Output = f64;

    fn index(&self, param: usize) -> &f64 {
        &self.now[param]
    }
}

/// Where equal steps are equal ways.
fn to_scale(spec: &ParamSpec, value: f64) -> f64 {
    match spec.scale {
        Scale::Linear | Scale::Stepped => value,
        Scale::Log => value.ln(),
    }
}

fn from_scale(spec: &ParamSpec, value: f64) -> f64 {
    match spec.scale {
        Scale::Linear | Scale::Stepped => value,
        Scale::Log => value.exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::param::Unit;

    const SPECS: &[ParamSpec] = &[
        ParamSpec::linear("level", "Level", Unit::Db, (-10.0, 10.0), 0.0),
        ParamSpec::log("time", "Time", Unit::Ms, (1.0, 1000.0), 10.0),
        ParamSpec::switch("on", "On", false),
    ];

    #[test]
    fn f5_a_glide_is_straight_on_its_scale_and_arrives_in_time() {
        let mut controls = Controls::<3>::new(SPECS, 48_000.0);
        controls.glide(0, 5.0, 10);
        controls.glide(1, 1000.0, 20);
        for frame in 1..=20 {
            assert!(controls.are_moving());
            controls.advance();
            let (level, time) = (controls[0], controls[1]);
            assert!((level - 0.5 * f64::from(frame.min(10))).abs() < 1e-12);
            assert!((time.log10() - 1.0 - 0.1 * f64::from(frame)).abs() < 1e-12);
        }
        assert!(!controls.are_moving());
        assert_eq!([controls[0], controls[1]], [5.0, 1000.0]);
    }

    #[test]
    fn a_hand_is_smoothed_and_a_switch_fades() {
        let mut controls = Controls::<3>::new(SPECS, 48_000.0);
        assert!(controls.set(2, 1.0) && !controls.set(2, 1.0) && !controls.set(0, f64::NAN));
        let frames = (1..).find(|_| {
            controls.advance();
            controls[2] == 1.0
        });
        assert_eq!(frames, Some((HAND_S * 48_000.0) as u32));
        assert!(controls.set(0, 99.0));
        controls.finish();
        assert!(!controls.are_moving() && controls[0] == 10.0);
    }
}
