//! What the arrange does.

use iced::Point;
use iced::keyboard::Modifiers;
use twobus_dsp::Db;
use twobus_session::clip::GAIN;
use twobus_session::edit::ListEdit;
use twobus_session::{
    Clip, ClipId, Edit, Fade, LoopRange, Marker, MediaId, Section, StripEdit, StripId,
    TimelineEdit, TrackEdit,
};

use super::layout::Frame;
use super::{Arrange, Marked, Part, automate};
use crate::desk::{Desk, Wave};
use crate::grid::Grid;
use crate::screens::dialog::About;
use crate::screens::menu::{Choice, Menu};
use crate::widgets::{Help, Input, Phase};

/// What the arrange asks of the window.
pub(crate) enum Action {
    None,
    /// To choose a strip.
    Choose(StripId),
    /// To show a menu.
    Menu(Menu),
    /// To close what it is folded for.
    Unfold,
    /// To ask for a line.
    Ask(About),
    /// To add files.
    Add,
    /// To find a file that is missing.
    Find(MediaId),
    /// To give the keyboard to another region.
    Leave {
        back: bool,
    },
}

/// What is dragged along the song.
#[derive(Debug, Clone)]
pub(super) enum Hold {
    /// The place, or the loop once it has moved far enough.
    Ruler { from: u64, x: f32 },
    /// An automation point, or what is drawn.
    Point(automate::Grip),
    /// A section that is being made, and the frames it covers so far.
    NewSection { from: u64, x: f32, range: Option<(u64, u64)> },
    /// An edge of a section.
    SectionEdge { section: Section, is_start: bool },
    /// A clip, by one of its pieces.
    Clip { track: StripId, before: Clip, grip: Grip, at: Point },
}

/// A piece of a clip that is taken hold of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grip {
    Whole,
    Start,
    End,
    FadeIn,
    FadeOut,
    Gain,
}

/// Pixels from an edge of a clip in which it is trimmed, and from its top in which it is faded.
const EDGE_PX: f32 = 5.0;
const FADE_PX: f32 = 10.0;
/// Pixels that a drag in the ruler moves until it sets the loop.
const LOOP_PX: f32 = 4.0;
/// Pixels that change a clip's gain by one dB.
const GAIN_PX: f32 = 4.0;
/// Shortest clip, in frames.
const SHORTEST: u64 = 64;

