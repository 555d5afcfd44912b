//! Cargo's messages, one JSON document per line.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use trace::Place;

use crate::verdict::{Diagnostic, Level};

/// The messages of cargo that matter here.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    Diagnostic {
        package_id: String,
        diagnostic: Diagnostic,
    },
    TestBinary {
        package_id: String,
        path: PathBuf,
        source: PathBuf,
    },
    /// A library that was not recompiled because nothing seems to have changed.
    FreshLibrary {
        package_id: String,
        path: PathBuf,
    },
    Other,
}

/// Reads a line. Unknown messages are ignored, because later versions of cargo may add some.
pub fn read(line: &[u8]) -> Message {
    match serde_json::from_slice(line) {
        Ok(Line::CompilerMessage { package_id, message }) => match diagnostic(message) {
            Some(diagnostic) => Message::Diagnostic { package_id, diagnostic },
            None => Message::Other,
        },
        Ok(Line::CompilerArtifact { package_id, target, executable: Some(path), .. })
            if target.kind.iter().any(|kind| kind == "test") =>
        {
            Message::TestBinary { package_id, path, source: target.src_path }
        }
        Ok(Line::CompilerArtifact { package_id, target, mut filenames, fresh: true, .. })
            if !filenames.is_empty() && target.kind.iter().any(|kind| kind == "lib") =>
        {
            Message::FreshLibrary { package_id, path: filenames.swap_remove(0) }
        }
        Ok(Line::CompilerArtifact { .. } | Line::Other) | Err(_) => Message::Other,
    }
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Line {
    CompilerMessage {
        package_id: String,
        message: RustcMessage,
    },
    CompilerArtifact {
        package_id: String,
        target: Target,
        executable: Option<PathBuf>,
        #[serde(default)]
        filenames: Vec<PathBuf>,
        #[serde(default)]
        fresh: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct RustcMessage {
    message: String,
    code: Option<Code>,
    level: String,
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    is_primary: bool,
    /// If it is inside a macro: where the macro is called.
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl Span {
    /// The line in the package that is compiled, also if a macro of a library made the code there.
    fn place(self) -> Place {
        match self.expansion {
            Some(expansion) if Path::new(&self.file_name).has_root() => expansion.span.place(),
            _ => Place { file: self.file_name, line: self.line_start },
        }
    }
}

/// `None` for notes and for summaries such as "aborting due to 2 previous errors".
fn diagnostic(message: RustcMessage) -> Option<Diagnostic> {
    let level = match message.level.as_str() {
        "error" | "error: internal compiler error" => Level::Error,
        "warning" => Level::Warning,
        _ => return None,
    };
    let summary = message.spans.is_empty()
        && message.code.is_none()
        && (message.message.starts_with("aborting due to")
            || message.message.contains("warning emitted")
            || message.message.contains("warnings emitted"));
    if summary {
        return None;
    }
    let primary = message.spans.into_iter().find(|span| span.is_primary);
    Some(Diagnostic {
        level,
        code: message.code.map(|code| code.code),
        place: primary.map(Span::place),
        rendered: message.rendered.unwrap_or_else(|| format!("{}: {}\n", message.level, message.message)),
        message: message.message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: a test that does not compile, and a message that names a line of the standard library.
    #[test]
    fn an_error_inside_a_macro_of_a_library_is_where_the_macro_is_called() {
        let line = br#"{"reason":"compiler-message","package_id":"p","message":{"message":"can't compare","code":null,"level":"error","spans":[{"file_name":"/rustc/1/core/src/macros/mod.rs","line_start":46,"is_primary":true,"expansion":{"span":{"file_name":"/rustc/1/core/src/macros/mod.rs","line_start":1,"is_primary":false,"expansion":{"span":{"file_name":"tests/abba.rs","line_start":3,"is_primary":false,"expansion":null}}}}}],"rendered":"error: ..."}}"#;
        let Message::Diagnostic { diagnostic, .. } = read(line) else { panic!("not a diagnostic") };
        assert_eq!(diagnostic.place, Some(Place { file: "tests/abba.rs".into(), line: 3 }));
    }

    #[test]
    fn an_error_has_its_code_and_its_primary_place() {
        let line = br#"{"reason":"compiler-message","package_id":"p","target":{},"message":{"message":"borrow of moved value","code":{"code":"E0382","explanation":null},"level":"error","spans":[{"file_name":"a.rs","line_start":1,"is_primary":false},{"file_name":"src/lib.rs","line_start":9,"is_primary":true}],"children":[],"rendered":"error[E0382]: ..."}}"#;
        let Message::Diagnostic { package_id, diagnostic } = read(line) else { panic!("not a diagnostic") };
        assert_eq!(package_id, "p");
        assert_eq!(diagnostic.code.as_deref(), Some("E0382"));
        assert_eq!(diagnostic.place, Some(Place { file: "src/lib.rs".into(), line: 9 }));
        assert!(diagnostic.is_error() && !diagnostic.is_lint());
    }

    #[test]
    fn summaries_notes_and_unknown_messages_are_ignored() {
        let message = |level: &str, text: &str| {
            format!(
                r#"{{"reason":"compiler-message","package_id":"p","message":{{"message":"{text}","code":null,"level":"{level}","spans":[],"rendered":"x"}}}}"#
            )
        };
        for line in [
            message("error", "aborting due to 2 previous errors"),
            message("warning", "3 warnings emitted"),
            message("failure-note", "For more information about this error, try `rustc --explain E0382`."),
            r#"{"reason":"build-finished","success":false}"#.to_owned(),
            r#"{"reason":"telepathy","thought":1}"#.to_owned(),
            "not json".to_owned(),
        ] {
            assert_eq!(read(line.as_bytes()), Message::Other, "{line}");
        }
        // An error without a span is still an error.
        assert!(matches!(read(message("error", "linking with `cc` failed").as_bytes()), Message::Diagnostic { .. }));
    }

    #[test]
    fn only_test_binaries_count() {
        let artifact = |kind: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"p","target":{{"kind":["{kind}"],"src_path":"/t.rs"}},"executable":{executable}}}"#
            )
        };
        let binary = Message::TestBinary { package_id: "p".into(), path: "/bin/t".into(), source: "/t.rs".into() };
        assert_eq!(read(artifact("test", r#""/bin/t""#).as_bytes()), binary);
        assert_eq!(read(artifact("lib", "null").as_bytes()), Message::Other);
        assert_eq!(read(artifact("bin", r#""/bin/b""#).as_bytes()), Message::Other);
    }
}
