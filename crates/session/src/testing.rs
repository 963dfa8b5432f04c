//! For tests: a source of chance, a project to start from, and edits of every kind, good and bad.

use twobus_dsp::curve::Breakpoint;
use twobus_dsp::pan::PanLaw;
use twobus_dsp::{Db, DeviceKind};

use crate::*;

/// A small generator (xorshift64*), seeded so that every failure can be repeated.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % n.max(1)
    }

    pub(crate) fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    pub(crate) fn yes(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())].clone()
    }

    /// Mostly within `low` to `high`, with all bits in use; now and then something no document holds.
    fn number(&mut self, low: f64, high: f64) -> f64 {
        match self.below(40) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => high * 2.0 + 1.0,
            4 => -0.0,
            5 => low,
            6 => high,
            _ => low + (high - low) * (self.below(1 << 40) as f64 / (1_u64 << 40) as f64),
        }
    }

    fn level(&mut self) -> Db {
        if self.yes(10) { Db::SILENCE } else { Db(self.number(-60.0, 10.0)) }
    }

    fn name(&mut self) -> String {
        match self.below(30) {
            0 => String::new(),
            1 => "two\nlines".to_owned(),
            2 => "x".repeat(1000),
            n => format!("{} {n}", self.pick(&["Kick", "Vox “A”", "Käse → 鼓", "\\\"/", "a"])),
        }
    }

    /// An id among the few in use, or close to them.
    fn id(&mut self, most: u32) -> u32 {
        self.below(u64::from(most) + 3) as u32
    }
}

/// Rate of the songs of [`project`].
pub(crate) const RATE_HZ: u32 = 48_000;

/// A record of two songs with tracks, groups, a return, sends, devices, lanes, clips and a print.
pub(crate) fn project() -> Project {
    let mut project = Project::new("Record");
    "00000000000000a1".clone_into(&mut project.id);
    project.media = (1..=4).map(media).collect();
    project.songs = (1..=2).map(|id| song(id, &project)).collect();
    project.validate().expect("the project to start from is valid");
    project
}

pub(crate) fn media(id: u32) -> MediaFile {
    MediaFile {
        id: MediaId(id),
        path: format!("audio/{id}.wav"),
        bytes: 1_000_000,
        hash: format!("{id:016x}"),
        rate_hz: RATE_HZ,
        frames: 480_000,
        channels: 2,
        format: "WAV 24-bit".to_owned(),
        timestamp: (id == 2).then_some(7),
    }
}

fn song(id: u32, project: &Project) -> Song {
    let mut song = Song::new(SongId(id), format!("Song {id}"));
    song.rate_hz = RATE_HZ;
    let mut mix = Mix::default();
    for id in 1..=4 {
        mix.tracks.push(track(id));
    }
    for (id, kind) in [(5, BusKind::Group), (6, BusKind::Group), (7, BusKind::Return)] {
        mix.buses.push(Bus { strip: Strip::new(StripId(id), format!("Bus {id}")), kind });
    }
    mix.tracks[0].strip.output = Output::Strip(StripId(5));
    mix.tracks[1].strip.output = Output::Strip(StripId(5));
    mix.timeline.tempo = vec![TempoChange { frame: 0, bpm: 96.0, beats: 4, unit: 4 }];
    song.master.chain = vec![Device::new(DeviceId(20), DeviceKind::Utility)];
    song.master.references = vec![Reference { media: MediaId(4), weight: 1.0 }];
    let audible_hash = audible::audible_hash(project, &song, &mix, None);
    song.prints = vec![Print { audible_hash, ..print(1, &mix) }];
    song.mix = Some(mix);
    song
}