impl Arrange {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>, desk: &mut Desk) -> Action {
        if !matches!(input, Input::Over(_) | Input::Point { phase: Phase::Over, .. }) {
            self.unmark();
        }
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part: Part::Target(id), at, .. } => {
                return self.target_menu(id, at, desk);
            }
            Input::Press { part: Part::Mode(id), at, .. } => return self.mode_menu(id, at, desk),
            Input::Press { part, .. } => return self.pressed(part, desk),
            Input::Menu(Part::Lanes, at) => return self.clip_menu(at, desk),
            Input::Menu(Part::Sections, at) => return self.timeline_menu(false, at, desk),
            Input::Menu(Part::Ruler, at) => return self.timeline_menu(true, at, desk),
            Input::Point { part: Part::Sections, phase, at, modifiers } => {
                return self.on_sections(phase, at, modifiers, desk);
            }
            Input::Point { part: Part::Ruler, phase, at, modifiers } => {
                self.on_ruler(phase, at, modifiers, desk);
            }
            Input::Point { part: Part::Curve(id), phase, at, modifiers } => {
                self.on_curve(id, (phase, at, modifiers), desk);
            }
            Input::Point { part: Part::Lanes, phase, at, modifiers } => {
                return self.on_lanes(phase, at, modifiers, desk);
            }
            Input::Wheel { at, across, down, modifiers } => {
                self.wheel(at, (across, down), modifiers, desk);
            }
            _ => {}
        }
        Action::None
    }

    pub(super) fn frame(&self, desk: &Desk) -> Frame {
        Frame::new(self, desk.mix(), self.size)
    }

    /// Takes note of its size.
    pub(crate) fn resized(&mut self, size: iced::Size) {
        self.size = size;
    }

    fn pressed(&mut self, part: Part, desk: &mut Desk) -> Action {
        let strip = |id| desk.strip(id).cloned();
        match part {
            Part::Name(id) => return Action::Choose(id),
            Part::Add => return Action::Add,
            Part::Fit => (self.frames_per_px, self.start) = (None, 0.0),
            Part::Mute(id) => {
                if let Some(strip) = strip(id) {
                    desk.edit(id, StripEdit::Mute(!strip.mute));
                }
            }
            Part::Solo(id) => {
                if let Some(strip) = strip(id) {
                    desk.edit(id, StripEdit::Solo(!strip.solo));
                }
            }
            Part::Automate(id) => {
                self.automate(id, desk);
                return Action::Choose(id);
            }
            Part::Unfold => return Action::Unfold,
            Part::Sections
            | Part::Ruler
            | Part::Lanes
            | Part::Target(_)
            | Part::Mode(_)
            | Part::Curve(_) => {}
        }
        Action::None
    }

    fn on_ruler(&mut self, phase: Phase, at: Point, modifiers: Modifiers, desk: &mut Desk) {
        let frame = self.frame(desk);
        match (phase, &self.hold) {
            (Phase::Down, _) => {
                let from = frame.frame(at.x);
                self.hold = Some(Hold::Ruler { from, x: at.x });
                desk.live.locate(from);
            }
            (Phase::Twice, _) => crate::screens::top::toggle_loop(desk),
            (Phase::Drag, Some(Hold::Ruler { from, x })) if (at.x - x).abs() > LOOP_PX => {
                let to = frame.frame(at.x);
                let (start, end) = (*from.min(&to), *from.max(&to));
                let (start, end) = match modifiers.shift() {
                    true => (start, end),
                    false => {
                        let grid = Grid::new(&desk.mix().timeline, desk.rate_hz());
                        (grid.nearest_beat(start), grid.nearest_beat(end))
                    }
                };
                if end > start {
                    let change = TimelineEdit::Loop(Some(LoopRange { start, end, on: true }));
                    desk.drag(Edit::Timeline { song: desk.song_id(), change }, None);
                }
            }
            (Phase::Up, Some(Hold::Ruler { .. })) => {
                self.hold = None;
                desk.drop_held();
            }
            _ => {}
        }
    }

    fn on_lanes(
        &mut self,
        phase: Phase,
        at: Point,
        modifiers: Modifiers,
        desk: &mut Desk,
    ) -> Action {
        match (phase, self.hold.clone()) {
            (Phase::Down, _) if self.folded.is_some() => {
                desk.live.locate(self.frame(desk).frame(at.x));
            }
            (Phase::Down, _) => return self.grab(at, modifiers, desk),
            (Phase::Twice, _) => desk.live.locate(self.frame(desk).frame(at.x)),
            (Phase::Drag, Some(Hold::Clip { track, before, grip, at: from })) => {
                let by = Point::new(at.x - from.x, at.y - from.y);
                let clip = self.moved(&before, grip, by, modifiers.shift(), desk);
                let change = TrackEdit::Clips(ListEdit::change(clip));
                desk.drag(Edit::Track { song: desk.song_id(), strip: track, change }, None);
            }
            (Phase::Up, Some(Hold::Clip { .. })) => {
                self.hold = None;
                desk.drop_held();
            }
            _ => {}
        }
        Action::None
    }

    fn grab(&mut self, at: Point, modifiers: Modifiers, desk: &mut Desk) -> Action {
        let frame = self.frame(desk);
        let Some((index, track, clip)) = frame.clip_at(desk.mix(), at) else {
            self.clip = None;
            return Action::None;
        };
        let strip = track.strip.id;
        if let Some(Wave::Missing(_)) = desk.waves.of(clip.media) {
            return Action::Find(clip.media);
        }
        let area = frame.clip(index, clip);
        let (left, right) = (at.x - area.x, area.x + area.width - at.x);
        let grip = match () {
            () if modifiers.alt() => Grip::Gain,
            () if left < FADE_PX && at.y - area.y < FADE_PX => Grip::FadeIn,
            () if right < FADE_PX && at.y - area.y < FADE_PX => Grip::FadeOut,
            () if left < EDGE_PX => Grip::Start,
            () if right < EDGE_PX => Grip::End,
            () => Grip::Whole,
        };
        self.clip = Some((strip, clip.id));
        self.hold = Some(Hold::Clip { track: strip, before: clip.clone(), grip, at });
        Action::Choose(strip)
    }

    /// The clip after its piece was dragged by so many pixels.
    fn moved(&self, before: &Clip, grip: Grip, by: Point, free: bool, desk: &Desk) -> Clip {
        let frames = (f64::from(by.x) * self.frame(desk).frames_per_px).round() as i64;
        let grid = Grid::new(&desk.mix().timeline, desk.rate_hz());
        let snapped = |frame: u64| if free { frame } else { grid.nearest_beat(frame) };
        let media = desk.project().media(before.media);
        let file_end = media.map_or(u64::MAX, |file| file.frames_at(desk.rate_hz()));
        let mut clip = before.clone();
        match grip {
            Grip::Whole => clip.position = snapped(before.position.saturating_add_signed(frames)),
            Grip::Start => {
                let least = before.position.saturating_sub(before.offset);
                let most = before.end().saturating_sub(SHORTEST);
                let start =
                    before.position.saturating_add_signed(frames).clamp(least, most.max(least));
                let shift = start as i64 - before.position as i64;
                clip.position = start;
                clip.offset = before.offset.saturating_add_signed(shift);
                clip.length = before.length.saturating_add_signed(-shift);
            }
            Grip::End => {
                let most = file_end.saturating_sub(before.offset).max(SHORTEST);
                clip.length = before.length.saturating_add_signed(frames).clamp(SHORTEST, most);
            }
            Grip::FadeIn => {
                clip.fade_in.frames = before.fade_in.frames.saturating_add_signed(frames);
            }
            Grip::FadeOut => {
                clip.fade_out.frames = before.fade_out.frames.saturating_add_signed(-frames);
            }
            Grip::Gain => {
                let gain = before.gain.0 - f64::from(by.y / GAIN_PX);
                clip.gain = Db((GAIN.nearest(gain).unwrap_or(0.0) * 10.0).round() / 10.0);
            }
        }
        let rest = clip.length.saturating_sub(clip.fade_out.frames.min(clip.length));
        clip.fade_in.frames = clip.fade_in.frames.min(rest);
        clip.fade_out.frames = clip.fade_out.frames.min(clip.length - clip.fade_in.frames);
        clip
    }

    fn clip_menu(&mut self, window: Point, desk: &Desk) -> Action {
        // The arrange lies at the left edge of the window, below the top bar.
        let at = Point::new(window.x, window.y - crate::theme::layout::TOP_BAR);
        let frame = self.frame(desk);
        let Some((_, track, clip)) = frame.clip_at(desk.mix(), at) else { return Action::None };
        let (song, strip) = (desk.song_id(), track.strip.id);
        self.clip = Some((strip, clip.id));
        let mut menu = Menu::new(format!("{} clip", track.strip.name), window);
        let clips = |change| Edit::Track { song, strip, change: TrackEdit::Clips(change) };
        if let Some(edits) = split(clip, frame.frame(at.x), desk.mix().fresh_clip_id()) {
            let edits = edits.into_iter().map(clips).collect();
            menu.row(
                "Split here",
                Choice::Edit(Edit::Batch { name: "Split clip".to_owned(), edits }),
            );
        }
        let without = Clip { fade_in: Fade::default(), fade_out: Fade::default(), ..clip.clone() };
        menu.row("No fades", Choice::Edit(clips(ListEdit::change(without))));
        let plain = Clip { gain: Db::UNITY, ..clip.clone() };
        menu.row(
            &format!("Gain {} → 0 dB", clip.gain),
            Choice::Edit(clips(ListEdit::change(plain))),
        );
        menu.row("Remove", Choice::Edit(clips(ListEdit::Remove(clip.id))));
        Action::Menu(menu)
    }

    fn wheel(&mut self, at: Point, (across, down): (f32, f32), modifiers: Modifiers, desk: &Desk) {
        /// Pixels of a line of the wheel.
        const LINE_PX: f32 = 48.0;
        if self.folded.is_some() {
            return;
        }
        if modifiers.command() {
            return self.zoom(f64::from(down), at.x, desk);
        }
        let frame = self.frame(desk);
        let sideways = if modifiers.shift() { across + down } else { across };
        if sideways != 0.0 {
            self.scroll_to(frame.start + f64::from(sideways * LINE_PX) * frame.frames_per_px, desk);
        } else {
            let most = frame.most_top();
            self.top = (self.top + down * LINE_PX).clamp(0.0, most);
        }
    }

    /// Shows more, or less if `lines` is negative, around the pixel `x`.
    pub(crate) fn zoom(&mut self, lines: f64, x: f32, desk: &Desk) {
        /// Lines of the wheel that show twice as much.
        const DOUBLE: f64 = 3.0;
        let frame = self.frame(desk);
        let under = frame.start + f64::from(x - frame.lanes.x) * frame.frames_per_px;
        let finer = Self {
            frames_per_px: Some(frame.frames_per_px * (lines / DOUBLE).exp2()),
            ..self.clone()
        };
        let frames_per_px = finer.frame(desk).frames_per_px;
        self.frames_per_px = Some(frames_per_px);
        self.scroll_to(under - f64::from(x - frame.lanes.x) * frames_per_px, desk);
    }

    fn scroll_to(&mut self, start: f64, desk: &Desk) {
        let frame = self.frame(desk);
        let wide = f64::from(frame.lanes.width) * frame.frames_per_px;
        let most = (desk.mix().end() as f64 * 1.02 - wide).max(0.0);
        self.start = start.clamp(0.0, most);
    }

    /// Points out a place and tracks, and brings them into view.
    pub(crate) fn mark(&mut self, marked: Marked, desk: &Desk) {
        if let Some((start, end)) = marked.place {
            // As much again on either side, so that one sees where it is.
            let wide = end.saturating_sub(start).max(u64::from(desk.rate_hz())) as f64 * 3.0;
            self.frames_per_px = Some(wide / f64::from(self.frame(desk).lanes.width.max(1.0)));
            self.scroll_to(start as f64 - wide / 3.0, desk);
        }
        let mut tracks = desk.mix().tracks.iter();
        let first = tracks.position(|track| marked.strips.contains(&track.strip.id));
        if let Some(first) = first {
            let frame = self.frame(desk);
            let (lane, most) = (frame.lane(first), frame.most_top());
            let down = lane.y - frame.lanes.y - lane.height;
            self.top = (self.top + down).clamp(0.0, most);
        }
        self.marked = Some(marked);
    }

    #[cfg(test)]
    pub(crate) fn is_marked(&self) -> bool {
        self.marked.is_some()
    }

    /// Points out nothing any more.
    pub(crate) fn unmark(&mut self) {
        self.marked = None;
    }

    /// Keeps the playhead in view.
    pub(crate) fn follow(&mut self, desk: &Desk) {
        let frame = self.frame(desk);
        let heard = desk.live.heard();
        let x = frame.x(heard);
        if self.folded.is_none() && (x < frame.lanes.x || x > frame.lanes.x + frame.lanes.width) {
            let wide = f64::from(frame.lanes.width) * frame.frames_per_px;
            self.scroll_to(heard as f64 - wide * 0.1, desk);
        }
    }

    /// Steps the place by a beat, or a bar.
    pub(crate) fn walk(&self, back: bool, bar: bool, desk: &mut Desk) {
        let grid = Grid::new(&desk.mix().timeline, desk.rate_hz());
        let heard = desk.live.heard();
        let (beat, whole) = grid.lengths(heard);
        let by = if bar { whole } else { beat } as u64;
        let to = if back { heard.saturating_sub(by) } else { heard + by };
        desk.live.locate(grid.nearest_beat(to));
    }
}

