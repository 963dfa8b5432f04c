//! What job A is compared with: the least that any program must do with the same files.
//!
//! One thread reads a piece of each file in turn, adds it in `f32` with a gain of its own, and writes the
//! rounded sum. No dither, no pan, no smoothing, no check of what is read.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::wav::{FRAME_BYTES, HEADER_BYTES, SAMPLE_BYTES, bytes, header, sample};
use crate::error::{Error, Result};

/// Bytes read at once: as many whole frames as 64 KiB hold.
const CHUNK_BYTES: usize = 65_536 / FRAME_BYTES * FRAME_BYTES;

/// A file being read.
struct Stem {
    path: PathBuf,
    file: File,
    gain: f32,
}

/// Adds `stems`, all made by [`super::stems`] and of one length, into `out`.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn run(stems: &[PathBuf], out: &Path) -> Result<()> {
    let mut stems = stems.iter().zip(1..).map(open).collect::<Result<Vec<_>>>()?;
    let [first, ..] = stems.as_slice() else { return Ok(()) };
    let length = first.file.metadata().map_err(Error::io("reading", &first.path))?.len();
    let mut left = usize::try_from(length).unwrap_or(0).saturating_sub(HEADER_BYTES);
    let writing = || Error::io("writing", out);
    let mut sum = BufWriter::new(File::create(out).map_err(writing())?);
    sum.write_all(&header(left / FRAME_BYTES)?).map_err(writing())?;

    let mut raw = vec![0; CHUNK_BYTES];
    let mut mix = vec![0.0; CHUNK_BYTES / SAMPLE_BYTES];
    while left > 0 {
        let chunk = left.min(CHUNK_BYTES);
        let (raw, mix) = (&mut raw[..chunk], &mut mix[..chunk / SAMPLE_BYTES]);
        mix.fill(0.0);
        for stem in &mut stems {
            stem.file.read_exact(raw).map_err(Error::io("reading", &stem.path))?;
            add(mix, raw, stem.gain);
        }
        let rounded = raw.as_chunks_mut().0.iter_mut().zip(&*mix);
        rounded.for_each(|(to, from)| *to = bytes(*from));
        sum.write_all(raw).map_err(writing())?;
        left -= chunk;
    }
    sum.flush().map_err(writing())
}

/// Opens a stem at its first frame; the gain is another for each.
fn open((path, number): (&PathBuf, u16)) -> Result<Stem> {
    let mut file = File::open(path).map_err(Error::io("opening", path))?;
    file.read_exact(&mut [0; HEADER_BYTES]).map_err(Error::io("reading", path))?;
    Ok(Stem { path: path.clone(), file, gain: 0.5 / f32::from(number) })
}

/// Adds the samples of `raw` times `gain` to `mix`.
fn add(mix: &mut [f32], raw: &[u8], gain: f32) {
    let samples = raw.as_chunks().0;
    mix.iter_mut().zip(samples).for_each(|(sum, raw)| *sum += gain * sample(*raw));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_samples_times_their_gains() {
        let folder = tempfile::tempdir().unwrap();
        let stem = |name: &str, level: f32, frames: usize| {
            let path = folder.path().join(name);
            let mut file = header(frames).unwrap().to_vec();
            (0..2 * frames).for_each(|_| file.extend(bytes(level)));
            std::fs::write(&path, file).unwrap();
            path
        };
        // More than two chunks, and no whole number of them.
        let frames = 30_001;
        let stems = [stem("a.wav", 0.5, frames), stem("b.wav", -0.25, frames)];
        let out = folder.path().join("sum.wav");
        run(&stems, &out).unwrap();
        let written = std::fs::read(&out).unwrap();
        assert_eq!(written.len(), HEADER_BYTES + frames * FRAME_BYTES);
        let samples = written[HEADER_BYTES..].as_chunks().0;
        assert!(samples.iter().all(|raw| sample(*raw) == 0.5 * 0.5 - 0.25 * 0.25));
    }
}
