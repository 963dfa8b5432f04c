//! The kinds of devices, their parameters, and how one is built.

use crate::param::ParamSpec;
use crate::processor::Processor;

/// A kind of device that an insert slot can hold; the variant's file name never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum DeviceKind {
    /// Gain, polarity and channel swap: [`crate::utility`].
    Utility,
    /// Saturator with three curves: [`crate::saturator`].
    Saturator,
    /// Hard to soft clipper: [`crate::clipper`].
    Clipper,
    /// Eight bands of any shape, static or dynamic: [`crate::eq`].
    Equalizer,
    /// Compressor of two to five bands: [`crate::multiband`].
    Multiband,
    /// Width, mono lows, balance: [`crate::stereo`].
    Stereo,
    /// True-peak limiter: [`crate::limiter`].
    Limiter,
    /// Repeats in time or in notes: [`crate::delay`].
    Delay,
    /// Compressor: [`crate::compressor`].
    Compressor,
    /// Gate and expander: [`crate::gate`].
    Gate,
    /// De-esser: [`crate::deesser`].
    DeEsser,
    /// Room, hall and plate: [`crate::reverb`].
    Reverb,
}

impl DeviceKind {
    /// Every kind, in the order menus show them.
    pub const ALL: [Self; 12] = [
        Self::Utility,
        Self::Equalizer,
        Self::Compressor,
        Self::Gate,
        Self::DeEsser,
        Self::Saturator,
        Self::Clipper,
        Self::Multiband,
        Self::Stereo,
        Self::Limiter,
        Self::Delay,
        Self::Reverb,
    ];

    /// Name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utility => "Utility",
            Self::Saturator => "Saturator",
            Self::Clipper => "Clipper",
            Self::Equalizer => "Equalizer",
            Self::Multiband => "Multiband",
            Self::Stereo => "Stereo",
            Self::Limiter => "Limiter",
            Self::Delay => "Delay",
            Self::Compressor => "Compressor",
            Self::Gate => "Gate",
            Self::DeEsser => "De-esser",
            Self::Reverb => "Reverb",
        }
    }

    /// The parameters; a device's values stand in this order.
    pub fn specs(self) -> &'static [ParamSpec] {
        match self {
            Self::Utility => crate::utility::SPECS,
            Self::Saturator => crate::saturator::SPECS,
            Self::Clipper => crate::clipper::SPECS,
            Self::Equalizer => crate::eq::SPECS,
            Self::Multiband => crate::multiband::SPECS,
            Self::Stereo => crate::stereo::SPECS,
            Self::Limiter => crate::limiter::SPECS,
            Self::Delay => crate::delay::SPECS,
            Self::Compressor => crate::compressor::SPECS,
            Self::Gate => crate::gate::SPECS,
            Self::DeEsser => crate::deesser::SPECS,
            Self::Reverb => crate::reverb::SPECS,
        }
    }

    /// Index of the parameter whose stored id is `id`.
    pub fn param(self, id: &str) -> Option<usize> {
        self.specs().iter().position(|spec| spec.id == id)
    }

    /// True for parameters that stay as they are while a plan plays, because the device's latency or
    /// memory depends on them: a change of them needs a new plan.
    pub fn is_fixed(self, param: usize) -> bool {
        let fixed: &[usize] = match self {
            Self::Utility
            | Self::Stereo
            | Self::Limiter
            | Self::DeEsser
            | Self::Delay
            | Self::Reverb => &[],
            Self::Saturator => &[crate::saturator::QUALITY],
            Self::Clipper => &[crate::clipper::QUALITY],
            Self::Equalizer => &[crate::eq::params::PHASE],
            Self::Compressor => &[crate::compressor::LOOKAHEAD],
            Self::Gate => &[crate::gate::LOOKAHEAD],
            Self::Multiband => &[crate::multiband::BANDS, crate::multiband::MODE],
        };
        fixed.contains(&param)
    }

    /// True for parameters that are [fixed](Self::is_fixed) unless a processor
    /// [makes room](Processor::reserve) for all their values: look-aheads.
    pub fn is_reservable(self, param: usize) -> bool {
        match self {
            Self::Compressor => param == crate::compressor::LOOKAHEAD,
            Self::Gate => param == crate::gate::LOOKAHEAD,
            _ => false,
        }
    }

    /// True for parameters that a lane may move: all but those that are [fixed](Self::is_fixed) and for which
    /// [no room](Self::is_reservable) can be made, and the tempo of a delay, which is the song's.
    pub fn is_automatable(self, param: usize) -> bool {
        let is_songs = self == Self::Delay && param == crate::delay::TEMPO;
        (!self.is_fixed(param) || self.is_reservable(param)) && !is_songs
    }

    /// Builds a processor at `rate_hz`; `values` stand in the order of [`specs`](Self::specs),
    /// missing ones take their default.
    pub fn build(self, values: &[f64], rate_hz: f64) -> Box<dyn Processor> {
        let mut processor: Box<dyn Processor> = match self {
            Self::Utility => Box::new(crate::utility::Utility::new(rate_hz)),
            Self::Saturator => Box::new(crate::saturator::Saturator::new(rate_hz)),
            Self::Clipper => Box::new(crate::clipper::Clipper::new(rate_hz)),
            Self::Equalizer => {
                let linear =
                    values.get(crate::eq::params::PHASE).is_some_and(|&phase| phase >= 0.5);
                Box::new(crate::eq::Equalizer::new(rate_hz, linear))
            }
            Self::Multiband => Box::new(crate::multiband::Multiband::new(rate_hz)),
            Self::Stereo => Box::new(crate::stereo::Stereo::new(rate_hz)),
            Self::Limiter => Box::new(crate::limiter::Limiter::new(rate_hz)),
            Self::Delay => Box::new(crate::delay::Delay::new(rate_hz)),
            Self::Compressor => Box::new(crate::compressor::Compressor::new(rate_hz)),
            Self::Gate => Box::new(crate::gate::Gate::new(rate_hz)),
            Self::DeEsser => Box::new(crate::deesser::DeEsser::new(rate_hz)),
            Self::Reverb => Box::new(crate::reverb::Reverb::new(rate_hz)),
        };
        for (index, spec) in self.specs().iter().enumerate() {
            processor.set(index, values.get(index).copied().unwrap_or(spec.default));
        }
        processor.reset();
        processor
    }
}
