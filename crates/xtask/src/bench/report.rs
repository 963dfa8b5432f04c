//! Medians, the table for the README, and the bounds.

use std::fs;
use std::thread::available_parallelism;

use super::measure::Cost;

/// Most processor time a stem may take with the most stems, in times of that with the fewest.
const MOST_GROWTH: f64 = 1.15;

const MIB: f64 = 1_048_576.0;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// A bounce of faders and pans.
    A,
    /// Job A with an equalizer and a compressor on every track.
    B,
    /// Job B with a reverb and a delay on sends.
    C,
    /// An import.
    Import,
}

/// What a job may take at most.
struct Bounds {
    /// Time, in times of the loop.
    wall: f64,
    /// Processor time, in times of the loop.
    cpu: Option<f64>,
    /// Memory, in MiB, for any number of stems.
    mib: f64,
}

impl Job {
    /// All, in the order of the table.
    pub(crate) const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::Import];

    /// As it stands in the table.
    fn name(self) -> &'static str {
        match self {
            Self::A => "job A",
            Self::B => "job B",
            Self::C => "job C",
            Self::Import => "import",
        }
    }

    fn bounds(self) -> Bounds {
        match self {
            Self::A => Bounds { wall: 1.5, cpu: None, mib: 150.0 },
            Self::B => Bounds { wall: 4.0, cpu: Some(7.0), mib: 200.0 },
            Self::C => Bounds { wall: 5.0, cpu: None, mib: 200.0 },
            Self::Import => Bounds { wall: 3.0, cpu: None, mib: 150.0 },
        }
    }
}

/// Runs of a job, each with the loop that ran just before it.
type Runs = Vec<(Cost, Cost)>;

/// What one number of stems cost.
pub(crate) struct Pairs {
    stems: usize,
    runs: Vec<(Job, Cost, Cost)>,
}

impl Pairs {
    /// None yet.
    pub(crate) fn new(stems: usize) -> Self {
        Self { stems, runs: Vec::new() }
    }

    /// Adds a run of `job` and of the loop just before it.
    pub(crate) fn add(&mut self, job: Job, cost: Cost, plain: Cost) {
        self.runs.push((job, cost, plain));
    }

    fn of(&self, job: Job) -> Runs {
        let own = self.runs.iter().filter(|(other, ..)| *other == job);
        own.map(|(_, cost, plain)| (*cost, *plain)).collect()
    }
}

/// Everything measured.
pub(crate) struct Report {
    seconds: u32,
    runs: u32,
    load: String,
    sets: Vec<Pairs>,
}

impl Report {
    /// An empty report on stems of `seconds`, each job measured `runs` times from now on.
    pub(crate) fn new(seconds: u32, runs: u32) -> Self {
        Self { seconds, runs, load: load(), sets: Vec::new() }
    }

    /// Adds what one number of stems cost.
    pub(crate) fn add(&mut self, set: Pairs) {
        self.sets.push(set);
    }

    /// The Markdown table, what it was measured on, and whether the bounds hold.
    pub(crate) fn text(&self) -> String {
        let (table, verdicts) = (self.table(), self.verdicts().join("\n"));
        format!("\n{table}\n{}\n\n{verdicts}", self.circumstances())
    }

    fn table(&self) -> String {
        let mut table = "| Stems | Job | Wall | CPU | × real time | Peak memory | Wall ÷ loop \
                         | CPU ÷ loop |\n|---:|---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
        for set in &self.sets {
            let loops: Vec<Cost> = set.runs.iter().map(|(.., plain)| *plain).collect();
            let row = |job, costs: &[Cost], ratios| self.row(set.stems, job, costs, ratios);
            table.push_str(&row("plain loop", &loops, None));
            for job in Job::ALL {
                let runs = set.of(job);
                let ratios = (wall_ratio(&runs), cpu_ratio(&runs));
                table.push_str(&row(job.name(), &costs(&runs), Some(ratios)));
            }
        }
        table
    }

    fn row(&self, stems: usize, job: &str, costs: &[Cost], ratios: Option<(f64, f64)>) -> String {
        let wall = median(costs.iter().map(|cost| cost.wall_s));
        let cpu = median(costs.iter().map(|cost| cost.cpu_s));
        let ratio = |pick: fn((f64, f64)) -> f64| {
            ratios.map_or_else(|| "1".to_owned(), |ratios| format!("{:.2}", pick(ratios)))
        };
        format!(
            "| {stems} | {job} | {wall:.2} s | {cpu:.2} s | {:.0} | {:.0} MiB | {} | {} |\n",
            f64::from(self.seconds) / wall,
            peak_mib(costs),
            ratio(|(wall, _)| wall),
            ratio(|(_, cpu)| cpu)
        )
    }

    fn circumstances(&self) -> String {
        let cores = available_parallelism().map_or_else(|_| "?".to_owned(), |n| n.to_string());
        format!(
            "Stereo stems of {} s, 48 kHz, 24-bit. Medians of {} runs, ratios of pairs run one after \
             the other, memory of the worst run. The page cache was warm: all stems were read once before, \
             and stay there if they fit in memory. {cores} processors, load average {} before and {} \
             after; other work makes what uses several threads look slower than the loop.",
            self.seconds,
            self.runs,
            self.load,
            load()
        )
    }

