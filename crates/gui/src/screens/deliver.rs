//! The deliver sheet: which files, named how and held to what; then how far each is, and what came of it
//! when it was decoded again.

mod draw;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iced::keyboard::key::Named;
use iced::{Element, Length, Size};
use twobus_jobs::deliver::{PATTERN, Planned, plan};
use twobus_jobs::{
    DeliverOptions, Delivered, DeliveredFile, DitherKind, FileSpec, Format, MasterOptions, Progress,
};
use twobus_media::{Field, Tags};
use twobus_session::targets::destination;
use twobus_session::{Edit, SongEdit, Target};

use crate::desk::Desk;
use crate::painter::Painter;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A format that is offered.
#[derive(Debug, Clone)]
struct Offer {
    spec: FileSpec,
    /// What it is for.
    purpose: &'static str,
    on: bool,
}

impl Offer {
    /// Whether its samples have fewer bits than the master's, so that it is dithered.
    fn is_dithered(&self) -> bool {
        self.spec.format.is_integer()
    }

    fn dither_name(&self) -> &'static str {
        match self.spec.dither {
            Some(DitherKind::Shaped) => "shaped dither",
            Some(DitherKind::Tpdf | DitherKind::None) | None => "TPDF dither",
        }
    }

    fn turn_dither(&mut self) {
        self.spec.dither = match self.spec.dither {
            Some(DitherKind::Shaped) => Some(DitherKind::Tpdf),
            Some(DitherKind::Tpdf | DitherKind::None) | None => Some(DitherKind::Shaped),
        };
    }
}

/// The sheet.
#[derive(Debug)]
pub(crate) struct Deliver {
    title: String,
    rate_hz: u32,
    frames: u64,
    /// The print that goes in, and what has changed in the mix since.
    print: Option<u32>,
    changes: Vec<String>,
    /// The print is to be taken as it is.
    kept: bool,
    offers: Vec<Offer>,
    chosen: usize,
    /// The document as it was when the files were noted.
    pub(crate) revision: u64,
    pub(crate) folder: PathBuf,
    pattern: String,
    tags: Tags,
    /// Why there are no tags.
    tags_problem: Option<String>,
    replace: bool,
    codec_trim_db: f64,
    planned: Result<Vec<Planned>, String>,
    /// What became of files of these names, for better or worse.
    written: Vec<DeliveredFile>,
    /// The files that are under way, in the order of the job.
    under_way: Vec<PathBuf>,
    phase: Phase,
    focus: Option<Part>,
    over: Option<Part>,
}

/// How far it is.
#[derive(Debug)]
enum Phase {
    Asked,
    Running(Arc<Progress>),
    Failed(String),
    Done,
}

/// A part of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Beside,
    Ground,
    Cross,
    /// Chooses a format; its box is ticked apart.
    Offer(usize),
    Tick(usize),
    /// How its file is dithered.
    Dither(usize),
    Folder,
    Pattern,
    Title,
    Artist,
    Isrc,
    Update,
    Keep,
    Replace,
    Retry,
    Open,
    Cancel,
    Write,
}

/// What the sheet asks of the window.
#[derive(Debug)]
pub(crate) enum Action {
    None,
    /// To close it; what runs goes on.
    Close,
    /// To stop what runs.
    Stop,
    /// To bounce the mix again first.
    Update,
    /// To choose a folder.
    Folder,
    /// To show the folder.
    Open,
    /// To change what the files say of the song.
    Edit(Box<Edit>),
    /// To write them.
    Write,
}

/// Rate of a CD, in Hz.
const CD_HZ: u32 = 44_100;

/// What is offered, held to `target`.
fn offers(target: Target) -> Vec<Offer> {
    let offer = |format, rate_hz, target, purpose, on| Offer {
        spec: FileSpec { format, rate_hz, target, dither: Some(DitherKind::Tpdf) },
        purpose,
        on,
    };
    let mut all = vec![
        offer(Format::Wav24, None, target, "Distributor, archive", true),
        offer(Format::Wav16, Some(CD_HZ), target, "CD", true),
        offer(Format::Flac24, None, target, "Download store", true),
        offer(Format::Vorbis(Format::VORBIS_QUALITY), None, target, "Promo, web player", false),
        offer(Format::Wav32f, None, target, "Further work", false),
    ];
    if let Some(place) = destination("ebu-r128") {
        all.push(offer(Format::Wav24, Some(48_000), place.target(None), "Broadcast −23", false));
    }
    all
}

