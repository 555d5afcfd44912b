//! Changes to single calls: another kind of lock or signal, or two steps instead of one.

use syn::ExprMethodCall;
use syn::spanned::Spanned as _;

use super::{Edit, Maker, bytes};

/// Method names, and the method that replaces each.
const OTHERS: [(&str, &str, &str); 7] = [
    ("shared", "write", "read"),
    ("shared", "upgradable_read", "read"),
    ("shared", "write_arc", "read_arc"),
    ("shared", "write_owned", "read_owned"),
    ("one-of-all", "notify_all", "notify_one"),
    ("one-of-all", "notify_waiters", "notify_one"),
    ("only-who-waits", "notify_one", "notify_waiters"),
];

pub(super) fn change(maker: &mut Maker<'_>, call: &ExprMethodCall) {
    for (change, name, other) in OTHERS {
        if call.method != name {
            continue;
        }
        // Files have methods with these names, too, but with arguments.
        let is_lock = change == "shared";
        let is_notify = !is_lock && maker.source.contains("Notify");
        if is_lock && call.args.is_empty() || name == "notify_all" || is_notify {
            maker.note(change, vec![Edit::replace(bytes(call.method.span()), other)]);
        }
    }
    if call.method == "wait_while" && call.args.len() == 2 {
        let after = bytes(call.args[0].span()).end;
        let end = bytes(call.args[1].span()).end;
        maker.note("once", vec![Edit::replace(bytes(call.method.span()), "wait"), Edit::replace(after..end, "")]);
    }
    two_steps(maker, call);
}

/// Replaces an atomic update by a load and a store.
fn two_steps(maker: &mut Maker<'_>, call: &ExprMethodCall) {
    let arguments: Vec<&str> = call.args.iter().map(|argument| maker.text_of(argument.span())).collect();
    let is_order =
        |text: &str| ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"].iter().any(|order| text.ends_with(order));
    if !arguments.last().is_some_and(|last| is_order(last)) {
        return;
    }
    let atomic = maker.text_of(call.receiver.span());
    let order = "std::sync::atomic::Ordering::SeqCst";
    let stored = match (call.method.to_string().as_str(), arguments.as_slice()) {
        ("fetch_add", [by, _]) => format!("before + {by}"),
        ("fetch_sub", [by, _]) => format!("before - {by}"),
        ("fetch_max", [other, _]) => format!("before.max({other})"),
        ("fetch_min", [other, _]) => format!("before.min({other})"),
        ("fetch_or", [other, _]) => format!("before | {other}"),
        ("fetch_and", [other, _]) => format!("before & {other}"),
        ("swap", [new, _]) => (*new).to_owned(),
        ("compare_exchange" | "compare_exchange_weak", [old, new, ..]) => {
            let text = format!(
                "({{ let before = {atomic}.load({order}); if before == {old} {{ {atomic}.store({new}, {order}); \
                 Ok(before) }} else {{ Err(before) }} }})"
            );
            return maker.note("two-steps", vec![Edit::replace(bytes(call.span()), text)]);
        }
        _ => return,
    };
    let text = format!("({{ let before = {atomic}.load({order}); {atomic}.store({stored}, {order}); before }})");
    maker.note("two-steps", vec![Edit::replace(bytes(call.span()), text)]);
}
