//! What is drawn of audio files: their peaks, loaded aside, and tiles of pixels made of them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use iced::Color;
use iced::widget::image::Handle;
use twobus_jobs::Folder;
use twobus_media::Peaks;
use twobus_session::{ChannelMap, MediaId, Project, SongId};

/// Width of a tile in pixels.
pub(crate) const TILE: u32 = 256;
/// Tiles that are kept; past this all are made anew, which takes some 30 ms.
const MOST_TILES: usize = 4096;

/// What is known of a file's wave.
#[derive(Debug, Clone)]
pub(crate) enum Wave {
    /// It is on its way.
    Loading,
    /// It is there.
    Ready(Arc<Peaks>),
    /// It cannot be read; why.
    Missing(String),
}

/// A tile: which part of which file, how fine, how high, in which colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TileKey {
    pub(crate) media: MediaId,
    pub(crate) channels: ChannelKey,
    /// Bits of the frames that a pixel stands for.
    pub(crate) frames_per_px: u64,
    pub(crate) index: u64,
    /// The first of its columns that is drawn, and the one past the last: a clip's edge may lie in it.
    pub(crate) columns: (u32, u32),
    pub(crate) height: u32,
    pub(crate) colour: u32,
}

/// The channels of a clip, as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ChannelKey {
    /// All of them.
    All,
    /// One.
    Only(u16),
}

impl From<ChannelMap> for ChannelKey {
    fn from(map: ChannelMap) -> Self {
        match map {
            ChannelMap::AsIs => Self::All,
            ChannelMap::Only(channel) => Self::Only(channel),
        }
    }
}

type Loaded = (MediaId, Result<Peaks, String>);

/// The waves of all files of a project.
pub(crate) struct Waves {
    known: HashMap<MediaId, Wave>,
    tiles: RefCell<HashMap<TileKey, Handle>>,
    outbox: Sender<Loaded>,
    inbox: Receiver<Loaded>,
}

impl Default for Waves {
    fn default() -> Self {
        let (outbox, inbox) = channel();
        Self { known: HashMap::new(), tiles: RefCell::default(), outbox, inbox }
    }
}

impl Waves {
    /// Begins to load what the song plays and is not yet known.
    pub(crate) fn load(&mut self, folder: &Folder, project: &Project, song: SongId) {
        let Some(song) = project.song(song) else { return };
        let clips = song.mix.iter().flat_map(|mix| &mix.tracks).flat_map(|track| &track.clips);
        let wanted: HashSet<MediaId> = clips.map(|clip| clip.media).collect();
        let new = wanted.iter().filter(|id| !self.known.contains_key(id));
        let files: Vec<_> = new.filter_map(|id| project.media(*id)).cloned().collect();
        if files.is_empty() {
            return;
        }
        for file in &files {
            let _none = self.known.insert(file.id, Wave::Loading);
        }
        let (folder, rate_hz, outbox) = (folder.clone(), song.rate_hz, self.outbox.clone());
        let work = move || {
            for file in files {
                let peaks = twobus_jobs::peaks(&folder, &file, rate_hz);
                // Nobody waits for them any more when the project was closed.
                let _closed = outbox.send((file.id, peaks.map_err(|error| error.to_string())));
            }
        };
        let _thread = std::thread::Builder::new().name("waves".to_owned()).spawn(work);
    }

    /// Takes in what has been loaded; true when something has.
    pub(crate) fn arrived(&mut self) -> bool {
        let mut any = false;
        while let Ok((id, peaks)) = self.inbox.try_recv() {
            let wave = match peaks {
                Ok(peaks) => Wave::Ready(Arc::new(peaks)),
                Err(why) => Wave::Missing(why),
            };
            let _loading = self.known.insert(id, wave);
            any = true;
        }
        any
    }

    /// Whether some are on their way.
    pub(crate) fn is_loading(&self) -> bool {
        self.known.values().any(|wave| matches!(wave, Wave::Loading))
    }

    /// Forgets what is known of a file, as after it was found again.
    pub(crate) fn forget(&mut self, media: MediaId) {
        let _known = self.known.remove(&media);
        self.tiles.get_mut().retain(|key, _| key.media != media);
    }

