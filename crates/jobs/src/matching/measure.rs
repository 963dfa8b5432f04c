//! A file read once, for its profile or through a chain.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;
use twobus_analysis::Report;
use twobus_analysis::matching::{Profile, Profiler};
use twobus_dsp::meter::STEP_S;
use twobus_dsp::meter::loudness::{Energies, Loudness, STEREO};
use twobus_dsp::meter::true_peak::TruePeak;
use twobus_dsp::{Db, Processor};
use twobus_media::{Decoder, Depth, Info, probe};
use twobus_session::Device;

use crate::error::{Error, Result};
use crate::progress::Progress;

/// How long before its half of a song a chain begins, in seconds: longer than any release settles.
const SETTLING_S: u64 = 10;

/// What is measured behind a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chained {
    pub(super) integrated_lufs: f64,
    pub(super) true_peak_dbtp: f64,
    /// Largest gain reduction of its compressors, in dB.
    pub(super) reduction_db: f64,
    /// Gain that was added so that the song stays as loud, in dB.
    pub(super) made_up_db: f64,
}

impl Chained {
    /// Behind no device.
    pub(super) fn untouched(report: &Report) -> Self {
        let silence = f64::NEG_INFINITY;
        Self {
            integrated_lufs: report.integrated_lufs.unwrap_or(silence),
            true_peak_dbtp: report.true_peak.map_or(silence, |peak| peak.value),
            reduction_db: 0.0,
            made_up_db: 0.0,
        }
    }
}

/// Measures the file at `path` after a gain of `trim`.
pub(super) fn profile(path: &Path, trim: Db, progress: &Progress) -> Result<Profile> {
    let mut profiler = None;
    read(path, trim, 0..u64::MAX, progress, |info, left, right| {
        let bits = match info.depth {
            Depth::Int(bits) => Some(bits),
            Depth::Float(_) | Depth::Lossy => None,
        };
        profiler.get_or_insert_with(|| Profiler::new(info.rate_hz, bits)).push(left, right);
    })?;
    profiler.and_then(Profiler::finish).ok_or_else(|| {
        let problem = "is silent, or as good as; there is nothing to compare";
        Error::Stem { path: path.to_owned(), problem }
    })
}

/// Measures the file at `path`, of `frames`, after a gain of `trim` and the devices of `chain`.
///
/// A long song is measured in two halves side by side. The devices of the second begin [`SETTLING_S`] before it,
/// by when they are where they would be, to far below what is told.
///
/// This is for numbers; what is heard and delivered runs through the renderer.
pub(super) fn through(
    path: &Path,
    chain: &[Device],
    (trim, frames): (Db, u64),
    progress: &Progress,
) -> Result<Chained> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    progress.begin("Measuring", bytes);
    let rate_hz = probe(path)?.rate_hz;
    let second = u64::from(rate_hz);
    // A whole second, so that a step of the loudness begins there.
    let middle = frames / 2 / second * second;
    let is_long = middle > 2 * SETTLING_S * second;
    let starts = if is_long { vec![0, middle] } else { vec![0] };
    let passages = starts.into_par_iter().map(|start| {
        let mut passage = Passage::new(chain, rate_hz, start);
        let end = if is_long && start == 0 { middle } else { u64::MAX };
        let from = start.saturating_sub(SETTLING_S * second);
        read(path, trim, from..end, progress, |_, left, right| passage.push(left, right))?;
        Ok(passage)
    });
    let passages: Vec<Passage> = passages.collect::<Result<_>>()?;
    joined(passages).ok_or_else(|| {
        let problem = "is silent, or as good as; there is nothing to compare";
        Error::Stem { path: path.to_owned(), problem }
    })
}

/// A part of a song behind a chain.
struct Passage {
    devices: Vec<Box<dyn Processor>>,
    /// Frames before it that are still to come.
    settling: usize,
    steps_of_settling: usize,
    energies: Energies,
    /// Mean squares of all steps.
    steps: Vec<f64>,
    peaks: TruePeak,
    reduction_db: f32,
    block: [Vec<f32>; 2],
}

impl Passage {
    /// The passage from frame `start` on.
    fn new(chain: &[Device], rate_hz: u32, start: u64) -> Self {
        let rate = f64::from(rate_hz);
        let settling_s = if start > 0 { SETTLING_S } else { 0 };
        Self {
            devices: chain.iter().map(|device| device.kind.build(&device.values, rate)).collect(),
            settling: settling_s as usize * rate_hz as usize,
            steps_of_settling: (settling_s as f64 / STEP_S).round() as usize,
            energies: Energies::new(rate, STEREO),
            steps: Vec::new(),
            peaks: TruePeak::new(2),
            reduction_db: 0.0,
            block: Default::default(),
        }
    }

