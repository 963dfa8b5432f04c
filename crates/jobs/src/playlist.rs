//! A track's clips as one signal: what a disk reader puts into the track's stream.

use twobus_dsp::Db;
use twobus_dsp::dither::Depth;
use twobus_media::PcmReader;
use twobus_session::{ChannelMap, Clip, ClipId, Fade, FadeShape, MediaId, Project, Track};

use crate::audio;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::output::depth;
use crate::progress::Progress;

/// Longest piece that [`Playlist::read`] delivers at once, in frames.
pub const PIECE_FRAMES: usize = 4096;

/// Reads a track's clips in order, from any position.
pub struct Playlist {
    clips: Vec<(Clip, usize)>,
    readers: Vec<PcmReader>,
    mono: bool,
    /// One clip's samples, and the sum of several, where they cannot be read into place.
    piece: [Vec<f32>; 2],
    sum: [Vec<f64>; 2],
}

impl Playlist {
    /// The clips of `track`, whose song runs at `rate_hz`.
    ///
    /// Files are read where they are. One that is not PCM at that rate is read from its conversion in the
    /// cache, which is made again if it is gone; one that was written since it was last seen is hashed.
    ///
    /// # Errors
    /// When a file is missing, changed or unreadable, or `progress` is cancelled.
    pub fn open(
        folder: &Folder,
        project: &Project,
        track: &Track,
        rate_hz: u32,
        progress: &Progress,
    ) -> Result<Self> {
        let mut readers = Vec::new();
        let mut opened: Vec<(MediaId, ChannelMap)> = Vec::new();
        let mut clips = Vec::new();
        for clip in &track.clips {
            let key = (clip.media, clip.channels);
            let reader = match opened.iter().position(|other| *other == key) {
                Some(reader) => reader,
                None => {
                    let file = project.media(clip.media).ok_or_else(|| missing(track))?;
                    readers.push(audio::open(folder, file, clip.channels, rate_hz, progress)?);
                    opened.push(key);
                    readers.len() - 1
                }
            };
            clips.push((clip.clone(), reader));
        }
        Ok(Self::new(clips, readers, track.mono))
    }

    /// All of one file, in stereo.
    pub(crate) fn whole(reader: PcmReader) -> Self {
        let clip = Clip {
            id: ClipId(1),
            media: MediaId(1),
            channels: ChannelMap::AsIs,
            position: 0,
            offset: 0,
            length: reader.frames(),
            gain: Db::UNITY,
            fade_in: Fade::default(),
            fade_out: Fade::default(),
        };
        Self::new(vec![(clip, 0)], vec![reader], false)
    }

    fn new(clips: Vec<(Clip, usize)>, readers: Vec<PcmReader>, mono: bool) -> Self {
        let piece = [vec![0.0; PIECE_FRAMES], vec![0.0; PIECE_FRAMES]];
        let sum = [vec![0.0; PIECE_FRAMES], vec![0.0; PIECE_FRAMES]];
        Self { clips, readers, mono, piece, sum }
    }

    /// The finest depth of its files.
    pub(crate) fn depth(&self) -> Depth {
        let depths = self.readers.iter().map(|reader| depth(reader.info()));
        depths.fold(Depth::Fixed(0), finer)
    }

    /// True when one channel is delivered, in the left slice.
    pub fn is_mono(&self) -> bool {
        self.mono
    }

