//! The values of one device's parameters.

use super::ParamSpec;

/// A value for each of `N` parameters, all of them finite and within their declared ranges.
#[derive(Debug, Clone)]
pub struct Values<const N: usize> {
    specs: &'static [ParamSpec],
    values: [f64; N],
}

impl<const N: usize> Values<N> {
    /// The defaults of `specs`, of which there must be `N`.
    pub fn new(specs: &'static [ParamSpec]) -> Self {
        debug_assert_eq!(specs.len(), N, "one value for each parameter");
        let default = |param: usize| specs.get(param).map_or(0.0, |spec| spec.default);
        Self { specs, values: std::array::from_fn(default) }
    }

    /// Stores the nearest value that the parameter takes; true when that changed it.
    ///
    /// Unknown parameters and values that are not a number change nothing.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn set(&mut self, param: usize, value: f64) -> bool {
        let Some(spec) = self.specs.get(param) else { return false };
        let (Some(slot), Some(value)) = (self.values.get_mut(param), spec.nearest(value)) else {
            return false;
        };
        let changed = *slot != value;
        *slot = value;
        changed
    }

    /// The value of a parameter that is on or off, or a choice: its index.
    pub fn index(&self, param: usize) -> usize {
        self.values[param] as usize
    }

    /// Whether a switch is on.
    pub fn is_on(&self, param: usize) -> bool {
        self.values[param] >= 0.5
    }
}

impl<const N: usize> std::ops::Index<usize> for Values<N> {
    type Output = f64;

    fn index(&self, param: usize) -> &f64 {
        &self.values[param]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::param::Unit;

    const SPECS: &[ParamSpec] = &[
        ParamSpec::linear("level", "Level", Unit::Db, (-10.0, 10.0), 1.5),
        ParamSpec::switch("on", "On", true),
    ];

    #[test]
    fn e12_values_stay_finite_and_in_range() {
        let mut values = Values::<2>::new(SPECS);
        assert!(values[0] == 1.5 && values.is_on(1));
        assert!(values.set(0, f64::INFINITY) && values[0] == 10.0);
        assert!(!values.set(0, f64::NAN) && values[0] == 10.0);
        assert!(values.set(1, 0.2) && !values.is_on(1));
        assert!(!values.set(2, 1.0));
    }
}
