//! Changes to where guards and permits are acquired and released.

use std::collections::HashSet;
use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprMethodCall, Pat, Stmt};

use super::{Edit, Maker, bytes, mentions};

/// Methods that wait for a guard or a permit.
const TAKING: [&str; 13] = [
    "lock",
    "read",
    "write",
    "upgradable_read",
    "lock_arc",
    "read_arc",
    "write_arc",
    "lock_owned",
    "read_owned",
    "write_owned",
    "acquire",
    "acquire_owned",
    "acquire_arc",
];
/// Methods that unwrap the result of such a call.
const UNPACKING: [&str; 3] = ["unwrap", "expect", "unwrap_or_else"];
/// Methods that signal other tasks or pass something to them.
const SIGNALS: [&str; 12] = [
    "notify_one",
    "notify_all",
    "notify_waiters",
    "notify",
    "add_permits",
    "detach",
    "abort",
    "cancel",
    "close",
    "wake",
    "unpark",
    "forget",
];

/// The call that acquires the guard, if the value of `expr` is a guard.
pub(super) fn taking(expr: &Expr) -> Option<&ExprMethodCall> {
    match expr {
        Expr::Await(expr) => taking(&expr.base),
        Expr::Try(expr) => taking(&expr.expr),
        Expr::Paren(expr) => taking(&expr.expr),
        Expr::MethodCall(call) if TAKING.iter().any(|name| call.method == name) && call.args.is_empty() => Some(call),
        Expr::MethodCall(call) if UNPACKING.iter().any(|name| call.method == name) => taking(&call.receiver),
        _ => None,
    }
}

/// `let guard = ….lock()…;`
struct Guard {
    name: String,
    pattern: Range<usize>,
    taking: Range<usize>,
    /// The `read` of the call, if the guard admits other readers.
    read: Option<Range<usize>>,
}

fn guard(stmt: &Stmt) -> Option<Guard> {
    let Stmt::Local(local) = stmt else { return None };
    let pattern = match &local.pat {
        Pat::Type(typed) => &*typed.pat,
        pattern => pattern,
    };
    let Pat::Ident(name) = pattern else { return None };
    let init = local.init.as_ref()?;
    let method = &taking(&init.expr)?.method;
    let read = (method == "read").then(|| bytes(method.span()));
    let name = name.ident.to_string();
    Some(Guard { name, pattern: bytes(local.pat.span()), taking: bytes(init.expr.span()), read })
}

/// The names of all guards in `file`.
pub(super) fn guards(file: &syn::File) -> HashSet<String> {
    struct Finder(HashSet<String>);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_stmt(&mut self, stmt: &'ast Stmt) {
            self.0.extend(guard(stmt).map(|guard| guard.name));
            visit::visit_stmt(self, stmt);
        }
    }
    let mut finder = Finder(HashSet::new());
    finder.visit_file(file);
    finder.0
}

/// Records possible changes to the statements of `block`.
pub(super) fn change(maker: &mut Maker<'_>, block: &Block) {
    let spans: Vec<Range<usize>> = block.stmts.iter().map(|stmt| bytes(stmt.span())).collect();
    for (at, stmt) in block.stmts.iter().enumerate() {
        if let Some(guard) = guard(stmt) {
            held(maker, &guard, at, &spans);
            if block.stmts.get(at + 1).is_some_and(|next| self::guard(next).is_some()) {
                let edits = swap(maker, &spans[at], &spans[at + 1]);
                maker.note("swapped", edits);
            }
        } else {
            passing(maker, stmt, &spans[at]);
        }
        if at > 0 && self::guard(&block.stmts[at - 1]).is_none() && awaits(maker.text(spans[at - 1].clone())) {
            after_await(maker, stmt, &spans[at - 1], &spans[at]);
        }
    }
}

fn awaits(text: &str) -> bool {
    text.contains(".await")
}

fn swap(maker: &Maker<'_>, one: &Range<usize>, other: &Range<usize>) -> Vec<Edit> {
    vec![Edit::replace(one.clone(), maker.text(other.clone())), Edit::replace(other.clone(), maker.text(one.clone()))]
}