    /// Fills both slices (one, if mono) with the frames from `start` on: at most [`PIECE_FRAMES`].
    ///
    /// # Errors
    /// When a file cannot be read. One that has become shorter is silent from its end on.
    pub fn read(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> Result<()> {
        let end = start + left.len() as u64;
        let touching = |(clip, _): &&(Clip, usize)| clip.position < end && clip.end() > start;
        let mut inside = self.clips.iter().filter(touching);
        match (inside.next(), inside.next()) {
            (None, _) => {
                left.fill(0.0);
                right.fill(0.0);
                Ok(())
            }
            (Some((clip, reader)), None) if is_plain(clip, start, end) => {
                let from = clip.offset + (start - clip.position);
                let reader = &mut self.readers[*reader];
                read_channels(reader, from, self.mono, left, right, &mut self.piece[1])
            }
            _ => self.read_sum(start, left, right),
        }
    }

    /// Adds all clips up, in 64 bit, and rounds once.
    fn read_sum(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> Result<()> {
        let frames = left.len();
        self.sum.iter_mut().for_each(|channel| channel[..frames].fill(0.0));
        for (clip, reader) in &self.clips {
            let (first, last) = (clip.position.max(start), clip.end().min(start + frames as u64));
            if first >= last {
                continue;
            }
            let at = index(first - start)..index(last - start);
            let [piece_left, piece_right] = &mut self.piece;
            let length = at.len();
            // Two scratch channels are needed for a fold-down, so the piece is read in turn.
            let mut fold = vec![0.0; if self.mono { length } else { 0 }];
            read_channels(
                &mut self.readers[*reader],
                clip.offset + (first - clip.position),
                self.mono,
                &mut piece_left[..length],
                &mut piece_right[..length],
                &mut fold,
            )?;
            for (sum, piece) in self.sum.iter_mut().zip([&*piece_left, &*piece_right]) {
                let gains = (first - clip.position..).map(|frame| gain_at(clip, frame));
                let samples = piece[..length].iter().zip(gains);
                let sums = sum[at.clone()].iter_mut().zip(samples);
                sums.for_each(|(sum, (sample, gain))| *sum += f64::from(*sample) * gain);
            }
        }
        for (out, sum) in [left, right].into_iter().zip(&self.sum) {
            out.iter_mut().zip(sum).for_each(|(out, sum)| *out = *sum as f32);
        }
        Ok(())
    }
}

/// The depth that holds the samples of both.
pub(crate) fn finer(a: Depth, b: Depth) -> Depth {
    match (a, b) {
        (Depth::Fixed(a), Depth::Fixed(b)) => Depth::Fixed(a.max(b)),
        (Depth::Float, _) | (_, Depth::Float) => Depth::Float,
    }
}

fn missing(track: &Track) -> Error {
    let name = &track.strip.name;
    Error::Missing(format!("track \"{name}\" has a clip of a file that the project does not list"))
}

fn index(frames: u64) -> usize {
    usize::try_from(frames).expect("an offset into a piece is short")
}

/// True when all of `start..end` is the clip's own samples, unchanged.
fn is_plain(clip: &Clip, start: u64, end: u64) -> bool {
    let body = clip.position + clip.fade_in.frames..clip.end().saturating_sub(clip.fade_out.frames);
    clip.gain == Db::UNITY && body.start <= start && end <= body.end
}

/// Reads frames from `start` of the file on; what lies behind its end is silent. A stereo file is
/// folded to its mean for a mono track, with `scratch` for its right channel; a mono file fills both
/// channels of a stereo track.
fn read_channels(
    reader: &mut PcmReader,
    start: u64,
    mono: bool,
    left: &mut [f32],
    right: &mut [f32],
    scratch: &mut [f32],
) -> Result<()> {
    let frames = left.len();
    let stereo_file = reader.channels() == 2;
    let found = match (stereo_file, mono) {
        (false, _) => reader.read(start, &mut [&mut *left])?,
        (true, false) => reader.read(start, &mut [&mut *left, &mut *right])?,
        (true, true) => {
            let second = &mut scratch[..frames];
            let found = reader.read(start, &mut [&mut *left, &mut *second])?;
            left.iter_mut().zip(&*second).for_each(|(l, r)| *l = 0.5 * (*l + *r));
            found
        }
    };
    left[found..].fill(0.0);
    if !mono {
        if stereo_file {
            right[found..].fill(0.0);
        } else {
            right.copy_from_slice(left);
        }
    }
    Ok(())
}

/// The clip's gain, fades included, `frame` frames after its start.
fn gain_at(clip: &Clip, frame: u64) -> f64 {
    let to_end = clip.length - frame.min(clip.length);
    clip.gain.to_gain() * fade_at(clip.fade_in, frame) * fade_at(clip.fade_out, to_end)
}

/// The gain of a fade, `frame` frames from its silent end.
fn fade_at(fade: Fade, frame: u64) -> f64 {
    if frame >= fade.frames {
        return 1.0;
    }
    let t = frame as f64 / fade.frames as f64;
    match fade.shape {
        FadeShape::Linear => t,
        FadeShape::EqualPower => (t * std::f64::consts::FRAC_PI_2).sin(),
        FadeShape::Smooth => 0.5 - 0.5 * (t * std::f64::consts::PI).cos(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_cross_with_what_they_promise() {
        for frame in 0..=100 {
            let at = |shape, frame| fade_at(Fade { frames: 100, shape }, frame);
            let (up, down) = (at(FadeShape::Linear, frame), at(FadeShape::Linear, 100 - frame));
            assert!((up + down - 1.0).abs() < 1e-12);
            let (up, down) =
                (at(FadeShape::EqualPower, frame), at(FadeShape::EqualPower, 100 - frame));
            assert!((up * up + down * down - 1.0).abs() < 1e-12);
        }
    }
}
