//! The master of a song, played: the samples that the job writes.

use std::sync::Arc;

use twobus_dsp::{Db, DeviceKind};
use twobus_engine::Engine;
use twobus_engine::device::Wish;
use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_jobs::{BounceOptions, Folder, Format, MasterOptions, Progress, bounce, master};
use twobus_media::PcmReader;
use twobus_session::{Device, DeviceId, Edit, MasterInput, MediaId, SongEdit, SongId};

use crate::song::{Deck, RATE_HZ, Tune, assert_same, noise};

/// A device of `kind` with these values set.
fn device(id: u32, kind: DeviceKind, values: &[(&str, f64)]) -> Device {
    let mut device = Device::new(DeviceId(id), kind);
    for (name, value) in values {
        device.values[kind.param(name).unwrap()] = *value;
    }
    device
}

/// The master of the tune's song on a made-up device.
fn deck(tune: Tune) -> Deck {
    let fake = Fake::with(FakeOutput::new("a", RATE_HZ));
    let folder = Folder::new(tune.folder.path());
    let backend = Arc::new(fake.clone());
    let engine =
        Engine::open_master(&folder, &tune.project, SongId(1), backend, Wish::default()).unwrap();
    Deck { tune, engine, fake, written: Vec::new() }
}

/// What is played of the first `frames` frames, from the first that is not silent on.
fn played(deck: &mut Deck, frames: usize) -> Vec<[f32; 2]> {
    deck.ready();
    let _ = deck.engine.play();
    let played = deck.pull(frames);
    let start = played.iter().position(|frame| *frame != [0.0; 2]).unwrap();
    played[start..].to_vec()
}

/// The first `frames` frames of a file.
fn read(path: &std::path::Path, frames: usize) -> Vec<[f32; 2]> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let mut reader = PcmReader::open(path).unwrap();
    assert_eq!(reader.read(0, &mut [&mut left, &mut right]).unwrap(), frames);
    left.into_iter().zip(right).map(|(left, right)| [left, right]).collect()
}

#[test]
fn e3_r33_a_master_plays_what_the_job_writes_bit_for_bit() {
    let mut tune = Tune::of(vec![(noise(1, 60_000), noise(2, 60_000))]);
    let song = &mut tune.project.songs[0];
    song.mix = None;
    song.master.input = MasterInput::File(MediaId(1));
    song.master.trim = Db(-3.0);
    song.master.chain = vec![
        device(1, DeviceKind::Equalizer, &[("b3_freq", 800.0), ("b3_gain", 4.0)]),
        device(2, DeviceKind::Compressor, &[("threshold", -24.0)]),
        device(3, DeviceKind::Limiter, &[("drive", 9.0), ("ceiling", -1.0)]),
    ];
    let (limiter, before) = song.master.chain.split_last().unwrap();
    let options = MasterOptions {
        trim: song.master.trim,
        chain: before.to_vec(),
        limiter: limiter.clone(),
        format: Format::Wav32f,
        ..MasterOptions::default()
    };
    let (input, out) =
        (tune.folder.path().join("stem 1.wav"), tune.folder.path().join("master.wav"));
    let done = master(&input, &out, &options, &Progress::new()).unwrap();
    assert!(done.reduction_db > 3.0, "{} dB", done.reduction_db);
    let mut deck = deck(tune);
    assert_eq!((deck.engine.rate_hz(), deck.engine.end()), (RATE_HZ, 60_000));
    let played = played(&mut deck, 50_000);
    // The job's last word is a trim, in 64 bit, that brings its true peak to the ceiling.
    let trim = Db(done.verify_trim_db).to_gain();
    let trimmed = |frame: &[f32; 2]| frame.map(|x| (f64::from(x) * trim) as f32);
    let played: Vec<[f32; 2]> = played.iter().map(trimmed).collect();
    assert_same(&played, &read(&out, played.len()));
}

#[test]
fn product_the_master_of_a_print_plays_the_print_and_follows_a_newer_one() {
    let mut tune = Tune::of(vec![(noise(3, 40_000), noise(4, 40_000))]);
    let folder = Folder::new(tune.folder.path());
    let print = |tune: &mut Tune| {
        let song = tune.project.songs[0].clone();
        let done =
            bounce(&folder, &tune.project, &song, &BounceOptions::default(), &Progress::new());
        let done = done.unwrap();
        let change = SongEdit::AddPrint(Box::new(done.print));
        let _undo = tune.project.apply(Edit::Song { song: SongId(1), change }).unwrap();
        done.path
    };
    let refused = Engine::open_master(
        &folder,
        &tune.project,
        SongId(1),
        Arc::new(Fake::with(FakeOutput::new("a", RATE_HZ))),
        Wish::default(),
    );
    assert!(refused.err().unwrap().to_string().contains("bounce it first"));
    let first = print(&mut tune);
    let mut deck = deck(tune);
    let heard = played(&mut deck, 20_000);
    assert_same(&heard, &read(&first, heard.len()));
    // A print of a mix that is 6 dB softer takes over.
    deck.tune.mix().tracks[0].strip.trim = Db(-6.0);
    let second = print(&mut deck.tune);
    let _ = deck.engine.stop();
    let _ = deck.pull(2000);
    deck.engine.update(&deck.tune.project).unwrap();
    deck.engine.locate(0);
    deck.loaded();
    let heard = played(&mut deck, 20_000);
    assert_same(&heard, &read(&second, heard.len()));
}
