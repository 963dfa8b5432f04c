//! The reference beside the mix: another song, or the rough mix, as loud as what is mixed.

use twobus_dsp::Db;
use twobus_engine::Readings;
use twobus_session::edit::Edit;
use twobus_session::{MediaFile, MediaId, Monitor, SongEdit};

use super::{Desk, Room};

/// What is known of a reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Heard {
    /// Integrated loudness, in LUFS.
    pub(crate) lufs: f64,
    /// Highest true peak, in dBTP.
    pub(crate) peak_dbtp: f64,
}

/// The reference that was measured, and what of it the engine plays.
#[derive(Debug, Default)]
pub(super) struct Beside {
    measured: Option<(MediaId, Heard)>,
    plays: Option<(MediaId, Db)>,
}

impl Beside {
    /// The engine is another one.
    pub(super) fn forget_engine(&mut self) {
        self.plays = None;
    }
}

impl Desk {
    /// The file of the song's reference, if one is noted.
    pub(crate) fn reference(&self) -> Option<&MediaFile> {
        let noted = self.song().master.references.first()?;
        self.project().media(noted.media)
    }

    /// Whether it has been measured.
    pub(crate) fn knows_reference(&self) -> bool {
        let noted = self.reference().map(|file| file.id);
        noted.is_some() && self.beside.measured.map(|(media, _)| media) == noted
    }

    /// Takes note of what the song's reference measures.
    pub(crate) fn reference_heard(&mut self, heard: Heard) {
        self.beside.measured = self.reference().map(|file| (file.id, heard));
        self.match_reference();
    }

    /// Hears the reference instead of the mix, or the mix again.
    pub(crate) fn toggle_reference(&mut self) {
        let monitor = Monitor { reference: !self.mix().monitor.reference, ..self.mix().monitor };
        if monitor.reference {
            // The mix has been heard for longer than when it was matched last.
            self.beside.plays = None;
        }
        self.apply(Edit::Song { song: self.song, change: SongEdit::Monitor(monitor) });
        if monitor.reference {
            let words = self.reference_words();
            self.live.say(words, false);
        }
    }

    /// Loudness of the mix, in LUFS: of what was heard of it, or else of its newest print.
    fn mix_lufs(&self) -> Option<f64> {
        let heard = self.live.readings().map(Readings::integrated);
        let heard = heard.filter(|level| !level.is_silence()).map(|level| level.0);
        let print = self.song().prints.iter().rev().find(|print| print.is_main());
        heard.or_else(|| print.and_then(|print| print.measurements.integrated_lufs))
    }

    /// What the engine lets through in place of the mix, at the mix's loudness.
    pub(super) fn match_reference(&mut self) {
        let on = self.room() == Room::Mix && self.mix().monitor.reference;
        let Some((media, heard)) = self.beside.measured.filter(|_| on) else { return };
        if self.beside.plays.is_some_and(|(plays, _)| plays == media) {
            return;
        }
        let gain = gain(heard, self.mix_lufs());
        self.beside.plays = Some((media, gain));
        self.live.set_reference(Some((media, gain)));
    }

    fn reference_words(&self) -> String {
        match (self.beside.plays, self.mix_lufs()) {
            (Some((_, gain)), Some(lufs)) => {
                let lufs = Db(lufs);
                format!("The reference at {gain} dB: as loud as the mix, {lufs} LUFS.")
            }
            _ => "Play the mix for a while: then the reference is as loud as it.".to_owned(),
        }
    }
}

/// What makes a reference as loud as the mix, as far as it does not clip; 0 dB while the mix is unknown.
fn gain(reference: Heard, mix_lufs: Option<f64>) -> Db {
    let wanted = mix_lufs.map_or(0.0, |lufs| lufs - reference.lufs);
    let most = (-reference.peak_dbtp).max(0.0);
    Db((wanted.min(most) * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_becomes_as_loud_as_the_mix_and_never_clips() {
        let master = Heard { lufs: -9.0, peak_dbtp: -0.5 };
        assert_eq!(gain(master, Some(-18.0)), Db(-9.0));
        assert_eq!(gain(master, Some(-6.0)), Db(0.5), "as far as there is room");
        assert_eq!(gain(master, None), Db(0.0));
        let over = Heard { lufs: -8.0, peak_dbtp: 1.0 };
        assert_eq!(gain(over, Some(-3.0)), Db(0.0));
    }
}
