//! Names for locks, taken from where a person would look: the source line that creates them.
//!
//! `a: Mutex::new(0)` names it `a`, `let jobs = Arc::new(Mutex::new(…))` names it `jobs`. Where that line has no name,
//! the line that first uses the lock may have one: `self.accounts.lock()` names it `accounts`.

use std::collections::HashMap;
use std::panic::Location;
use std::path::{Path, PathBuf};

use trace::columns::before_column;
use trace::{Object, Place, SourceLine, Step};

use super::functions::{self, Function};
use super::session::ObjectOrigin;
use crate::origin::is_of_a_library;

/// Names all objects of a schedule, which has these `steps`. Equal names are numbered.
pub(crate) fn name_all(origins: &[ObjectOrigin], steps: &[Step], manifest_dir: &Path) -> Vec<Object> {
    let mut sources = Sources { manifest_dir: manifest_dir.to_owned(), files: HashMap::new() };
    let mut labels: Vec<String> = Vec::new();
    for origin in origins {
        // Objects created on the same line, such as those of a list, are of one kind and share a name. The fields of a
        // struct that derives `Default` are not: the derive is the creation line of all of them.
        let before = &origins[..labels.len()];
        let sibling = before.iter().position(|o| o.created.is_some() && o.created == origin.created);
        let sibling = sibling.filter(|_| !sources.is_derived(origin));
        labels.push(match before.iter().position(|other| are_of_one_map(origin, other)).or(sibling) {
            Some(sibling) => labels[sibling].clone(),
            None => {
                let name = sources.name(origin).or_else(|| sources.name_of_signal(labels.len(), steps));
                name.unwrap_or_else(|| origin.type_name.to_owned())
            }
        });
    }
    // The shards of a map count as one object: the one that was used first.
    let first = |at: usize| origins[..at].iter().position(|other| are_of_one_map(&origins[at], other)).unwrap_or(at);
    let object = |(at, origin): (usize, &ObjectOrigin)| {
        let label = &labels[at];
        let count = |end: usize| (0..end).filter(|at| labels[*at] == *label && first(*at) == *at).count();
        let is_only = count(labels.len()) == 1;
        let name = if is_only { label.clone() } else { format!("{label} #{}", count(first(at) + 1)) };
        let name = match origin.shard {
            Some(shard) => trace::shard_name(shard.number, &name),
            None => name,
        };
        Object {
            type_name: origin.type_name.to_owned(),
            name,
            created: origin.created.map(|at| Place { file: at.file().to_owned(), line: at.line() }),
        }
    };
    origins.iter().enumerate().map(object).collect()
}

fn are_of_one_map(one: &ObjectOrigin, other: &ObjectOrigin) -> bool {
    one.shard.is_some_and(|shard| other.shard.is_some_and(|other| other.map == shard.map))
}

/// Whether one of these objects lives in a `static`, as far as the sources tell: by the line that creates it, or by its
/// name, for a lock that does not know where it is created.
pub(crate) fn has_static(origins: &[ObjectOrigin], manifest_dir: &Path) -> bool {
    let mut sources = Sources { manifest_dir: manifest_dir.to_owned(), files: HashMap::new() };
    origins.iter().any(|origin| match origin.created.and_then(|at| sources.line(at)) {
        Some((line, column)) => is_creation_of_static(&line, column),
        None => sources.name(origin).is_some_and(|name| is_name_of_static(&name)),
    })
}

fn is_creation_of_static(line: &str, column: usize) -> bool {
    before_column(line, column).split_whitespace().any(|word| word == "static")
}

fn is_name_of_static(name: &str) -> bool {
    name.contains(char::is_uppercase) && !name.contains(char::is_lowercase)
}

/// The source lines that `steps` refer to, each once.
pub(crate) fn quote_all(steps: &[Step], manifest_dir: &Path) -> Vec<SourceLine> {
    let mut sources = Sources { manifest_dir: manifest_dir.to_owned(), files: HashMap::new() };
    let mut places: Vec<&Place> = steps.iter().filter_map(|step| step.place.as_ref()).collect();
    places.sort_unstable();
    places.dedup();
    let quote = |place: &Place| {
        let text = sources.text(&place.file, place.line)?.trim().to_owned();
        Some(SourceLine { place: place.clone(), text, function: sources.function(place) })
    };
    places.into_iter().filter_map(quote).collect()
}

