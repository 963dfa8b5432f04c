//! The stems that are measured with: made once, from a seed, and kept.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use super::wav::{FRAME_BYTES, HEADER_BYTES, RATE_HZ, bytes, header};
use crate::error::{Error, Result};
use crate::terminal::say;

/// Where the noise of the first stem begins; the others follow.
const SEED: u64 = 0x7477_6f62_7573;

/// Free space asked for, per byte of the stems: prints, peaks and the loop's file need some too.
const ROOM: f64 = 1.25;

/// Files of equal length.
pub(crate) struct Stems(Vec<PathBuf>);

impl Stems {
    /// Makes `count` stems of `seconds` in a folder of `folder`; those that are there already, whole,
    /// are kept.
    ///
    /// # Errors
    /// When the disk has no room for them, or they cannot be written.
    pub(crate) fn make(folder: &Path, count: u32, seconds: u32) -> Result<Self> {
        let folder = folder.join(format!("stems-{seconds}s"));
        fs::create_dir_all(&folder).map_err(Error::io("making the folder", &folder))?;
        let frames = RATE_HZ as usize * seconds as usize;
        let length = (HEADER_BYTES + frames * FRAME_BYTES) as u64;
        let path = |number| folder.join(format!("stem-{number:04}.wav"));
        let whole = |path: &PathBuf| fs::metadata(path).is_ok_and(|found| found.len() == length);
        let absent: Vec<u32> = (1..=count).filter(|number| !whole(&path(*number))).collect();
        if !absent.is_empty() {
            has_room(&folder, absent.len() as u64 * length)?;
        }
        for number in absent {
            write(&path(number), number, frames)?;
        }
        Ok(Self((1..=count).map(path).collect()))
    }

    /// The first `count` of them.
    pub(crate) fn first(&self, count: u32) -> &[PathBuf] {
        &self.0[..count as usize]
    }
}

fn has_room(folder: &Path, stems: u64) -> Result<()> {
    let disk =
        statvfs(folder).map_err(|error| Error::io("asking the disk of", folder)(error.into()))?;
    let free = disk.blocks_available() as f64 * disk.fragment_size() as f64;
    let needed = stems as f64 * ROOM;
    let gigabytes = |bytes: f64| format!("{:.1} GB", bytes / 1e9);
    if free < needed {
        return Err(Error::Unfit(format!(
            "the stems need {} in {}, and {} are free: give fewer --stems, or --quick",
            gigabytes(needed),
            folder.display(),
            gigabytes(free)
        )));
    }
    let place = folder.display();
    say(format!(
        "Making {} of stems in {place} ({} free)",
        gigabytes(stems as f64),
        gigabytes(free)
    ));
    Ok(())
}

/// Writes a stem under another name first, so that a file with its name is whole.
fn write(path: &Path, number: u32, frames: usize) -> Result<()> {
    let part = path.with_extension("part");
    let writing = || Error::io("writing", &part);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&part).map_err(writing())?);
    file.write_all(&header(frames)?).map_err(writing())?;
    let mut sound = Sound::new(number);
    for _ in 0..frames {
        for sample in sound.frame() {
            file.write_all(&bytes(sample)).map_err(writing())?;
        }
    }
    file.flush().map_err(writing())?;
    fs::rename(&part, path).map_err(Error::io("naming", path))
}

/// A note struck twice a second, with noise in it that differs left and right: as hard to hash and to
/// find the peaks of as music, and soft enough that 128 of them can be added.
struct Sound {
    noise: u64,
    phase: f32,
    step: f32,
    level: f32,
    frame: u32,
}

impl Sound {
    fn new(number: u32) -> Self {
        let hz = 55.0 * (number as f32 * 7.0 % 48.0 / 12.0).exp2();
        let noise = SEED.wrapping_add(u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self { noise, phase: 0.0, step: hz / RATE_HZ as f32, level: 0.0, frame: 0 }
    }

    fn frame(&mut self) -> [f32; 2] {
        if self.frame.is_multiple_of(RATE_HZ / 2) {
            self.level = 0.05;
        }
        self.frame += 1;
        self.level *= 0.999_9;
        self.phase = (self.phase + self.step).fract();
        let tone = 4.0 * (self.phase - 0.5).abs() - 1.0;
        [0, 1].map(|_| self.level * (0.7 * tone + 0.3 * self.noise()))
    }

    /// White, within ±1: xorshift64 (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14),
    /// 2003).
    fn noise(&mut self) -> f32 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        (self.noise >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_the_same_whenever_they_are_made_and_differ_from_each_other() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let read = |stems: &Stems, at: usize| fs::read(&stems.0[at]).unwrap();
        let first = Stems::make(one.path(), 2, 1).unwrap();
        let again = Stems::make(two.path(), 2, 1).unwrap();
        assert_eq!(read(&first, 0), read(&again, 0));
        assert_eq!(read(&first, 1), read(&again, 1));
        assert_ne!(read(&first, 0), read(&first, 1));
    }

    #[test]
    fn whole_stems_are_kept_and_others_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let stems = Stems::make(folder.path(), 2, 1).unwrap();
        let made = |at: usize| fs::metadata(&stems.0[at]).unwrap().modified().unwrap();
        let before = made(0);
        let length = fs::metadata(&stems.0[1]).unwrap().len();
        fs::write(&stems.0[1], "cut short").unwrap();
        let _again = Stems::make(folder.path(), 2, 1).unwrap();
        assert_eq!(made(0), before);
        assert_eq!(fs::metadata(&stems.0[1]).unwrap().len(), length);
    }

    #[test]
    fn a_sound_is_stereo_and_never_loud() {
        let mut sound = Sound::new(3);
        let frames: Vec<_> = (0..RATE_HZ).map(|_| sound.frame()).collect();
        assert!(frames.iter().flatten().all(|sample| sample.abs() <= 0.05));
        assert!(frames.iter().any(|frame| frame[0] != frame[1]));
    }
}
