//! A report made on two threads: the true peak takes about as long as everything else together.

use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use twobus_analysis::{Analyzer, Peaks, Report, TruePeaks};

/// Blocks that may wait for the thread of the true peak.
const WAITING: usize = 8;

/// A planar block.
type Block = Vec<Vec<f32>>;

/// An [`Analyzer`] that reads the true peak on a thread of its own.
pub(crate) struct Measuring {
    rest: Analyzer,
    blocks: SyncSender<Block>,
    /// Blocks that were read, for those to come.
    used: Receiver<Block>,
    peaks: JoinHandle<Peaks>,
}

impl Measuring {
    pub(crate) fn new(rate_hz: u32, channels: usize) -> Self {
        let (blocks, read) = sync_channel::<Block>(WAITING);
        let (give_back, used) = sync_channel(2 * WAITING);
        let mut peaks = TruePeaks::new(rate_hz, channels);
        let peaks = thread::spawn(move || {
            for block in read {
                peaks.push(&slices(&block));
                // Nobody takes it back after the end.
                let _given = give_back.try_send(block);
            }
            peaks.finish()
        });
        Self { rest: Analyzer::new(rate_hz, channels).without_true_peak(), blocks, used, peaks }
    }

    /// Takes the next block, and leaves another in its place.
    pub(crate) fn push(&mut self, block: &mut Block) {
        self.rest.push(&slices(block));
        let block = mem::replace(block, self.used.try_recv().unwrap_or_default());
        self.blocks.send(block).expect("the thread reads until there is no sender");
    }

    pub(crate) fn finish(self) -> Report {
        drop(self.blocks);
        self.rest.finish_with(self.peaks.join().expect("a meter does not panic"))
    }
}

fn slices(block: &[Vec<f32>]) -> Vec<&[f32]> {
    block.iter().map(Vec::as_slice).collect()
}