pub(crate) fn track(id: u32) -> Track {
    let mut strip = Strip::new(StripId(id), format!("Track {id}"));
    strip.inserts = vec![Device::new(DeviceId(id), DeviceKind::Utility)];
    strip.sends = vec![send(id, 7)];
    let point = |frame, value| Breakpoint { frame, value, bend: 0.25 };
    strip.lanes = vec![
        Lane {
            target: LaneTarget::Fader,
            mode: LaneMode::Read,
            points: vec![point(0, -3.0), point(48_000, f64::NEG_INFINITY)],
        },
        Lane {
            target: LaneTarget::Send(SendId(id)),
            mode: LaneMode::Touch,
            points: vec![point(10, -3.5)],
        },
    ];
    Track { strip, mono: id != 2, clips: vec![clip(id, id)] }
}

fn send(id: u32, to: u32) -> AuxSend {
    AuxSend { id: SendId(id), to: StripId(to), level: Db(-12.0), tap: Tap::Post, off: false }
}

pub(crate) fn clip(id: u32, media: u32) -> Clip {
    Clip {
        id: ClipId(id),
        media: MediaId(media),
        channels: ChannelMap::AsIs,
        position: u64::from(id) * 100,
        offset: 10,
        length: 48_000,
        gain: Db(-1.0),
        fade_in: Fade { frames: 10, shape: FadeShape::Smooth },
        fade_out: Fade::default(),
    }
}

pub(crate) fn print(number: u32, mix: &Mix) -> Print {
    Print {
        number,
        kind: PrintKind::Main,
        note: "first".to_owned(),
        file: format!("prints/song {number}.wav"),
        file_hash: "0123456789abcdef".to_owned(),
        rate_hz: RATE_HZ,
        frames: 1000,
        range: None,
        measurements: Measurements { peak_dbfs: Some(-1.25), ..Measurements::default() },
        audible_hash: "0123456789abcdef".to_owned(),
        mix: Box::new(mix.clone()),
        version: None,
        readiness: None,
        conditions: None,
    }
}

/// An edit of any kind, for a project that began as [`project`]; about a third are refused.
pub(crate) fn edit(chance: &mut Chance, project: &Project) -> Edit {
    let song = SongId(1 + chance.below(2) as u32 + u32::from(chance.yes(3)));
    match chance.below(24) {
        0 => Edit::Project(record(chance)),
        1 => Edit::Media(list(chance, &project.media, |c| media(c.id(6)))),
        2 if chance.yes(30) => Edit::Songs(list(chance, &project.songs, |c| {
            let title = c.name();
            Song::new(SongId(c.id(3)), title)
        })),
        2..=5 => Edit::Song { song, change: song_edit(chance, project, song) },
        6 | 7 => Edit::Timeline { song, change: timeline(chance, project, song) },
        8 | 9 => {
            Edit::Track { song, strip: StripId(chance.id(5)), change: track_edit(chance, project) }
        }
        10..=17 => {
            let strip = StripId(chance.id(7));
            Edit::Strip { song, strip, change: strip_edit(chance, project, song, strip) }
        }
        18 | 19 => {
            let id = DeviceId(chance.id(20));
            let found = project.song(song).and_then(|song| song.devices().find(|d| d.id == id));
            Edit::Device { song, device: id, change: device(chance, found.map(|found| found.kind)) }
        }
        20 | 21 => Edit::Master { song, change: master(chance, project, song) },
        _ => {
            let edits = (0..chance.below(4)).map(|_| edit(chance, project)).collect();
            Edit::Batch { name: "Several".to_owned(), edits }
        }
    }
}

fn list<T: crate::edit::Item>(
    chance: &mut Chance,
    list: &[T],
    new: impl Fn(&mut Chance) -> T,
) -> ListEdit<T> {
    let at = list.get(chance.index(list.len().max(1)));
    match (chance.below(5), at) {
        (0, Some(item)) => ListEdit::Remove(item.id()),
        (1, Some(item)) => ListEdit::Move { id: item.id(), to: chance.index(list.len() + 1) },
        (2, Some(_)) => ListEdit::change(new(chance)),
        (3, _) => {
            let at = Some(chance.index(list.len() + 2));
            ListEdit::Add { item: Box::new(new(chance)), at }
        }
        _ => ListEdit::add(new(chance)),
    }
}

