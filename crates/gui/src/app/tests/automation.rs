//! Automation lanes.

use twobus_session::edit::{LaneEdit, ListEdit};
use twobus_session::{Lane, LaneMode, LaneTarget, StripEdit};

use super::*;
use crate::screens::mix::arrange::Part;
use crate::widgets::{Input, Phase};

const CURVE: Part = Part::Curve(StripId(1));
/// Heights in the lane under the first track: the fader's 0 dB lies at three quarters of its travel.
const UNITY_Y: f32 = 46.0 + 34.0 + 5.0 + 29.0 * 0.25;

impl Window {
    fn curve(&mut self, phase: Phase, (x, y): (f32, f32), modifiers: Modifiers) {
        let at = Point::new(x, y);
        self.send(Message::Arrange(Input::Point { part: CURVE, phase, at, modifiers }));
    }

    fn click(&mut self, from: (f32, f32), to: (f32, f32), modifiers: Modifiers) {
        self.curve(Phase::Down, from, modifiers);
        if from != to {
            let half = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
            self.curve(Phase::Drag, half, modifiers);
            self.curve(Phase::Drag, to, modifiers);
        }
        self.curve(Phase::Up, to, modifiers);
    }

    fn lane(&self) -> Option<&Lane> {
        self.app.desk.as_ref().unwrap().strip(StripId(1)).unwrap().lane(LaneTarget::Fader)
    }

    fn levels(&self) -> Vec<f64> {
        self.lane().map_or_else(Vec::new, |lane| lane.points.iter().map(|p| p.value).collect())
    }

    fn with_lane(mode: LaneMode, points: &[(u64, f64)]) -> Self {
        let mut window = Self::with_stems();
        let point = |(frame, value): &(u64, f64)| twobus_dsp::curve::Breakpoint {
            frame: *frame,
            value: *value,
            bend: 0.0,
        };
        let points = points.iter().map(point).collect();
        let lane = Lane { target: LaneTarget::Fader, mode, points };
        window.app.mixer.choose(StripId(1));
        let edit = StripEdit::Lanes(ListEdit::add(lane));
        window.app.on_desk(|desk| desk.edit(StripId(1), edit));
        window.letter("a", Modifiers::empty());
        window
    }

    fn shown_fader(&self) -> f64 {
        let desk = self.app.desk.as_ref().unwrap();
        desk.as_heard(desk.strip(StripId(1)).unwrap()).fader.0
    }

    /// Looks at the engine until `seen`.
    fn look_until(&mut self, seen: impl Fn(&Self) -> bool) {
        let start = std::time::Instant::now();
        while !seen(self) {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not come");
            std::thread::sleep(Duration::from_millis(10));
            self.send(Message::Frame(std::time::Instant::now()));
        }
    }
}

#[test]
fn a_shows_the_automation_of_the_chosen_strip_and_shift_a_the_next_control() {
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(1));
    window.letter("a", Modifiers::empty());
    assert_eq!(window.app.arrange.shown_lane(StripId(1)), Some(LaneTarget::Fader));
    window.letter("A", Modifiers::SHIFT);
    assert_eq!(window.app.arrange.shown_lane(StripId(1)), Some(LaneTarget::Pan));
    window.letter("a", Modifiers::empty());
    assert_eq!(window.app.arrange.shown_lane(StripId(1)), None);
}

#[test]
fn points_are_added_moved_and_deleted_each_as_one_step() {
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(1));
    window.letter("a", Modifiers::empty());
    window.click((500.0, UNITY_Y), (500.0, UNITY_Y), Modifiers::empty());
    assert_eq!(window.levels().len(), 1);
    assert!(window.levels()[0].abs() < 0.5, "{:?}", window.levels());
    window.click((900.0, UNITY_Y), (900.0, UNITY_Y + 8.0), Modifiers::empty());
    let levels = window.levels();
    assert!(levels.len() == 2 && levels[1] < -8.0, "added, and dragged down: {levels:?}");
    window.click((900.0, UNITY_Y + 8.0), (1300.0, UNITY_Y), Modifiers::empty());
    let frames: Vec<u64> = window.lane().unwrap().points.iter().map(|p| p.frame).collect();
    assert!(frames[1] > 2 * frames[0], "{frames:?}");
    window.letter("z", Modifiers::CTRL);
    assert!(window.levels()[1] < -8.0, "a drag is one step");
    window.app.region = super::super::Region::Arrange;
    window.click((500.0, UNITY_Y), (500.0, UNITY_Y), Modifiers::empty());
    window.named(Named::Delete);
    assert_eq!(window.levels().len(), 1);
    window.click((900.0, UNITY_Y + 8.0), (900.0, UNITY_Y + 8.0), Modifiers::ALT);
    assert!(window.lane().is_none(), "the lane goes with its last point");
}

#[test]
fn a_curve_is_drawn_by_hand_as_one_step() {
    let mut window = Window::with_lane(LaneMode::Read, &[(0, 0.0), (20_000, 0.0), (40_000, 0.0)]);
    window.curve(Phase::Down, (500.0, UNITY_Y), Modifiers::CTRL);
    for step in 1_u8..=40 {
        let step = f32::from(step);
        window.curve(Phase::Drag, (500.0 + 10.0 * step, UNITY_Y + step / 4.0), Modifiers::CTRL);
    }
    window.curve(Phase::Up, (900.0, UNITY_Y + 10.0), Modifiers::CTRL);
    let levels = window.levels();
    let lowest = levels.iter().copied().fold(0.0, f64::min);
    assert!(lowest < -10.0 && levels.len() > 3, "{levels:?}");
    assert_eq!((levels[0], *levels.last().unwrap()), (0.0, 0.0), "beside it all stays");
    window.letter("z", Modifiers::CTRL);
    assert_eq!(window.levels(), [0.0, 0.0, 0.0]);
}

