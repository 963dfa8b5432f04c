//! The print that a master follows; what a new print's level does to the drive of the master's chain, and the trim that holds it.

use twobus_dsp::Db;

use crate::edit::{Edit, MasterEdit};
use crate::master::MasterInput;
use crate::print::Print;
use crate::project::Song;
use crate::strip::TRIM;

/// Differences of loudness below this are none, in LU.
pub const SAME_LOUDNESS_LU: f64 = 0.1;

/// A print whose level differs from the one that the master followed before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelChange {
    /// Number of the print that the master followed before.
    pub before: u32,
    /// How much louder the new one is, in LU, by integrated loudness; negative if it is quieter.
    pub louder_lu: f64,
    /// The input trim that gives the chain the level it had, to a hundredth of a decibel.
    pub trim: Db,
    /// True when the trim would have to go further than a trim goes, so that the drive is not held.
    pub beyond: bool,
}

impl LevelChange {
    /// The edit that sets the trim in `song`.
    pub fn hold(&self, song: &Song) -> Edit {
        Edit::Master { song: song.id, change: MasterEdit::Trim(self.trim) }
    }
}

impl Song {
    /// The print that the master is made of: the newest main one, or the one it is pinned to. `None` where
    /// there is none yet, or it is made of something else.
    pub fn followed_print(&self) -> Option<&Print> {
        let mut newest = self.prints.iter().rev();
        match self.master.input {
            MasterInput::NewestPrint => newest.find(|print| print.is_main()),
            MasterInput::Print(number) => newest.find(|print| print.number == number),
            MasterInput::File(_) | MasterInput::Stems(_) => None,
        }
    }

    /// What `new`, a print that is about to become the song's newest, does to the level that goes into the
    /// master's chain. `None` when the master does not follow the newest main print, when there was no
    /// print before, when either is too quiet to be measured, or when they are equally loud.
    pub fn level_change(&self, new: &Print) -> Option<LevelChange> {
        if self.master.input != MasterInput::NewestPrint || !new.is_main() {
            return None;
        }
        let mut older = self.prints.iter().rev().filter(|print| print.number < new.number);
        let before = older.find(|print| print.is_main())?;
        let loudness = |print: &Print| print.measurements.integrated_lufs;
        let louder_lu = loudness(new)? - loudness(before)?;
        if louder_lu.abs() < SAME_LOUDNESS_LU {
            return None;
        }
        let wanted = ((self.master.trim.0 - louder_lu) * 100.0).round() / 100.0;
        let trim = Db(wanted.clamp(*TRIM.range.start(), *TRIM.range.end()));
        Some(LevelChange { before: before.number, louder_lu, trim, beyond: trim.0 != wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::*;

    fn print(number: u32, kind: PrintKind, lufs: f64) -> Print {
        let mut print = testing::print(number, &Mix::default());
        print.kind = kind;
        print.measurements.integrated_lufs = Some(lufs);
        print
    }

    #[test]
    fn the_trim_gives_the_chain_the_level_it_had() {
        let mut song = testing::project().songs[0].clone();
        song.prints =
            vec![print(1, PrintKind::Main, -20.0), print(2, PrintKind::Instrumental, -30.0)];
        song.master.trim = Db(0.5);
        let new = print(3, PrintKind::Main, -18.8);
        let change = song.level_change(&new).unwrap();
        assert_eq!((change.before, change.trim, change.beyond), (1, Db(-0.7), false));
        assert!((change.louder_lu - 1.2).abs() < 1e-9);
        let far = song.level_change(&print(3, PrintKind::Main, 10.0)).unwrap();
        assert_eq!((far.trim, far.beyond), (Db(-24.0), true));
        assert_eq!(song.level_change(&print(3, PrintKind::Main, -20.05)), None);
        assert_eq!(song.level_change(&print(3, PrintKind::Tv, -10.0)), None);
        assert_eq!(song.followed_print().unwrap().number, 1);
        song.prints.push(new.clone());
        assert_eq!(song.followed_print().unwrap().number, 3);
        song.master.input = MasterInput::Print(1);
        assert_eq!(song.followed_print().unwrap().number, 1);
        assert_eq!(song.level_change(&new), None);
    }
}
