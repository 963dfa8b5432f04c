//! What each place of playback does with a master, as people read it.

use twobus_analysis::Played;
use twobus_dsp::units::signed;
use twobus_session::targets::{DestinationKind, destination};

use crate::show;

/// One row for each setting of the services that play music, then what is remarkable; nothing where
/// there is nothing to play.
pub(crate) fn table(played: &[Played]) -> String {
    let is_service = |played: &&Played| {
        destination(&played.place).is_some_and(|place| place.kind == DestinationKind::Streaming)
            && !played.mode.is_empty()
    };
    let services: Vec<&Played> = played.iter().filter(is_service).collect();
    if services.is_empty() {
        return String::new();
    }
    let head = ["Played by", "gain", "heard at", "true peak", "headroom"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(services.iter().map(|played| row(played)));
    let mut text = show::table(&rows);
    let remarks = services.iter().flat_map(|played| {
        let name = name(played);
        played.remarks.iter().map(move |remark| format!("{name}: {remark}\n"))
    });
    text.extend(remarks);
    let mut warnings: Vec<&String> = services.iter().flat_map(|played| &played.warnings).collect();
    warnings.dedup();
    text.extend(warnings.iter().map(|warning| format!("{warning}\n")));
    text
}

fn name(played: &Played) -> String {
    format!("{}, {}", played.name, played.mode)
}

fn row(played: &Played) -> Vec<String> {
    vec![
        name(played),
        format!("{} dB", signed(played.gain_db, 1)),
        format!("{} LUFS", signed(played.loudness_lufs, 1)),
        format!("{} dBTP", signed(played.true_peak_dbtp, 1)),
        format!("{} dB", signed(played.headroom_db, 1)),
    ]
}
