//! Changes that have nothing to do with locks: those of cargo-mutants and a few more. They affect return values,
//! operators, conditions, constants, calls, match arms, `?`, `Some` and `None`.

use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::{Arm, BinOp, Block, Expr, GenericArgument, Lit, PathArguments, ReturnType, Stmt, Type, UnOp};

use super::{Edit, Maker, bytes};

/// The names of all changes in this module.
pub(super) const CHANGES: [&str; 13] = [
    "returns",
    "operator",
    "negated",
    "constant",
    "uncalled",
    "unasked",
    "arms",
    "branches",
    "unguarded",
    "emptied",
    "filled",
    "all-for-one",
    "early",
];

/// Operators, and the replacements of each.
const OPERATORS: [(&str, &[&str]); 26] = [
    ("==", &["!="]),
    ("!=", &["=="]),
    ("<", &["<=", ">"]),
    ("<=", &["<", ">"]),
    (">", &[">=", "<"]),
    (">=", &[">", "<"]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("+", &["-", "*"]),
    ("-", &["+", "/"]),
    ("*", &["+", "/"]),
    ("/", &["*", "%"]),
    ("%", &["/", "+"]),
    ("&", &["|"]),
    ("|", &["&"]),
    ("^", &["|", "&"]),
    ("<<", &[">>"]),
    (">>", &["<<"]),
    ("+=", &["-="]),
    ("-=", &["+="]),
    ("*=", &["+="]),
    ("/=", &["*="]),
    ("%=", &["/="]),
    ("&=", &["|="]),
    ("|=", &["&="]),
    ("^=", &["|="]),
];

/// Makes a function return early: with a simple value, or after some of its statements.
pub(super) fn body(maker: &mut Maker<'_>, output: &ReturnType, block: &Block) {
    let range = bytes(block.span());
    let is_default = maker.text(range.clone()).trim_matches(['{', '}', ' ', '\n']).ends_with("::default()");
    for value in values(output) {
        if is_default && value == "Default::default()" {
            continue;
        }
        maker.note("returns", vec![Edit::replace(range.clone(), format!("{{ {value} }}"))]);
    }
    if matches!(output, ReturnType::Default) {
        for stmt in block.stmts.iter().skip(1) {
            maker.note("early", vec![Edit::insert(bytes(stmt.span()).start, "return; ")]);
        }
    }
}

/// Simple values of the return type, as a wrong answer might return them.
fn values(output: &ReturnType) -> Vec<String> {
    match output {
        ReturnType::Default => vec![String::new()],
        ReturnType::Type(_, of) => values_of(of),
    }
}

fn values_of(of: &Type) -> Vec<String> {
    let all = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let Type::Path(path) = of else {
        return match of {
            Type::Never(_) | Type::ImplTrait(_) | Type::Reference(_) => Vec::new(),
            Type::Tuple(parts) if parts.elems.is_empty() => all(&[""]),
            _ => all(&["Default::default()"]),
        };
    };
    let Some(last) = path.path.segments.last() else { return Vec::new() };
    let inner = || inner(&last.arguments).map_or_else(|| all(&["Default::default()"]), values_of);
    let wrapped =
        |wrap: &str| inner().into_iter().map(|value| format!("{wrap}({})", or_unit(&value))).collect::<Vec<_>>();
    match last.ident.to_string().as_str() {
        "bool" => all(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => all(&["0", "1"]),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => all(&["0", "1", "-1"]),
        "String" => all(&["String::new()", "\"xyzzy\".to_owned()"]),
        "Option" => [all(&["None"]), wrapped("Some")].concat(),
        "Result" | "LockResult" => wrapped("Ok"),
        "Poll" => [all(&["std::task::Poll::Pending"]), wrapped("std::task::Poll::Ready")].concat(),
        _ => all(&["Default::default()"]),
    }
}

fn or_unit(value: &str) -> &str {
    if value.is_empty() { "()" } else { value }
}

/// The first type in `<…>`.
fn inner(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

/// Records possible changes to `expr` itself, but not to its parts.
pub(super) fn expression(maker: &mut Maker<'_>, expr: &Expr) {
    match expr {
        Expr::Binary(binary) => operator(maker, &binary.op),
        // Remove the `!` or `-`.
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_) | UnOp::Neg(_)) => {
            maker.note("operator", vec![Edit::replace(bytes(unary.op.span()), "")]);
        }
        Expr::If(branch) => {
            negate(maker, &branch.cond);
            if let Some((_, other)) = &branch.else_branch {
                let (then, other) = (bytes(branch.then_branch.span()), bytes(other.span()));
                if maker.text(other.clone()).starts_with('{') {
                    let edits = vec![
                        Edit::replace(then.clone(), maker.text(other.clone())),
                        Edit::replace(other, maker.text(then)),
                    ];
                    maker.note("branches", edits);
                }
            }
        }
        Expr::While(repeated) => negate(maker, &repeated.cond),
        Expr::Lit(literal) => constant(maker, &literal.lit),
        // An error or `None` panics instead of being returned.
        Expr::Try(asked) => maker.note("unasked", vec![Edit::replace(bytes(asked.question_token.span()), ".unwrap()")]),
        Expr::Match(choice) => arms(maker, &choice.arms),
        Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Some")) => {
            maker.note("emptied", vec![Edit::replace(bytes(expr.span()), "None")]);
        }
        Expr::Path(path) if path.path.is_ident("None") => {
            maker.note("filled", vec![Edit::replace(bytes(expr.span()), "Some(Default::default())")]);
        }
        Expr::MethodCall(call) if call.method == "notify_one" => {
            let all = if maker.source.contains("Condvar") { "notify_all" } else { "notify_waiters" };
            maker.note("all-for-one", vec![Edit::replace(bytes(call.method.span()), all)]);
        }
        _ => {}
    }
}

