//! All filters of an equalizer, and their way from one set of coefficients to the next.

use super::matched::Matched;
use super::params::{BANDS, Side};
use super::prototype::{MAX_SECTIONS, Part};
use crate::lanes::{CHANNELS, FILTERS, Frame, Row};
use crate::svf::{Coefficients, Direct, Solved, Svf};

/// Filters a band may have: each section and its correction.
const BAND_FILTERS: usize = 2 * MAX_SECTIONS;

/// Filters of all bands.
const ALL: usize = BANDS * BAND_FILTERS;

/// The filters of one band; `None` lets everything through.
pub(crate) type Design = [Option<Coefficients>; BAND_FILTERS];

/// A band's filters at `rate_hz`; none for a setting that lets everything through.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn design(part: &Part, rate_hz: f64) -> Design {
    let mut design = [None; BAND_FILTERS];
    if part.is_neutral() {
        return design;
    }
    for (pair, section) in design.chunks_mut(2).zip(part.prototype()) {
        let matched = Matched::new(&section, part.setting.frequency_hz, rate_hz);
        if matched != Matched::UNITY {
            pair[0] = Some(matched.main);
            pair[1] = matched.correction;
        }
    }
    design
}

/// One filter, at rest or on its way.
#[derive(Debug, Clone, Copy)]
struct Filter {
    from: Coefficients,
    to: Coefficients,
    solved: Solved,
    state: [Svf; CHANNELS],
    /// It is heard, or was until the end of this way.
    active: bool,
    /// It is none any more when it arrives.
    leaving: bool,
    moving: bool,
}

impl Filter {
    fn silent() -> Self {
        let (from, to) = (Coefficients::UNITY, Coefficients::UNITY);
        let state = [Svf::default(); CHANNELS];
        Self { from, to, solved: to.solve(), state, active: false, leaving: false, moving: false }
    }

    /// Sets out from where it is to `target`. A filter that comes or goes keeps its poles meanwhile and
    /// only mixes in or out.
    fn aim(&mut self, target: Option<Coefficients>) {
        match target {
            Some(to) if self.active => self.to = to,
            Some(to) => {
                self.from = Coefficients { mix: Coefficients::UNITY.mix, ..to };
                self.to = to;
                self.active = true;
            }
            None if self.active => {
                self.to = Coefficients { mix: Coefficients::UNITY.mix, ..self.from };
            }
            None => return,
        }
        self.leaving = target.is_none();
        self.moving = self.from != self.to;
        if !self.moving && self.leaving {
            *self = Self::silent();
        }
    }

    /// Stands at `share` of its way from now on.
    fn stop_at(&mut self, share: f64) {
        if self.moving {
            self.from = self.between(share);
        }
    }

    fn arrive(&mut self) {
        if self.leaving {
            *self = Self::silent();
        } else if self.active {
            self.from = self.to;
            self.solved = self.to.solve();
            self.moving = false;
        }
    }

    fn between(&self, share: f64) -> Coefficients {
        let mix = |from: f64, to: f64| from + share * (to - from);
        let (from, to) = (&self.from, &self.to);
        Coefficients {
            g: mix(from.g, to.g),
            k: mix(from.k, to.k),
            mix: std::array::from_fn(|i| mix(from.mix[i], to.mix[i])),
        }
    }
}

/// Where on its way a bank is: frames since it set out, and frames in all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub(crate) done: usize,
    pub(crate) length: usize,
}

/// The filters of all bands, in a row.
///
/// At rest the signal lies in `rows`, where the filters that are heard stand side by side; while something
/// moves it lies in the filters themselves.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    filters: [Filter; ALL],
    sides: [Side; BANDS],
    /// Some band that is heard works on mid or side.
    apart: bool,
    /// Filters that are heard.
    active: usize,
    rows: Box<[Row; ALL / FILTERS]>,
    rows_are_set: bool,
}

impl Bank {
    pub(crate) fn new() -> Self {
        Self {
            filters: [Filter::silent(); ALL],
            sides: [Side::Stereo; BANDS],
            apart: false,
            active: 0,
            rows: Box::default(),
            rows_are_set: false,
        }
    }