    fn verdicts(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.sets.iter().flat_map(of_set).collect();
        let fewest = self.sets.iter().min_by_key(|set| set.stems);
        let most = self.sets.iter().max_by_key(|set| set.stems);
        if let (Some(fewest), Some(most)) = (fewest, most)
            && fewest.stems < most.stems
        {
            lines.extend(Job::ALL.map(|job| {
                let of = |set: &Pairs| cpu_per_stem(&set.of(job), set.stems);
                let what = format!(
                    "{}, CPU of a stem with {} stems, times that with {}",
                    job.name(),
                    most.stems,
                    fewest.stems
                );
                verdict(&what, of(most) / of(fewest), MOST_GROWTH, "")
            }));
        }
        lines
    }
}

/// The load average of the last minute, where the system tells it.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}

fn of_set(set: &Pairs) -> Vec<String> {
    let lines = Job::ALL.into_iter().flat_map(|job| {
        let (runs, bounds) = (set.of(job), job.bounds());
        let name = format!("{}, {} stems", job.name(), set.stems);
        let wall = verdict(&format!("{name}, wall"), wall_ratio(&runs), bounds.wall, " × loop");
        let cpu = bounds
            .cpu
            .map(|most| verdict(&format!("{name}, CPU"), cpu_ratio(&runs), most, " × loop"));
        let memory =
            verdict(&format!("{name}, memory"), peak_mib(&costs(&runs)), bounds.mib, " MiB");
        [Some(wall), cpu, Some(memory)].into_iter().flatten()
    });
    lines.collect()
}

fn verdict(what: &str, found: f64, most: f64, unit: &str) -> String {
    let word = if found <= most { "pass" } else { "MISS" };
    format!("{word}  {what}: {found:.2}{unit}, at most {most}{unit}")
}

fn costs(runs: &Runs) -> Vec<Cost> {
    runs.iter().map(|(cost, _)| *cost).collect()
}

fn wall_ratio(runs: &Runs) -> f64 {
    median(runs.iter().map(|(cost, plain)| cost.wall_s / plain.wall_s))
}

fn cpu_ratio(runs: &Runs) -> f64 {
    median(runs.iter().map(|(cost, plain)| cost.cpu_s / plain.cpu_s))
}

fn cpu_per_stem(runs: &Runs, stems: usize) -> f64 {
    median(runs.iter().map(|(cost, _)| cost.cpu_s)) / stems as f64
}

fn peak_mib(costs: &[Cost]) -> f64 {
    costs.iter().map(|cost| cost.peak_bytes).max().unwrap_or(0) as f64 / MIB
}

/// The middle value; the mean of the two in the middle of an even number.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (below, above) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    match (values.get(below), values.get(above)) {
        (Some(below), Some(above)) => f64::midpoint(*below, *above),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(wall_s: f64, cpu_s: f64, mib: u64) -> Cost {
        Cost { wall_s, cpu_s, peak_bytes: mib << 20 }
    }

    fn set(stems: usize, bounce: Cost) -> Pairs {
        let plain = cost(1.0, 1.0, 3);
        let mut pairs = Pairs::new(stems);
        pairs.add(Job::Import, plain, plain);
        pairs.add(Job::B, plain, plain);
        pairs.add(Job::C, plain, plain);
        (0..3).for_each(|_| pairs.add(Job::A, bounce, plain));
        pairs
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 9.0].into_iter()), 3.0);
        assert_eq!(median([4.0, 1.0, 2.0, 9.0].into_iter()), 3.0);
        assert!(median(std::iter::empty()).is_nan());
    }

    #[test]
    fn a_ratio_is_the_median_over_pairs() {
        let runs = vec![
            (cost(3.0, 1.0, 0), cost(2.0, 1.0, 0)),
            (cost(30.0, 4.0, 0), cost(20.0, 1.0, 0)),
            (cost(9.0, 2.0, 0), cost(3.0, 1.0, 0)),
        ];
        assert_eq!(wall_ratio(&runs), 1.5);
        assert_eq!(cpu_ratio(&runs), 2.0);
    }

    #[test]
    fn bounds_that_are_missed_are_said_to_be() {
        let mut report = Report::new(180, 3);
        report.add(set(8, cost(1.4, 0.8, 100)));
        report.add(set(32, cost(1.6, 4.0, 200)));
        let misses = |line: &String| line.starts_with("MISS");
        let missed: Vec<_> = report.verdicts().into_iter().filter(misses).collect();
        assert_eq!(
            missed,
            [
                "MISS  job A, 32 stems, wall: 1.60 × loop, at most 1.5 × loop",
                "MISS  job A, 32 stems, memory: 200.00 MiB, at most 150 MiB",
                "MISS  job A, CPU of a stem with 32 stems, times that with 8: 1.25, at most 1.15",
            ]
        );
    }

    #[test]
    fn the_table_has_a_row_for_each_job_of_each_set() {
        let mut report = Report::new(180, 3);
        report.add(set(8, cost(1.5, 2.0, 100)));
        let table = report.table();
        assert_eq!(table.lines().count(), 7);
        assert!(table.contains("| 8 | job A | 1.50 s | 2.00 s | 120 | 100 MiB | 1.50 | 2.00 |"));
        let columns = |line: &str| line.matches('|').count();
        assert!(table.lines().all(|line| columns(line) == 9), "{table}");
    }
}
