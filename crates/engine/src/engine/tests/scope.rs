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

/// Plays until something is to be seen.
fn play_until(engine: &mut Engine, fake: &Fake, seen: impl Fn(&Scope) -> bool) {
    let start = Instant::now();
    while !seen(engine.scope().unwrap()) {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing to be seen");
        let _ = engine.poll();
        let _ = fake.pull(512);
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a7_a_scope_shows_what_a_device_is_given_and_what_it_makes_of_it() {
    let mut utility = Device::new(DeviceId(7), DeviceKind::Utility);
    utility.values[DeviceKind::Utility.param("gain").unwrap()] = -9.0;
    let mut equalizer = Device::new(DeviceId(8), DeviceKind::Equalizer);
    for (id, value) in [("b4_dynamic", 1.0), ("b4_threshold", -40.0), ("b4_range", -9.0)] {
        equalizer.values[DeviceKind::Equalizer.param(id).unwrap()] = value;
    }
    let mut strip = Strip::new(StripId(1), "Tone");
    strip.inserts.extend([utility, equalizer]);
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
    engine.watch_chain(Some(StripId(1)));
    let _ = engine.play();
    play_until(&mut engine, &fake, |scope| scope.after().spectrum.transforms() >= 8);
    let scope = engine.scope().unwrap();
    let seen = [scope.before(), scope.after()]
        .map(|view| (view.spectrum.strongest(), view.levels.held_peak(0).0));
    assert_eq!(scope.band_gains_db(), [0.0; 8]);
    for (((hz, level), peak), expected) in seen.into_iter().zip([-6.02, -15.02]) {
        assert!((hz - 1000.0).abs() < 0.6 && (level.0 - expected).abs() < 0.1, "{hz} {level:?}");
        assert!((peak - expected).abs() < 0.05, "{peak}");
    }
    let newest =
        [scope.before(), scope.after()].map(|view| Db::from_gain(view.newest_peak.into()).0);
    assert!((newest[0] - newest[1] - 9.0).abs() < 0.05, "{newest:?}");
    let chain = engine.chain_levels().unwrap();
    let peaks = [0, 1].map(|point| Db::from_gain(chain[point].peaks[0].into()).0);
    assert!((peaks[0] + 6.02).abs() < 0.05 && (peaks[1] + 15.02).abs() < 0.05, "{peaks:?}");
    assert!(chain[2].frames == chain[0].frames && chain[3].frames == 0);
    engine.watch_chain(None);
    assert!(engine.chain_levels().is_none());
    // The fourth band is the only dynamic one of the equalizer behind.
    engine.look_at(Some((StripId(1), DeviceId(8))));
    play_until(&mut engine, &fake, |scope| scope.band_gains_db()[3] < -5.0);
    let moved = engine.scope().unwrap().band_gains_db();
    assert!((0..8).all(|band| (moved[band] != 0.0) == (band == 3)), "{moved:?}");
    engine.look_at(None);
    assert!(engine.scope().is_none());
    engine.close();
}
