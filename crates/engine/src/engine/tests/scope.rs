//! The spectra beside a device, from a whole engine.

use twobus_dsp::DeviceKind;
use twobus_session::{Device, Track};

use super::*;

/// A tone of 1 kHz and of half of full scale.
struct Tone;

impl Tape for Tone {
    fn is_mono(&self) -> bool {
        false
    }

    fn read(
        &mut self,
        start: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), twobus_jobs::Error> {
        for (x, frame) in left.iter_mut().zip(start..) {
            let turns = (frame % 48) as f64 / 48.0;
            *x = (0.5 * (std::f64::consts::TAU * turns).sin()) as f32;
        }
        right.copy_from_slice(left);
        Ok(())
    }
}

#[test]
fn a7_a_scope_shows_what_a_device_is_given_and_what_it_makes_of_it() {
    let mut utility = Device::new(DeviceId(7), DeviceKind::Utility);
    utility.values[DeviceKind::Utility.param("gain").unwrap()] = -9.0;
    let mut strip = Strip::new(StripId(1), "Tone");
    strip.inserts.push(utility);
    let mut song = Song::new(SongId(1), "Song");
    song.rate_hz = 48_000;
    song.mix.as_mut().unwrap().tracks.push(Track { strip, mono: false, clips: Vec::new() });
    let mut project = Project::new("Record");
    project.songs.push(song);
    let opener: Opener = Arc::new(|_, _| Ok(Box::new(Tone)));
    let fake = Fake::with(FakeOutput::new("a", 48_000));
    let backend = Arc::new(fake.clone());
    let mut engine = Engine::with(opener, &project, SongId(1), backend, Wish::default()).unwrap();
    engine.look_at(Some((StripId(1), DeviceId(7))));
    let _ = engine.play();
    let start = Instant::now();
    let seen = loop {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing to be seen");
        let _ = engine.poll();
        let _ = fake.pull(512);
        thread::sleep(Duration::from_millis(1));
        let scope = engine.scope().unwrap();
        if scope.after().spectrum.transforms() >= 8 {
            break [scope.before(), scope.after()]
                .map(|view| (view.spectrum.strongest(), view.levels.held_peak(0).0));
        }
    };
    for (((hz, level), peak), expected) in seen.into_iter().zip([-6.02, -15.02]) {
        assert!((hz - 1000.0).abs() < 0.6 && (level.0 - expected).abs() < 0.1, "{hz} {level:?}");
        assert!((peak - expected).abs() < 0.05, "{peak}");
    }
    engine.look_at(None);
    assert!(engine.scope().is_none());
    engine.close();
}
