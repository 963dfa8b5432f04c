//! The count of tests, from what the test binaries say.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed, failed and were skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were not run.
    pub(crate) skipped: u64,
}

impl Tally {
    /// What a `line` of the output of `cargo test` adds: zeros unless it is the result of a binary.
    pub(crate) fn of_line(line: &str) -> Self {
        let Some(result) = line.strip_prefix("test result: ") else { return Self::default() };
        let count = |word: &str| {
            let counts = result.split(['.', ';']);
            let number = |part: &str| part.trim().strip_suffix(word)?.trim_end().parse().ok();
            counts.filter_map(number).next().unwrap_or(0)
        };
        Self { passed: count("passed"), failed: count("failed"), skipped: count("ignored") }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// "12 passed, 0 failed", and ", 3 skipped" if any were.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_binaries_are_summed() {
        let output = "running 3 tests\n\
            test passed ... ok\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.52s\n\
            test result: FAILED. 300 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 9.1s\n";
        let mut sum = Tally::default();
        output.lines().for_each(|line| sum += Tally::of_line(line));
        assert_eq!(sum, Tally { passed: 312, failed: 2, skipped: 1 });
        assert_eq!(sum.to_string(), "312 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn nothing_skipped_is_not_said() {
        assert_eq!(Tally { passed: 3, ..Tally::default() }.to_string(), "3 passed, 0 failed");
    }
}
