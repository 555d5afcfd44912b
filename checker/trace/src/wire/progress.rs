//! How far an exploration is: one line of text.

use super::fields::number;

/// The line that [`read_progress`] reads: how many schedules were run, and how many there will be, if that is known.
pub fn write_progress(runs: u32, of: Option<u32>) -> String {
    let of = of.map(|of| of.to_string()).unwrap_or_default();
    format!("{runs}\t{of}\n")
}

/// `None` if the line is damaged or cut off.
///
/// ```
/// use trace::wire::{read_progress, write_progress};
/// assert_eq!(read_progress(&write_progress(12, None)), Some((12, None)));
/// assert_eq!(read_progress(&write_progress(12, Some(345))), Some((12, Some(345))));
/// assert_eq!(read_progress("12\t34"), None);
/// ```
pub fn read_progress(text: &str) -> Option<(u32, Option<u32>)> {
    let (runs, of) = text.strip_suffix('\n')?.split_once('\t')?;
    let of = if of.is_empty() { None } else { Some(number(of)?) };
    Some((number(runs)?, of))
}
