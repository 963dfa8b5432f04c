//! The device panel.

use twobus_dsp::DeviceKind;
use twobus_dsp::eq::params::{BAND_PARAMS, band};
use twobus_session::edit::ListEdit;
use twobus_session::{Device, DeviceId, StripEdit};

use super::*;
use crate::screens::mix::devices::Part;
use crate::widgets::{Input, Phase};

impl Window {
    /// With devices of these kinds on the second strip, and the panel open on the first of them.
    fn with_devices(kinds: &[DeviceKind]) -> Self {
        let mut window = Self::with_stems();
        window.insert(kinds);
        window
    }

    fn insert(&mut self, kinds: &[DeviceKind]) {
        let desk = self.app.desk.as_mut().unwrap();
        for kind in kinds {
            let device = Device::new(desk.song().fresh_device_id(), *kind);
            desk.edit(StripId(2), StripEdit::Inserts(ListEdit::add(device)));
        }
        self.app.open_devices(StripId(2), None);
    }

    fn inserts(&self) -> &[Device] {
        &self.app.desk.as_ref().unwrap().strip(StripId(2)).unwrap().inserts
    }

    fn value(&self, device: usize, id: &str) -> f64 {
        let device = &self.inserts()[device];
        device.values[device.kind.param(id).unwrap()]
    }

    fn devices(&mut self, input: Input<Part>) {
        self.send(Message::Devices(input));
    }

    fn press_part(&mut self, part: Part) {
        let modifiers = Modifiers::empty();
        self.devices(Input::Press { part, modifiers, at: Point::ORIGIN });
    }

    fn point(&mut self, part: Part, phase: Phase, at: Point) {
        self.devices(Input::Point { part, phase, at, modifiers: Modifiers::empty() });
    }

    /// Plays for a while, so that there is something to see.
    fn play(&mut self, time: Duration) {
        let start = std::time::Instant::now();
        while start.elapsed() < time {
            let desk = self.app.desk.as_mut().unwrap();
            if desk.live.is_ready() && !desk.live.is_playing() {
                desk.live.toggle();
            }
            std::thread::sleep(Duration::from_millis(16));
            self.send(Message::Frame(std::time::Instant::now()));
        }
    }
}

fn frequency(number: usize) -> usize {
    number * BAND_PARAMS + band::FREQUENCY
}

#[test]
fn enter_opens_the_devices_of_the_chosen_strip_and_escape_closes_them() {
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(2));
    window.named(Named::Enter);
    assert!(window.app.devices.is_open());
    assert_eq!(window.app.region, super::super::Region::Devices);
    window.press_part(Part::New(2));
    assert_eq!(window.inserts()[0].kind, DeviceKind::Compressor);
    window.letter("b", Modifiers::empty());
    assert!(window.inserts()[0].bypass);
    window.named(Named::Escape);
    assert!(!window.app.devices.is_open());
    window.letter("z", Modifiers::CTRL);
    window.letter("z", Modifiers::CTRL);
    assert!(window.inserts().is_empty(), "each was a step");
}

#[test]
fn a_knob_of_a_device_drags_steps_resets_and_takes_typed_values() {
    let mut window = Window::with_devices(&[DeviceKind::Compressor]);
    let id = window.inserts()[0].id;
    let part = Part::Param(id, 0);
    window.devices(Input::Move(part, 0.6));
    window.devices(Input::Move(part, 0.5));
    window.devices(Input::Drop(part));
    assert_eq!(window.value(0, "threshold"), -30.0);
    window.letter("z", Modifiers::CTRL);
    assert_eq!(window.value(0, "threshold"), -18.0, "a drag is one step");
    window.devices(Input::Step { part, steps: 2.0, fine: false });
    assert_eq!(window.value(0, "threshold"), -17.0);
    window.devices(Input::Typed(part, "-24".to_owned()));
    assert_eq!(window.value(0, "threshold"), -24.0);
    window.devices(Input::Typed(part, "40".to_owned()));
    assert_eq!(window.value(0, "threshold"), -24.0, "out of its range");
    window.devices(Input::Reset(part));
    assert_eq!(window.value(0, "threshold"), -18.0);
    window.press_part(Part::Choice(id, DeviceKind::Compressor.param("detection").unwrap(), 1));
    assert_eq!(window.value(0, "detection"), 1.0);
}

