//! The room that a view has.

use crate::ui::text::style::Colour;

/// The room for a text, and whether it is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// In cells.
    pub width: usize,
    /// In rows; `usize::MAX` if the text is printed.
    pub height: usize,
    pub colour: Colour,
}

impl Space {
    pub fn of(width: usize, height: usize, colour: Colour) -> Space {
        Space { width, height, colour }
    }

    /// Whether there is only room for the most important part of a text.
    pub fn is_small(&self) -> bool {
        self.height < 12
    }

    /// As much as one likes, for text that is printed.
    pub fn to_print(width: usize, colour: Colour) -> Space {
        Space { width, height: usize::MAX, colour }
    }
}
