//! Normal equations of a least-squares problem, and their damped solution.

/// `JᵀJ x = −Jᵀr`, collected row by row.
#[derive(Debug, Clone)]
pub(super) struct System {
    unknowns: usize,
    /// Row by row.
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl System {
    pub(super) fn new(unknowns: usize) -> Self {
        Self { unknowns, matrix: vec![0.0; unknowns * unknowns], right: vec![0.0; unknowns] }
    }

    /// Adds a residual with its slopes.
    pub(super) fn add(&mut self, row: &[f64], residual: f64) {
        for (i, &a) in row.iter().enumerate().filter(|(_, a)| **a != 0.0) {
            self.right[i] -= a * residual;
            for (slot, &b) in self.matrix[i * self.unknowns..].iter_mut().zip(row) {
                *slot += a * b;
            }
        }
    }

    /// The step, shorter the larger `damping` is; none where the equations say nothing. By Cholesky's
    /// factors.
    pub(super) fn solve(&self, damping: f64) -> Option<Vec<f64>> {
        let n = self.unknowns;
        let mut factor = self.matrix.clone();
        for i in 0..n {
            factor[i * n + i] += damping * (self.matrix[i * n + i] + 1e-6);
        }
        for i in 0..n {
            for j in 0..=i {
                let done: f64 = (0..j).map(|k| factor[i * n + k] * factor[j * n + k]).sum();
                let rest = factor[i * n + j] - done;
                factor[i * n + j] = match i == j {
                    true if rest > 0.0 => rest.sqrt(),
                    true => return None,
                    false => rest / factor[j * n + j],
                };
            }
        }
        let mut x = self.right.clone();
        for i in 0..n {
            let done: f64 = (0..i).map(|k| factor[i * n + k] * x[k]).sum();
            x[i] = (x[i] - done) / factor[i * n + i];
        }
        for i in (0..n).rev() {
            let done: f64 = (i + 1..n).map(|k| factor[k * n + i] * x[k]).sum();
            x[i] = (x[i] - done) / factor[i * n + i];
        }
        x.iter().all(|x| x.is_finite()).then_some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_problem_is_solved_in_one_step() {
        // Residuals a·x − b at x = 0.
        let rows = [([2.0, 1.0], 5.0), ([1.0, -3.0], -8.0), ([0.5, 0.5], 2.0)];
        let mut system = System::new(2);
        rows.iter().for_each(|(row, b)| system.add(row, -b));
        let x = system.solve(0.0).unwrap();
        assert!((x[0] - 1.0).abs() < 1e-9 && (x[1] - 3.0).abs() < 1e-9, "{x:?}");
        assert_eq!(System::new(1).solve(-1.0), None);
    }
}
