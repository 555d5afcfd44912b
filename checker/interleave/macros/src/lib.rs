//! The attribute `#[interleave::test]`; its documentation stands in the crate `interleave`.
//!
//! Parsed by hand: the attribute accepts one shape of function only, and every exercise waits for this
//! crate to build.

use std::fmt::Write as _;

use proc_macro::{Delimiter, TokenStream, TokenTree};

#[proc_macro_attribute]
pub fn test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    match expand(attribute, item) {
        Ok(tokens) => tokens,
        Err(message) => format!("::core::compile_error!({message:?});").parse().expect("a macro call parses"),
    }
}

/// What stands between the parentheses of the attribute.
struct Options {
    runtime: String,
    flavor: String,
    schedules: Option<String>,
    explored: Explored,
}

/// Whether a test also runs under explored interleavings.
#[derive(PartialEq)]
enum Explored {
    Yes,
    No,
}

fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream, String> {
    let options = options(attribute)?;
    let function = Function::parse(&item)?;
    let name = &function.name;
    let block_on = match (&function.kind, options.runtime.as_str()) {
        (Kind::Threads, _) => format!("{name}()"),
        (Kind::Async, "tokio") => {
            let flavor = match options.flavor.as_str() {
                "current_thread" => "CurrentThread",
                "multi_thread" => "MultiThread",
                other => return Err(format!("unknown flavor `{other}`: current_thread or multi_thread")),
            };
            format!("::tokio::__interleave::block_on(::tokio::__interleave::Flavor::{flavor}, {name}())")
        }
        (Kind::Async, "smol") => format!("::smol::__interleave::block_on({name}())"),
        (Kind::Async, "async-std") => format!("::async_std::__interleave::block_on({name}())"),
        (Kind::Async, other) => return Err(format!("unknown runtime `{other}`: tokio, smol or async-std")),
    };
    let schedules = options
        .schedules
        .map_or("::core::option::Option::None".to_owned(), |n| format!("::core::option::Option::Some({n})"));

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
            }}, \
            || {block_on});"
    );
    let parse = |text: &str| text.parse::<TokenStream>().map_err(|error| error.to_string());
    // The learner's tokens are passed on as they are, so that errors point into the test file.
    let mut body = item;
    body.extend(parse(&tail)?);
    let mut out = parse(&head)?;
    out.extend([TokenTree::from(proc_macro::Group::new(Delimiter::Brace, body))]);
    Ok(out)
}

fn options(attribute: TokenStream) -> Result<Options, String> {
    let mut options = Options {
        runtime: "tokio".to_owned(),
        flavor: "current_thread".to_owned(),
        schedules: None,
        explored: Explored::Yes,
    };
    let mut tokens = attribute.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let key = token.to_string();
        if key == "real_only" {
            options.explored = Explored::No;
        } else {
            match tokens.next() {
                Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {}
                _ => return Err(format!("unknown option `{key}`: runtime, flavor, schedules or real_only")),
            }
            let value = tokens.next().map(|token| token.to_string()).unwrap_or_default();
            let text = value.trim_matches('"').to_owned();
            match key.as_str() {
                "runtime" => options.runtime = text,
                "flavor" => options.flavor = text,
                "schedules" => options.schedules = Some(value),
                _ => return Err(format!("unknown option `{key}`: runtime, flavor, schedules or real_only")),
            }
        }
        match tokens.next() {
            None => break,
            Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {}
            Some(other) => return Err(format!("expected a comma, found `{other}`")),
        }
    }
    Ok(options)
}

/// The function that the attribute stands on.
struct Function {
    name: String,
    kind: Kind,
}

enum Kind {
    /// An ordinary function; it may start threads.
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
                    let Some(TokenTree::Group(body)) = tokens.next() else { return Err(shape()) };
                    if !arguments.stream().is_empty() || body.delimiter() != Delimiter::Brace {
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
