//! The audio thread's promises, counted.

use twobus_dsp::pan::PanLaw;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::source::stream;
use twobus_render::{Command, Context, Purpose, Renderer, Source, compile};
use twobus_session::{DeviceId, LaneTarget, ParamId, SendId, StripId, Track};

use crate::automation::lane;
use crate::determinism::busy_scene;
use crate::heap::heap_operations;

#[test]
fn e11_steady_play_locate_and_every_command_leave_the_heap_alone() {
    let scene = busy_scene();
    let mut renderer = Renderer::new(scene.plan(Purpose::Playback, &build_device).unwrap());
    let (mut left, mut right) = ([0.0; 997], [0.0; 997]);
    let strip = StripId(1);
    let mut commands = vec![
        Command::Trim(strip, Db(3.0)),
        Command::Invert(strip, true),
        Command::Fader(strip, Db(-5.0)),
        Command::Pan(strip, 30.0),
        Command::Width(strip, 50.0),
        Command::Mute(strip, true),
        Command::Cut(strip, true),
        Command::Send(strip, SendId(1), Db(-3.0)),
        Command::Bypass(StripId(10), DeviceId(1), true),
        Command::Bypass(StripId(10), DeviceId(1), false),
    ];
    let params = DeviceKind::Limiter.specs().iter().enumerate();
    commands
        .extend(params.map(|(i, s)| Command::Param(StripId(10), DeviceId(1), i, *s.range.end())));
    for command in &commands {
        let operations = heap_operations(|| {
            renderer.apply(*command);
            renderer.render(&mut left, &mut right);
        });
        assert_eq!(operations, 0, "{command:?}");
    }
    let operations = heap_operations(|| {
        renderer.locate(5000);
        renderer.render(&mut left, &mut right);
    });
    assert_eq!(operations, 0, "locate");
}

/// As a bounce runs: from streams, with a device's lane, in whole runs.
#[test]
fn e11_a_run_from_streams_with_automated_devices_leaves_the_heap_alone() {
    let mut scene = busy_scene();
    let param = ParamId::new("ceiling").unwrap();
    let target = LaneTarget::Device { device: DeviceId(3), param };
    scene.mix.bus.lanes.push(lane(target, &[(0, -1.0), (700, -6.0)]));
    let mut writers = Vec::new();
    let mut source = |_: &Track| -> Box<dyn Source> {
        let (writer, source) = stream(4096, false);
        writers.push(writer);
        Box::new(source)
    };
    let (purpose, pan_law, device) = (Purpose::Bounce, PanLaw::ConstantPower, &build_device);
    let context = &mut Context { rate_hz: 48_000, pan_law, purpose, source: &mut source, device };
    let mut renderer = Renderer::new(compile(&scene.mix, context).unwrap());
    for writer in &mut writers {
        let filled = writer.write(2000, |_, left, right| {
            left.fill(0.5);
            right.fill(0.5);
            Ok::<(), ()>(())
        });
        assert_eq!(filled, Ok(()));
    }
    let operations = heap_operations(|| {
        for _ in 0..6 {
            let _frames = std::hint::black_box(renderer.next_run().frames());
        }
    });
    assert_eq!(operations, 0);
    // Six runs are 3072 frames, and each of four tracks had 2000 of them.
    assert_eq!(renderer.plan().missing_frames(), 4 * 1072);
}
