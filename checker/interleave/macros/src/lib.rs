//! The attribute `#[interleave::test]`. Its documentation is in the crate `interleave`.
//!
//! Parsed by hand: the attribute accepts only functions of one form, and every exercise waits for this crate to build.

use std::fmt::Write as _;

use proc_macro::{Delimiter, TokenStream, TokenTree};

#[proc_macro_attribute]
pub fn test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    match expand(attribute, item) {
        Ok(tokens) => tokens,
        Err(message) => format!("::core::compile_error!({message:?});").parse().expect("a macro call parses"),
    }
}

/// The options in the parentheses of the attribute.
struct Options {
    runtime: String,
    /// `None` if any flavor will do.
    flavor: Option<String>,
    worker_threads: Option<String>,
    schedules: Option<String>,
    steps: Option<String>,
    deadlines: Deadlines,
    wakes: Wakes,
    explored: Explored,
}

/// When a deadline may expire in explore mode.
#[derive(PartialEq)]
enum Deadlines {
    Exact,
    Early,
}

/// Whether a thread wakes up only when it is notified, in explore mode.
#[derive(PartialEq)]
enum Wakes {
    Caused,
    Spurious,
}

/// Whether a test also runs in explore mode.
#[derive(PartialEq)]
enum Explored {
    Yes,
    No,
}

fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream, String> {
    let options = options(attribute)?;
    let (outer, item) = split_attributes(item);
    let function = Function::parse(&item)?;
    let name = &function.name;
    let awaited = format!("async {{ ::interleave::conclude({name}().await) }}");
    let block_on = match (&function.kind, options.runtime.as_str()) {
        (Kind::Threads, _) => format!("::interleave::conclude({name}())"),
        (Kind::Async, "tokio") => {
            let workers = options.worker_threads.as_deref().unwrap_or("2");
            let flavor = match options.flavor.as_deref() {
                None if options.worker_threads.is_some() => format!("MultiThread({workers})"),
                None => "Any".to_owned(),
                Some("current_thread") => "CurrentThread".to_owned(),
                Some("multi_thread") => format!("MultiThread({workers})"),
                Some(other) => return Err(format!("unknown flavor `{other}`: current_thread or multi_thread")),
            };
            format!("::tokio::__interleave::block_on(::tokio::__interleave::Flavor::{flavor}, {awaited})")
        }
        (Kind::Async, "smol") => format!("::smol::__interleave::block_on({awaited})"),
        (Kind::Async, "async-std") => format!("::async_std::__interleave::block_on({awaited})"),
        (Kind::Async, other) => return Err(format!("unknown runtime `{other}`: tokio, smol or async-std")),
    };
    let option = |value: Option<String>| {
        value.map_or("::core::option::Option::None".to_owned(), |n| format!("::core::option::Option::Some({n})"))
    };
    let (schedules, steps) = (option(options.schedules), option(options.steps));
    let early_deadlines = options.deadlines == Deadlines::Early;
    let spurious_wakes = options.wakes == Wakes::Spurious;

    let mut head = String::from("#[::core::prelude::v1::test]");
    if cfg!(feature = "explore") && options.explored == Explored::No {
        head.push_str("#[ignore = \"runs in real mode only\"]");
    }
    let _ = write!(head, "fn {name}()");
    let tail = format!(
        "::interleave::run(\
            &::interleave::Test {{ \
                name: ::core::stringify!({name}), \
                manifest_dir: ::core::env!(\"CARGO_MANIFEST_DIR\"), \
                schedules: {schedules}, \
                steps: {steps}, \
                early_deadlines: {early_deadlines}, \
                spurious_wakes: {spurious_wakes}, \
            }}, \
            || {block_on});"
    );
    let parse = |text: &str| text.parse::<TokenStream>().map_err(|error| error.to_string());
    // The learner's tokens are passed on unchanged, so that errors point to the test file.
    let mut body = item;
    body.extend(parse(&tail)?);
    let mut out = outer;
    out.extend(parse(&head)?);
    out.extend([TokenTree::from(proc_macro::Group::new(Delimiter::Brace, body))]);
    Ok(out)
}