#[test]
fn a_fader_stands_where_its_lane_has_it_and_goes_back_there() {
    let mut window = Window::with_lane(LaneMode::Read, &[(0, -12.0)]);
    assert_eq!(window.shown_fader(), -12.0);
    let part = fader_part(1);
    window.send(Message::Mixer(Input::Move(part, 0.5)));
    assert_eq!(window.shown_fader(), -10.0, "while it is held");
    window.send(Message::Mixer(Input::Drop(part)));
    assert_eq!((window.shown_fader(), window.fader(1)), (-12.0, Db::UNITY));
    let (said, _) = window.app.desk.as_ref().unwrap().live.said().unwrap();
    assert!(said.contains("automation"), "{said}");
}

#[test]
fn a_fader_that_is_moved_while_it_plays_writes_its_lane() {
    let mut window = Window::with_lane(LaneMode::Touch, &[(0, 0.0)]);
    window.look_until(|window| window.app.desk.as_ref().unwrap().live.is_ready());
    window.named(Named::Space);
    window.look_until(|window| window.app.desk.as_ref().unwrap().live.heard() > 4000);
    let part = fader_part(1);
    window.send(Message::Mixer(Input::Move(part, 0.5)));
    let from = window.app.desk.as_ref().unwrap().live.heard();
    window.look_until(|window| window.app.desk.as_ref().unwrap().live.heard() > from + 8000);
    window.send(Message::Mixer(Input::Drop(part)));
    window.named(Named::Space);
    window.look_until(|window| window.levels().len() > 1);
    let lowest = window.levels().into_iter().fold(0.0, f64::min);
    assert!((lowest + 10.0).abs() < 0.5, "{:?}", window.levels());
    assert_eq!(window.fader(1), Db::UNITY, "the lane is written, not the fader");
    window.letter("z", Modifiers::CTRL);
    assert_eq!(window.levels(), [0.0], "a pass is one step");
}

#[test]
fn a_mode_is_chosen_in_the_menu_also_where_there_is_no_lane_yet() {
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(1));
    window.letter("a", Modifiers::empty());
    let press = Input::Press {
        part: Part::Mode(StripId(1)),
        modifiers: Modifiers::empty(),
        at: Point::ORIGIN,
    };
    window.send(Message::Arrange(press));
    let choose = crate::widgets::Input::Press {
        part: crate::screens::menu::Part::Row(2),
        modifiers: Modifiers::empty(),
        at: Point::ORIGIN,
    };
    window.send(Message::Menu(choose));
    assert_eq!(window.lane().map(|lane| lane.mode), Some(LaneMode::Touch));
    let change = LaneEdit::Mode(LaneMode::Off);
    let off = StripEdit::Lane { target: LaneTarget::Fader, change };
    window.app.on_desk(|desk| desk.edit(StripId(1), off));
    assert_eq!(window.shown_fader(), 0.0);
}

/// Lanes of automation; `cargo xtask screenshots` says where the pictures go.
#[test]
fn every_screen_is_drawn_with_automation() {
    let place = tempfile::tempdir().unwrap();
    let (mut window, folder) = super::stage(place.path());
    let folder = folder.as_path();
    window.app.mixer.choose(StripId(1));
    window.letter("a", Modifiers::empty());
    let end = window.app.desk.as_ref().unwrap().mix().end();
    let shape = [(1, -6.0), (2, 0.0), (4, 0.0), (5, -12.0), (6, 2.0), (8, 2.0), (9, -30.0)];
    let points = shape.map(|(tenth, value)| twobus_dsp::curve::Breakpoint {
        frame: end * tenth / 10,
        value,
        bend: 0.0,
    });
    let lane = Lane { target: LaneTarget::Fader, mode: LaneMode::Touch, points: points.to_vec() };
    let edit = StripEdit::Lanes(ListEdit::add(lane));
    window.app.on_desk(|desk| desk.edit(StripId(1), edit));
    window.app.mixer.choose(StripId(2));
    window.letter("a", Modifiers::empty());
    window.letter("A", Modifiers::SHIFT);
    window.app.mixer.choose(StripId::MIX_BUS);
    window.letter("a", Modifiers::empty());
    window.app.mixer.choose(StripId(1));
    let x = 220.0 + 1380.0 * 0.4 / 1.02;
    window.curve(Phase::Down, (x, UNITY_Y), Modifiers::empty());
    picture(&window, WINDOW, folder, "automation");
}

#[test]
fn the_way_between_two_points_is_bent_moved_with_its_point_and_made_straight() {
    let mut window = Window::with_lane(LaneMode::Read, &[(0, 0.0), (60_000, -20.0)]);
    let bend = |window: &Window| window.lane().unwrap().points[0].bend;
    let (at, down) = ((500.0, UNITY_Y + 8.0), (500.0, UNITY_Y + 23.0));
    window.click(at, down, Modifiers::ALT);
    assert_eq!(bend(&window), -0.5, "a falling way that goes down early");
    assert_eq!(window.levels(), [0.0, -20.0]);
    window.letter("z", Modifiers::CTRL);
    assert_eq!(bend(&window), 0.0, "a drag is one step");
    window.click(at, (500.0, UNITY_Y - 200.0), Modifiers::ALT);
    assert_eq!(bend(&window), 1.0);
    let first = (230.0 - 10.0, UNITY_Y);
    window.click(first, (first.0, UNITY_Y + 10.0), Modifiers::empty());
    assert!(window.levels()[0] < -3.0);
    assert_eq!(bend(&window), 1.0, "a point that is moved keeps its way");
    window.curve(Phase::Twice, at, Modifiers::ALT);
    assert_eq!(bend(&window), 0.0);
}