/// Changes to the guard that the statement `at` binds to a name.
fn held(maker: &mut Maker<'_>, guard: &Guard, at: usize, spans: &[Range<usize>]) {
    // Only for named guards: a temporary guard is dropped after one expression, so it blocks others only briefly.
    if let Some(read) = &guard.read {
        maker.note("exclusive", vec![Edit::replace(read.clone(), "write")]);
    }
    let end = spans[at].end;
    let taking = maker.text(guard.taking.clone());
    let (name, last) = (guard.name.as_str(), spans[spans.len() - 1].end);
    let is_used = |from: usize| mentions(maker.text(from..last), name);
    if !is_used(end) {
        maker.note("removed", vec![Edit::replace(spans[at].clone(), "")]);
        maker.note("unnamed", vec![Edit::replace(guard.pattern.clone(), "_")]);
        maker.note("dropped", vec![Edit::insert(end, format!(" drop({name});"))]);
        maker.note("forgotten", vec![Edit::insert(end, format!(" std::mem::forget({name});"))]);
        return;
    }
    // Releases and re-acquires the lock between two uses of the guard.
    let between: Vec<usize> = spans[at + 1..]
        .windows(2)
        .filter(|pair| mentions(maker.text(end..pair[0].end), name) && is_used(pair[0].end))
        .map(|pair| pair[0].end)
        .collect();
    maker.note("copied", vec![Edit::replace(guard.taking.clone(), format!("&mut (*{taking}).clone()"))]);
    for place in between {
        let text = format!(" drop({name}); #[allow(unused_mut)] let mut {name} = {taking};");
        maker.note("let-go", vec![Edit::insert(place, text)]);
    }
}

/// Changes to a statement that binds no guard.
fn passing(maker: &mut Maker<'_>, stmt: &Stmt, span: &Range<usize>) {
    match stmt {
        Stmt::Expr(Expr::MethodCall(call), Some(_)) if SIGNALS.iter().any(|name| call.method == name) => {
            maker.note("silent", vec![Edit::replace(span.clone(), "")]);
        }
        Stmt::Expr(Expr::Call(call), Some(_)) if drops_a_guard(maker, call) => {
            maker.note("kept", vec![Edit::replace(span.clone(), "")]);
        }
        Stmt::Expr(Expr::Block(block), _)
            if block.label.is_none() && block.block.stmts.iter().any(|s| guard(s).is_some()) =>
        {
            let (open, close) = (block.block.brace_token.span.open(), block.block.brace_token.span.close());
            let edits = vec![Edit::replace(bytes(open), ""), Edit::replace(bytes(close), "")];
            maker.note("kept", edits);
        }
        // Writes through a temporary guard go to a copy instead.
        Stmt::Expr(expr @ (Expr::Assign(_) | Expr::Binary(_) | Expr::MethodCall(_)), Some(_)) => {
            if let Some(taking) = first_taking(expr) {
                let text = format!("(&mut (*{}).clone())", maker.text(taking.clone()));
                maker.note("copied", vec![Edit::replace(taking, text)]);
            }
        }
        _ => {}
    }
}

/// Only guards matter: another value is dropped at the end of the block anyway, and no task waits for that.
fn drops_a_guard(maker: &Maker<'_>, call: &ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident("drop"))
        && call.args.iter().any(|value| maker.guards.contains(maker.text_of(value.span())))
}

/// Moves the await of the previous statement into the scope of the guard that `stmt` acquires.
fn after_await(maker: &mut Maker<'_>, stmt: &Stmt, before: &Range<usize>, span: &Range<usize>) {
    if guard(stmt).is_some() {
        let edits = swap(maker, before, span);
        maker.note("awaited-under", edits);
    } else if let Some(taking) = taken_in(stmt) {
        let text = format!("#[allow(unused_mut)] let mut held = {};\n", maker.text(taking.clone()));
        maker.note("awaited-under", vec![Edit::insert(before.start, text), Edit::replace(taking, "held")]);
    }
}

fn taken_in(stmt: &Stmt) -> Option<Range<usize>> {
    match stmt {
        Stmt::Expr(expr, _) => first_taking(expr),
        Stmt::Local(local) => first_taking(&local.init.as_ref()?.expr),
        _ => None,
    }
}

/// The first guard that is acquired in `expr`, with the call that unwraps it. Skips nested functions and blocks.
fn first_taking(expr: &Expr) -> Option<Range<usize>> {
    struct Finder(Option<Range<usize>>);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            if self.0.is_none() && taking(expr).is_some() {
                self.0 = Some(bytes(expr.span()));
            } else if self.0.is_none() {
                visit::visit_expr(self, expr);
            }
        }

        fn visit_block(&mut self, _: &'ast Block) {}

        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut finder = Finder(None);
    finder.visit_expr(expr);
    finder.0
}
