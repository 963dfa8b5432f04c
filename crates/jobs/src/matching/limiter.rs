//! What the limiter would have to do for the loudness, and what of that is refused.

use twobus_analysis::matching::{Area, Compression, Decision, Proposal, Traits};
use twobus_dsp::Db;
use twobus_session::Target;
use twobus_session::master::LOUDNESS;

use super::MatchOptions;
use super::devices::{ATTACK_MS, RELEASE_MS};
use super::measure::Chained;

/// Reduction below which a limiter is not worth a word, in dB.
const UNHEARD_DB: f64 = 0.05;

/// The target of a master, with what becomes of loudness and peaks said in `decisions`.
pub(super) fn target(
    song: &Traits,
    chained: &Chained,
    proposal: &Proposal,
    options: &MatchOptions,
    decisions: &mut Vec<Decision>,
) -> Option<Target> {
    if chained.reduction_db > UNHEARD_DB {
        // Those of bands are told with each of them.
        let times = match proposal.compression {
            Some(Compression::Whole { .. }) => {
                format!(" (attack {ATTACK_MS:.0} ms, release {RELEASE_MS:.0} ms)")
            }
            Some(Compression::Bands { .. }) | None => String::new(),
        };
        let text = format!(
            "The compressor{times} takes {} dB at most, measured over the whole song.",
            Db(chained.reduction_db)
        );
        decisions.push(Decision::done(Area::Dynamics, text));
    }
    let ceiling = Db(options.ceiling_dbtp);
    let Some(wanted) = proposal.loudness_lufs else {
        let over = chained.true_peak_dbtp - options.ceiling_dbtp;
        if over > UNHEARD_DB {
            let text = format!(
                "A master's limiter would take {} dB: the true peak is {} dBTP, the ceiling {ceiling}.",
                Db(over),
                Db(chained.true_peak_dbtp)
            );
            decisions.push(Decision::done(Area::Peaks, text));
        }
        return None;
    };
    let wanted = wanted.clamp(*LOUDNESS.range.start(), *LOUDNESS.range.end());
    let gain_db = wanted - chained.integrated_lufs;
    let reduction_db = (chained.true_peak_dbtp + gain_db - options.ceiling_dbtp).max(0.0);
    let most = options.max_reduction_db;
    let peak = format!(
        "true peak {} dBTP before {gain} dB of gain, ceiling {ceiling}",
        Db(chained.true_peak_dbtp),
        gain = Db(gain_db)
    );
    if reduction_db > most {
        // Until the cap is reached, what is limited are single peaks, which carry no loudness.
        let reached = wanted - (reduction_db - most);
        let text = format!(
            "{} LUFS would take {} dB of gain reduction ({peak}); {} dB is the most, so a master stops near {} \
             LUFS. Lower the loudest peaks in the mix, or allow more with --max-reduction.",
            Db(wanted),
            Db(reduction_db),
            Db(most),
            Db(reached)
        );
        decisions.push(Decision::refused(Area::Loudness, text));
    } else if reduction_db > UNHEARD_DB {
        let text = format!("The limiter takes {} dB at most: {peak}.", Db(reduction_db));
        decisions.push(Decision::done(Area::Peaks, text));
    } else {
        let text = format!("Nothing is limited: {peak}.");
        decisions.push(Decision::fine(Area::Peaks, text));
    }
    let quieter = song.integrated_lufs - wanted;
    if quieter > UNHEARD_DB {
        let text = format!("It becomes {} LU quieter, by gain alone.", Db(quieter));
        decisions.push(Decision::done(Area::Loudness, text));
    }
    Some(Target {
        ceiling_dbtp: options.ceiling_dbtp,
        loudness_lufs: Some(wanted),
        max_reduction_db: options.max_reduction_db,
    })
}