impl Deliver {
    /// What is to be delivered of the open song; `Err` says why nothing can be.
    pub(crate) fn new(desk: &Desk, changes: Vec<String>) -> Result<Self, String> {
        let (folder, project, song) = (desk.folder(), desk.project(), desk.song());
        let found = twobus_jobs::master::input(folder, project, song);
        let (_, print) = found.map_err(|error| error.to_string())?;
        let (number, frames) = (print.map(|p| p.number), print.map(|p| p.frames));
        let mut sheet = Self {
            title: song.title.clone(),
            rate_hz: print.map_or(desk.rate_hz(), |print| print.rate_hz),
            frames: frames.unwrap_or_else(|| desk.end()),
            print: number,
            changes,
            kept: false,
            offers: offers(song.master.target),
            chosen: 0,
            revision: desk.revision(),
            folder: desk.masters(),
            pattern: PATTERN.to_owned(),
            tags: Tags::default(),
            tags_problem: None,
            replace: false,
            codec_trim_db: 0.0,
            planned: Ok(Vec::new()),
            written: Vec::new(),
            under_way: Vec::new(),
            phase: Phase::Asked,
            focus: None,
            over: None,
        };
        sheet.read_tags(desk);
        Ok(sheet)
    }

    /// Takes in anew what the files will say of the song.
    pub(crate) fn read_tags(&mut self, desk: &Desk) {
        match twobus_jobs::deliver::tags(desk.folder(), desk.project(), desk.song()) {
            Ok(tags) => (self.tags, self.tags_problem) = (tags, None),
            Err(error) => self.tags_problem = Some(error.to_string()),
        }
        self.plan_anew();
    }

    /// Chooses another folder.
    pub(crate) fn set_folder(&mut self, folder: &Path) {
        self.folder = folder.to_owned();
        self.plan_anew();
    }

    /// Plans other files than were written.
    fn plan_anew(&mut self) {
        self.written.clear();
        if !self.is_running() {
            self.phase = Phase::Asked;
        }
        self.plan();
    }

    fn plan(&mut self) {
        let on = self.offers.iter().filter(|offer| offer.on);
        let specs: Vec<FileSpec> = on.map(|offer| offer.spec.clone()).collect();
        let planned = plan(&self.folder, &self.pattern, &specs, &self.tags, self.rate_hz);
        self.planned = planned.map_err(|error| error.to_string());
    }

    /// The files that would be written.
    pub(crate) fn planned(&self) -> &[Planned] {
        self.planned.as_deref().unwrap_or(&[])
    }

    /// What became of a planned file.
    fn result(&self, file: &Planned) -> Option<&DeliveredFile> {
        self.written.iter().find(|written| written.planned.path == file.path)
    }

    /// The files that are still to be written: all but those that are right.
    pub(crate) fn to_write(&self) -> Vec<Planned> {
        let is_right = |file: &&Planned| self.result(file).is_some_and(DeliveredFile::is_right);
        self.planned().iter().filter(|file| !is_right(file)).cloned().collect()
    }

    /// How they are written.
    pub(crate) fn options(&self, desk: &Desk) -> DeliverOptions {
        let of = MasterOptions::of(&desk.song().master);
        let master = MasterOptions { overwrite: self.replace, tags: self.tags.clone(), ..of };
        DeliverOptions { master, codec_trim_db: self.codec_trim_db }
    }

    /// Why nothing can be written yet.
    pub(crate) fn obstacle(&self) -> Option<String> {
        let to_write = self.to_write();
        let there = to_write.iter().filter(|file| file.exists).count();
        match (&self.planned, &self.tags_problem) {
            (Err(why), _) => Some(why.clone()),
            (_, Some(why)) => Some(why.clone()),
            (Ok(files), _) if files.is_empty() => Some("Tick at least one format".to_owned()),
            _ if to_write.is_empty() => Some("All of these files are written".to_owned()),
            _ if self.is_asking() => Some("Answer the question on the print first".to_owned()),
            _ if there > 0 && !self.replace => {
                Some(format!("{there} of these files are there already"))
            }
            _ => None,
        }
    }

    /// Whether it asks which print is meant.
    fn is_asking(&self) -> bool {
        !self.changes.is_empty() && !self.kept
    }

    /// It has begun.
    pub(crate) fn started(&mut self, progress: Arc<Progress>) {
        self.under_way = self.to_write().into_iter().map(|file| file.path).collect();
        self.phase = Phase::Running(progress);
    }

    /// Nothing could be written.
    pub(crate) fn failed(&mut self, why: String) {
        self.phase = Phase::Failed(why);
    }