    /// What is known of a file.
    pub(crate) fn of(&self, media: MediaId) -> Option<&Wave> {
        self.known.get(&media)
    }

    /// A tile of a wave, made when it is first asked for.
    pub(crate) fn tile(&self, key: TileKey, peaks: &Peaks, colours: Colours) -> Handle {
        let mut tiles = self.tiles.borrow_mut();
        if tiles.len() >= MOST_TILES {
            tiles.clear();
        }
        tiles.entry(key).or_insert_with(|| draw(key, peaks, colours)).clone()
    }
}

/// What a wave is drawn in: its peaks, and its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colours {
    pub(crate) peak: Color,
    pub(crate) body: Color,
}

/// A whole file in a picture of `width` by `height` pixels.
pub(crate) fn thumbnail(peaks: &Peaks, (width, height): (u32, u32), colours: Colours) -> Handle {
    let frames_per_px = peaks.frames() as f64 / f64::from(width);
    let key = TileKey {
        media: MediaId(0),
        channels: ChannelKey::All,
        frames_per_px: frames_per_px.to_bits(),
        index: 0,
        columns: (0, width),
        height,
        colour: 0,
    };
    draw_wide(key, width, peaks, colours)
}

/// Draws a tile.
fn draw(key: TileKey, peaks: &Peaks, colours: Colours) -> Handle {
    draw_wide(key, TILE, peaks, colours)
}

/// Draws a column per pixel, from lowest to highest sample, its RMS brighter.
fn draw_wide(key: TileKey, width: u32, peaks: &Peaks, colours: Colours) -> Handle {
    let height = key.height.max(1);
    let frames_per_px = f64::from_bits(key.frames_per_px);
    let mut pixels = vec![0_u8; (width * height * 4) as usize];
    let channels = match key.channels {
        ChannelKey::Only(channel) => usize::from(channel)..usize::from(channel) + 1,
        ChannelKey::All => 0..peaks.channels().min(2),
    };
    let first = key.index * u64::from(width);
    for x in key.columns.0..key.columns.1.min(width) {
        let at = |column: u64| (column as f64 * frames_per_px) as u64;
        let frames = at(first + u64::from(x))..at(first + u64::from(x) + 1);
        let bins = channels.clone().map(|channel| peaks.over(channel, frames.clone()));
        let (mut min, mut max, mut rms) = (0.0_f32, 0.0_f32, 0.0_f32);
        for bin in bins {
            (min, max, rms) = (min.min(bin.min), max.max(bin.max), rms.max(bin.rms));
        }
        column(&mut pixels, (x, width, height), (min, max), colours.peak);
        column(&mut pixels, (x, width, height), (-rms, rms), colours.body);
    }
    Handle::from_rgba(width, height, pixels)
}

/// A wave of columns, each with its height and its body from 0 to 255, in a picture of `width` by `height`.
pub(super) fn draw_columns(
    columns: impl Iterator<Item = (u8, u8)>,
    (width, height): (u32, u32),
    colours: Colours,
) -> Handle {
    let mut pixels = vec![0_u8; (width * height * 4) as usize];
    for (x, (peak, body)) in (0..width).zip(columns) {
        let (peak, body) = (f32::from(peak) / 255.0, f32::from(body) / 255.0);
        column(&mut pixels, (x, width, height), (-peak, peak), colours.peak);
        column(&mut pixels, (x, width, height), (-body, body), colours.body);
    }
    Handle::from_rgba(width, height, pixels)
}

/// Fills a column of a tile between two samples, at least one pixel high.
fn column(
    pixels: &mut [u8],
    (x, width, height): (u32, u32, u32),
    (low, high): (f32, f32),
    colour: Color,
) {
    let middle = height as f32 / 2.0;
    let y = |sample: f32| (middle - sample.clamp(-1.0, 1.0) * middle).round() as u32;
    let (top, bottom) = (y(high).min(height - 1), y(low).clamp(1, height));
    let rgba = colour.into_rgba8();
    for row in top..bottom.max(top + 1) {
        let at = ((row * width + x) * 4) as usize;
        pixels[at..at + 4].copy_from_slice(&rgba);
    }
}
