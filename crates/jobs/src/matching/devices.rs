//! A proposal as devices of a chain.

use twobus_analysis::matching::{ATTACKS_MS, Compression, Proposal, RELEASES_MS};
use twobus_dsp::DeviceKind;
use twobus_dsp::eq::params::BANDS;
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::multiband::{ATTACK, ON, RELEASE, THRESHOLD, band_param};
use twobus_session::{Device, DeviceId};

/// Attack of a compressor of everything that is to lower peaks, in ms: any longer, and they have passed.
pub(super) const ATTACK_MS: f64 = 3.0;
/// Slowest release of it, in ms; it is automatic, so that a single peak is over sooner.
pub(super) const RELEASE_MS: f64 = 120.0;
/// Gain below which none is added, in dB.
const LEAST_GAIN_DB: f64 = 0.01;

/// The devices of `proposal` in the order the signal passes them, with ids from 1 on.
pub(super) fn chain(proposal: &Proposal) -> Vec<Device> {
    let equalizer = equalizer(proposal);
    let compressor = proposal.compression.as_ref().map(compressor);
    let devices = [equalizer, compressor, stereo(proposal)].into_iter().flatten();
    (1..).zip(devices).map(|(id, device)| Device { id: DeviceId(id), ..device }).collect()
}

/// Adds `gain_db` behind what changes with the level: where the last of them has a gain, else as a
/// device of its own.
pub(super) fn add_gain(chain: &mut Vec<Device>, gain_db: f64) {
    if gain_db.abs() < LEAST_GAIN_DB {
        return;
    }
    let place = chain.iter_mut().rev().find_map(|device| {
        let id = match device.kind {
            DeviceKind::Compressor => "makeup",
            DeviceKind::Equalizer | DeviceKind::Multiband => "output",
            _ => return None,
        };
        let param = device.kind.param(id)?;
        Some((device.kind.specs().get(param)?, device.values.get_mut(param)?))
    });
    if let Some((spec, value)) = place {
        let sum = *value + gain_db;
        if spec.range.contains(&sum) {
            *value = sum;
            return;
        }
    }
    let id = DeviceId(u32::try_from(chain.len() + 1).unwrap_or(u32::MAX));
    let mut utility = Device::new(id, DeviceKind::Utility);
    set(&mut utility, "gain", gain_db);
    chain.push(utility);
}

fn equalizer(proposal: &Proposal) -> Option<Device> {
    let low_cut = proposal.low_cut_hz.map(|frequency_hz| Setting {
        shape: Shape::LowCut,
        frequency_hz,
        gain_db: 0.0,
        q: std::f64::consts::FRAC_1_SQRT_2,
        poles: 2,
    });
    let bands = low_cut.iter().chain(&proposal.curve.bands).take(BANDS);
    let bands: Vec<&Setting> = bands.collect();
    if bands.is_empty() {
        return None;
    }
    let mut device = Device::new(DeviceId(0), DeviceKind::Equalizer);
    for number in 1..=BANDS {
        let band = bands.get(number - 1);
        set(&mut device, &format!("b{number}_on"), f64::from(u8::from(band.is_some())));
        let Some(band) = band else { continue };
        let shape = Shape::ALL.iter().position(|shape| *shape == band.shape).unwrap_or(0);
        set(&mut device, &format!("b{number}_shape"), shape as f64);
        set(&mut device, &format!("b{number}_freq"), band.frequency_hz);
        set(&mut device, &format!("b{number}_gain"), band.gain_db);
        set(&mut device, &format!("b{number}_q"), band.q);
        set(&mut device, &format!("b{number}_slope"), band.poles.saturating_sub(1) as f64);
    }
    set(&mut device, "output", proposal.curve.output_db);
    Some(device)
}

/// The device of `compression`.
pub(super) fn compressor(compression: &Compression) -> Device {
    match compression {
        Compression::Whole { threshold_db, ratio, range_db } => {
            let mut device = Device::new(DeviceId(0), DeviceKind::Compressor);
            set(&mut device, "threshold", *threshold_db);
            set(&mut device, "ratio", *ratio);
            set(&mut device, "range", *range_db);
            set(&mut device, "attack", ATTACK_MS);
            set(&mut device, "release", RELEASE_MS);
            set(&mut device, "auto_release", 1.0);
            device
        }
        Compression::Bands { thresholds_db, ratio, range_db } => {
            let mut device = Device::new(DeviceId(0), DeviceKind::Multiband);
            // Each band's gain meets the sound that it was found from. Shelves would act on a sound that is not late by what
            // the filter of a low band takes, which is longer than a peak.
            set(&mut device, "mode", 1.0);
            set(&mut device, "range", *range_db);
            // Four bands, which meet where their crests were measured: as the device begins.
            for (band, threshold_db) in thresholds_db.iter().enumerate() {
                device.values[band_param(band, ON)] = f64::from(u8::from(threshold_db.is_some()));
                if let Some(threshold_db) = threshold_db {
                    device.values[band_param(band, THRESHOLD)] = *threshold_db;
                    set(&mut device, &format!("ratio_{}", band + 1), *ratio);
                    device.values[band_param(band, ATTACK)] = ATTACKS_MS[band];
                    device.values[band_param(band, RELEASE)] = RELEASES_MS[band];
                }
            }
            device
        }
    }
}

fn stereo(proposal: &Proposal) -> Option<Device> {
    if proposal.width_percent == 100.0 && proposal.mono_below_hz.is_none() {
        return None;
    }
    let mut device = Device::new(DeviceId(0), DeviceKind::Stereo);
    set(&mut device, "width", proposal.width_percent);
    if let Some(hz) = proposal.mono_below_hz {
        set(&mut device, "mono", 1.0);
        set(&mut device, "mono_below", hz);
    }
    Some(device)
}

/// Sets the parameter `id`, as near as it may be.
fn set(device: &mut Device, id: &str, value: f64) {
    let param = device.kind.param(id).expect("the device declares this parameter");
    let nearest = device.kind.specs()[param].nearest(value);
    device.values[param] = nearest.expect("proposals are numbers");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_goes_behind_the_compressor_or_into_a_device_of_its_own() {
        let device = |kind| Device::new(DeviceId(1), kind);
        let mut chain = vec![device(DeviceKind::Equalizer), device(DeviceKind::Compressor)];
        add_gain(&mut chain, 1.5);
        let makeup = DeviceKind::Compressor.param("makeup").unwrap();
        assert_eq!((chain.len(), chain[1].values[makeup]), (2, 1.5));
        let mut chain = vec![device(DeviceKind::Stereo)];
        add_gain(&mut chain, -0.4);
        let gain = DeviceKind::Utility.param("gain").unwrap();
        assert_eq!((chain.len(), chain[1].values[gain]), (2, -0.4));
        add_gain(&mut chain, 0.001);
        assert_eq!(chain.len(), 2);
    }
}
