//! A project on disk, and what it must sound like.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use twobus_dsp::{Db, DeviceKind};
use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_engine::device::{Backend, State as DeviceState, Wish};
use twobus_engine::{Engine, Status};
use twobus_jobs::{Folder, ImportOptions, Progress, import};
use twobus_media::{AudioWriter, Container, SampleFormat, WriteSpec};
use twobus_render::compile::build_device;
use twobus_render::live::State;
use twobus_render::source::MemorySource;
use twobus_render::{Context, Purpose, Renderer, Source, compile};
use twobus_session::{Device, DeviceId, Edit, Mix, Project, Song, SongId, StripId, Track};

pub(crate) const RATE_HZ: u32 = 48_000;

/// Left and right.
type Samples = (Vec<f32>, Vec<f32>);

/// A song with its stems on disk and in memory.
pub(crate) struct Tune {
    pub(crate) folder: TempDir,
    pub(crate) project: Project,
    samples: BTreeMap<StripId, Samples>,
}

impl Tune {
    /// Stems of noise: stereo, and the last one mono; a limiter on the mix bus that has to work.
    pub(crate) fn noise(stems: u32, frames: usize) -> Self {
        let stems = (1..=stems).map(|stem| {
            let left = noise(2 * stem, frames);
            let right = if stem == stems { left.clone() } else { noise(2 * stem + 1, frames) };
            (left, right)
        });
        let mut tune = Self::of(stems.collect());
        let mut limiter = Device::new(DeviceId(1), DeviceKind::Limiter);
        limiter.values[DeviceKind::Limiter.param("drive").unwrap()] = 6.0;
        tune.mix().bus.inserts.push(limiter);
        for (number, track) in (1_u32..).zip(&mut tune.mix().tracks) {
            track.strip.trim = Db(-9.0);
            track.strip.pan = f64::from(number) * 15.0 - 30.0;
        }
        tune
    }

    /// The same, where what was heard long ago has no part in what is heard now.
    pub(crate) fn without_devices(mut self) -> Self {
        self.mix().bus.inserts.clear();
        self
    }

    /// These stems; one with equal sides is written as a mono file.
    pub(crate) fn of(stems: Vec<Samples>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = (1..).zip(&stems).map(|(number, (left, right))| {
            let path = folder.path().join(format!("stem {number}.wav"));
            let planar = if left == right { vec![&left[..]] } else { vec![&left[..], &right[..]] };
            write(&path, &planar);
            path
        });
        let paths: Vec<_> = paths.collect();
        let mut project = Project::new("Record");
        project.songs.push(Song::new(SongId(1), "Song"));
        let options = ImportOptions { trims: false, ..ImportOptions::default() };
        let on_disk = Folder::new(folder.path());
        let song = &project.songs[0];
        let found = import(&on_disk, &project, song, &paths, options, &Progress::new()).unwrap();
        let _undo = project.apply(found.edit).unwrap();
        on_disk.create(&project).unwrap();
        let mut tune = Self { folder, project, samples: BTreeMap::new() };
        let ids: Vec<StripId> = tune.mix().tracks.iter().map(|track| track.strip.id).collect();
        tune.samples = ids.into_iter().zip(stems).collect();
        tune
    }

    /// Other samples than those on disk.
    pub(crate) fn replace(&mut self, id: StripId, samples: Samples) {
        let _before = self.samples.insert(id, samples);
    }

    pub(crate) fn mix(&mut self) -> &mut Mix {
        self.project.songs[0].mix.as_mut().unwrap()
    }

    /// Writes the project as it is now.
    pub(crate) fn save(&self) {
        let replaced = Folder::new(self.folder.path()).change(|project| {
            *project = self.project.clone();
            Ok(())
        });
        let _changed = replaced.unwrap();
    }

    pub(crate) fn engine(&self, backend: Arc<dyn Backend>, wish: Wish) -> Engine {
        let folder = Folder::new(self.folder.path());
        Engine::open(&folder, &self.project, SongId(1), backend, wish).unwrap()
    }

