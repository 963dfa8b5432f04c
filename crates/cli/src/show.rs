//! Numbers and tables as people read them.

use std::time::{SystemTime, UNIX_EPOCH};

use twobus_analysis::Report;
use twobus_dsp::units::signed;

/// A level or loudness with `decimals` places, or a dash where there is none.
pub(crate) fn value(value: Option<f64>, decimals: usize, unit: &str) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| format!("{} {unit}", signed(value, decimals)).trim_end().to_owned(),
    )
}

/// A number of things: "1 song", "2 songs".
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// Minutes and seconds: "3:05.250".
pub(crate) fn time(frames: u64, rate_hz: u32) -> String {
    let seconds = frames as f64 / f64::from(rate_hz.max(1));
    let minutes = (seconds / 60.0).floor();
    format!("{minutes:.0}:{:06.3}", seconds - 60.0 * minutes)
}

/// How long ago a time, in seconds since 1970, was.
pub(crate) fn ago(unix_time_s: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    match now.checked_sub(unix_time_s) {
        // A clock that was set.
        None => "in the future".to_owned(),
        Some(s) if s < 120 => format!("{s} s ago"),
        Some(s) if s < 7_200 => format!("{} min ago", s / 60),
        Some(s) if s < 172_800 => format!("{} h ago", s / 3_600),
        Some(s) => format!("{} days ago", s / 86_400),
    }
}

/// Columns, each as wide as its widest cell; the first is set to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (index, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width - cell.chars().count());
            let cell =
                if index == 0 { format!("{cell}{padding}") } else { format!("{padding}{cell}") };
            line.push_str(&cell);
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The rows of a comparison: a name, then one column for each report.
pub(crate) fn figures(reports: &[&Report]) -> Vec<Vec<String>> {
    let row = |name: &str, cell: &dyn Fn(&Report) -> String| {
        let cells = reports.iter().map(|report| cell(report));
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>()
    };
    vec![
        row("Integrated", &|r| value(r.integrated_lufs, 1, "LUFS")),
        row("Short-term max", &|r| value(r.short_term_max.map(|e| e.value), 1, "LUFS")),
        row("Momentary max", &|r| value(r.momentary_max.map(|e| e.value), 1, "LUFS")),
        row("Loudness range", &|r| value(r.range_lu, 1, "LU")),
        row("True peak", &|r| value(r.true_peak.map(|e| e.value), 2, "dBTP")),
        row("Sample peak", &|r| value(r.sample_peak.map(|e| e.value), 2, "dBFS")),
        row("Peak to loudness", &|r| value(r.plr_lu, 1, "LU")),
        row("RMS", &|r| value(r.rms_dbfs, 1, "dBFS")),
        row("Correlation", &|r| value(r.correlation, 2, "")),
        row("DC offset", &|r| {
            let offsets = r.channels.iter().map(|channel| signed(channel.dc_offset * 100.0, 3));
            format!("{} %", offsets.collect::<Vec<_>>().join(" / "))
        }),
        row("Clipped runs", &|r| r.clipped_runs.to_string()),
        row("Length", &|r| time(r.frames, r.rate_hz)),
    ]
}