/// Drops a marker where it plays.
pub(crate) fn drop_marker(desk: &mut Desk) {
    let id = desk.mix().fresh_marker_id();
    let marker = Marker { id, name: format!("Marker {}", id.0), frame: desk.live.heard() };
    let change = TimelineEdit::Markers(ListEdit::add(marker));
    desk.apply(Edit::Timeline { song: desk.song_id(), change });
}

/// Cuts a clip in two at a frame of the song; `None` where there is nothing to cut.
fn split(clip: &Clip, at: u64, id: ClipId) -> Option<[ListEdit<Clip>; 2]> {
    let head = at.checked_sub(clip.position).filter(|head| *head > 0 && *head < clip.length)?;
    let first = Clip {
        length: head,
        fade_in: Fade { frames: clip.fade_in.frames.min(head), ..clip.fade_in },
        fade_out: Fade::default(),
        ..clip.clone()
    };
    let rest = clip.length - head;
    let second = Clip {
        id,
        position: at,
        offset: clip.offset + head,
        length: rest,
        fade_in: Fade::default(),
        fade_out: Fade { frames: clip.fade_out.frames.min(rest), ..clip.fade_out },
        ..clip.clone()
    };
    Some([ListEdit::change(first), ListEdit::add(second)])
}

/// What is said about a part.
pub(super) fn help(desk: &Desk, part: Part) -> Help {
    let name = |id: StripId| desk.strip(id).map_or("", |strip| strip.name.as_str()).to_owned();
    match part {
        Part::Name(id) => Help::new(name(id), "Click to choose its strip."),
        Part::Mute(id) => {
            Help::new(format!("{} mute", name(id)), "Silences the track and its sends.")
        }
        Part::Solo(id) => {
            Help::new(format!("{} solo", name(id)), "Heard alone; a bounce ignores it.")
        }
        Part::Automate(id) => Help::new(
            format!("{} automation", name(id)),
            "Shows a lane of it. Key A; Shift A, the next.",
        ),
        Part::Target(id) => Help::new(
            format!("{} automation", name(id)),
            "Which control is shown: fader, pan, width, mute, sends, devices.",
        ),
        Part::Mode(id) => Help::new(
            format!("{} automation", name(id)),
            "Read plays it; touch, latch and write take down what a hand does while it plays.",
        ),
        Part::Curve(id) => Help::new(
            format!("{} automation", name(id)),
            "Click adds a point; drag moves it; Delete takes it away; Alt-drag between two bends; Ctrl-drag draws.",
        ),
        Part::Unfold => Help::new("Open the lanes", "Closes the devices. Key Esc."),
        Part::Sections => Help::new(
            "Sections",
            "Drag over free room to make one; click goes there, right-click renames, loops or removes it.",
        ),
        Part::Ruler => Help::new(
            "Ruler",
            "Click to go there; drag to loop; double-click switches the loop; right-click for markers and tempo.",
        ),
        Part::Lanes => Help::new(
            "Lanes",
            "Drag clips, their edges to trim, top corners to fade, Alt for gain; Ctrl wheel zooms.",
        ),
        Part::Add => Help::new("Add files", "Makes a track of each. Ctrl I."),
        Part::Fit => Help::new("Whole song", "Shows all of it."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use twobus_session::ChannelMap;

    fn clip() -> Clip {
        Clip {
            id: ClipId(1),
            media: MediaId(1),
            channels: ChannelMap::AsIs,
            position: 1000,
            offset: 50,
            length: 4000,
            gain: Db::UNITY,
            fade_in: Fade { frames: 100, ..Fade::default() },
            fade_out: Fade { frames: 200, ..Fade::default() },
        }
    }

    #[test]
    fn a_split_leaves_two_clips_that_play_what_one_did() {
        let [ListEdit::Change(first), ListEdit::Add { item: second, .. }] =
            split(&clip(), 3000, ClipId(2)).unwrap()
        else {
            panic!("a change and an addition");
        };
        assert_eq!((first.position, first.length, first.end()), (1000, 2000, 3000));
        assert_eq!((second.position, second.offset, second.end()), (3000, 2050, 5000));
        assert_eq!((first.fade_in.frames, first.fade_out.frames), (100, 0));
        assert_eq!((second.fade_in.frames, second.fade_out.frames), (0, 200));
        assert!(split(&clip(), 1000, ClipId(2)).is_none());
        assert!(split(&clip(), 5000, ClipId(2)).is_none());
    }
}