fn operator(maker: &mut Maker<'_>, operator: &BinOp) {
    let range = bytes(operator.span());
    let text = maker.text(range.clone());
    let others = OPERATORS.iter().find(|(name, _)| *name == text).map_or(&[][..], |(_, others)| others);
    for other in others {
        maker.note("operator", vec![Edit::replace(range.clone(), *other)]);
    }
}

/// Does nothing for `if let` and `while let`, which have no condition to negate.
fn negate(maker: &mut Maker<'_>, condition: &Expr) {
    let range = bytes(condition.span());
    let text = maker.text(range.clone());
    if !text.contains("let ") {
        let edits = vec![Edit::insert(range.start, "!("), Edit::insert(range.end, ")")];
        maker.note("negated", edits);
    }
}

fn constant(maker: &mut Maker<'_>, literal: &Lit) {
    let range = bytes(literal.span());
    match literal {
        Lit::Bool(value) => maker.note("constant", vec![Edit::replace(range, (!value.value).to_string())]),
        Lit::Int(number) => {
            let Ok(value) = number.base10_parse::<u128>() else { return };
            for other in [value.checked_add(1), value.checked_sub(1)].into_iter().flatten() {
                maker.note("constant", vec![Edit::replace(range.clone(), format!("{other}{}", number.suffix()))]);
            }
        }
        Lit::Str(text) if !text.value().is_empty() => maker.note("constant", vec![Edit::replace(range, "\"\"")]),
        _ => {}
    }
}

fn arms(maker: &mut Maker<'_>, arms: &[Arm]) {
    for pair in arms.windows(2) {
        let (one, other) = (bytes(pair[0].body.span()), bytes(pair[1].body.span()));
        // An arm without braces ends with a comma, which is allowed after a block as well.
        let body = |range: &Range<usize>| format!("{{ {} }}", maker.text(range.clone()));
        let edits = vec![Edit::replace(one.clone(), body(&other)), Edit::replace(other.clone(), body(&one))];
        maker.note("arms", edits);
    }
    for arm in arms {
        if let Some((token, guard)) = &arm.guard {
            let range = bytes(token.span()).start..bytes(guard.span()).end;
            maker.note("unguarded", vec![Edit::replace(range, "if true")]);
        }
    }
}

/// Removes statements that are executed for their side effects.
pub(super) fn statement(maker: &mut Maker<'_>, stmt: &Stmt) {
    let Stmt::Expr(expr, Some(_)) = stmt else { return };
    let range = bytes(stmt.span());
    if is_call(expr) || matches!(expr, Expr::Assign(_)) {
        maker.note("uncalled", vec![Edit::replace(range.clone(), "")]);
    }
    // The error is ignored instead of being returned.
    if let Expr::Try(asked) = expr {
        let text = format!("let _ = {};", maker.text_of(asked.expr.span()));
        maker.note("unasked", vec![Edit::replace(range, text)]);
    }
}

fn is_call(expr: &Expr) -> bool {
    match expr {
        Expr::Call(_) | Expr::MethodCall(_) => true,
        Expr::Await(awaited) => is_call(&awaited.base),
        Expr::Try(asked) => is_call(&asked.expr),
        _ => false,
    }
}