fn record(chance: &mut Chance) -> ProjectEdit {
    match chance.below(5) {
        3 => ProjectEdit::Release(Release {
            date: chance.pick(&["2026-11-24", "", "yesterday"]).to_owned(),
            ..Release::default()
        }),
        0 => ProjectEdit::Name(chance.name()),
        1 => ProjectEdit::Artist(chance.name()),
        2 => ProjectEdit::Upc(chance.pick(&[
            None,
            Some("012345678905".to_owned()),
            Some("1".to_owned()),
        ])),
        _ => ProjectEdit::PanLaw(chance.pick(&[PanLaw::ConstantPower, PanLaw::ConstantSum])),
    }
}

fn song_edit(chance: &mut Chance, project: &Project, id: SongId) -> SongEdit {
    let empty = Mix::default();
    let song = project.song(id);
    let mix = song.and_then(|song| song.mix.as_ref()).unwrap_or(&empty);
    match chance.below(14) {
        11 => SongEdit::Versions(list(chance, &mix.versions, |c| {
            let mut version = Version {
                id: VersionId(c.id(3)),
                name: c.name(),
                kind: PrintKind::Tv,
                mute: vec![StripId(c.id(7))],
                only: Vec::new(),
                shift: vec![Shift { strip: StripId(2), by: Db(1.0) }],
            };
            version.shift[0].by = Db(c.number(-24.0, 24.0));
            version
        })),
        12 => SongEdit::Drafts(list(chance, song.map_or(&[], |song| &song.drafts), |c| Draft {
            number: c.id(3),
            note: c.name(),
            mix: Box::new(mix.clone()),
        })),
        0 => SongEdit::Title(chance.name()),
        1 => SongEdit::Rate(chance.pick(&[0, 44_100, 48_000, 1, 192_000])),
        2 => SongEdit::Isrc(chance.pick(&[
            None,
            Some("DEA120100001".to_owned()),
            Some("x".to_owned()),
        ])),
        3 if chance.yes(50) => {
            SongEdit::Credits(Credits { composer: chance.name(), ..Credits::default() })
        }
        3 => SongEdit::Gap(chance.number(0.0, 60_000.0)),
        4 if chance.yes(20) => SongEdit::Mix(chance.pick(&[None, Some(Box::new(Mix::default()))])),
        4 | 5 => SongEdit::Tracks(list(chance, &mix.tracks, |c| track(c.id(9)))),
        6..=8 => SongEdit::Buses(list(chance, &mix.buses, |c| {
            let mut strip = Strip::new(StripId(5 + c.id(6)), c.name());
            strip.output = output(c);
            Bus { strip, kind: BusKind::Group }
        })),
        9 => SongEdit::Monitor(Monitor { level: chance.level(), ..Monitor::default() }),
        10 => SongEdit::AddPrint(Box::new(print(chance.id(5), mix))),
        _ => SongEdit::RemovePrint(chance.id(4)),
    }
}

fn output(chance: &mut Chance) -> Output {
    if chance.yes(10) { Output::Nowhere } else { Output::Strip(StripId(4 + chance.id(5))) }
}

fn timeline(chance: &mut Chance, project: &Project, id: SongId) -> TimelineEdit {
    let empty = Timeline::default();
    let mix = project.song(id).and_then(|song| song.mix.as_ref());
    let timeline = mix.map_or(&empty, |mix| &mix.timeline);
    let range = |c: &mut Chance| (c.below(1_000_000), c.below(1_000_000));
    match chance.below(4) {
        0 => TimelineEdit::Markers(list(chance, &timeline.markers, |c| Marker {
            id: MarkerId(c.id(5)),
            name: c.name(),
            frame: c.below(9),
        })),
        1 => TimelineEdit::Sections(list(chance, &timeline.sections, |c| {
            let (start, end) = range(c);
            Section { id: SectionId(c.id(5)), name: c.name(), start, end }
        })),
        2 => {
            let (start, end) = range(chance);
            TimelineEdit::Loop(chance.pick(&[None, Some(LoopRange { start, end, on: true })]))
        }
        _ => TimelineEdit::Tempo(list(chance, &timeline.tempo, |c| TempoChange {
            frame: c.below(4),
            bpm: c.number(10.0, 999.0),
            beats: c.below(66) as u8,
            unit: c.pick(&[1, 2, 4, 8, 16, 32, 3, 0]),
        })),
    }
}

