//! The reverbs that are compared, and how each is run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use twobus_dsp::DeviceKind;

use crate::command::target;
use crate::error::{Error, Result};

/// The rate of all responses.
pub(super) const RATE_HZ: f64 = 48_000.0;

/// Length of a response.
const FRAMES: usize = 3 * 48_000;

/// Peak of the impulse: some reverbs saturate.
const LEVEL: f32 = 0.5;

/// A reverb to measure.
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// Debian's package, for who has not got it.
    pub(super) package: &'static str,
    host: Host,
}

/// What runs it.
enum Host {
    /// Our own, with this index of `space`.
    Twobus(f64),
    /// FFmpeg with this audio filter.
    Ffmpeg(&'static str),
    /// SoX with these effects.
    Sox(&'static [&'static str]),
}

/// All of them, ours first. The others' settings: wet only, as dense, as even and as long as ours (two
/// seconds) as far as they can be set.
pub(super) const SUBJECTS: [Subject; 7] = [
    Subject { name: "Twobus room", package: "", host: Host::Twobus(0.0) },
    Subject { name: "Twobus hall", package: "", host: Host::Twobus(1.0) },
    Subject { name: "Twobus plate", package: "", host: Host::Twobus(2.0) },
    Subject {
        name: "zita-rev1 (Guitarix 0.44)",
        package: "ffmpeg, guitarix-lv2",
        host: Host::Ffmpeg(
            "lv2=p=http\\\\://guitarix.sourceforge.net/plugins/gx_zita_rev1_stereo#_zita_rev1_stereo\
             :c=DRY_WET_MIX=1|IN_DELAY=20|LOW_RT60=2|MID_RT60=2|HF_DAMPING=23520",
        ),
    },
    Subject {
        name: "CAPS PlateX2 0.9",
        package: "ffmpeg, caps",
        host: Host::Ffmpeg("ladspa=f=caps:p=PlateX2:c=c0=1|c1=0.55|c2=0|c3=1"),
    },
    Subject {
        name: "Calf Reverb, large and smooth",
        package: "ffmpeg, calf-plugins",
        host: Host::Ffmpeg(
            "lv2=p=http\\\\://calf.sourceforge.net/plugins/Reverb:c=decay_time=0.83|hf_damp=20000\
             |amount=1|dry=0|bass_cut=20|treble_cut=20000|room_size=4",
        ),
    },
    Subject {
        name: "Freeverb (SoX 14.4.2)",
        package: "sox",
        host: Host::Sox(&["reverb", "-w", "57", "0", "100", "100", "0", "0"]),
    },
];

impl Subject {
    /// The responses left and right to an impulse on the left, then to one on the right; `None` when it is
    /// not installed, or cannot be run.
    ///
    /// # Errors
    /// When the impulse cannot be written to a file.
    pub(super) fn responses(&self) -> Result<Option<Vec<Vec<f64>>>> {
        let mut heard = Vec::new();
        for side in 0..2 {
            let mut input = [vec![0.0; FRAMES], vec![0.0; FRAMES]];
            input[side][0] = LEVEL;
            let output = match self.host {
                Host::Twobus(space) => Some(ours(space, input)),
                Host::Ffmpeg(filter) => through(&input, |path| ffmpeg(path, filter))?,
                Host::Sox(effects) => through(&input, |path| sox(path, effects))?,
            };
            let Some(output) = output else { return Ok(None) };
            for mut channel in output {
                // Some hosts cannot take away all of the dry sound.
                channel[0] = 0.0;
                heard.push(channel.into_iter().map(f64::from).collect());
            }
        }
        Ok(Some(heard))
    }
}

fn ours(space: f64, mut signal: [Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let kind = DeviceKind::Reverb;
    let mut reverb = kind.build(&[], RATE_HZ);
    for (id, value) in [("space", space), ("decay", 2000.0), ("pre_delay", 0.0), ("mix", 100.0)] {
        reverb.set(kind.param(id).expect("a parameter of the reverb"), value);
    }
    reverb.reset();
    let [left, right] = &mut signal;
    reverb.process(left, right);
    signal
}

/// `signal` through another program, which gets a file of 32-bit samples and writes such to its output.
fn through(
    signal: &[Vec<f32>; 2],
    program: impl Fn(&Path) -> Command,
) -> Result<Option<[Vec<f32>; 2]>> {
    let path = target()?.join("impulse.f32");
    let frames = signal[0].iter().zip(&signal[1]);
    let bytes: Vec<u8> =
        frames.flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()]).flatten().collect();
    fs::write(&path, bytes).map_err(Error::io("writing", &path))?;
    let quiet = program(&path).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let _kept = fs::remove_file(&path);
    let Some(output) = quiet.ok().filter(|output| output.status.success()) else { return Ok(None) };
    let samples = output.stdout.as_chunks().0.iter().copied().map(f32::from_le_bytes);
    let side = |side: usize| samples.clone().skip(side).step_by(2).take(FRAMES).collect::<Vec<_>>();
    let heard = [side(0), side(1)];
    Ok(heard.iter().all(|channel| channel.len() == FRAMES).then_some(heard))
}

fn ffmpeg(path: &Path, filter: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    let _args = command.args(["-f", "f32le", "-ar", "48000", "-ac", "2", "-i"]).arg(path);
    let _args = command.args(["-af", filter, "-f", "f32le", "-"]);
    command
}

fn sox(path: &Path, effects: &[&str]) -> Command {
    let raw = ["-t", "f32", "-r", "48000", "-c", "2"];
    let mut command = Command::new("sox");
    let _args = command.arg("-D").args(raw).arg(path).args(["-t", "f32", "-"]).args(effects);
    command
}
