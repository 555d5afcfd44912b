//! Where threads stand: a line of text for each.

use super::fields::{Lines, place_fields, read_place, unescape};
use crate::Standing;

/// The line that [`read_standing`] reads.
pub fn write_standing(standing: &Standing) -> String {
    let mut out = Lines(String::new());
    let (file, line) = place_fields(standing.place.as_ref());
    out.line(&[&standing.thread, &file, &line, standing.call.as_deref().unwrap_or_default()]);
    out.0
}

/// Reads any number of lines. Those that are damaged or cut off are left out.
///
/// ```
/// let place = Some(trace::Place { file: "src/lib.rs".into(), line: 12 });
/// let one = trace::Standing { thread: "mover".into(), place, call: Some("Mutex::lock".into()) };
/// let text = trace::wire::write_standing(&one) + "cut";
/// assert_eq!(trace::wire::read_standing(&text), [one]);
/// ```
pub fn read_standing(text: &str) -> Vec<Standing> {
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let read = |line: &str| {
        let fields: Vec<String> = line.split('\t').map(unescape).collect();
        let [thread, file, line, call] = fields.try_into().ok()?;
        let call = Some(call).filter(|call| !call.is_empty());
        Some(Standing { thread, place: read_place(&file, &line), call })
    };
    lines.filter_map(read).collect()
}
