//! The report as a page with pictures.

use maud::{Markup, html};
use twobus_session::readiness::{Row, Verdict, words};

use super::Examination;
use crate::page::plot::{Axis, curve, waveform};
use crate::page::{State, badge, document, figure};

/// The report on `examined` as a self-contained page.
pub fn report_page(examined: &Examination) -> String {
    let subject = &examined.subject;
    let (rate_hz, frames) = (examined.readiness.rate_hz, examined.readiness.frames);
    let subtitle = format!(
        "{} – {} · {}, {} · {} · measured over the whole song",
        subject.title,
        subject.what,
        subject.format,
        words::hz(f64::from(rate_hz)),
        words::time(frames, rate_hz),
    );
    let body = html! {
        (head(examined))
        @for note in &examined.notes { p.sub { (note) } }
        section {
            @for row in examined.readiness.by_weight() { (line(examined, row)) }
        }
        h2 { "Pictures" }
        (pictures(examined))
        p.sub {
            "Judged by thresholds of " (examined.readiness.thresholds)
            ". Marked in red: where something is to be fixed or considered."
        }
    };
    document("Ready for mastering?", &subtitle, &body)
}

fn state(verdict: Verdict) -> State {
    match verdict {
        Verdict::Fine => State::Ok,
        Verdict::Consider => State::Warn,
        Verdict::Fix => State::Fail,
    }
}

fn head(examined: &Examination) -> Markup {
    let readiness = &examined.readiness;
    let counts = [Verdict::Fix, Verdict::Consider, Verdict::Fine];
    html! {
        div class={ "head " (state(readiness.worst()).class()) } {
            strong { (examined.headline()) }
            span {
                @for verdict in counts {
                    @let text = format!(
                        "{} {} {}", verdict.icon(), readiness.count(verdict), verdict.name()
                    );
                    (badge(state(verdict), &text)) " "
                }
            }
        }
    }
}

fn line(examined: &Examination, row: &Row) -> Markup {
    let rate_hz = examined.readiness.rate_hz;
    let said = words::sentence(row);
    let timeline = examined.timeline.as_ref();
    let places = words::places(row, rate_hz, timeline);
    let (band, causes) = (words::band(row), words::causes_placed(row, rate_hz, timeline));
    let class = state(row.verdict).class();
    html! {
        div class={ "row " (class) } {
            span title=(row.verdict.name()) { (row.verdict.icon()) }
            span.name { (words::title(row.check)) }
            span { (words::value(row, rate_hz)) }
            div.says {
                p { (said.what) }
                @if !said.act.is_empty() { p { (said.act) } }
                @if row.verdict != Verdict::Fine {
                    @if !band.is_empty() { p.where { "At " (band) "." } }
                    @if !causes.is_empty() { p.where { "Tracks: " (causes) "." } }
                    p.where { "Where: " (places) "." }
                }
            }
        }
    }
}

/// The stretches of the rows that are not fine, in seconds.
fn marks(examined: &Examination) -> Vec<(f64, f64)> {
    let readiness = &examined.readiness;
    let seconds = |frame: u64| frame as f64 / f64::from(readiness.rate_hz.max(1));
    let faults = readiness.rows.iter().filter(|row| row.verdict != Verdict::Fine);
    let places = faults.flat_map(|row| &row.places);
    places.map(|place| (seconds(place.start), seconds(place.end))).collect()
}

fn pictures(examined: &Examination) -> Markup {
    let pictures = &examined.pictures;
    let time = Axis::time(pictures.length_s);
    let marks = marks(examined);
    let loudness: Vec<(f64, Option<f64>)> = (1..)
        .zip(&pictures.loudness)
        .map(|(step, lufs)| (f64::from(step) * pictures.loudness_step_s, lufs.map(f64::from)))
        .collect();
    // Each value is that of the 3 s that begin there; it is drawn at their middle.
    let correlation: Vec<(f64, Option<f64>)> = (0..)
        .zip(&pictures.correlation)
        .map(|(step, value)| (f64::from(step) * pictures.correlation_step_s + 1.5, *value))
        .collect();
    let spectrum: Vec<(f64, Option<f64>)> =
        pictures.spectrum.iter().map(|(hz, db)| (*hz, Some(*db))).collect();
    let levels = Axis::linear(-100.0..=0.0, &[-100.0, -80.0, -60.0, -40.0, -20.0, 0.0]);
    let loudnesses = Axis::linear(-50.0..=0.0, &[-50.0, -40.0, -30.0, -20.0, -10.0, 0.0]);
    let correlations = Axis::linear(-1.0..=1.0, &[-1.0, 0.0, 1.0]);
    html! {
        (figure("Waveform: peaks of both channels",
            &waveform(&time, &pictures.peaks, &marks, "Waveform")))
        (figure("Loudness over time: short-term, LUFS",
            &curve(&time, &loudnesses, &loudness, &marks, "Short-term loudness over time")))
        (figure("Correlation of left and right over 3 s",
            &curve(&time, &correlations, &correlation, &marks, "Correlation over time")))
        (figure("Mean spectrum: dBFS in twelfths of an octave, by Hz",
            &curve(&Axis::frequency(), &levels, &spectrum, &bands(examined), "Mean spectrum")))
    }
}

/// The bands of the rows that are not fine.
fn bands(examined: &Examination) -> Vec<(f64, f64)> {
    let faults = examined.readiness.rows.iter().filter(|row| row.verdict != Verdict::Fine);
    faults.filter_map(|row| row.band_hz).collect()
}
