//! The fewest bands of an equalizer that do to a song's spectrum what is wished.
//!
//! Bands are added one by one, each where and of the kind that leaves least, and after each all are moved
//! together: a damped Gauss–Newton search (K. Levenberg, Quart. Appl. Math. 2, 1944; D. W. Marquardt, J. SIAM
//! 11, 1963). What is compared is not the curve with the wish but the song's spectrum behind the curve,
//! smoothed as the wish was: a narrow band next to a loud note is seen as the comparison would see it.
//!
//! Responses are those of the [prototypes](twobus_dsp::eq::prototype), which the equalizer imitates to within
//! 0.1 dB at every rate; so the rate has no part in the result.

mod band;
mod solve;

use twobus_dsp::eq::params::BANDS;
use twobus_dsp::eq::prototype::Setting;

use super::grid::{CELLS, POINTS, kernels, point_hz};
use band::Band;

/// Root of the weighted mean square of what is left, in dB, below which a curve is good.
const GOOD_DB: f64 = 0.04;
/// What another band must take from that: a share of it, and this much in dB.
const WORTH_SHARE: f64 = 0.08;
const WORTH_DB: f64 = 0.015;
/// Most bands: one is kept for where a boost of the lows ends.
pub const MOST: usize = BANDS - 1;
/// Steps of the search after a band was added, at most.
const STEPS: usize = 25;
/// Weight of going beyond what is allowed at a point, where nothing is denied.
pub const BEYOND: f64 = 25.0;
/// Furthest that a curve goes anywhere, in dB, whatever level it adds everywhere.
pub const MAX_DB: f64 = 6.0;
/// Weight of a band's gain, per dB: between two curves of the same effect, the one of smaller bands.
const EFFORT: f64 = 0.01;
/// Weight of a level that the curve adds everywhere, per dB.
const OFFSET_EFFORT: f64 = 0.3;

/// What is wished at one point.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Change of the level, in dB.
    pub db: f64,
    /// How much it counts.
    pub weight: f64,
    /// Range that the change must not leave, in dB, once the level that all of it shares is taken away.
    pub allowed: (f64, f64),
    /// How much it counts when it does.
    pub strictness: f64,
}

/// A song's spectrum and what is wished for it.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// Mean squares in every cell.
    pub song: &'a [f64; CELLS],
    /// At every point.
    pub wishes: &'a [Wish; POINTS],
}

/// The bands for `problem`, lowest first; at most [`MOST`]; none where what is wished is too little for a band.
pub fn fit(problem: &Problem<'_>) -> Vec<Setting> {
    let smoothing = Smoothing::new(problem.song);
    let task = Task { smoothing: &smoothing, wishes: problem.wishes };
    let mut best = task.improve(Trial::new(&task, Vec::new(), 0.0));
    while best.bands.len() < MOST && best.left_db(&task) > GOOD_DB {
        let tried = band::candidates(&task, &best).into_iter().map(|band| {
            let bands = best.bands.iter().copied().chain([band]).collect();
            task.improve(Trial::new(&task, bands, best.offset_db))
        });
        let Some(next) = tried.min_by(|a, b| a.cost.total_cmp(&b.cost)) else { break };
        let (before, after) = (best.left_db(&task), next.left_db(&task));
        if before - after < (WORTH_SHARE * before).max(WORTH_DB) {
            break;
        }
        best = next;
    }
    let mut bands: Vec<Setting> = best.bands.iter().map(Band::rounded).collect();
    bands.retain(|band| band.gain_db != 0.0);
    bands.sort_by(|a, b| a.frequency_hz.total_cmp(&b.frequency_hz));
    bands
}

/// What `bands` do together in every cell, in dB.
pub fn response_db(bands: &[Setting]) -> [f64; CELLS] {
    let mut all = [0.0; CELLS];
    for setting in bands {
        let one = band::response_db(setting);
        all.iter_mut().zip(one).for_each(|(all, one)| *all += one);
    }
    all
}

/// The smoothed spectrum of a song as curves change it.
struct Smoothing {
    /// Mean squares in every cell, none of them zero.
    song: [f64; CELLS],
    /// Smoothed, at every point.
    flat: [f64; POINTS],
}

impl Smoothing {
    fn new(song: &[f64; CELLS]) -> Self {
        /// Below the loudest cell by this much, a cell is taken to be there all the same.
        const FLOOR: f64 = 1e-14;
        let highest = song.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let song = song.map(|cell| cell + FLOOR * highest);
        let flat = std::array::from_fn(|point| kernels()[point].mean(&song));
        Self { song, flat }
    }

    /// The song's cells under a curve in dB.
    fn under(&self, curve_db: &[f64; CELLS]) -> [f64; CELLS] {
        std::array::from_fn(|cell| self.song[cell] * 10.0_f64.powf(0.1 * curve_db[cell]))
    }
}

/// What the search works on.
struct Task<'a> {
    smoothing: &'a Smoothing,
    wishes: &'a [Wish; POINTS],
}

/// Some bands and what they leave.
#[derive(Debug, Clone)]
struct Trial {
    bands: Vec<Band>,
    /// Level that the wishes have beyond the curve, in dB: what is wished is a shape.
    offset_db: f64,
    /// The song's cells under the curve.
    cells: [f64; CELLS],
    /// What the curve does at every point, smoothed, in dB.
    effect_db: [f64; POINTS],
    cost: f64,
}

