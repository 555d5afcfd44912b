//! Whose source file a place is in: the kit's, a library's or the reader's.

use std::path::Path;

/// The kit's folder, as the compiler reports it: both kinds of separators are one byte long.
const KIT: &str = file!().split_at(file!().len() - "src/origin.rs".len()).0;

/// Whether `file`, as the compiler reports it, is a source file of the kit or of a drop-in. A panic that the kit raises
/// on behalf of its caller has the caller's file (`#[track_caller]`).
pub fn is_kit(file: &str) -> bool {
    let mut folders = file.strip_prefix(KIT).into_iter().flat_map(|inner| inner.split(['/', '\\']));
    match folders.next() {
        Some("src") => true,
        Some("drop-in") => folders.any(|folder| folder == "src"),
        _ => false,
    }
}

/// Whether the compiler's name of `file` is that of a library: those of the workspace are relative to it. The kit is
/// none, even if it lies outside of the workspace.
pub(crate) fn is_of_a_library(file: &str) -> bool {
    (Path::new(file).is_absolute() || file.starts_with("/rustc/")) && !is_kit(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: `local.rs:445`, which the reader did not write.
    #[test]
    fn a_file_of_a_library_is_told_from_the_readers() {
        assert!(is_of_a_library("/rustc/abc/library/std/src/thread/local.rs"));
        assert!(!is_of_a_library("exercises/02_mutex/03_abba/src/lib.rs"));
    }
}
