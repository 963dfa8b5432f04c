//! The analogue filters that a band imitates.
//!
//! Bell and shelves: R. Bristow-Johnson, "Audio EQ Cookbook", W3C note, 2021, the analogue prototypes. A
//! cut is the inverse of the boost by as much. Cuts are Butterworth: S. Butterworth, "On the Theory of
//! Filter Amplifiers", Experimental Wireless 7, 1930.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// What a band does to the spectrum; the order is that of the choice in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Raises or lowers the range around the frequency.
    Bell,
    /// Raises or lowers everything below it.
    LowShelf,
    /// Raises or lowers everything above it.
    HighShelf,
    /// Lowers what is below and raises what is above, or the other way round, by as much.
    Tilt,
    /// Takes the frequency out.
    Notch,
    /// Takes out everything below it.
    LowCut,
    /// Takes out everything above it.
    HighCut,
}

impl Shape {
    /// All, in the order of the choice.
    pub const ALL: [Self; 7] = [
        Self::Bell,
        Self::LowShelf,
        Self::HighShelf,
        Self::Tilt,
        Self::Notch,
        Self::LowCut,
        Self::HighCut,
    ];

    /// Names, in the order of [`ALL`](Self::ALL).
    pub const NAMES: &[&str] =
        &["Bell", "Low shelf", "High shelf", "Tilt", "Notch", "Low cut", "High cut"];

    /// Whether its gain can be chosen.
    pub fn has_gain(self) -> bool {
        match self {
            Self::Bell | Self::LowShelf | Self::HighShelf | Self::Tilt => true,
            Self::Notch | Self::LowCut | Self::HighCut => false,
        }
    }
}

/// Sections of the steepest cut.
pub const MAX_SECTIONS: usize = 4;

/// Steepest slope, in poles: 6 dB per octave each.
pub const MAX_POLES: usize = 2 * MAX_SECTIONS;

/// A band's setting, in user units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// What it does.
    pub shape: Shape,
    /// Centre, corner or cut-off, in Hz.
    pub frequency_hz: f64,
    /// Boost or cut, in dB, of shapes that have one.
    pub gain_db: f64,
    /// Bandwidth of bell and notch, resonance of shelves and cuts.
    pub q: f64,
    /// Poles of a cut, 1 to [`MAX_POLES`].
    pub poles: usize,
}

/// A second-order analogue section `(n₂s² + n₁s + n₀) / (d₂s² + d₁s + d₀)`, with s relative to the band's
/// frequency; coefficients from s² down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// Numerator.
    pub n: [f64; 3],
    /// Denominator.
    pub d: [f64; 3],
}

impl Section {
    /// Lets everything through.
    pub const UNITY: Self = Self { n: [0.0, 0.0, 1.0], d: [0.0, 0.0, 1.0] };

    /// Squared magnitude at `ratio` times the band's frequency.
    pub fn power(&self, ratio: f64) -> f64 {
        let part =
            |[c2, c1, c0]: [f64; 3]| (c0 - c2 * ratio * ratio).powi(2) + (c1 * ratio).powi(2);
        part(self.n) / part(self.d)
    }
}

impl Setting {
    /// True when it lets everything through.
    pub fn is_neutral(&self) -> bool {
        self.shape.has_gain() && self.gain_db == 0.0
    }

    /// The sections of its prototype; those it does not need are [`Section::UNITY`].
    pub fn prototype(&self) -> [Section; MAX_SECTIONS] {
        let mut sections = [Section::UNITY; MAX_SECTIONS];
        match self.shape {
            Shape::LowCut | Shape::HighCut => self.cut(&mut sections),
            Shape::Bell => sections[0] = self.bell(),
            Shape::LowShelf => sections[0] = self.low_shelf(),
            Shape::HighShelf => sections[0] = reversed(self.low_shelf()),
            Shape::Tilt => sections[0] = self.tilt(),
            Shape::Notch => {
                sections[0] = Section { n: [1.0, 0.0, 1.0], d: [1.0, 1.0 / self.q, 1.0] };
            }
        }
        sections
    }

    /// Magnitude of the prototype at `frequency_hz`, in dB.
    pub fn prototype_db(&self, frequency_hz: f64) -> f64 {
        let ratio = frequency_hz / self.frequency_hz;
        let power = |section: &Section| 10.0 * section.power(ratio).log10();
        self.prototype().iter().map(power).sum()
    }

