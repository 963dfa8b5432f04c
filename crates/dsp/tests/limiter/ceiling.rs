//! T1: the ceiling holds between the samples.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use twobus_dsp::Db;
use twobus_dsp::limiter::Character;
use twobus_dsp::meter::true_peak::VerifiedPeak;

use crate::referee::{Kaiser, fft_peak, itu_peak, sample_peak};
use crate::signals::{Random, SIGNALS, Signal, Tier};
use crate::{db, limiter, run, whole_grid};

const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];
/// In milliseconds; none is automatic with the default time.
const RELEASES_MS: [Option<f64>; 4] = [None, Some(10.0), Some(50.0), Some(500.0)];
const CEILINGS_DB: [f64; 3] = [-0.1, -1.0, -2.0];

/// Combinations of rate, release, ceiling and character.
const GRID: usize = 5 * 4 * 3 * 3;

/// Combinations tried per signal unless the whole grid is asked for.
const SUBSET: usize = 3;
/// The point of the grid at which the meters read highest: 44.1 kHz with the shortest attack.
const HARDEST: usize = 60;

/// Length of the signals, in seconds.
const TIME_S: f64 = 0.35;

/// One run of the grid.
struct Case {
    signal: &'static Signal,
    rate_hz: f64,
    release_ms: Option<f64>,
    ceiling_db: f64,
    character: usize,
}

/// How far above the ceiling each meter read, in dB.
#[derive(Debug, Clone, Copy)]
struct Excess {
    kaiser: f64,
    fft: f64,
    itu: f64,
    sample: f64,
}

impl Case {
    fn limited(&self) -> Vec<Vec<f32>> {
        let mut settings = vec![("ceiling", self.ceiling_db), ("character", self.character as f64)];
        if let Some(time) = self.release_ms {
            settings.extend([("auto_release", 0.0), ("release", time)]);
        }
        let input = self.signal.make(self.rate_hz, TIME_S);
        let [left, right] = run(&mut limiter(self.rate_hz, &settings), &input);
        if left == right { vec![left] } else { vec![left, right] }
    }

    fn excess(&self, kaiser: &Kaiser, output: &[Vec<f32>]) -> Excess {
        let over = |meter: &dyn Fn(&[f32]) -> f64| {
            db(output.iter().map(|channel| meter(channel)).fold(0.0, f64::max)) - self.ceiling_db
        };
        Excess {
            kaiser: over(&|x| kaiser.peak(x)),
            fft: over(&fft_peak),
            itu: over(&itu_peak),
            sample: over(&sample_peak),
        }
    }

    fn describe(&self) -> String {
        let Self { signal, rate_hz, release_ms, ceiling_db, character } = self;
        let character = Character::NAMES[*character];
        format!(
            "{}, {rate_hz} Hz, release {release_ms:?}, ceiling {ceiling_db} dB, {character}",
            signal.name
        )
    }
}

/// The whole grid, or some of it for each signal.
fn cases() -> Vec<Case> {
    let mut random = Random::new(1);
    let mut cases = Vec::new();
    for signal in &SIGNALS {
        let case = |point: usize| Case {
            signal,
            rate_hz: RATES_HZ[point % 5],
            release_ms: RELEASES_MS[point / 5 % 4],
            ceiling_db: CEILINGS_DB[point / 20 % 3],
            character: point / 60,
        };
        if whole_grid() {
            cases.extend((0..GRID).map(case));
        } else {
            cases.extend((0..SUBSET).map(|_| case(random.below(GRID))));
            cases.push(case(HARDEST));
        }
    }
    cases
}

/// Calls `judge` for every case on two threads and returns the results in order.
fn judge_all<T: Send>(cases: &[Case], judge: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { return results };
            results.push((index, judge(case)));
        }
    };
    let mut results = std::thread::scope(|scope| {
        let second = scope.spawn(work);
        let mut results = work();
        results.extend(second.join().expect("the judge has not panicked"));
        results
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The highest readings for each signal, a line each.
fn worst(cases: &[Case], excesses: &[Excess]) -> String {
    let mut worst = BTreeMap::new();
    for (case, excess) in cases.iter().zip(excesses) {
        let entry: &mut Excess =
            worst.entry((case.signal.tier, case.signal.name)).or_insert(*excess);
        entry.kaiser = entry.kaiser.max(excess.kaiser);
        entry.fft = entry.fft.max(excess.fft);
        entry.itu = entry.itu.max(excess.itu);
        entry.sample = entry.sample.max(excess.sample);
    }
    let line = |((tier, name), w): ((Tier, &str), Excess)| {
        let Excess { kaiser, fft, itu, sample } = w;
        format!(
            "{tier:?} {name:<26} 64x {kaiser:+.3}  FFT {fft:+.3}  ITU {itu:+.3}  {sample:+.7}\n"
        )
    };
    worst.into_iter().map(line).collect()
}

#[test]
fn t1_no_meter_reads_above_the_ceiling_by_more_than_its_tier_allows() {
    let (cases, kaiser) = (cases(), Kaiser::new());
    let excesses = judge_all(&cases, |case| case.excess(&kaiser, &case.limited()));
    println!("{}", worst(&cases, &excesses));
    for (case, excess) in cases.iter().zip(&excesses) {
        let (kaiser, fft) = match case.signal.tier {
            Tier::A => (0.1, 0.1),
            Tier::B => (0.3, 1.0),
        };
        let kept = excess.kaiser <= kaiser
            && excess.fft <= fft
            && excess.itu <= 0.3
            && excess.sample <= 0.0;
        assert!(kept, "{}: {excess:?}", case.describe());
    }
}

/// What is left above the ceiling after an export has been lowered by what the product's own
/// verification reads.
#[test]
fn t1_verify_and_trim_leaves_0_02_db_in_tier_a_and_0_1_db_in_tier_b() {
    let (cases, kaiser) = (cases(), Kaiser::new());
    let excesses = judge_all(&cases, |case| {
        let mut output = case.limited();
        let mut meter = VerifiedPeak::new(output.len());
        output.iter().enumerate().for_each(|(i, channel)| meter.push(i, channel));
        meter.finish();
        let trim = Db((case.ceiling_db - meter.peak_db().0).min(0.0)).to_gain();
        output.iter_mut().flatten().for_each(|x| *x = (f64::from(*x) * trim) as f32);
        case.excess(&kaiser, &output)
    });
    println!("{}", worst(&cases, &excesses));
    for (case, excess) in cases.iter().zip(&excesses) {
        let bar = if case.signal.tier == Tier::A { 0.02 } else { 0.1 };
        let kept = excess.kaiser <= bar && excess.fft <= bar && excess.sample <= 0.0;
        assert!(kept, "{}: {excess:?}", case.describe());
    }
}
