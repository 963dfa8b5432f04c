//! Where masters go, and what is known about each place: a dated data file with its sources.
//!
//! The figures lie in `assets/targets.json` and are shipped with the program. They are what a place asks
//! for (a ceiling and, where it has one, a loudness) and what it does to a file that it plays.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::master::Target;

/// What is known about all destinations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// When this was put together, as YYYY-MM-DD.
    pub date: String,
    /// The destinations, in the order menus show them.
    pub destinations: Vec<Destination>,
}

/// A place that masters go to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// What the command line and files call it; never changes.
    pub id: String,
    /// Shown to people.
    pub name: String,
    /// What kind of place it is.
    pub kind: DestinationKind,
    /// Highest true peak of a file for it, in dBTP.
    pub ceiling_dbtp: f64,
    /// A lower ceiling for louder files.
    pub louder: Option<Louder>,
    /// The loudness it asks for, if it asks for one.
    pub loudness: Option<Asked>,
    /// Highest short-term loudness that it takes, in LUFS.
    pub most_short_term_lufs: Option<f64>,
    /// Loudest file that it takes well, in LUFS.
    pub most_lufs: Option<f64>,
    /// Smallest peak to loudness ratio that it takes well, in LU.
    pub least_plr_lu: Option<f64>,
    /// How it plays a file, one entry for each of its settings; none if files are played as they are.
    pub playback: Vec<Playback>,
    /// What else there is to know, one sentence each.
    pub notes: Vec<String>,
    /// Where all this is from.
    pub sources: Vec<Citation>,
}

impl Destination {
    /// The highest true peak of a file of this integrated loudness, in dBTP.
    pub fn ceiling_for(&self, loudness_lufs: Option<f64>) -> f64 {
        match (&self.louder, loudness_lufs) {
            (Some(louder), Some(lufs)) if lufs > louder.than_lufs => louder.ceiling_dbtp,
            _ => self.ceiling_dbtp,
        }
    }

    /// What a master for it is held to: its ceiling, and `reach_lufs` or else the loudness that it asks
    /// for.
    pub fn target(&self, reach_lufs: Option<f64>) -> Target {
        let loudness_lufs = reach_lufs.or(self.loudness.as_ref().map(|asked| asked.lufs));
        Target { ceiling_dbtp: self.ceiling_for(loudness_lufs), loudness_lufs, ..Target::default() }
    }
}

/// Kinds of destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DestinationKind {
    /// A service that streams or sells files.
    Streaming,
    /// A disc that plays them as they are.
    Disc,
    /// Dance floors.
    Club,
    /// Music radio.
    Radio,
    /// Television and radio programmes that are delivered at a loudness.
    Broadcast,
    /// Spoken word.
    Podcast,
    /// The cut of a lacquer.
    Vinyl,
}

/// A ceiling for louder files.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Louder {
    /// Integrated loudness above which it holds, in LUFS.
    pub than_lufs: f64,
    /// The ceiling there, in dBTP.
    pub ceiling_dbtp: f64,
}

/// A loudness that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Integrated loudness, in LUFS.
    pub lufs: f64,
    /// How much softer a file may be, in LU.
    pub below_lu: f64,
    /// How much louder it may be, in LU.
    pub above_lu: f64,
}

/// How a service plays a file with one of its settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playback {
    /// What the service calls the setting.
    pub mode: String,
    /// Loudness that louder files are turned down to, in LUFS.
    pub lufs: f64,
    /// What becomes of softer ones.
    pub raise: Raise,
    /// True for the setting that most people hear.
    #[serde(default)]
    pub usual: bool,
}

/// How softer files are turned up.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Raise {
    /// Not at all.
    Never,
    /// Until their true peak is here, in dBTP.
    ToPeak(f64),
    /// All the way, through a limiter that holds samples here, in dBFS.
    Limited(f64),
}

/// Where figures are from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Who says it, and under which title.
    pub title: String,
    /// Where it can be read.
    pub url: String,
    /// When it was published, where that is known: a year, with month and day as far as known.
    pub dated: Option<String>,
    /// When it was last read for this file, if it was since.
    pub read: Option<String>,
    /// How close it is to the matter.
    pub grade: Grade,
}

/// How close a source is to what it tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The service itself, or the standard.
    Primary,
    /// Somebody who measured it or asked.
    Secondary,
}

/// What the program was shipped with.
pub fn targets() -> &'static Targets {
    static TARGETS: OnceLock<Targets> = OnceLock::new();
    TARGETS.get_or_init(|| {
        serde_json::from_str(include_str!("../../../assets/targets.json"))
            .expect("the targets shipped are valid: a test reads them")
    })
}

/// The destination that is called `id`, whatever its case.
pub fn destination(id: &str) -> Option<&'static Destination> {
    targets().destinations.iter().find(|place| place.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::master::{CEILING, LOUDNESS};

    fn is_date(text: &str) -> bool {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, count| part.len() == count && part.parse::<u32>().is_ok();
        (1..=3).contains(&parts.len())
            && digits(parts[0], 4)
            && parts[1..].iter().all(|part| digits(part, 2))
    }

    #[test]
    fn every_destination_is_within_what_a_target_takes_and_names_dated_sources() {
        let targets = targets();
        assert!(is_date(&targets.date));
        let mut ids = BTreeSet::new();
        for place in &targets.destinations {
            assert!(ids.insert(&place.id) && !place.name.is_empty(), "{}", place.id);
            let loudness = place.loudness.map(|asked| asked.lufs);
            let played = place.playback.iter().map(|setting| setting.lufs);
            assert!(loudness.into_iter().chain(played).all(|lufs| LOUDNESS.range.contains(&lufs)));
            assert!(CEILING.range.contains(&place.ceiling_for(Some(0.0))), "{}", place.id);
            assert!(
                place.playback.is_empty() || place.playback.iter().filter(|p| p.usual).count() == 1
            );
            assert!(place.notes.iter().all(|note| note.ends_with('.')), "{}", place.id);
            assert!(!place.sources.is_empty(), "{} has no source", place.id);
            for source in &place.sources {
                let dates = [&source.dated, &source.read];
                assert!(source.url.starts_with("http") && !source.title.is_empty());
                assert!(dates.iter().any(|date| date.is_some()), "{}", source.title);
                assert!(dates.into_iter().flatten().all(|date| is_date(date)), "{}", source.title);
            }
        }
    }

    #[test]
    fn product_there_are_streaming_apple_cd_club_radio_broadcast_and_vinyl() {
        for id in [
            "spotify",
            "apple-music",
            "cd",
            "club",
            "radio",
            "ebu-r128",
            "ebu-r128-s1",
            "ebu-r128-s2",
            "atsc-a85",
            "aes-td1008",
            "aes-td1004",
            "qobuz",
            "vinyl",
        ] {
            assert!(destination(id).is_some(), "{id}");
        }
        assert_eq!(destination("Spotify").map(|place| place.name.as_str()), Some("Spotify"));
        assert_eq!(destination("nowhere"), None);
    }

    #[test]
    fn a_louder_master_has_spotify_s_lower_ceiling_and_broadcast_its_loudness() {
        let spotify = destination("spotify").unwrap();
        let ceiling = |reach| spotify.target(reach).ceiling_dbtp;
        assert_eq!((ceiling(None), ceiling(Some(-14.0)), ceiling(Some(-9.0))), (-1.0, -1.0, -2.0));
        assert_eq!(spotify.target(None).loudness_lufs, None);
        assert_eq!(destination("ebu-r128").unwrap().target(None).loudness_lufs, Some(-23.0));
    }
}
