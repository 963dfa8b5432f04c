//! A real-time priority for the audio thread.
//!
//! JACK and PipeWire give their threads one; ALSA's is an ordinary thread unless we ask. That works for
//! root and for users whose limits allow it (Debian: the group `audio` with `rtprio` in
//! `/etc/security/limits.d`).

use crate::device::Realtime;

/// Below the kernel's own threads (50 on Linux) and the sound server, above everything ordinary.
#[cfg(unix)]
const PRIORITY: u8 = 40;

/// Asks for a real-time priority for this thread, unless it has one.
///
/// Makes system calls: once, in the first callback.
#[cfg(unix)]
pub(crate) fn promote() -> Realtime {
    use thread_priority::{
        RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id, thread_schedule_policy,
    };
    if matches!(thread_schedule_policy(), Ok(ThreadSchedulePolicy::Realtime(_))) {
        return Realtime::Given;
    }
    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else { return Realtime::Denied };
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let priority = ThreadPriority::Crossplatform(value);
    match set_thread_priority_and_policy(thread_native_id(), priority, policy) {
        Ok(()) => Realtime::Taken,
        Err(_) => Realtime::Denied,
    }
}

/// Asks for the highest priority for this thread.
///
/// Makes system calls: once, in the first callback.
#[cfg(not(unix))]
pub(crate) fn promote() -> Realtime {
    match thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Max) {
        Ok(()) => Realtime::Taken,
        Err(_) => Realtime::Denied,
    }
}
