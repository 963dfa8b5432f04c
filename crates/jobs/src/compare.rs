//! Versions of a master at equal loudness: what is louder seems better, so that chains, devices and the
//! print itself are compared with gains that take the difference away.
//!
//! The gains belong to the monitor and never to a file. They are measured over a part of the song: the
//! loop, or the loudest part.

use std::ops::Range;
use std::path::Path;

use twobus_analysis::Analyzer;
use twobus_dsp::Db;
use twobus_dsp::meter::loudness::{LoudnessMeter, weights};
use twobus_media::PcmReader;
use twobus_session::Device;

use crate::error::{Error, Result};
use crate::master::{chain, pcm_path};
use crate::playlist::PIECE_FRAMES;
use crate::progress::Progress;

/// Length of the loudest part, in seconds.
pub const PART_S: f64 = 15.0;

/// Versions of one song, and what makes them equally loud.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The frames that were measured, at the input's rate.
    pub part: Range<u64>,
    /// Rate of the input, in Hz.
    pub rate_hz: u32,
    /// Loudness of each version, in LUFS; minus infinity for silence.
    pub lufs: Vec<f64>,
    /// Gain that brings each version to the softest of them, in dB: 0 or below, so that nothing clips.
    pub gains_db: Vec<f64>,
}

/// Measures `input` through `trim` and each of `chains` over `part`, or over the loudest [`PART_S`].
///
/// # Errors
/// When the input cannot be read or the job is cancelled.
pub fn compare(
    input: &Path,
    trim: Db,
    chains: &[&[Device]],
    part: Option<Range<u64>>,
    progress: &Progress,
) -> Result<Comparison> {
    let scratch = tempfile::tempdir()
        .map_err(Error::io("making a temporary folder in it", std::env::temp_dir()))?;
    let path = pcm_path(input, &scratch, progress)?;
    let print = PcmReader::open(&path)?;
    let (rate_hz, frames) = (print.info().rate_hz, print.frames());
    let part = match part {
        Some(part) => part.start.min(frames)..part.end.min(frames),
        None => loudest_part(print, progress)?,
    };
    progress.begin("Comparing", part.end * chains.len() as u64);
    let mut lufs = Vec::new();
    for devices in chains {
        let mut meter = LoudnessMeter::new(f64::from(rate_hz), &weights(2));
        let print = PcmReader::open(&path)?;
        chain::render(print, (trim, devices), part.clone(), progress, |left, right| {
            meter.push(&[left, right]);
            Ok(())
        })?;
        lufs.push(meter.loudness().integrated().0);
    }
    let softest = lufs.iter().copied().filter(|lufs| lufs.is_finite()).fold(f64::MAX, f64::min);
    let gain = |lufs: &f64| if lufs.is_finite() { softest - lufs } else { 0.0 };
    let gains_db = lufs.iter().map(gain).collect();
    Ok(Comparison { part, rate_hz, lufs, gains_db })
}

/// The gain, in dB, with which the chain is as loud while a device is bypassed as it is with it, for each
/// device of `chain` in order; 0 where either is silent.
///
/// # Errors
/// As [`compare`].
pub fn bypass_gains(
    input: &Path,
    trim: Db,
    chain: &[Device],
    part: Option<Range<u64>>,
    progress: &Progress,
) -> Result<Vec<f64>> {
    // The chain as it is, then with each device switched.
    let mut versions = vec![chain.to_vec()];
    for (index, device) in chain.iter().enumerate() {
        let mut switched = chain.to_vec();
        switched[index].bypass = !device.bypass;
        versions.push(switched);
    }
    let versions: Vec<&[Device]> = versions.iter().map(Vec::as_slice).collect();
    let Comparison { lufs, .. } = compare(input, trim, &versions, part, progress)?;
    let gain = |(device, switched): (&Device, &f64)| {
        let louder = if device.bypass { switched - lufs[0] } else { lufs[0] - switched };
        if louder.is_finite() { louder } else { 0.0 }
    };
    Ok(chain.iter().zip(&lufs[1..]).map(gain).collect())
}

/// The loudest part of `print`; all of it where it is short or silent.
fn loudest_part(mut print: PcmReader, progress: &Progress) -> Result<Range<u64>> {
    let (rate_hz, frames) = (print.info().rate_hz, print.frames());
    progress.begin("Finding the loudest part", frames);
    let channels = print.channels();
    let mut analyzer = Analyzer::new(rate_hz, channels).without_true_peak();
    let mut block = vec![vec![0.0; PIECE_FRAMES]; channels];
    let mut at = 0;
    while at < frames {
        let mut slices: Vec<&mut [f32]> = block.iter_mut().map(Vec::as_mut_slice).collect();
        let found = print.read(at, &mut slices)?;
        if found == 0 {
            break;
        }
        let read: Vec<&[f32]> = block.iter().map(|channel| &channel[..found]).collect();
        analyzer.push(&read);
        at += found as u64;
        progress.advance(found as u64)?;
    }
    let frame = |time_s: f64| (time_s * f64::from(rate_hz)).round() as u64;
    let part = analyzer.finish().loudest_part(PART_S);
    Ok(part.map_or(0..frames, |part| frame(part.start_s)..frame(part.end_s).min(frames)))
}
