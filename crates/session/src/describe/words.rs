//! Values and lists in words.

use twobus_dsp::pan::PanLaw;
use twobus_dsp::param::ParamSpec;
use twobus_dsp::units::signed;

use crate::edit::{Item, ListEdit};
use crate::error::id_text;

/// A value before and after, the unit said once: "−2.0 → −1.5 dB".
pub(crate) fn arrow(spec: &ParamSpec, old: f64, new: f64) -> String {
    let (old, new) = (spec.format(old), spec.format(new));
    let is_unit = |unit: &str| unit == "%" || unit.chars().all(char::is_alphabetic);
    match (old.rsplit_once(' '), new.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same && is_unit(unit) => {
            format!("{number} → {new}")
        }
        _ => format!("{old} → {new}"),
    }
}

/// A pan in percent, as the strip shows it: "C", "L24", "R82".
pub(crate) fn pan(percent: f64) -> String {
    match signed(percent.abs(), 0) {
        zero if zero == "0" => "C".to_owned(),
        left if percent < 0.0 => format!("L{left}"),
        right => format!("R{right}"),
    }
}

/// "on" or "off".
pub(crate) fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// A pan law by its level at the centre.
pub(crate) fn pan_law(law: PanLaw) -> &'static str {
    match law {
        PanLaw::Balance => "0 dB",
        PanLaw::ConstantPower => "−3 dB",
        PanLaw::Compromise => "−4.5 dB",
        PanLaw::ConstantSum => "−6 dB",
    }
}

/// Changes of lists in words.
pub(crate) trait Words<T> {
    /// "Add track Lead Vox"; `name` names an item.
    fn words(&self, list: &[T], name: impl Fn(&T) -> String) -> String;

    /// "add track Lead Vox".
    fn lower_words(&self, list: &[T], name: impl Fn(&T) -> String) -> String;
}

impl<T: Item> Words<T> for ListEdit<T> {
    fn words(&self, list: &[T], name: impl Fn(&T) -> String) -> String {
        let words = self.lower_words(list, name);
        let mut letters = words.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    }

    fn lower_words(&self, list: &[T], name: impl Fn(&T) -> String) -> String {
        let (verb, item) = match self {
            Self::Add { item, .. } => ("add", name(item)),
            Self::Remove(id) => ("remove", named(list, *id, name)),
            Self::Move { id, .. } => ("move", named(list, *id, name)),
            Self::Change(item) => ("change", named(list, item.id(), name)),
        };
        format!("{verb} {} {item}", T::KIND)
    }
}

fn named<T: Item>(list: &[T], id: T::Id, name: impl Fn(&T) -> String) -> String {
    let found = list.iter().find(|item| item.id() == id);
    found.map_or_else(|| id_text(&id), name)
}