#[test]
fn a_node_is_dragged_along_both_axes_and_a_double_click_adds_or_resets() {
    let mut window = Window::with_devices(&[DeviceKind::Equalizer]);
    let id = window.inserts()[0].id;
    let node = Part::Node(id, 3);
    let before = window.value(0, "b4_freq");
    window.point(node, Phase::Down, Point::new(400.0, 150.0));
    window.point(node, Phase::Drag, Point::new(420.0, 140.0));
    window.point(node, Phase::Drag, Point::new(440.0, 120.0));
    window.point(node, Phase::Up, Point::new(440.0, 120.0));
    assert!(window.value(0, "b4_freq") > 1.1 * before);
    assert!(window.value(0, "b4_gain") > 1.0);
    window.letter("z", Modifiers::CTRL);
    assert_eq!((window.value(0, "b4_freq"), window.value(0, "b4_gain")), (before, 0.0));
    window.devices(Input::Typed(Part::Param(id, frequency(3) + 1), "5".to_owned()));
    window.point(node, Phase::Twice, Point::new(440.0, 120.0));
    assert_eq!(window.value(0, "b4_gain"), 0.0);
    window.point(Part::Graph(id), Phase::Twice, Point::new(800.0, 100.0));
    assert_eq!((window.value(0, "b1_on"), window.value(0, "b1_shape")), (1.0, 0.0));
    assert!(window.value(0, "b1_gain") > 1.0);
    window.named(Named::Delete);
    assert_eq!(window.value(0, "b1_on"), 0.0);
}

#[test]
fn a_band_is_chosen_by_its_number_and_moved_by_the_arrow_keys() {
    let mut window = Window::with_devices(&[DeviceKind::Equalizer]);
    let id = window.inserts()[0].id;
    window.letter("5", Modifiers::ALT);
    assert_eq!(window.app.devices.focus, Some(Part::Node(id, 4)));
    window.named(Named::ArrowUp);
    window.key(Key::Named(Named::ArrowRight), Modifiers::empty());
    assert_eq!(window.value(0, "b5_gain"), 0.5);
    assert!((window.value(0, "b5_freq") / 2000.0 - 2.0_f64.powf(1.0 / 12.0)).abs() < 1e-9);
}

#[test]
fn both_settings_of_a_device_change_over_and_back() {
    let mut window = Window::with_devices(&[DeviceKind::Saturator]);
    let id = window.inserts()[0].id;
    let drive = Part::Param(id, DeviceKind::Saturator.param("drive").unwrap());
    window.press_part(Part::CopySide);
    window.press_part(Part::Side(1));
    window.devices(Input::Typed(drive, "6".to_owned()));
    window.press_part(Part::Side(0));
    assert_eq!(window.value(0, "drive"), 0.0);
    window.letter("A", Modifiers::CTRL | Modifiers::SHIFT);
    assert_eq!(window.value(0, "drive"), 6.0);
    window.letter("z", Modifiers::CTRL);
    assert_eq!(window.value(0, "drive"), 0.0);
    window.press_part(Part::Side(1));
    assert_eq!(window.value(0, "drive"), 6.0, "undo had brought A back");
}

#[test]
fn a_device_is_moved_along_the_chain_by_its_tab() {
    let mut window = Window::with_devices(&[DeviceKind::Gate, DeviceKind::Delay]);
    let id = window.inserts()[0].id;
    window.point(Part::Tab(id), Phase::Down, Point::new(150.0, 15.0));
    window.point(Part::Tab(id), Phase::Drag, Point::new(260.0, 15.0));
    window.point(Part::Tab(id), Phase::Up, Point::new(260.0, 15.0));
    assert_eq!(window.inserts()[1].id, id);
    window.app.devices.focus = Some(Part::Tab(id));
    window.named(Named::Delete);
    assert_eq!(window.inserts().len(), 1);
    assert_eq!(window.inserts()[0].id, DeviceId(2));
}

/// Drags what a face draws sideways, and lets go.
fn drag_handle(window: &mut Window, part: Part, across: f32) {
    window.point(part, Phase::Down, Point::new(300.0, 150.0));
    window.point(part, Phase::Drag, Point::new(300.0 + across / 2.0, 150.0));
    window.point(part, Phase::Drag, Point::new(300.0 + across, 160.0));
    window.point(part, Phase::Up, Point::new(300.0 + across, 160.0));
}

#[test]
fn a_threshold_is_dragged_in_the_curve_stepped_and_reset() {
    for kind in [DeviceKind::Compressor, DeviceKind::Gate, DeviceKind::DeEsser] {
        let mut window = Window::with_devices(&[kind]);
        let id = window.inserts()[0].id;
        let part = Part::Handle(id, kind.param("threshold").unwrap());
        let before = window.value(0, "threshold");
        drag_handle(&mut window, part, 40.0);
        let dragged = window.value(0, "threshold");
        assert!(dragged > before + 3.0, "{kind:?}: {before} to {dragged}");
        window.letter("z", Modifiers::CTRL);
        assert_eq!(window.value(0, "threshold"), before, "a drag is one step");
        window.devices(Input::Focus(part));
        window.named(Named::ArrowUp);
        window.named(Named::ArrowRight);
        assert_eq!(window.value(0, "threshold"), before + 1.0);
        window.point(part, Phase::Twice, Point::ORIGIN);
        assert_eq!(window.value(0, "threshold"), before);
    }
}

