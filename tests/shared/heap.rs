//! Counts what a thread asks of the heap. A part of each test program that proves that something leaves
//! the heap alone.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

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
pub(crate) fn heap_operations(act: impl FnOnce()) -> u64 {
    let before = HEAP_OPERATIONS.with(Cell::get);
    act();
    HEAP_OPERATIONS.with(Cell::get) - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(heap_operations(|| drop(std::hint::black_box(vec![1_u8; 100]))), 2);
}