/// The source files that locations refer to.
struct Sources {
    manifest_dir: PathBuf,
    files: HashMap<String, Source>,
}

#[derive(Default)]
struct Source {
    lines: Vec<String>,
    /// Only of the package's own `src`, where the learner writes.
    functions: Vec<Function>,
}

impl Source {
    fn read(path: &Path, manifest_dir: &Path) -> Option<Source> {
        let text = std::fs::read_to_string(path).ok()?;
        let is_learners = path.strip_prefix(manifest_dir).is_ok_and(|path| path.starts_with("src"));
        let functions = if is_learners { functions::functions(&text) } else { Vec::new() };
        Some(Source { lines: text.lines().map(str::to_owned).collect(), functions })
    }
}

impl Sources {
    fn is_derived(&mut self, origin: &ObjectOrigin) -> bool {
        let created = origin.created.and_then(|at| self.line(at));
        created.is_some_and(|(line, _)| line.trim_start().starts_with("#[derive"))
    }

    /// The name from the line that creates an object, or else from the line that uses it first.
    fn name(&mut self, origin: &ObjectOrigin) -> Option<String> {
        let created = origin.created.and_then(|at| self.line(at));
        let name = created.and_then(|(line, column)| name_of_creation(&line, column));
        name.or_else(|| {
            let (line, column) = self.line(origin.first_used?)?;
            name_of_use(&line, column)
        })
    }

    /// The name from the line of the first step with the condition variable `object`: parking_lot's does not pass its
    /// caller on, so its origin is a line of the library.
    fn name_of_signal(&mut self, object: usize, steps: &[Step]) -> Option<String> {
        let place =
            steps.iter().filter(|step| step.action.object() == Some(object)).find_map(|step| step.place.as_ref())?;
        let line = self.text(&place.file, place.line)?;
        line.match_indices('.').find_map(|(at, _)| {
            let method = &line[at + 1..];
            let is_a_signals = method.starts_with("wait") || method.starts_with("notify");
            is_a_signals.then(|| name_of_use(line, line[..=at].chars().count())).flatten()
        })
    }

    /// The text of the line at `at`, and the column in it, counted from 0 as the compiler counts. `None` for a line of a
    /// library, whose names mean nothing to the reader.
    fn line(&mut self, at: &Location<'_>) -> Option<(String, usize)> {
        if is_of_a_library(at.file()) {
            return None;
        }
        let text = self.text(at.file(), at.line())?;
        Some((text.to_owned(), at.column() as usize - 1))
    }

    /// The text of a line.
    ///
    /// The compiler names files relative to the folder that cargo ran in, usually the workspace root, which is
    /// somewhere above the package.
    fn text(&mut self, file: &str, line: u32) -> Option<&str> {
        self.source(file).lines.get(line as usize - 1).map(String::as_str)
    }

    fn source(&mut self, file: &str) -> &Source {
        let manifest_dir = &self.manifest_dir;
        let read = || manifest_dir.ancestors().find_map(|folder| Source::read(&folder.join(file), manifest_dir));
        self.files.entry(file.to_owned()).or_insert_with(|| read().unwrap_or_default())
    }

    /// The function of the learner that `place` lies in.
    fn function(&mut self, place: &Place) -> Option<String> {
        functions::around(&self.source(&place.file).functions, place.line).map(str::to_owned)
    }
}

/// The field, variable or static that the value created at `column` initializes.
fn name_of_creation(line: &str, column: usize) -> Option<String> {
    let mut before = before_column(line, column).to_owned();
    // `let a = Arc::new(vec![` means the same as `let a = `.
    loop {
        let trimmed = before.trim_end();
        let Some(inner) = trimmed.strip_suffix('(').or_else(|| trimmed.strip_suffix('[')) else {
            before = trimmed.to_owned();
            break;
        };
        let wrapper = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '!' | '<' | '>');
        before = inner.trim_end_matches(wrapper).to_owned();
    }
    if let Some(field) = before.strip_suffix(':') {
        return last_identifier(field);
    }
    let binding = before.strip_suffix('=')?;
    // In `let a: Mutex<i64> =` and `static A: Mutex<i64> =`, the name comes before the type.
    let name = binding.split_once(':').map_or(binding, |(name, _)| name);
    last_identifier(name)
}

