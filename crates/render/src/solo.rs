//! Solo in place: which strips are heard.

use std::collections::BTreeSet;

use twobus_session::{Mix, Output, Strip, StripId};

/// Strips that are silent because others are soloed; empty when none is.
///
/// Heard are: soloed strips, what feeds them, what they feed (by output or send), solo-safe strips,
/// and the mix bus.
pub(crate) fn cut_strips(mix: &Mix) -> BTreeSet<StripId> {
    let soloed: Vec<&Strip> = mix.strips().filter(|strip| strip.solo).collect();
    if soloed.is_empty() {
        return BTreeSet::new();
    }
    let mut downstream = BTreeSet::new();
    soloed.iter().for_each(|strip| follow(mix, strip, &mut downstream));
    let heard = |strip: &Strip| {
        strip.solo
            || strip.solo_safe
            || strip.id == StripId::MIX_BUS
            || downstream.contains(&strip.id)
            || feeds_soloed(mix, strip)
    };
    mix.strips().filter(|strip| !heard(strip)).map(|strip| strip.id).collect()
}

/// Collects everything that `strip` feeds.
fn follow(mix: &Mix, strip: &Strip, seen: &mut BTreeSet<StripId>) {
    for next in destinations(strip).filter_map(|id| mix.strip(id)) {
        if seen.insert(next.id) {
            follow(mix, next, seen);
        }
    }
}

/// True when following the strip's output leads to a soloed strip.
fn feeds_soloed(mix: &Mix, strip: &Strip) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = strip;
    while let Output::Strip(next) = at.output {
        let Some(next) = mix.strip(next) else { return false };
        if next.solo {
            return true;
        }
        if !seen.insert(next.id) {
            return false;
        }
        at = next;
    }
    false
}

/// Where a strip's signal goes: its output, then its sends.
pub(crate) fn destinations(strip: &Strip) -> impl Iterator<Item = StripId> {
    let output = match strip.output {
        Output::Strip(id) => Some(id),
        Output::Nowhere => None,
    };
    output.into_iter().chain(strip.sends.iter().map(|send| send.to))
}
