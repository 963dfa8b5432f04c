//! What a mastering engineer looks at whatever the reference is: rumble, lows out of phase, peaks in the way
//! of the loudness.
//!
//! What is fine is left alone. A tone by itself is neither right nor wrong, so without a reference none is
//! proposed.

use twobus_dsp::Db;
use twobus_dsp::eq::params::BANDS;

use super::decision::{Area, Decision};
use super::dynamics::{MAX_REDUCTION_DB, compressor};
use super::grid::{CELLS, cell_hz, db};
use super::profile::{FLAT, Loudest, Profile};
use super::proposal::Proposal;

/// Where rumble is looked for, and what it is compared with, in Hz.
const RUMBLE_HZ: (f64, f64) = (20.0, 28.0);
const BASS_HZ: (f64, f64) = (40.0, 100.0);
/// Power per octave of rumble above that of the bass less this is too much, in dB.
const RUMBLE_DB: f64 = -3.0;
/// The low cut that takes it away, in Hz.
const LOW_CUT_HZ: f64 = 25.0;
/// Below this, side that is nearly as strong as the middle is lost in mono and on vinyl, in Hz.
const LOWS_HZ: f64 = 120.0;
/// Side relative to the middle there that is too much, in dB: a correlation of 0.33 and less.
const LOWS_WIDTH_DB: f64 = -3.0;

/// Adds to `proposal` what is needed whatever the reference. Where the loudness it aims for would take more
/// than `max_reduction_db` of a limiter that holds `ceiling_dbtp`, a compressor takes part of it.
pub fn assist(
    proposal: &mut Proposal,
    profile: &Profile,
    ceiling_dbtp: f64,
    max_reduction_db: f64,
) {
    let loudest = profile.loudest(&FLAT);
    rumble(proposal, &loudest);
    lows(proposal, &loudest);
    peaks(proposal, profile, ceiling_dbtp, max_reduction_db);
}

fn rumble(proposal: &mut Proposal, loudest: &Loudest) {
    let cells = loudest.both();
    let rumble_db = per_octave_db(&cells, RUMBLE_HZ) - per_octave_db(&cells, BASS_HZ);
    if rumble_db <= RUMBLE_DB {
        return;
    }
    let levels = format!(
        "from {:.0} to {:.0} Hz there is {} dB of what an octave of the bass has",
        RUMBLE_HZ.0,
        RUMBLE_HZ.1,
        Db(rumble_db)
    );
    if proposal.curve.bands.len() < BANDS {
        proposal.low_cut_hz = Some(LOW_CUT_HZ);
        let text =
            format!("Low cut at {LOW_CUT_HZ:.0} Hz: {levels}, which takes room and is not heard.");
        proposal.decisions.push(Decision::done(Area::Tone, text));
    } else {
        let text = format!("No low cut: all bands are in use, though {levels}.");
        proposal.decisions.push(Decision::refused(Area::Tone, text));
    }
}

fn lows(proposal: &mut Proposal, loudest: &Loudest) {
    let below = (20.0, LOWS_HZ);
    let width_db = per_octave_db(&loudest.side, below) - per_octave_db(&loudest.mid, below);
    if width_db <= LOWS_WIDTH_DB {
        return;
    }
    proposal.mono_below_hz = Some(LOWS_HZ);
    let text = format!(
        "Mono below {LOWS_HZ:.0} Hz: there the side has {} dB relative to the middle, and is lost where lows \
         are played in mono.",
        Db(width_db)
    );
    proposal.decisions.push(Decision::done(Area::Width, text));
}

fn peaks(proposal: &mut Proposal, profile: &Profile, ceiling_dbtp: f64, max_reduction_db: f64) {
    let report = &profile.report;
    // Where the reference wants a compressor, that is the one.
    let (Some(wanted), None) = (proposal.loudness_lufs, &proposal.wanted) else { return };
    let (Some(own), Some(peak)) = (report.integrated_lufs, report.true_peak) else { return };
    let reduction = peak.value + wanted - own - ceiling_dbtp;
    let beyond = reduction - max_reduction_db;
    if beyond <= 0.0 {
        return;
    }
    let part = beyond.min(MAX_REDUCTION_DB);
    proposal.compression = compressor(profile, part);
    proposal.decisions.retain(|decision| decision.area != Area::Dynamics);
    let text = format!(
        "Compressor of {} dB at most before the limiter: {} LUFS takes {} dB of reduction, and the limiter is \
         to do no more than {}.",
        Db(part),
        Db(wanted),
        Db(reduction),
        Db(max_reduction_db)
    );
    proposal.decisions.push(Decision::done(Area::Dynamics, text));
}

/// Power in an octave of `cells` within the range, in dB.
fn per_octave_db(cells: &[f64; CELLS], (low, high): (f64, f64)) -> f64 {
    let inside = (0..CELLS).filter(|cell| (low..high).contains(&cell_hz(*cell)));
    db(inside.map(|cell| cells[cell]).sum::<f64>() / (high / low).log2())
}
