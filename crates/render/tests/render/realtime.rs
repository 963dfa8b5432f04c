//! The audio thread's promises, counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::{Command, Purpose, Renderer};
use twobus_session::{DeviceId, SendId, StripId};

use crate::determinism::busy_scene;

thread_local! {
    static HEAP_OPERATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting what each thread asks of it.
struct Counting;

#[expect(unsafe_code, reason = "an allocator can only be written so; it forwards to the system's")]
// SAFETY: every call is forwarded unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP_OPERATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HEAP_OPERATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Heap operations of this thread while `act` runs.
fn heap_operations(act: impl FnOnce()) -> u64 {
    let before = HEAP_OPERATIONS.with(Cell::get);
    act();
    HEAP_OPERATIONS.with(Cell::get) - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(heap_operations(|| drop(std::hint::black_box(vec![1_u8; 100]))), 2);
}

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
