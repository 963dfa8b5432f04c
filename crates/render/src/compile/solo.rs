//! Solo in place: which strips are heard.

use std::collections::{BTreeMap, BTreeSet};

use twobus_session::{Mix, Output, Strip, StripId};

use super::latency::keys;

/// What solo elsewhere leaves of each strip's paths.
#[derive(Debug, Default)]
pub(super) struct Solo {
    /// Strips that are silent.
    pub(super) cut: BTreeSet<StripId>,
    /// Of strips that are not heard themselves: the buses that they still feed.
    pub(super) only_into: BTreeMap<StripId, BTreeSet<StripId>>,
}

/// Finds out who is heard.
///
/// Heard are: soloed strips, what goes out to them, what they feed (by output or send), solo-safe strips,
/// and the mix bus. A strip that only sends to a soloed bus is heard through that send alone.
pub(super) fn solo(mix: &Mix) -> Solo {
    let mut solo = Solo::default();
    let soloed: Vec<&Strip> = mix.strips().filter(|strip| strip.solo).collect();
    if soloed.is_empty() {
        return solo;
    }
    let mut downstream = BTreeSet::new();
    soloed.iter().for_each(|strip| follow(mix, strip, &mut downstream));
    let heard = |strip: &Strip| {
        strip.solo
            || strip.solo_safe
            || strip.id == StripId::MIX_BUS
            || downstream.contains(&strip.id)
            || goes_out_to_soloed(mix, strip)
    };
    for strip in mix.strips().filter(|strip| !heard(strip)) {
        let open = destinations(strip).filter(|to| leads_to_soloed(mix, *to));
        let open: BTreeSet<StripId> = open.collect();
        if open.is_empty() {
            let _new = solo.cut.insert(strip.id);
        } else {
            let _new = solo.only_into.insert(strip.id, open);
        }
    }
    solo
}

/// Collects everything that `strip` feeds.
fn follow(mix: &Mix, strip: &Strip, seen: &mut BTreeSet<StripId>) {
    for next in destinations(strip).filter_map(|id| mix.strip(id)) {
        if seen.insert(next.id) {
            follow(mix, next, seen);
        }
    }
}

/// True when following the outputs from `strip` on leads to a soloed strip.
fn goes_out_to_soloed(mix: &Mix, strip: &Strip) -> bool {
    match strip.output {
        Output::Strip(to) => {
            mix.strip(to).is_some_and(|next| next.solo || goes_out_to_soloed(mix, next))
        }
        Output::Nowhere => false,
    }
}

/// True when a strip is soloed, or feeds a soloed one, or one that listens to it does. The routing has no
/// circles: that was checked.
fn leads_to_soloed(mix: &Mix, id: StripId) -> bool {
    let Some(strip) = mix.strip(id) else { return false };
    let mut listeners = mix.strips().filter(|other| keys(other).any(|key| key == id));
    strip.solo
        || destinations(strip).any(|to| leads_to_soloed(mix, to))
        || listeners.any(|other| leads_to_soloed(mix, other.id))
}

/// Where a strip's signal goes: its output, then its sends that are on.
pub(super) fn destinations(strip: &Strip) -> impl Iterator<Item = StripId> {
    let output = match strip.output {
        Output::Strip(id) => Some(id),
        Output::Nowhere => None,
    };
    let sends = strip.sends.iter().filter(|send| !send.off).map(|send| send.to);
    output.into_iter().chain(sends)
}