fn track_edit(chance: &mut Chance, project: &Project) -> TrackEdit {
    if chance.yes(15) {
        return TrackEdit::Mono(chance.yes(50));
    }
    let clips: Vec<Clip> = (1..=6).map(|id| clip(id, 1)).collect();
    let files = project.media.len() as u32;
    TrackEdit::Clips(list(chance, &clips, |c| Clip {
        position: c.below(500),
        length: c.below(50_000),
        gain: Db(c.number(-24.0, 24.0)),
        channels: c.pick(&[ChannelMap::AsIs, ChannelMap::Only(1), ChannelMap::Only(9)]),
        ..clip(c.id(9), c.id(files))
    }))
}

fn strip_edit(chance: &mut Chance, project: &Project, song: SongId, id: StripId) -> StripEdit {
    let empty = Strip::new(id, "");
    let mix = project.song(song).and_then(|song| song.mix.as_ref());
    let strip = mix.and_then(|mix| mix.strip(id)).unwrap_or(&empty);
    match chance.below(18) {
        0 => StripEdit::Name(chance.name()),
        1 => StripEdit::Role(chance.pick(&[Role::Drums, Role::LeadVocal])),
        2 => StripEdit::Colour(chance.below(14) as u8),
        3 => StripEdit::Trim(Db(chance.number(-24.0, 24.0))),
        4 => StripEdit::Invert(chance.yes(50)),
        5 => StripEdit::Pan(chance.number(-100.0, 100.0)),
        6 => StripEdit::Width(chance.number(0.0, 200.0)),
        7 => StripEdit::Fader(chance.level()),
        8 => StripEdit::Mute(chance.yes(50)),
        9 => StripEdit::Solo(chance.yes(50)),
        10 => StripEdit::SoloSafe(chance.yes(50)),
        11 | 12 => StripEdit::Output(output(chance)),
        13 => StripEdit::Inserts(list(chance, &strip.inserts, |c| {
            Device::new(DeviceId(c.id(30)), c.pick(&DeviceKind::ALL))
        })),
        14 => StripEdit::Sends(list(chance, &strip.sends, |c| send(c.id(9), 4 + c.id(5)))),
        15 => {
            let sends: Vec<u32> = strip.sends.iter().map(|send| send.id.0).chain([1]).collect();
            let change = match chance.below(4) {
                0 => SendEdit::To(StripId(4 + chance.id(5))),
                1 => SendEdit::Level(chance.level()),
                2 => SendEdit::Tap(chance.pick(&[Tap::Pre, Tap::Post])),
                _ => SendEdit::Off(chance.yes(50)),
            };
            StripEdit::Send { send: SendId(chance.pick(&sends)), change }
        }
        16 => StripEdit::Lanes(list(chance, &strip.lanes, |c| {
            let mode = c.pick(&[LaneMode::Off, LaneMode::Latch]);
            let points = points(c, 0);
            Lane { target: target(c), mode, points }
        })),
        _ => {
            let target = target(chance);
            let from = chance.below(300);
            let change = if chance.yes(25) {
                LaneEdit::Mode(chance.pick(&[LaneMode::Write, LaneMode::Read]))
            } else {
                LaneEdit::Points {
                    from,
                    to: from + chance.below(400),
                    points: points(chance, from),
                }
            };
            StripEdit::Lane { target, change }
        }
    }
}