    fn push(&mut self, left: &[f32], right: &[f32]) {
        for (own, side) in self.block.iter_mut().zip([left, right]) {
            own.clear();
            own.extend_from_slice(side);
        }
        let [left, right] = &mut self.block;
        self.devices.iter_mut().for_each(|device| device.process(left, right));
        let frames = left.len();
        self.energies.push(&[left, right], |energy| self.steps.push(energy));
        let before = self.settling.min(frames);
        self.settling -= before;
        if before == frames {
            return;
        }
        if before > 0 {
            // A signal that begins at once has a peak of its own.
            for (n, gain) in (0..before).zip((1..).map(|n| n as f32 / before as f32)) {
                (left[n], right[n]) = (gain * left[n], gain * right[n]);
            }
        }
        (0..2).for_each(|side| self.peaks.push(side, &self.block[side]));
        let reductions = self.devices.iter().map(|device| device.gain_reduction_db());
        self.reduction_db = reductions.fold(self.reduction_db, f32::max);
    }
}

/// What all passages measure together; none of silence.
fn joined(passages: Vec<Passage>) -> Option<Chained> {
    let (mut loudness, mut peak, mut reduction_db) = (Loudness::new(), 0.0_f64, 0.0_f32);
    for mut passage in passages {
        let steps = passage.steps.iter().skip(passage.steps_of_settling);
        steps.for_each(|energy| loudness.push(*energy));
        passage.peaks.finish();
        peak = peak.max(passage.peaks.peak(0)).max(passage.peaks.peak(1));
        reduction_db = reduction_db.max(passage.reduction_db);
    }
    let integrated = loudness.integrated();
    (!integrated.is_silence()).then(|| Chained {
        integrated_lufs: integrated.0,
        true_peak_dbtp: Db::from_gain(peak).0,
        reduction_db: f64::from(reduction_db),
        made_up_db: 0.0,
    })
}

/// Hands `frames` of a file to `sink`, as far as there are so many; a mono one is given on both sides.
pub(super) fn read(
    path: &Path,
    trim: Db,
    frames: Range<u64>,
    progress: &Progress,
    mut sink: impl FnMut(&Info, &[f32], &[f32]),
) -> Result<()> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    if info.channels > 2 {
        let problem = "has more than two channels; only stereo and mono files can be compared";
        return Err(Error::Stem { path: path.to_owned(), problem });
    }
    let gain = trim.to_gain();
    let (mut block, mut told, mut at) = (Vec::new(), 0, 0);
    while at < frames.end && decoder.next(&mut block)? > 0 {
        let length = block.first().map_or(0, Vec::len);
        let inside = |frame: u64| (frame.clamp(at, at + length as u64) - at) as usize;
        let part = inside(frames.start)..inside(frames.end);
        if gain != 1.0 {
            let samples = block.iter_mut().flat_map(|channel| &mut channel[part.clone()]);
            samples.for_each(|x| *x = (f64::from(*x) * gain) as f32);
        }
        if let (Some(left), Some(right), false) = (block.first(), block.last(), part.is_empty()) {
            sink(&info, &left[part.clone()], &right[part.clone()]);
        }
        let done = decoder.bytes_read();
        let counts = if part.is_empty() { 0 } else { done - told };
        progress.advance(counts)?;
        (told, at) = (done, at + length as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use twobus_dsp::DeviceKind;
    use twobus_media::{AudioWriter, Container, SampleFormat, WriteSpec};
    use twobus_session::DeviceId;

    use super::*;

    #[test]
    fn m17e_two_halves_measure_what_the_whole_does() {
        const RATE_HZ: u32 = 44_100;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        let spec = WriteSpec {
            container: Container::Wav,
            format: SampleFormat::Float32,
            rate_hz: RATE_HZ,
            channels: 2,
            broadcast: None,
            overwrite: false,
        };
        let frames = 61 * u64::from(RATE_HZ) + 1234;
        // A low tone in noise that swells every seven seconds.
        let mut noise = 1_u32;
        let samples: Vec<f32> = (0..frames)
            .map(|n| {
                let t = n as f64 / f64::from(RATE_HZ);
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let hiss = f64::from(noise) / f64::from(u32::MAX) - 0.5;
                let swell = 0.2 + 0.8 * (t / 7.0).fract();
                (swell * (0.5 * (440.0 * t).sin() + 0.4 * hiss)) as f32
            })
            .collect();
        let mut writer = AudioWriter::create(&path, &spec).unwrap();
        writer.write_floats(&[&samples, &samples]).unwrap();
        let _written = writer.finish().unwrap();
        let kinds = [DeviceKind::Equalizer, DeviceKind::Multiband, DeviceKind::Stereo];
        let chain: Vec<Device> =
            (1..).zip(kinds).map(|(id, kind)| Device::new(DeviceId(id), kind)).collect();
        let measured =
            |frames| through(&path, &chain, (Db(3.0), frames), &Progress::new()).unwrap();
        // Of a song that is taken to be short, there are no halves.
        let (halves, whole) = (measured(frames), measured(0));
        assert!(whole.reduction_db > 1.0, "{whole:?}");
        for (a, b) in [
            (halves.integrated_lufs, whole.integrated_lufs),
            (halves.true_peak_dbtp, whole.true_peak_dbtp),
            (halves.reduction_db, whole.reduction_db),
        ] {
            assert!((a - b).abs() < 1e-4, "{halves:?} {whole:?}");
        }
    }
}
