//! How the rows of a screen are shared out. On a small screen, what is least needed gives way first.

/// Which parts there are, and how many rows the middle has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The name and the title of the exercise.
    pub title: bool,
    /// What it is about.
    pub about: bool,
    /// Lines that set the middle off.
    pub rules: bool,
    pub body: usize,
    /// Progress and path, or what is asked or typed.
    pub info: bool,
    /// What the keys do.
    pub keys: bool,
}

impl Layout {
    /// For a screen of so many rows. One of them says the state, always.
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
