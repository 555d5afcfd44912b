//! Mutants: a solution changed in one place, either in its use of locks or in general.
//!
//! The source is parsed to find the places, but changed as text, so that the diff of a survivor is short and readable.
//! This module does not know what a mutant means: the compiler rejects mutants that do not compile, and an author has
//! to mark those that are equivalent to the solution.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use anyhow::{Context as _, Result};
use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Expr, ExprMethodCall, ImplItemFn, ItemConst, ItemFn, ItemMod, ReturnType, Stmt, TraitItemFn,
};

mod calls;
mod general;
mod locks;

/// A changed version of a solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The change, the function, and a number: `let-go/transfer/2`.
    pub name: String,
    pub source: String,
}

/// A part of the source and its replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    fn replace(range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { range, text: text.into() }
    }

    fn insert(at: usize, text: impl Into<String>) -> Edit {
        Edit::replace(at..at, text)
    }
}

/// Which changes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Changes {
    /// Guards, permits, signals, atomics: a survivor is objected to
    Locks,
    /// Conditions, operators, constants, calls, what is returned: survivors are counted
    General,
}

impl Changes {
    /// Whether the mutant `name` belongs to these changes.
    pub fn make(self, name: &str) -> bool {
        let change = name.split('/').next().unwrap_or_default();
        general::CHANGES.contains(&change) == (self == Changes::General)
    }
}

/// All mutants of `source`, in the order of the changed places.
pub fn mutants(source: &str, changes: Changes) -> Result<Vec<Mutant>> {
    let file = syn::parse_file(source).context("the solution is not understood")?;
    let mut maker = Maker { source, changes, guards: locks::guards(&file), functions: Vec::new(), found: Vec::new() };
    maker.visit_file(&file);
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut mutants: Vec<Mutant> = Vec::new();
    for (change, edits) in maker.found {
        let mutated = apply(source, edits);
        if mutated == source || mutants.iter().any(|mutant| mutant.source == mutated) {
            continue;
        }
        let count = counts.entry(change.clone()).or_default();
        *count += 1;
        mutants.push(Mutant { name: format!("{change}/{count}"), source: mutated });
    }
    Ok(mutants)
}

fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut mutated = source.to_owned();
    for edit in edits.into_iter().rev() {
        mutated.replace_range(edit.range, &edit.text);
    }
    mutated
}

/// Visits the solution and records possible changes.
struct Maker<'s> {
    source: &'s str,
    changes: Changes,
    /// The names of all guards.
    guards: HashSet<String>,
    /// The functions around the visited place.
    functions: Vec<String>,
    found: Vec<(String, Vec<Edit>)>,
}

impl<'s> Maker<'s> {
    /// Records a change that consists of `edits`.
    fn note(&mut self, change: &str, edits: Vec<Edit>) {
        if let Some(function) = self.functions.last() {
            self.found.push((format!("{change}/{function}"), edits));
        }
    }

    fn text(&self, range: Range<usize>) -> &'s str {
        &self.source[range]
    }

    fn text_of(&self, span: Span) -> &'s str {
        self.text(bytes(span))
    }
}

fn bytes(span: Span) -> Range<usize> {
    span.byte_range()
}

/// Whether `word` occurs in `text` as a whole word.
fn mentions(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

/// Calls that make a loop wait for something.
const WAITS: [&str; 7] = [".wait(", ".await", ".notified(", "park(", "yield_now(", "spin_loop(", ".recv("];

impl<'ast> Visit<'ast> for Maker<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.functions.push(function.sig.ident.to_string());
        self.body(&function.sig.output, &function.block);
        visit::visit_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.functions.push(function.sig.ident.to_string());
        self.body(&function.sig.output, &function.block);
        visit::visit_impl_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.functions.push(function.sig.ident.to_string());
        if let Some(block) = &function.default {
            self.body(&function.sig.output, block);
        }
        visit::visit_trait_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_item_const(&mut self, constant: &'ast ItemConst) {
        self.functions.push(constant.ident.to_string());
        visit::visit_item_const(self, constant);
        self.functions.pop();
    }

    /// Doc comments are attributes with string constants.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    /// Tests inside a solution are not mutated.
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        if self.changes == Changes::Locks {
            locks::change(self, block);
        }
        visit::visit_block(self, block);
    }

    /// The message of an `expect` is not mutated: it is seen only if the solution is wrong.
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if call.method == "expect" {
            self.visit_expr(&call.receiver);
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        if self.changes == Changes::General {
            general::statement(self, stmt);
        }
        visit::visit_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match (self.changes, expr) {
            (Changes::General, expr) => general::expression(self, expr),
            (Changes::Locks, Expr::MethodCall(call)) => calls::change(self, call),
            (Changes::Locks, Expr::While(_) | Expr::Loop(_)) => self.wait_once(expr),
            (Changes::Locks, _) => {}
        }
        visit::visit_expr(self, expr);
    }
}

impl Maker<'_> {
    fn body(&mut self, output: &ReturnType, block: &Block) {
        if self.changes == Changes::General {
            general::body(self, output, block);
        }
    }

    /// Makes a loop around a wait check its condition only once.
    fn wait_once(&mut self, expr: &Expr) {
        let waits = |text: &str| WAITS.iter().any(|wait| text.contains(wait));
        match expr {
            Expr::While(repeated) if waits(self.text_of(expr.span())) => {
                self.note("once", vec![Edit::replace(bytes(repeated.while_token.span), "if")]);
            }
            Expr::Loop(repeated) => {
                let body = self.text_of(repeated.body.span());
                if waits(body) && !mentions(body, "break") && repeated.label.is_none() {
                    let edits = vec![
                        Edit::replace(bytes(repeated.loop_token.span), "{ for _ in 0..2"),
                        Edit::insert(bytes(expr.span()).end, " panic!(\"waited once\") }"),
                    ];
                    self.note("once", edits);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
