//! A studio: a temporary folder in which the command line runs, and the signals it is given.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use twobus_media::{AudioWriter, Broadcast, Container, Decoder, SampleFormat, WriteSpec};

pub(crate) const RATE_HZ: u32 = 48_000;
/// Full scale of 24 bits.
pub(crate) const FULL_24: f64 = 8_388_608.0;

/// One slice of samples a channel.
pub(crate) type Planar = Vec<Vec<f32>>;

/// A temporary folder; commands run in it, and their paths start there.
pub(crate) struct Studio {
    folder: TempDir,
}

impl Studio {
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With a project "song" that has one empty song at 48 kHz.
    pub(crate) fn new() -> Self {
        let studio = Self::empty();
        let _ = studio.done("new song --song Song --rate 48000");
        studio
    }

    /// With a project whose tracks are `stems`, all at 0 dB.
    pub(crate) fn with_stems(format: SampleFormat, stems: &[Planar]) -> Self {
        let studio = Self::new();
        for (number, stem) in (1..).zip(stems) {
            studio.wav(&format!("stems/{number:02}.wav"), format, stem);
        }
        let _ = studio.done("import song stems --no-trims");
        studio
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes `content` to a file, and makes its folder.
    pub(crate) fn file(&self, path: &str, content: &[u8]) -> PathBuf {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Names of the files in `folder`, sorted; none when it is not there.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.at(folder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn wav(&self, path: &str, format: SampleFormat, samples: &[Vec<f32>]) {
        self.wav_at(path, format, RATE_HZ, None, samples);
    }

    /// Writes a WAV file; integers take the nearest step.
    pub(crate) fn wav_at(
        &self,
        path: &str,
        format: SampleFormat,
        rate_hz: u32,
        start_frame: Option<u64>,
        samples: &[Vec<f32>],
    ) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let broadcast =
            start_frame.map(|start_frame| Broadcast { start_frame, ..Broadcast::default() });
        let (channels, container) = (samples.len(), Container::Wav);
        let spec = WriteSpec { container, format, rate_hz, channels, broadcast, overwrite: true };
        let mut writer = AudioWriter::create(&path, &spec).unwrap();
        if format == SampleFormat::Float32 {
            let planar: Vec<&[f32]> = samples.iter().map(Vec::as_slice).collect();
            writer.write_floats(&planar).unwrap();
        } else {
            let scale = f64::from(1_u32 << (format.bits() - 1));
            let code = |x: &f32| (f64::from(*x) * scale).round() as i32;
            let codes: Vec<Vec<i32>> =
                samples.iter().map(|channel| channel.iter().map(code).collect()).collect();
            let planar: Vec<&[i32]> = codes.iter().map(Vec::as_slice).collect();
            writer.write_codes(&planar).unwrap();
        }
        let _ = writer.finish().unwrap();
    }

    /// Applies a JSON list of edits to the project "song".
    pub(crate) fn apply(&self, edits: &Value) {
        let _ = self.file("edits.json", edits.to_string().as_bytes());
        let _ = self.done("apply song edits.json");
    }

    /// Runs the command line; its words are separated by blanks.
    pub(crate) fn run(&self, line: &str) -> Run {
        let output = self.command(line).output().unwrap();
        Run::of(line, output)
    }

    /// The command, ready to start.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(program());
        let _ = command.args(line.split_whitespace()).current_dir(self.folder.path());
        // Unsaved work of a test is nobody's.
        let _ = command.env("XDG_STATE_HOME", self.at(".state"));
        let _ = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command that must succeed without a warning and say nothing on stderr.
    pub(crate) fn done(&self, line: &str) -> Run {
        self.ends(line, 0).silent()
    }

    /// Runs a command that must end with exit code `code`.
    pub(crate) fn ends(&self, line: &str, code: i32) -> Run {
        let run = self.run(line);
        assert_eq!(run.code, Some(code), "{run:?}");
        run
    }

    /// What a command that must succeed reports with --json.
    pub(crate) fn json(&self, line: &str) -> Value {
        self.done(&format!("{line} --json")).json()
    }

    /// What a command that must warn reports with --json: its object and its warnings in one text.
    pub(crate) fn warned(&self, line: &str) -> (Value, String) {
        let run = self.ends(&format!("{line} --json"), 3).silent();
        let json = run.json();
        let texts = json["warnings"].as_array().unwrap().iter();
        let texts: Vec<&str> = texts.map(|text| text.as_str().unwrap()).collect();
        (json.clone(), texts.join("\n"))
    }

    /// Bounces the project "song" and reads the print.
    pub(crate) fn print(&self, options: &str) -> Planar {
        let json = self.json(&format!("bounce song --no-measure {options}"));
        self.read(json["path"].as_str().unwrap())
    }

    /// Decodes a file.
    pub(crate) fn read(&self, path: &str) -> Planar {
        decode(&self.at(path))
    }

    /// Path of the newest print after a bounce with `options`.
    pub(crate) fn printed(&self, options: &str) -> String {
        let json = self.json(&format!("bounce song --no-measure {options}"));
        json["path"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_twobus-cli")
}

/// True when the tests run as root, who may do what others may not.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0\n")
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Run {
    #[expect(dead_code, reason = "shown when a test fails")]
    pub(crate) line: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(line: &str, output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Self { line: line.to_owned(), code: output.status.code(), stdout, stderr }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn silent(self) -> Self {
        assert_eq!(self.stderr, "", "{self:?}");
        self
    }

    /// Fails unless stderr holds each of `words`.
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in {self:?}");
        }
        self
    }
}

/// A file's samples.
pub(crate) fn decode(path: &Path) -> Planar {
    let mut decoder = Decoder::open(path).unwrap();
    let mut all: Planar = vec![Vec::new(); decoder.info().channels];
    let mut block = Vec::new();
    while decoder.next(&mut block).unwrap() > 0 {
        all.iter_mut().zip(&block).for_each(|(all, block)| all.extend_from_slice(block));
    }
    all
}

/// Frames for `seconds` at 48 kHz.
pub(crate) fn frames(seconds: f64) -> usize {
    (seconds * f64::from(RATE_HZ)).round() as usize
}

/// White noise between −`peak` and `peak`, on the steps of 24 bits; SplitMix64.
pub(crate) fn noise(seed: u64, peak: f64, frames: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0xA076_1D64_78BD_642F);
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let step = |x: f64| ((x * FULL_24).round() / FULL_24) as f32;
    (0..frames).map(|_| step(peak * (2.0 * next() - 1.0))).collect()
}

/// Two channels of different noise.
pub(crate) fn stereo_noise(seed: u64, peak: f64, frames: usize) -> Planar {
    vec![noise(2 * seed, peak, frames), noise(2 * seed + 1, peak, frames)]
}

/// A sine of `hz` at `rate_hz`.
pub(crate) fn sine(hz: f64, rate_hz: u32, peak: f64, frames: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU * hz / f64::from(rate_hz);
    (0..frames).map(|frame| (peak * (step * frame as f64).sin()) as f32).collect()
}

/// One sample of `value` at frame `at`.
pub(crate) fn impulse(at: usize, value: f32, frames: usize) -> Vec<f32> {
    let mut samples = vec![0.0; frames];
    samples[at] = value;
    samples
}

/// Frame of the largest sample.
pub(crate) fn peak_frame(samples: &[f32]) -> usize {
    let largest = samples.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    largest.unwrap().0
}

/// Largest magnitude over all channels.
pub(crate) fn peak(planar: &[Vec<f32>]) -> f64 {
    planar.iter().flatten().fold(0.0, |peak, x| peak.max(f64::from(x.abs())))
}

pub(crate) fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// Fails unless both hold the same samples, bit for bit.
pub(crate) fn assert_same(a: &[Vec<f32>], b: &[Vec<f32>]) {
    assert_eq!(a.len(), b.len());
    for (channel, (a, b)) in a.iter().zip(b).enumerate() {
        assert_eq!(a.len(), b.len(), "length of channel {channel}");
        let differs = a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits());
        let at = differs.map(|at| (at, a[at], b[at]));
        assert_eq!(at, None, "channel {channel}: frame, and both samples");
    }
}

/// `samples` followed by silence, `frames` long in all.
pub(crate) fn padded(samples: &[f32], frames: usize) -> Vec<f32> {
    let mut all = samples.to_vec();
    all.resize(frames, 0.0);
    all
}
