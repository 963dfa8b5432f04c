//! The report on a delivery as a page for a browser.

use std::path::Path;

use maud::{Markup, html};
use twobus_analysis::Report;
use twobus_dsp::units::signed;

use super::{Checked, Delivered, DeliveredFile};
use crate::page::{State, badge, document, table};

/// A self-contained page about `delivered`: what each print was, and what became of each file.
pub fn page(delivered: &[(&Path, &Delivered)]) -> String {
    let files = || delivered.iter().flat_map(|(_, done)| &done.files);
    let right = files().filter(|file| file.is_right()).count();
    let summary = format!("{right} of {} files written and verified.", files().count());
    let body = html! {
        @for (input, done) in delivered {
            section {
                h2 { (input.display()) }
                (figures("Print", &done.before))
                @for file in &done.files { (of_file(file)) }
            }
        }
    };
    document("Delivery", &summary, &body)
}

fn of_file(file: &DeliveredFile) -> Markup {
    let spec = &file.planned.spec;
    let khz = f64::from(file.rate_hz) / 1000.0;
    let name = file.planned.path.file_name().unwrap_or_default().to_string_lossy();
    let (state, word) = match &file.outcome {
        Ok(checked) if checked.is_right() => (State::Ok, "verified"),
        Ok(_) => (State::Warn, "look at it"),
        Err(_) => (State::Fail, "not written"),
    };
    html! {
        article {
            h3 { (name) " " (badge(state, word)) }
            p {
                (spec.format.to_string()) ", " (khz) " kHz"
                @if let Some(rms) = file.dither_rms_dbfs() {
                    ", dither " (file.dither.name()) ", " (signed(rms, 1)) " dBFS"
                }
            }
            @match &file.outcome {
                Err(error) => p { (error.to_string()) },
                Ok(checked) => { (rows(checked)) (figures("File", &checked.report)) },
            }
            @for note in &file.notes { p { (note) } }
        }
    }
}

fn rows(checked: &Checked) -> Markup {
    html! {
        table {
            tbody {
                @for row in &checked.rows {
                    tr {
                        td { (row.name) }
                        td { (badge(if row.is_right { State::Ok } else { State::Fail }, &row.words)) }
                    }
                }
            }
        }
    }
}

/// What a report measures, as a table of one column.
fn figures(name: &str, report: &Report) -> Markup {
    let value = |value: Option<f64>, unit: &str| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{} {unit}", signed(value, 2)))
    };
    let extreme = |extreme: Option<twobus_analysis::Extreme>| extreme.map(|extreme| extreme.value);
    let rows = [
        ("Integrated", value(report.integrated_lufs, "LUFS")),
        ("Short-term max", value(extreme(report.short_term_max), "LUFS")),
        ("Loudness range", value(report.range_lu, "LU")),
        ("True peak", value(extreme(report.true_peak), "dBTP")),
        ("Peak to loudness", value(report.plr_lu, "LU")),
    ];
    let rows = rows.map(|(name, text)| vec![name.to_owned(), text]);
    table(&[name, ""], &rows)
}
