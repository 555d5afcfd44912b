//! The running thread's stack, as far as it belongs to the learner.

use std::backtrace::Backtrace;
use std::path::{Path, PathBuf};

use trace::Place;

use crate::origin;

/// The innermost line of the learner's package that the running thread is executing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) place: Place,
    /// What that line has called: `Mutex::lock`.
    pub(crate) call: Option<String>,
}

/// `None` if the thread is executing nothing of the package's `src` or `tests`.
pub(crate) fn innermost_line() -> Option<Line> {
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    let here = std::env::current_dir().ok()?;
    find(&Backtrace::force_capture().to_string(), &package, &here)
}

/// Finds the line in the text of a backtrace, whose frames are a symbol and, below it, `at FILE:LINE:COLUMN`.
fn find(backtrace: &str, package: &Path, here: &Path) -> Option<Line> {
    let workspace = package.ancestors().filter(|folder| folder.join("Cargo.lock").exists()).last();
    let (mut symbol, mut called) = (None, None);
    for line in backtrace.lines().map(str::trim_start) {
        let Some(place) = line.strip_prefix("at ") else {
            called = symbol.replace(line.split_once(": ").map_or(line, |(_, symbol)| symbol));
            continue;
        };
        let Some(file) = place.rsplit_once(':').and_then(|(place, _column)| place.rsplit_once(':')) else { continue };
        let (file, line) = (here.join(file.0.strip_prefix("./").unwrap_or(file.0)), file.1);
        let Ok(inner) = file.strip_prefix(package) else { continue };
        let name = workspace.and_then(|root| file.strip_prefix(root).ok()).unwrap_or(&file).display().to_string();
        // In the tests of a drop-in, the package is the drop-in.
        if (inner.starts_with("src") || inner.starts_with("tests")) && !origin::is_kit(&name) {
            let place = Place { file: name, line: line.parse().ok()? };
            return Some(Line { place, call: called.and_then(name_of) });
        }
    }
    None
}

/// Of a frame that belongs to no function, such as the one between a signal's handler and what it has interrupted.
const NO_SYMBOL: &str = "<unknown>";

/// The function's name, and that of its type: `<std::sync::Mutex<T>>::lock` is `Mutex::lock`. A function that was inlined
/// has only its own name if the debug information consists of line tables.
fn name_of(symbol: &str) -> Option<String> {
    if symbol == NO_SYMBOL {
        return None;
    }
    // Of `<TYPE as TRAIT>::name` and `<TYPE>::name`, what counts are the type and the name.
    let (owner, path) = match symbol.strip_prefix('<').and_then(|rest| rest.split_at_checked(closing(rest)?)) {
        Some((owner, path)) => (owner.split(" as ").next(), path),
        None => (None, symbol),
    };
    let names: Vec<&str> = owner.into_iter().flat_map(names).chain(names(path)).collect();
    match names.as_slice() {
        [.., owner, name] if owner.starts_with(char::is_uppercase) => Some(format!("{owner}::{name}")),
        [.., name] => Some((*name).to_owned()),
        [] => None,
    }
}

/// Where the bracket ends that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    text.char_indices().find_map(|(at, c)| {
        depth = depth + usize::from(c == '<') - usize::from(c == '>');
        (depth == 0).then_some(at)
    })
}

/// The names in a path, without what is in brackets.
fn names(path: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let is_separator = move |c: char| {
        depth += usize::from(c == '<');
        let separates = c == ':' || depth > 0;
        depth -= usize::from(c == '>').min(depth);
        separates
    };
    path.split(is_separator).filter(|name| name.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITING: &str = "   0: std::sys::sync::mutex::futex::Mutex::lock_contended
             at /rustc/abc/library/std/src/sys/sync/mutex/futex.rs:68:9
   1: std::sync::poison::mutex::Mutex<T>::lock
             at /rustc/abc/library/std/src/sync/poison/mutex.rs:504:28
   2: abba::transfer::{{closure}}
             at ./src/lib.rs:12:20
   3: abba::many
             at ./tests/abba.rs:30:5
";

    /// Would catch: the outermost line, or the library's own.
    #[test]
    fn the_innermost_line_of_the_package_is_found_with_what_it_called() {
        let package = Path::new("/course/exercises/abba");
        let line = find(WAITING, package, package).unwrap();
        assert_eq!((line.place.line, line.call.as_deref()), (12, Some("Mutex::lock")));
        assert!(line.place.file.ends_with("src/lib.rs"), "{line:?}");
        assert_eq!(find(WAITING, Path::new("/course/exercises/other"), package), None);
    }

    #[test]
    fn the_name_of_a_call_has_no_type_arguments() {
        let name = |symbol| name_of(symbol).unwrap_or_default();
        assert_eq!(name("std::thread::join_handle::JoinHandle<alloc::vec::Vec<T>>::join"), "JoinHandle::join");
        assert_eq!(name("<std::sync::poison::mutex::Mutex<Vec<T>>>::lock"), "Mutex::lock");
        assert_eq!(name("<core::pin::Pin<P> as core::future::future::Future>::poll"), "Pin::poll");
        assert_eq!(name("abba::move_all::{{closure}}"), "move_all");
        assert_eq!(name("park"), "park");
        assert_eq!(name_of(""), None);
        assert_eq!(name_of("<unknown>"), None, "the line itself was interrupted, and calls nothing");
    }
}