    /// Becomes what `other` is, signal and all.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn copy_from(&mut self, other: &mut Self) {
        other.leave_rows();
        (self.filters, self.sides) = (other.filters, other.sides);
        self.rows_are_set = false;
        self.count();
    }

    /// Band `band` works on `side` and sets out to `design`.
    pub(crate) fn aim(&mut self, band: usize, side: Side, design: &Design) {
        self.leave_rows();
        self.sides[band] = side;
        let filters = &mut self.filters[BAND_FILTERS * band..][..BAND_FILTERS];
        filters.iter_mut().zip(design).for_each(|(filter, target)| filter.aim(*target));
        self.count();
    }

    /// Stands where it is on `way`.
    pub(crate) fn stop(&mut self, way: Way) {
        let share = way.done as f64 / way.length as f64;
        self.filters.iter_mut().for_each(|filter| filter.stop_at(share));
    }

    /// Reaches where it was to go.
    pub(crate) fn arrive(&mut self) {
        self.leave_rows();
        self.filters.iter_mut().for_each(Filter::arrive);
        self.count();
    }

    /// True when it lets everything through.
    pub(crate) fn is_idle(&self) -> bool {
        self.active == 0
    }

    /// Lets everything through, and forgets the signal.
    pub(crate) fn clear(&mut self) {
        self.filters = [Filter::silent(); ALL];
        self.rows_are_set = false;
        self.count();
    }

    /// Ends what has died away; once in a while.
    pub(crate) fn flush(&mut self) {
        if self.rows_are_set {
            let rows = self.active.div_ceil(FILTERS);
            self.rows[..rows].iter_mut().for_each(Row::flush);
        } else {
            self.filters.iter_mut().flat_map(|filter| &mut filter.state).for_each(Svf::flush);
        }
    }

    /// Passes the next frames, all on one way, or at rest if there is none.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn process(&mut self, block: &mut [Frame], way: Option<Way>) {
        if self.apart {
            block.iter_mut().for_each(|[l, r]| (*l, *r) = (0.5 * (*l + *r), 0.5 * (*l - *r)));
        }
        match way {
            Some(way) => self.move_on(block, way),
            None => {
                self.enter_rows();
                let rows = self.active.div_ceil(FILTERS);
                self.rows[..rows].iter_mut().for_each(|row| row.process(block));
            }
        }
        if self.apart {
            block.iter_mut().for_each(|[m, s]| (*m, *s) = (*m + *s, *m - *s));
        }
    }

    /// Filter by filter, those that move with new coefficients for each frame.
    fn move_on(&mut self, block: &mut [Frame], way: Way) {
        self.leave_rows();
        for (index, filter) in self.filters.iter_mut().enumerate().filter(|(_, f)| f.active) {
            let side = self.sides[index / BAND_FILTERS];
            let mut state = filter.state;
            for (at, frame) in (way.done + 1..).zip(block.iter_mut()) {
                if filter.moving {
                    filter.solved = filter.between(at as f64 / way.length as f64).solve();
                }
                for channel in (0..CHANNELS).filter(|&channel| side.covers(channel)) {
                    frame[channel] = state[channel].tick(&filter.solved, frame[channel]);
                }
            }
            filter.state = state;
        }
    }

    /// Counts what is heard.
    fn count(&mut self) {
        self.active = self.filters.iter().filter(|filter| filter.active).count();
        self.apart = self.filters.iter().enumerate().any(|(index, filter)| {
            filter.active && self.sides[index / BAND_FILTERS] != Side::Stereo
        });
    }

    /// Takes the signal from the rows, if it lies there.
    fn leave_rows(&mut self) {
        if !std::mem::take(&mut self.rows_are_set) {
            return;
        }
        let sides = &self.sides;
        let active = self.filters.iter_mut().enumerate().filter(|(_, filter)| filter.active);
        for (place, (index, filter)) in active.enumerate() {
            let states = self.rows[place / FILTERS].states(place % FILTERS);
            let side = sides[index / BAND_FILTERS];
            for channel in (0..CHANNELS).filter(|&channel| side.covers(channel)) {
                filter.state[channel] = Svf::from_direct(&filter.solved, states[channel]);
            }
        }
    }

    /// Lets the filters that are heard stand side by side, with their signal.
    fn enter_rows(&mut self) {
        if std::mem::replace(&mut self.rows_are_set, true) {
            return;
        }
        self.rows.iter_mut().for_each(Row::clear);
        let active = self.filters.iter().enumerate().filter(|(_, filter)| filter.active);
        for (place, (index, filter)) in active.enumerate() {
            let (mut direct, mut states) = ([Direct::UNITY; CHANNELS], [[0.0; 2]; CHANNELS]);
            let side = self.sides[index / BAND_FILTERS];
            for channel in (0..CHANNELS).filter(|&channel| side.covers(channel)) {
                direct[channel] = Direct::new(&filter.solved);
                states[channel] = filter.state[channel].to_direct(&filter.solved);
            }
            self.rows[place / FILTERS].push(direct, states);
        }
    }
}
