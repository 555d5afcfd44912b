//! Sums over rows.

use crate::grade::report::{Coverage, Row};

/// The sums over some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub rows: usize,
    pub passed: usize,
    pub points: u32,
    pub of: u32,
    /// The points among them that were handed in after the deadline.
    pub late_points: u32,
    /// Rows that were.
    pub late: usize,
    pub proven: usize,
    pub bounded: usize,
    pub sampled: usize,
    /// Passed on real threads only.
    pub real: usize,
    /// Rows for which hints were shown, and the levels that were.
    pub hinted: usize,
    pub hints: u64,
    pub peeked: usize,
}

impl Totals {
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Totals {
        let mut totals = Totals::default();
        for row in rows {
            totals.add(row);
        }
        totals
    }

    fn add(&mut self, row: &Row) {
        self.rows += 1;
        self.points += row.points;
        self.of += row.of;
        if row.late {
            self.late += 1;
            self.late_points += row.points;
        }
        if row.passed() {
            self.passed += 1;
        }
        match row.examined.coverage {
            Some(Coverage::Proven) => self.proven += 1,
            Some(Coverage::Bounded) => self.bounded += 1,
            Some(Coverage::Sampled) => self.sampled += 1,
            Some(Coverage::Real) => self.real += 1,
            None => {}
        }
        if let Some(help) = row.help {
            self.hinted += usize::from(help.hints > 0);
            self.hints += help.hints;
            self.peeked += usize::from(help.peeked);
        }
    }
}