impl Trial {
    fn new(task: &Task<'_>, bands: Vec<Band>, offset_db: f64) -> Self {
        let mut curve_db = [0.0; CELLS];
        for band in &bands {
            let one = band::response_db(&band.setting());
            curve_db.iter_mut().zip(one).for_each(|(all, one)| *all += one);
        }
        let cells = task.smoothing.under(&curve_db);
        let effect_db = std::array::from_fn(|point| {
            10.0 * (kernels()[point].mean(&cells) / task.smoothing.flat[point]).log10()
        });
        let mut trial = Self { bands, offset_db, cells, effect_db, cost: 0.0 };
        trial.cost = trial.residuals(task).iter().map(|(residual, _)| residual * residual).sum();
        trial
    }

    /// What is left at `point`, in dB: wish less effect.
    fn missing_db(&self, task: &Task<'_>, point: usize) -> f64 {
        task.wishes[point].db + self.offset_db - self.effect_db[point]
    }

    /// Root of the weighted mean square of what is left, in dB.
    fn left_db(&self, task: &Task<'_>) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (point, wish) in task.wishes.iter().enumerate() {
            sum += wish.weight * self.missing_db(task, point).powi(2);
            weights += wish.weight;
        }
        (sum / weights.max(f64::MIN_POSITIVE)).sqrt()
    }

    /// What is to become small, each with how it follows the unknowns.
    fn residuals(&self, task: &Task<'_>) -> Vec<(f64, Slope)> {
        let mut all = Vec::with_capacity(2 * POINTS + self.bands.len() + 1);
        for (point, wish) in task.wishes.iter().enumerate() {
            let root = wish.weight.sqrt();
            all.push((-root * self.missing_db(task, point), Slope::Effect { point, root }));
            let effect = self.effect_db[point];
            let relative = effect - self.offset_db;
            let beyond = relative - relative.clamp(wish.allowed.0, wish.allowed.1);
            if beyond != 0.0 {
                let root = wish.strictness.sqrt();
                all.push((root * beyond, Slope::Effect { point, root }));
            }
            let beyond = effect - effect.clamp(-MAX_DB, MAX_DB);
            if beyond != 0.0 {
                let root = BEYOND.sqrt();
                all.push((root * beyond, Slope::Curve { point, root }));
            }
        }
        for (number, band) in self.bands.iter().enumerate() {
            let root = EFFORT.sqrt();
            all.push((root * band.gain_db(), Slope::Gain { number, root }));
        }
        let root = OFFSET_EFFORT.sqrt();
        all.push((root * self.offset_db, Slope::Offset { root }));
        all
    }
}

/// How a residual follows the unknowns.
#[derive(Debug, Clone, Copy)]
enum Slope {
    /// The effect at a point, less the offset.
    Effect { point: usize, root: f64 },
    /// The effect at a point, with the offset.
    Curve { point: usize, root: f64 },
    /// The gain of a band.
    Gain { number: usize, root: f64 },
    /// The offset.
    Offset { root: f64 },
}

impl Task<'_> {
    /// Moves all bands and the offset until that no longer helps.
    fn improve(&self, mut trial: Trial) -> Trial {
        let mut damping = 1e-2;
        for _ in 0..STEPS {
            let system = self.linearised(&trial);
            let mut gained = None;
            while gained.is_none() && damping < 1e6 {
                let Some(step) = system.solve(damping) else { break };
                let bands = trial.bands.iter().enumerate();
                let bands =
                    bands.map(|(number, band)| band.moved(&step[3 * number..3 * number + 3]));
                let offset_db = trial.offset_db + step.last().copied().unwrap_or(0.0);
                let next = Trial::new(self, bands.collect(), offset_db);
                if next.cost < trial.cost {
                    damping = (damping * 0.3).max(1e-7);
                    gained = Some((trial.cost - next.cost) / trial.cost);
                    trial = next;
                } else {
                    damping *= 5.0;
                }
            }
            if gained.is_none_or(|gained| gained < 1e-4) {
                break;
            }
        }
        trial
    }

    /// The normal equations around `trial`; unknowns are three for each band, then the offset.
    fn linearised(&self, trial: &Trial) -> solve::System {
        let unknowns = 3 * trial.bands.len() + 1;
        // How the effect at each point follows each band's unknowns.
        let mut slopes = vec![[0.0; POINTS]; unknowns - 1];
        for (number, band) in trial.bands.iter().enumerate() {
            for (unknown, cells_db) in band.slopes_db().iter().enumerate() {
                let weighted: [f64; CELLS] =
                    std::array::from_fn(|cell| trial.cells[cell] * cells_db[cell]);
                for (point, slope) in slopes[3 * number + unknown].iter_mut().enumerate() {
                    let kernel = &kernels()[point];
                    *slope = kernel.mean(&weighted) / kernel.mean(&trial.cells);
                }
            }
        }
        let mut system = solve::System::new(unknowns);
        let mut row = vec![0.0; unknowns];
        for (residual, slope) in trial.residuals(self) {
            row.fill(0.0);
            match slope {
                Slope::Effect { point, root } => {
                    row.iter_mut().zip(&slopes).for_each(|(row, slope)| *row = root * slope[point]);
                    row[unknowns - 1] = -root;
                }
                Slope::Curve { point, root } => {
                    row.iter_mut().zip(&slopes).for_each(|(row, slope)| *row = root * slope[point]);
                }
                Slope::Gain { number, root } => row[3 * number + Band::GAIN] = root,
                Slope::Offset { root } => row[unknowns - 1] = root,
            }
            system.add(&row, residual);
        }
        system
    }

    /// Points at which something may be wished, with their frequencies.
    fn points(&self) -> impl Iterator<Item = (usize, f64)> {
        let counts = |point: &usize| self.wishes[*point].weight > 0.0;
        (0..POINTS).filter(counts).map(|point| (point, point_hz(point)))
    }
}

#[cfg(test)]
mod tests;