    /// Whether it runs.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running(_))
    }

    /// What came of it.
    pub(crate) fn delivered(&mut self, delivered: Delivered) {
        self.plan();
        for file in delivered.files {
            self.written.retain(|old| old.planned.path != file.planned.path);
            self.written.push(file);
        }
        self.chosen = 0;
        self.phase = Phase::Done;
    }

    /// The room below the ceiling that the encoder needs which overshoots most, in dB.
    fn cure_db(&self) -> Option<f64> {
        let cures = self.written.iter().filter_map(|file| file.outcome.as_ref().ok()?.cure_db);
        cures.min_by(f64::total_cmp)
    }

    /// Whether something is to be written again.
    fn has_failed(&self) -> bool {
        matches!(self.phase, Phase::Done) && self.written.iter().any(|file| !file.is_right())
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>, desk: &Desk) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => {
                self.focus = Some(if back { Part::Write } else { Part::Tick(0) });
            }
            Input::Press { part, .. } => return self.pressed(part),
            Input::Typed(part, text) => return self.typed(part, text.trim(), desk),
            _ => {}
        }
        Action::None
    }

    fn pressed(&mut self, part: Part) -> Action {
        match part {
            Part::Cross => return Action::Close,
            Part::Cancel if self.is_running() => return Action::Stop,
            Part::Cancel => return Action::Close,
            Part::Offer(index) => self.chosen = index,
            Part::Open => return Action::Open,
            Part::Write if self.is_running() => return Action::Close,
            Part::Write if matches!(self.phase, Phase::Done) => return Action::Close,
            _ if self.is_running() => {}
            Part::Tick(index) => {
                if let Some(offer) = self.offers.get_mut(index) {
                    offer.on = !offer.on;
                    self.chosen = index;
                }
                self.phase = Phase::Asked;
                self.plan();
            }
            Part::Dither(index) => {
                if let Some(offer) = self.offers.get_mut(index) {
                    offer.turn_dither();
                    self.chosen = index;
                }
                self.plan();
            }
            Part::Folder => return Action::Folder,
            Part::Update => return Action::Update,
            Part::Keep => self.kept = true,
            Part::Replace => self.replace = !self.replace,
            Part::Write if self.obstacle().is_none() => return Action::Write,
            Part::Retry => {
                self.codec_trim_db = self.cure_db().unwrap_or(self.codec_trim_db);
                self.replace = true;
                return Action::Write;
            }
            Part::Write
            | Part::Pattern
            | Part::Title
            | Part::Artist
            | Part::Isrc
            | Part::Beside
            | Part::Ground => {}
        }
        Action::None
    }

    fn typed(&mut self, part: Part, text: &str, desk: &Desk) -> Action {
        let song = desk.song();
        let change = match part {
            Part::Pattern if !text.is_empty() => {
                self.pattern = text.to_owned();
                self.plan_anew();
                return Action::None;
            }
            Part::Title if !text.is_empty() => SongEdit::Title(text.to_owned()),
            Part::Artist => {
                let mut credits = song.credits.clone();
                credits.artist = text.to_owned();
                SongEdit::Credits(credits)
            }
            Part::Isrc => SongEdit::Isrc((!text.is_empty()).then(|| text.to_uppercase())),
            _ => return Action::None,
        };
        Action::Edit(Box::new(Edit::Song { song: song.id, change }))
    }

    /// A key that no control of it has taken.
    pub(crate) fn key(&mut self, named: Option<Named>) -> Action {
        match named {
            Some(Named::Escape) => Action::Close,
            Some(Named::Enter) => self.pressed(Part::Write),
            _ => Action::None,
        }
    }

    /// The sheet over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }

    fn tag(&self, field: Field) -> &str {
        self.tags.get(field).unwrap_or("")
    }
}

impl Scene for &Deliver {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        draw::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        match part {
            Part::Offer(_) => Help::new("Format", "Click to see what will be checked of it."),
            Part::Tick(_) => Help::new("Format", "Whether this file is written."),
            Part::Dither(index) => Help::at(
                "Dither",
                self.offers.get(index).map_or("", Offer::dither_name),
                "TPDF is the same noise everywhere; shaped moves it to where the ear hears least of it.",
            ),
            Part::Folder => {
                Help::at("Folder", self.folder.display().to_string(), "Where the files go.")
            }
            Part::Pattern => Help::at(
                "File names",
                self.pattern.clone(),
                "Fields: {title} {artist} {album} {nr} {isrc} {rate} {depth} {format} {target}.",
            ),
            Part::Title => Help::at("Title", self.tag(Field::Title), "Click, or Enter, to type."),
            Part::Artist => {
                Help::at("Artist", self.tag(Field::Artist), "Click, or Enter, to type.")
            }
            Part::Isrc => Help::at(
                "ISRC",
                self.tag(Field::Isrc),
                "12 characters: country, registrant, year, number.",
            ),
            Part::Update => Help::new("Update", "Bounces the mix as it is now, and delivers that."),
            Part::Keep => Help::new("Keep the print", "Delivers the print as it is."),
            Part::Replace => {
                Help::new("Replace", "Files of these names are replaced, each only by a whole one.")
            }
            Part::Retry => Help::new(
                "Write again",
                "With a little less level before lossy encoders, where they overshoot.",
            ),
            Part::Open => Help::new("Open folder", "In the system's file manager."),
            Part::Cancel => Help::new("Stop", "What is finished stays."),
            Part::Write => {
                Help::new("Write", "Each file is decoded again and held against the master.")
            }
            Part::Cross => {
                Help::new("Close", "What runs goes on; the line at the bottom says how far it is.")
            }
            Part::Beside | Part::Ground => Help::default(),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
