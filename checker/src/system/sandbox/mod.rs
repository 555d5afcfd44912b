//! What the code of strangers may do, enforced by the kernel.
//!
//! A process enters its [`Jail`] on its own, before it becomes the compiler or a test; it and its descendants can never
//! leave it again. No privileges are needed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

#[cfg(not(target_os = "linux"))]
mod fallback;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
use self::fallback as sys;
#[cfg(target_os = "linux")]
use self::linux as sys;

pub use self::sys::{enter, places, probe};

/// What a process and its descendants may do. Everything else that the kernel can refuse is refused: other files,
/// sockets, and signals to processes outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jail {
    pub files: Vec<(Access, PathBuf)>,
    pub processes: Processes,
    /// All of its environment, besides what the command itself sets.
    pub environment: Vec<(OsString, OsString)>,
}

/// What may be done with a file, or with everything in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// See the names in a folder.
    List,
    Read,
    /// Read, and start as a program.
    Run,
    /// Change, create and delete; read as well.
    Write,
    /// Change a file that is there. No other one can be made beside it.
    Fill,
}

/// Whether other processes may be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Processes {
    Many,
    /// Only threads, so no process can outlive its test, and none can multiply.
    #[default]
    One,
}

/// What the kernel of this machine can enforce.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strength {
    /// What holds, one line for each mechanism.
    pub held: Vec<String>,
    /// What does not, and why.
    pub missing: Vec<String>,
    /// Whether files are protected, without which nothing else is worth much.
    pub protects_files: bool,
}

const LETTERS: [(Access, &str); 5] =
    [(Access::List, "l"), (Access::Read, "r"), (Access::Run, "x"), (Access::Write, "w"), (Access::Fill, "f")];
const ONE: &str = "one";
const MANY: &str = "many";

impl Jail {
    /// The jail as arguments for the process that enters it: their number, and then the arguments. The environment is
    /// passed as what it is.
    pub fn to_arguments(jail: Option<&Jail>) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if let Some(jail) = jail {
            arguments.push(if jail.processes == Processes::One { ONE.into() } else { MANY.into() });
            for (access, path) in &jail.files {
                let letter = LETTERS.iter().find(|(known, _)| known == access).map_or("r", |(_, letter)| letter);
                arguments.extend([letter.into(), path.into()]);
            }
        }
        arguments.insert(0, arguments.len().to_string().into());
        arguments
    }

    /// The jail that begins `arguments`, if there is one, and what follows; `None` if they are not understood.
    pub fn from_arguments(arguments: &[OsString]) -> Option<(Option<Jail>, &[OsString])> {
        let (count, rest) = arguments.split_first()?;
        let (own, rest) = rest.split_at_checked(count.to_str()?.parse().ok()?)?;
        let Some((processes, files)) = own.split_first() else { return Some((None, rest)) };
        let access = |letter: &OsStr| LETTERS.iter().find(|(_, known)| letter == *known).map(|(access, _)| *access);
        let files = files.chunks(2).map(|pair| match pair {
            [letter, path] => Some((access(letter)?, PathBuf::from(path))),
            _ => None,
        });
        let processes = if processes == MANY { Processes::Many } else { Processes::One };
        Some((Some(Jail { files: files.collect::<Option<_>>()?, processes, environment: Vec::new() }), rest))
    }

    /// The same, with more files.
    pub fn and<'a>(mut self, access: Access, paths: impl IntoIterator<Item = &'a Path>) -> Jail {
        self.files.extend(paths.into_iter().map(|path| (access, path.to_owned())));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jail_is_the_same_on_the_other_side() {
        let jail = Jail { processes: Processes::Many, ..Jail::default() }
            .and(Access::Run, [Path::new("/usr")])
            .and(Access::Fill, [Path::new("/a b/report")]);
        for jail in [Some(jail), Some(Jail::default()), None] {
            let mut arguments = Jail::to_arguments(jail.as_ref());
            arguments.push("program".into());
            let (read, rest) = Jail::from_arguments(&arguments).unwrap();
            assert_eq!((read, rest), (jail, &["program".into()][..]));
        }
        for wrong in [&["2", "one"][..], &["x"], &[], &["2", "one", "r"], &["3", "one", "?", "/"]] {
            let wrong: Vec<OsString> = wrong.iter().map(OsString::from).collect();
            assert_eq!(Jail::from_arguments(&wrong), None, "{wrong:?}");
        }
    }
}