    /// Second-order sections that it needs.
    fn sections(&self) -> usize {
        match self.shape {
            Shape::LowCut | Shape::HighCut => self.poles.clamp(1, MAX_POLES).div_ceil(2),
            Shape::Bell | Shape::LowShelf | Shape::HighShelf | Shape::Tilt | Shape::Notch => 1,
        }
    }

    /// Square root of the amplitude gain: the cookbook's A.
    fn root_gain(&self) -> f64 {
        10.0_f64.powf(self.gain_db / 40.0)
    }

    fn bell(&self) -> Section {
        let a = self.root_gain();
        Section { n: [1.0, a / self.q, 1.0], d: [1.0, 1.0 / (a * self.q), 1.0] }
    }

    fn low_shelf(&self) -> Section {
        let a = self.root_gain();
        let middle = a.sqrt() / self.q;
        Section { n: [a, a * middle, a * a], d: [a, middle, 1.0] }
    }

    /// First order, so that it is as gentle as a tilt should be; the gain at the frequency is unity.
    fn tilt(&self) -> Section {
        let a = 10.0_f64.powf(self.gain_db / 20.0);
        Section { n: [0.0, a, 1.0], d: [0.0, 1.0, a] }
    }

    /// Pairs of poles on the unit circle. The sharpest pair takes the resonance: at Q = 1/√2 the whole is
    /// maximally flat.
    fn cut(&self, sections: &mut [Section; MAX_SECTIONS]) {
        let low = self.shape == Shape::LowCut;
        let poles = self.poles.clamp(1, MAX_POLES);
        let pairs = poles / 2;
        for (pair, section) in sections.iter_mut().take(pairs).enumerate() {
            let angle = PI * (2 * pair + 1) as f64 / (2 * poles) as f64;
            // Angles from the imaginary axis: the first pair is the sharpest.
            let flat = 1.0 / (2.0 * angle.sin());
            let q = if pair == 0 { flat * self.q / FRAC_1_SQRT_2 } else { flat };
            let n = if low { [1.0, 0.0, 0.0] } else { [0.0, 0.0, 1.0] };
            *section = Section { n, d: [1.0, 1.0 / q, 1.0] };
        }
        if poles % 2 == 1 {
            let n = if low { [0.0, 1.0, 0.0] } else { [0.0, 0.0, 1.0] };
            sections[pairs] = Section { n, d: [0.0, 1.0, 1.0] };
        }
    }
}

/// Depth at which a dynamic cut whose range is the largest (24 dB) is whole, in dB: a little before its end, so
/// that what the detector moves between two peaks does not open it.
pub const WHOLE_DB: f64 = 22.8;

/// A setting of which only a part is there: what a dynamic notch or cut is on its way from nothing.
///
/// Each section of a cut has the whole's poles, and zeros of the same Q at r times its frequency, r = 1 − share:
/// a low cut is a shelf, s² + r s/Q + r² over s² + s/Q + 1, as flat as the whole. A notch is a bell that leaves
/// r² of its centre. All are of minimum phase; at a share of 1 they are the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The whole.
    pub setting: Setting,
    /// How much of it is there, 0 to 1.
    pub share: f64,
}

impl Part {
    /// All of `setting`.
    pub fn whole(setting: Setting) -> Self {
        Self { setting, share: 1.0 }
    }

    /// As much of a notch or cut as takes away `depth_db` (0 or positive) where the whole takes everything.
    /// With `to_whole`, from 0 to 1, it goes over to one that is deeper, and whole at [`WHOLE_DB`].
    pub fn of_depth(setting: Setting, depth_db: f64, to_whole: f64) -> Self {
        let root = |db: f64| 10.0_f64.powf(-db / (40.0 * setting.sections() as f64));
        let depth_db = depth_db.max(0.0);
        let until_whole = depth_db.min(WHOLE_DB);
        // No part of the way is steep, so that it makes no step however it is run through.
        let whole = root(until_whole) - until_whole / WHOLE_DB * root(WHOLE_DB);
        let left = root(depth_db) + to_whole * (whole - root(depth_db));
        Self { setting, share: 1.0 - left }
    }

    /// True when it lets everything through.
    pub fn is_neutral(&self) -> bool {
        self.share == 0.0 || self.setting.is_neutral()
    }