#[test]
fn a_split_is_dragged_along_the_frequencies_and_escape_puts_it_back() {
    let mut window = Window::with_devices(&[DeviceKind::Multiband]);
    let id = window.inserts()[0].id;
    let param = twobus_dsp::multiband::SPLITS;
    let part = Part::Handle(id, param);
    let value = |window: &Window| window.inserts()[0].values[param];
    let before = value(&window);
    window.point(part, Phase::Down, Point::new(300.0, 150.0));
    window.point(part, Phase::Drag, Point::new(360.0, 150.0));
    assert!(value(&window) > 1.2 * before);
    window.named(Named::Escape);
    assert_eq!(value(&window), before);
    assert!(window.app.devices.is_open(), "the drag ends, the panel stays");
    drag_handle(&mut window, part, -60.0);
    assert!(value(&window) < 0.9 * before);
}

#[test]
fn every_face_can_be_walked_with_the_tab_key_and_says_what_each_part_is() {
    for kind in DeviceKind::ALL {
        let mut window = Window::with_devices(&[kind]);
        let mut parts = vec![window.app.devices.focus];
        while window.app.region == super::super::Region::Devices && parts.len() < 200 {
            window.named(Named::Tab);
            parts.push(window.app.devices.focus);
            let desk = window.app.desk.as_ref().unwrap();
            let help = window.app.devices.help(desk, true).unwrap();
            assert!(!help.name.is_empty() && !help.text.is_empty(), "{:?}", parts.last());
        }
        assert!((8..200).contains(&parts.len()), "{kind:?} has {} stops", parts.len());
    }
}

#[test]
fn what_a_device_does_is_seen_while_it_plays() {
    let mut window = Window::with_devices(&[DeviceKind::Compressor]);
    let id = window.inserts()[0].id;
    window.devices(Input::Typed(Part::Param(id, 0), "-50".to_owned()));
    window.letter("l", Modifiers::empty());
    let start = std::time::Instant::now();
    let seen = loop {
        window.play(Duration::from_millis(40));
        let seen = window.app.desk.as_ref().unwrap().live.seen().unwrap();
        let loud = seen.moments.iter().any(|moment| moment.reduction_db > 3.0);
        let tone = seen.before_db.iter().copied().fold(f32::MIN, f32::max);
        if loud && tone > -40.0 {
            break seen.clone();
        }
        assert!(start.elapsed() < Duration::from_secs(20), "nothing is seen");
    };
    assert!(seen.moments.iter().any(|moment| moment.output_db < moment.input_db - 3.0));
}

/// Every face; `cargo xtask screenshots` says where the pictures go.
#[test]
fn every_screen_is_drawn_with_devices() {
    let place = tempfile::tempdir().unwrap();
    let (mut window, folder) = super::stage(place.path());
    let folder = folder.as_path();
    window.app.open_devices(StripId(2), None);
    picture(&window, WINDOW, folder, "devices-none");
    window.insert(&[DeviceKind::Equalizer, DeviceKind::DeEsser, DeviceKind::Compressor]);
    let ids: Vec<DeviceId> = window.inserts().iter().map(|device| device.id).collect();
    let presets = [(ids[0], "Lead vocal"), (ids[2], "Lead vocal")];
    for (id, name) in presets {
        let change = twobus_session::DeviceEdit::Preset(name.to_owned());
        let song = window.app.desk.as_ref().unwrap().song_id();
        let edit = twobus_session::Edit::Device { song, device: id, change };
        window.app.on_desk(|desk| desk.apply(edit));
    }
    window.app.open_devices(StripId(2), Some(ids[2]));
    window.app.open_devices(StripId(2), Some(ids[1]));
    window.app.open_devices(StripId(2), Some(ids[0]));
    if super::wanted().is_some() {
        window.play(Duration::from_secs(4));
    }
    picture(&window, WINDOW, folder, "devices");
    for (kind, name) in DeviceKind::ALL.into_iter().zip(0..) {
        let desk = window.app.desk.as_mut().unwrap();
        let device = Device::new(desk.song().fresh_device_id(), kind);
        let id = device.id;
        desk.edit(
            StripId(2),
            StripEdit::Inserts(ListEdit::Add { item: Box::new(device), at: Some(0) }),
        );
        window.app.open_devices(StripId(2), Some(id));
        if super::wanted().is_some() {
            window.play(Duration::from_millis(300));
        }
        picture(&window, WINDOW, folder, &format!("devices-{name:02}"));
        window.letter("z", Modifiers::CTRL);
    }
    for (name, width, height) in [("small", 1024.0, 640.0), ("large", 2560.0, 1440.0)] {
        window.app.resized(Size::new(width, height));
        picture(&window, Size::new(width, height), folder, &format!("devices-{name}"));
    }
}