    /// The offline render, reset at `start`.
    pub(crate) fn offline(&self, start: u64) -> Renderer {
        let mut source = |track: &Track| -> Box<dyn Source> {
            let (left, right) = self.samples[&track.strip.id].clone();
            Box::new(MemorySource::stereo(left, right, 0))
        };
        let mix = self.project.songs[0].mix.as_ref().unwrap();
        let pan_law = self.project.pan_law;
        let (purpose, device) = (Purpose::Bounce, &build_device);
        let context =
            &mut Context { rate_hz: RATE_HZ, pan_law, purpose, source: &mut source, device };
        let mut renderer = Renderer::new(compile(mix, context).unwrap());
        renderer.locate(start);
        renderer
    }
}

/// The next `frames` frames, rounded as a device gets them.
pub(crate) fn render(renderer: &mut Renderer, frames: usize) -> Vec<[f32; 2]> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    renderer.render(&mut left, &mut right);
    left.into_iter().zip(right).map(|(left, right)| [left as f32, right as f32]).collect()
}

/// Noise of half scale.
pub(crate) fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut sample = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
    };
    (0..frames).map(|_| sample()).collect()
}

fn write(path: &Path, planar: &[&[f32]]) {
    let spec = WriteSpec {
        container: Container::Wav,
        format: SampleFormat::Float32,
        rate_hz: RATE_HZ,
        channels: planar.len(),
        broadcast: None,
        overwrite: true,
    };
    let mut writer = AudioWriter::create(path, &spec).unwrap();
    writer.write_floats(planar).unwrap();
    let _ = writer.finish().unwrap();
}

/// An engine on a device that is driven by hand.
pub(crate) struct Deck {
    pub(crate) tune: Tune,
    pub(crate) engine: Engine,
    pub(crate) fake: Fake,
    /// What was written into lanes so far.
    pub(crate) written: Vec<Edit>,
}

impl Deck {
    pub(crate) fn new(tune: Tune) -> Self {
        Self::on(tune, Fake::with(FakeOutput::new("a", RATE_HZ)))
    }

    pub(crate) fn on(tune: Tune, fake: Fake) -> Self {
        let engine = tune.engine(Arc::new(fake.clone()), Wish::default());
        Self { tune, engine, fake, written: Vec::new() }
    }

    /// Polls, while the device asks for nothing but its commands to be taken, until it is so.
    pub(crate) fn wait(&mut self, so: impl Fn(&Status) -> bool) -> Status {
        let start = Instant::now();
        loop {
            let mut status = self.engine.poll();
            self.written.append(&mut status.written);
            if so(&status) {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it never came to be: {status:?}");
            let _ = self.fake.pull(0);
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Until a device is open.
    pub(crate) fn opens(&mut self) {
        let _ = self.wait(|status| matches!(status.device.state, DeviceState::Playing(_)));
    }

    /// Until all streams are there.
    pub(crate) fn ready(&mut self) {
        self.opens();
        let _ = self.wait(|status| status.state != State::Stopped);
        self.loaded();
    }

    /// Until the streams that are wanted are made, and have had the time to fill: the device is driven
    /// faster than a real one.
    pub(crate) fn loaded(&mut self) {
        let _ = self.wait(|status| !status.loading);
        thread::sleep(Duration::from_millis(150));
    }

    /// What the device gets, in lengths that differ, at a pace at which the disk keeps up.
    pub(crate) fn pull(&mut self, frames: usize) -> Vec<[f32; 2]> {
        let mut played = Vec::with_capacity(frames);
        let lengths = [1, 480, 17, 64, 1023, 256, 3, 700];
        for length in lengths.into_iter().cycle() {
            let length = length.min(frames - played.len());
            let block = self.fake.pull(length).expect("a stream is open");
            played.extend(block.as_chunks::<2>().0.iter().copied());
            let status = self.engine.poll();
            assert_eq!(status.starved_frames, 0);
            self.written.extend(status.written);
            if played.len() == frames {
                return played;
            }
            thread::sleep(Duration::from_millis(1));
        }
        unreachable!("the lengths repeat")
    }
}

/// Asserts that both are the same, bit for bit.
pub(crate) fn assert_same(played: &[[f32; 2]], expected: &[[f32; 2]]) {
    assert_eq!(played.len(), expected.len());
    let bits = |frame: &[f32; 2]| frame.map(f32::to_bits);
    let other = played.iter().zip(expected).position(|(a, b)| bits(a) != bits(b));
    let shown = other.map(|frame| (frame, played[frame], expected[frame]));
    assert_eq!(shown, None, "the first frame that differs, as played and as expected");
}