const KNOWN: &str = "runtime, flavor, worker_threads, schedules, steps, early_deadlines, spurious_wakes and real_only";

fn options(attribute: TokenStream) -> Result<Options, String> {
    let mut options = Options {
        runtime: "tokio".to_owned(),
        flavor: None,
        worker_threads: None,
        schedules: None,
        steps: None,
        deadlines: Deadlines::Exact,
        wakes: Wakes::Caused,
        explored: Explored::Yes,
    };
    let mut tokens = attribute.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let key = token.to_string();
        match key.as_str() {
            "real_only" => options.explored = Explored::No,
            "early_deadlines" => options.deadlines = Deadlines::Early,
            "spurious_wakes" => options.wakes = Wakes::Spurious,
            "runtime" | "flavor" | "worker_threads" | "schedules" | "steps" => {
                match tokens.next() {
                    Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {}
                    _ => return Err(format!("`{key}` needs a value: `{key} = …`")),
                }
                let value = tokens.next().map(|token| token.to_string()).unwrap_or_default();
                let text = value.trim_matches('"').to_owned();
                match key.as_str() {
                    "runtime" => options.runtime = text,
                    "flavor" => options.flavor = Some(text),
                    "worker_threads" => options.worker_threads = Some(value),
                    "schedules" => options.schedules = Some(value),
                    _ => options.steps = Some(value),
                }
            }
            _ => return Err(format!("unknown option `{key}`; known are {KNOWN}")),
        }
        match tokens.next() {
            None => break,
            Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {}
            Some(other) => return Err(format!("expected a comma, found `{other}`")),
        }
    }
    Ok(options)
}

/// Splits the attributes of the test from the others, which belong to the function in it.
fn split_attributes(item: TokenStream) -> (TokenStream, TokenStream) {
    let (mut outer, mut inner) = (TokenStream::new(), TokenStream::new());
    let mut tokens = item.into_iter().peekable();
    while matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#') {
        let (hash, attribute) = (tokens.next(), tokens.next());
        let name = match &attribute {
            Some(TokenTree::Group(group)) => group.stream().into_iter().next().map(|token| token.to_string()),
            _ => None,
        };
        let is_outer = matches!(name.as_deref(), Some("should_panic" | "ignore" | "cfg"));
        let target = if is_outer { &mut outer } else { &mut inner };
        target.extend(hash.into_iter().chain(attribute));
    }
    inner.extend(tokens);
    (outer, inner)
}

/// The function with the attribute.
struct Function {
    name: String,
    kind: Kind,
}

enum Kind {
    /// An ordinary function, which may start threads.
    Threads,
    Async,
}

impl Function {
    fn parse(item: &TokenStream) -> Result<Function, String> {
        let shape = || "`#[interleave::test]` stands on `fn name() { … }` or `async fn name() { … }`".to_owned();
        let mut kind = Kind::Threads;
        let mut tokens = item.clone().into_iter();
        while let Some(token) = tokens.next() {
            let TokenTree::Ident(ident) = token else { continue };
            match ident.to_string().as_str() {
                "async" => kind = Kind::Async,
                "fn" => {
                    let Some(TokenTree::Ident(name)) = tokens.next() else { return Err(shape()) };
                    let Some(TokenTree::Group(arguments)) = tokens.next() else { return Err(shape()) };
                    // A return type may come before the body.
                    let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
                    if !tokens.any(|token| is_body(&token)) {
                        return Err(shape());
                    }
                    if !arguments.stream().is_empty() {
                        return Err(shape());
                    }
                    return Ok(Function { name: name.to_string(), kind });
                }
                _ => {}
            }
        }
        Err(shape())
    }
}