fn target(chance: &mut Chance) -> LaneTarget {
    let param = ParamId::new("gain").expect("a utility has a gain");
    let device = DeviceId(chance.id(5));
    let send = SendId(chance.id(5));
    chance.pick(&[
        LaneTarget::Fader,
        LaneTarget::Pan,
        LaneTarget::Width,
        LaneTarget::Mute,
        LaneTarget::Send(send),
        LaneTarget::Device { device, param },
    ])
}

fn points(chance: &mut Chance, mut frame: u64) -> Vec<Breakpoint> {
    let mut points = Vec::new();
    for _ in 0..chance.below(5) {
        points.push(Breakpoint {
            frame,
            value: chance.number(0.0, 1.0),
            bend: chance.number(-1.0, 1.0),
        });
        frame += u64::from(!chance.yes(5)) * (1 + chance.below(90));
    }
    points
}

/// A change of a device, which is of `kind` if it is there.
fn device(chance: &mut Chance, kind: Option<DeviceKind>) -> DeviceEdit {
    if chance.yes(30) {
        return DeviceEdit::Bypass(chance.yes(50));
    }
    if chance.yes(10) {
        return DeviceEdit::Key(chance.yes(60).then(|| StripId(chance.id(8))));
    }
    if chance.yes(25) {
        let names = kind.into_iter().flat_map(presets::presets).map(|preset| preset.name.as_str());
        let names: Vec<&str> = names.chain(["None"]).collect();
        return DeviceEdit::Preset(chance.pick(&names).to_owned());
    }
    if chance.yes(10) {
        return DeviceEdit::Values(vec![chance.number(-3.0, 3.0), 0.0, 1.0, 0.0]);
    }
    let ids: Vec<&str> =
        DeviceKind::ALL.iter().flat_map(|kind| kind.specs()).map(|spec| spec.id).collect();
    let id = ParamId::new(chance.pick(&ids)).expect("it is declared");
    DeviceEdit::Param { id, value: chance.number(0.0, 1.0).round() }
}

fn master(chance: &mut Chance, project: &Project, id: SongId) -> MasterEdit {
    let empty = Master::default();
    let master = project.song(id).map_or(&empty, |song| &song.master);
    let devices = |c: &mut Chance| Device::new(DeviceId(20 + c.id(6)), c.pick(&DeviceKind::ALL));
    match chance.below(12) {
        0 => MasterEdit::Input(chance.pick(&[
            MasterInput::NewestPrint,
            MasterInput::Print(1),
            MasterInput::Print(2),
            MasterInput::File(MediaId(3)),
            MasterInput::Stems(vec![MediaId(1), MediaId(2)]),
            MasterInput::Stems(vec![MediaId(1), MediaId(1)]),
        ])),
        1 => MasterEdit::Trim(Db(chance.number(-24.0, 24.0))),
        2 => MasterEdit::Chain(list(chance, &master.chain, devices)),
        3 => {
            let other = vec![devices(chance), devices(chance)];
            MasterEdit::Alternative(chance.pick(&[None, Some(other.clone()), Some(other)]))
        }
        4 => MasterEdit::SwapChains,
        5 => MasterEdit::Target(Target {
            ceiling_dbtp: chance.number(-20.0, 0.0),
            loudness_lufs: Some(chance.number(-40.0, 0.0)),
            max_reduction_db: 3.0,
        }),
        6 => MasterEdit::Deliveries(master.delivered(Delivery {
            file: format!("masters/{}.wav", chance.id(3)),
            file_hash: chance.pick(&["0123456789abcdef", "none"]).to_owned(),
            print: chance.pick(&[None, Some(1)]),
            input_hash: "fedcba9876543210".to_owned(),
        })),
        7 => MasterEdit::CopyChain,
        8 => MasterEdit::Preset(chance.pick(&["Gentle polish", "Club", "Nobody's"]).to_owned()),
        9 => MasterEdit::Devices(vec![devices(chance), devices(chance)]),
        _ => MasterEdit::References(list(chance, &master.references, |c| Reference {
            media: MediaId(c.id(5)),
            weight: c.number(0.001, 100.0),
        })),
    }
}
