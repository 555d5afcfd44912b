//! Divides the rows of a screen among its parts. A small screen drops the least important parts first.

/// Which parts are shown, and how many rows the middle has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The name and the title of the exercise.
    pub title: bool,
    /// What the exercise is about.
    pub about: bool,
    /// Lines above and below the middle.
    pub rules: bool,
    pub body: usize,
    /// The progress and the path, or a prompt.
    pub info: bool,
    /// The keys and what they do.
    pub keys: bool,
}

impl Layout {
    /// The layout for a screen with this many rows. One row always shows the state.
    pub fn of(rows: usize) -> Layout {
        let title = rows >= 8;
        let about = rows >= 16;
        let rules = rows >= 16;
        let info = rows >= 3;
        let keys = rows >= 8;
        let used = 1 + [title, about, rules, rules, info, keys].iter().filter(|part| **part).count();
        Layout { title, about, rules, body: rows.saturating_sub(used), info, keys }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_gets_most_of_every_screen() {
        assert_eq!((0..=3).map(|rows| Layout::of(rows).body).collect::<Vec<_>>(), [0, 0, 1, 1]);
        for (rows, body) in [(7, 5), (8, 4), (12, 8), (16, 9), (24, 17), (40, 33)] {
            assert_eq!(Layout::of(rows).body, body, "{rows}");
        }
    }
}