/// The last field or variable of the expression whose method is called at `column`.
fn name_of_use(line: &str, column: usize) -> Option<String> {
    let before = before_column(line, column);
    let mut receiver = before.trim_end().strip_suffix('.')?.trim_end();
    // `self.slots[i]` is one of the `slots`, `self.shard(key)` is a `shard`, and `jobs.clone()` refers to `jobs`.
    while let Some((opening, closing)) = [('[', ']'), ('(', ')')].into_iter().find(|(_, c)| receiver.ends_with(*c)) {
        receiver = receiver[..opening_of(receiver, opening, closing)?].trim_end();
        let says_nothing = |name: &&&str| receiver.strip_suffix(**name).is_some_and(|rest| rest.ends_with('.'));
        if let Some(name) = ADAPTERS.iter().find(says_nothing).filter(|_| opening == '(') {
            receiver = &receiver[..receiver.len() - name.len() - 1];
        }
    }
    last_identifier(receiver).filter(|name| name != "self")
}

/// Methods that return their receiver or a part of it.
const ADAPTERS: [&str; 9] = ["unwrap", "expect", "clone", "as_ref", "deref", "borrow", "get", "first", "last"];

/// The position of the opening bracket that matches the one at the end of `text`.
fn opening_of(text: &str, opening: char, closing: char) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().rev().find_map(|(at, c)| {
        depth += i32::from(c == closing) - i32::from(c == opening);
        (depth == 0).then_some(at)
    })
}

fn last_identifier(text: &str) -> Option<String> {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let name = &text[start..];
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(line: &str) -> Option<String> {
        name_of_creation(line, line.find("Mutex::new").expect("the line creates a mutex"))
    }

    #[test]
    fn a_lock_is_named_after_the_variable_it_is_created_for() {
        assert_eq!(created("    Self { left: Mutex::new(0),"), Some("left".into()));
        assert_eq!(created("let a = Mutex::new(0);"), Some("a".into()));
        assert_eq!(created("let mut jobs: Arc<Mutex<u8>> = Arc::new(Mutex::new(0));"), Some("jobs".into()));
        assert_eq!(created("static TOTAL: Mutex<i64> = Mutex::new(0);"), Some("TOTAL".into()));
        assert_eq!(created("    queue: Arc::new(Mutex::new(vec![])),"), Some("queue".into()));
        assert_eq!(created("    Mutex::new(0)"), None);
        assert_eq!(created("let both = [Mutex::new(0), Mutex::new(1)];"), Some("both".into()));
    }

    #[test]
    fn a_static_is_known_by_its_line_or_its_name() {
        let is_static = |line: &str| is_creation_of_static(line, line.find("Mutex::new").expect("it creates a mutex"));
        assert!(is_static("    pub(crate) static TOTAL: Mutex<i64> = Mutex::new(0);"));
        assert!(!is_static("let statics = Mutex::new(0); // in a static"));
        assert!(is_name_of_static("TWO_QUEUES") && !is_name_of_static("left") && !is_name_of_static("Left"));
    }

    #[test]
    fn a_lock_without_such_a_variable_is_named_after_its_first_use() {
        let used = |line: &str| name_of_use(line, line.find("lock(").expect("the line locks"));
        assert_eq!(used("let mut map = self.accounts.lock().unwrap();"), Some("accounts".into()));
        assert_eq!(used("let g = slots[i + 1].lock();"), Some("slots".into()));
        assert_eq!(used("self.lock()"), None);
        assert_eq!(used("self.shard(key).lock().unwrap()"), Some("shard".into()));
        assert_eq!(used("self.shards[hash(key)].get(0).unwrap().lock()"), Some("shards".into()));
        assert_eq!(used("let n = jobs.clone().lock()"), Some("jobs".into()));
        assert_eq!(used("(a.b).lock()"), None, "no call");
    }
}