    /// The sections of its prototype; those it does not need are [`Section::UNITY`].
    pub fn prototype(&self) -> [Section; MAX_SECTIONS] {
        let root = 1.0 - self.share;
        let is_cut = self.setting.shape != Shape::Notch;
        let partial = |Section { n, d }: Section| {
            let mut part: [f64; 3] = std::array::from_fn(|i| n[i] + root * root * (d[i] - n[i]));
            if is_cut && d[0] != 0.0 {
                part[1] = root * d[1];
            }
            Section { n: part, d }
        };
        let whole = self.setting.prototype();
        if self.share == 1.0 { whole } else { whole.map(partial) }
    }

    /// Magnitude of the prototype at `frequency_hz`, in dB.
    pub fn prototype_db(&self, frequency_hz: f64) -> f64 {
        let ratio = frequency_hz / self.setting.frequency_hz;
        let power = |section: &Section| 10.0 * section.power(ratio).log10();
        self.prototype().iter().map(power).sum()
    }
}

/// The same section with high and low frequencies exchanged.
fn reversed(Section { n: [n2, n1, n0], d: [d2, d1, d0] }: Section) -> Section {
    Section { n: [n0, n1, n2], d: [d0, d1, d2] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(shape: Shape, gain_db: f64, q: f64, poles: usize) -> Setting {
        Setting { shape, frequency_hz: 1000.0, gain_db, q, poles }
    }

    #[test]
    fn shapes_have_their_gain_where_they_say() {
        let bell = setting(Shape::Bell, 6.0, 2.0, 1);
        assert!((bell.prototype_db(1000.0) - 6.0).abs() < 1e-9 && bell.prototype_db(1.0) < 1e-4);
        let low = setting(Shape::LowShelf, -9.0, 0.7, 1);
        assert!((low.prototype_db(0.1) + 9.0).abs() < 1e-3 && low.prototype_db(1e6).abs() < 1e-3);
        let high = setting(Shape::HighShelf, -9.0, 0.7, 1);
        assert!((high.prototype_db(1e7) + 9.0).abs() < 1e-3);
        assert!((high.prototype_db(1000.0) + 4.5).abs() < 1e-9);
        let tilt = setting(Shape::Tilt, 3.0, 1.0, 1);
        assert!(
            (tilt.prototype_db(0.01) + 3.0).abs() < 1e-3 && tilt.prototype_db(1000.0).abs() < 1e-9
        );
        assert!((tilt.prototype_db(1e8) - 3.0).abs() < 1e-3);
    }

    #[test]
    fn a_part_of_a_cut_is_as_deep_as_it_says_and_ends_in_the_whole() {
        for (shape, ratio) in [(Shape::LowCut, 1e-4), (Shape::HighCut, 1e4), (Shape::Notch, 1.0)] {
            for poles in 1..=MAX_POLES {
                let whole = setting(shape, 0.0, 2.0, poles);
                for depth_db in [0.0, 1.0, 6.0, 18.0] {
                    let part = Part::of_depth(whole, depth_db, 0.0);
                    let there = part.prototype_db(1000.0 * ratio);
                    assert!((there + depth_db).abs() < 0.01, "{shape:?} {poles}: {there}");
                    assert!(part.prototype_db(1000.0 / ratio.powi(2)).abs() < 1e-2 || ratio == 1.0);
                }
                assert!(Part::of_depth(whole, 0.0, 0.0).is_neutral());
                let end = Part::of_depth(whole, 24.0, 1.0);
                assert!(end.share == 1.0 && end.prototype() == whole.prototype());
                assert!(Part::of_depth(whole, 0.0, 1.0).is_neutral());
            }
        }
    }

    #[test]
    fn cuts_are_flat_and_fall_by_6_db_per_pole_and_octave() {
        for poles in 1..=MAX_POLES {
            for shape in [Shape::LowCut, Shape::HighCut] {
                let cut = setting(shape, 0.0, FRAC_1_SQRT_2, poles);
                let far = |ratio: f64| match shape {
                    Shape::LowCut => cut.prototype_db(1000.0 / ratio),
                    _ => cut.prototype_db(1000.0 * ratio),
                };
                assert!((far(1.0) + 3.0103).abs() < 1e-3, "{poles} poles at the cut-off");
                let slope = far(16.0) - far(32.0);
                assert!((slope - 6.0206 * poles as f64).abs() < 0.05, "{poles} poles: {slope}");
                assert!(far(0.05).abs() < 0.02);
            }
        }
    }
}
