//! Where the content ends at once: a conversion from a lower rate, or a lossy coder, leaves an edge.
//!
//! Music falls off slowly; an edge falls by [`EDGE`] within half a kHz, and nothing above it comes
//! near what is below it.

use twobus_dsp::Db;

/// How far the spectrum falls at an edge.
const EDGE: Db = Db(25.0);
/// Bins are looked at in groups of this width, in Hz.
const GROUP_HZ: f64 = 100.0;
/// Groups below an edge whose mean is what it falls from, and groups in which it falls.
const BELOW: usize = 10;
const FALL: usize = 5;
/// No coder and no conversion ends lower.
const LOWEST_HZ: f64 = 10_000.0;
/// An edge ends where the content has fallen by this.
const END: Db = Db(12.0);
/// Groups that must be left above an edge.
const ABOVE: usize = 3;

/// The frequency at which the content of a mean spectrum ends at once, in Hz; `None` where it does not.
pub(super) fn edge_hz(mean: &[f64], bin_hz: f64) -> Option<f64> {
    let per_group = (GROUP_HZ / bin_hz).round().max(1.0) as usize;
    let levels: Vec<f64> = mean
        .chunks_exact(per_group)
        .map(|bins| Db::from_power(bins.iter().sum::<f64>() / per_group as f64).0.max(FLOOR))
        .collect();
    // The highest level from each group on.
    let mut above = levels.clone();
    for group in (0..above.len().saturating_sub(1)).rev() {
        above[group] = above[group].max(above[group + 1]);
    }
    let group_hz = per_group as f64 * bin_hz;
    let first = (LOWEST_HZ / group_hz) as usize;
    let last = levels.len().checked_sub(FALL + ABOVE)?;
    let edge = (first.max(BELOW)..last).find_map(|group| {
        let below = levels[group - BELOW..group].iter().sum::<f64>() / BELOW as f64;
        (below - above[group + FALL] >= EDGE.0).then_some((group, below))
    });
    let (group, below) = edge?;
    let end = (group..levels.len()).find(|&g| levels[g] < below - END.0).unwrap_or(group);
    Some(end as f64 * group_hz)
}

/// A level of nothing.
const FLOOR: f64 = -200.0;
