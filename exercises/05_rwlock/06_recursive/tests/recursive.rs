// What the rules have seen is only noted here, so the marks are `core`'s own.
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};

use recursive::{Policy, Rule};

fn rule(decide: impl Fn(&Policy, &str) -> bool + Send + Sync + 'static) -> Rule {
    Box::new(decide)
}

fn rules<const N: usize>(rules: [(&str, Rule); N]) -> HashMap<String, Rule> {
    rules.into_iter().map(|(name, rule)| (name.to_owned(), rule)).collect()
}

/// Members may edit, and ann is a member.
fn members_may_edit() -> HashMap<String, Rule> {
    rules([("edit", rule(|policy, user| policy.allows("member", user))), ("member", rule(|_, user| user == "ann"))])
}

/// All who are not banned may edit, and bob is banned. A decision that mixes these rules with those above says no to ann.
fn only_the_banned_may_not_edit() -> HashMap<String, Rule> {
    rules([("edit", rule(|policy, user| !policy.allows("member", user))), ("member", rule(|_, user| user == "bob"))])
}

/// Runs `call` on another thread.
fn spawn<R: Send + 'static>(policy: &Arc<Policy>, call: impl FnOnce(&Policy) -> R + Send + 'static) -> JoinHandle<R> {
    let policy = Arc::clone(policy);
    thread::spawn(move || call(&policy))
}

#[interleave::test]
fn a_decision_ends_while_rules_are_replaced() {
    let policy = Arc::new(Policy::new(members_may_edit()));
    let admin = spawn(&policy, |policy| policy.replace(members_may_edit()));
    let allowed = policy.allows("edit", "ann");
    admin.join().unwrap();
    assert!(allowed, "the rules were replaced by the same ones; ann may edit by both, and was not allowed to");
    assert!(!policy.allows("edit", "bob"), "bob is not a member, and was allowed to edit");
}

#[interleave::test]
fn a_decision_is_by_one_set_of_rules() {
    let policy = Arc::new(Policy::new(members_may_edit()));
    let admin = spawn(&policy, |policy| policy.replace(only_the_banned_may_not_edit()));
    let allowed = policy.allows("edit", "ann");
    admin.join().unwrap();
    assert!(
        allowed,
        "ann may edit by the old rules and by the new ones, and was not allowed to: the rule `edit` was from one set, and \
         the rule `member`, which it asked, from the other"
    );
}

#[interleave::test]
fn decisions_are_made_at_the_same_time() {
    let all_decide = Arc::new(Barrier::new(3));
    let wait = rule(move |policy, user| {
        all_decide.wait();
        policy.allows("member", user)
    });
    let policy = Arc::new(Policy::new(rules([("wait", wait), ("member", rule(|_, user| user == "ann"))])));
    let others = ["bob", "carol"].map(|user| spawn(&policy, move |policy| policy.allows("wait", user)));
    // Each rule waits until the other threads decide, too.
    let here = policy.allows("wait", "ann");
    let [bob, carol] = others.map(|other| other.join().unwrap());
    assert_eq!([here, bob, carol], [true, false, false], "left: what three threads decided about ann, bob and carol");
}

#[interleave::test]
fn after_a_replace_no_old_decision_is_under_way() {
    let (is_replaced, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let edit = {
        let (is_replaced, seen) = (Arc::clone(&is_replaced), Arc::clone(&seen));
        rule(move |policy, user| {
            let member = policy.allows("member", user);
            thread::yield_now();
            seen.fetch_or(is_replaced.load(SeqCst), SeqCst);
            member
        })
    };
    let policy = Arc::new(Policy::new(rules([("edit", edit), ("member", rule(|_, _| true))])));
    let admin = spawn(&policy, move |policy| {
        policy.replace(HashMap::new());
        is_replaced.store(true, SeqCst);
    });
    // Twice: the admin may be woken by the end of the first decision, when the second one has begun already.
    let _ = [policy.allows("edit", "ann"), policy.allows("edit", "ann")];
    admin.join().unwrap();
    assert!(!seen.load(SeqCst), "`replace` had returned, and an old rule was still deciding");
    assert!(!policy.allows("edit", "ann"), "all rules were taken away, and ann was allowed to edit");
}

#[interleave::test]
fn rules_are_replaced_while_a_decision_is_made() {
    let policy = Arc::new(Policy::new(members_may_edit()));
    let admin = spawn(&policy, |policy| policy.replace(only_the_banned_may_not_edit()));
    policy.allows("edit", "ann");
    admin.join().unwrap();
    assert!(policy.allows("edit", "carol"), "by the new rules only bob may not edit, and carol was not allowed to");
}

#[interleave::test]
fn a_replace_that_has_to_wait_sleeps() {
    // A thread that tries again and again never settles.
    let slow = rule(|policy, user| {
        interleave::settle();
        policy.allows("member", user)
    });
    let policy = Arc::new(Policy::new(rules([("slow", slow), ("member", rule(|_, _| true))])));
    let admin = spawn(&policy, |policy| policy.replace(rules([("slow", rule(|_, _| true))])));
    let allowed = policy.allows("slow", "ann");
    admin.join().unwrap();
    assert!(allowed, "ann is allowed by the old rules and by the new ones");
}

#[interleave::test]
fn two_threads_replace_the_rules_at_once() {
    let slow = rule(|policy, user| {
        interleave::settle();
        policy.allows("member", user)
    });
    let policy = Arc::new(Policy::new(rules([("slow", slow), ("member", rule(|_, _| true))])));
    let admins = [(); 2].map(|()| spawn(&policy, |policy| policy.replace(only_the_banned_may_not_edit())));
    policy.allows("slow", "ann");
    for admin in admins {
        admin.join().unwrap();
    }
    assert!(policy.allows("edit", "carol"), "by the new rules only bob may not edit, and carol was not allowed to");
}

#[interleave::test]
fn a_later_replace_is_not_lost() {
    let policy = Arc::new(Policy::new(members_may_edit()));
    let admin = spawn(&policy, |policy| policy.replace(rules([("new", rule(|_, _| true))])));
    let is_replaced = policy.allows("new", "ann");
    policy.replace(only_the_banned_may_not_edit());
    admin.join().unwrap();
    // Otherwise either of the two may have been the last one.
    if is_replaced {
        assert!(
            policy.allows("edit", "carol"),
            "one thread saw the rules of another and replaced them; now the rules of the other thread are in force again"
        );
    }
}

#[interleave::test]
fn a_rule_may_panic() {
    let broken = rule(|policy, user| policy.allows("worse", user));
    let policy = rules([("broken", broken), ("worse", rule(|_, _| panic!("bad rule"))), ("good", rule(|_, _| true))]);
    let policy = Arc::new(Policy::new(policy));
    let caller = spawn(&policy, |policy| {
        let decided = panic::catch_unwind(AssertUnwindSafe(|| policy.allows("broken", "ann")));
        assert!(decided.is_err(), "a rule panicked, and `allows` returned");
        assert!(
            policy.allows("good", "ann"),
            "a rule panicked, and then its thread asked another one; ann was refused"
        );
        policy.replace(members_may_edit());
        assert!(
            policy.allows("edit", "ann"),
            "a rule panicked, and its thread then replaced the rules by others, which allow ann to edit; ann was refused"
        );
    });
    caller.join().unwrap();
    assert!(policy.allows("edit", "ann"), "a rule panicked in another thread, and now ann may not edit");
}

#[interleave::test]
fn rules_may_ask_each_other_at_any_depth() {
    let chain = (1..=100).map(|n| (n.to_string(), rule(move |policy, user| policy.allows(&(n - 1).to_string(), user))));
    let last = ("0".to_owned(), rule(|_, user| user == "ann"));
    let policy = Policy::new(chain.chain([last]).collect());
    let allowed = ["ann", "bob"].map(|user| policy.allows("100", user));
    assert_eq!(allowed, [true, false], "100 rules asked one another, and the last one says yes to ann only");
}

#[interleave::test]
fn what_no_rule_allows_is_not_allowed() {
    let policy = Policy::new(members_may_edit());
    assert!(!policy.allows("delete", "ann"), "there is no rule `delete`, and ann was allowed to");
    policy.replace(rules([("delete", rule(|policy, user| policy.allows("edit", user)))]));
    assert!(!policy.allows("edit", "ann"), "the rule `edit` is no longer in force, and ann was allowed to");
    assert!(!policy.allows("delete", "ann"), "the rule `delete` asks `edit`, which is no longer in force");
}

#[interleave::test]
fn a_rule_may_ask_another_policy_in_between() {
    let other = Policy::new(members_may_edit());
    let edit = rule(move |policy, user| other.allows("edit", user) && policy.allows("member", user));
    let policy = rules([("edit", edit), ("member", rule(|_, user| user == "ann"))]);
    let policy = Arc::new(Policy::new(policy));
    let admin = spawn(&policy, |policy| policy.replace(only_the_banned_may_not_edit()));
    let allowed = policy.allows("edit", "ann");
    admin.join().unwrap();
    assert!(
        allowed,
        "ann may edit by the old rules and by the new ones, and was not allowed to: the rule `edit` asked another policy, \
         and then the rule `member` of another set of rules"
    );
}

#[interleave::test]
fn each_policy_has_its_own_rules() {
    let other = Arc::new(Policy::new(members_may_edit()));
    let asks_the_other = {
        let other = Arc::clone(&other);
        rule(move |policy, user| {
            let before = other.allows("edit", user);
            // A rule may change another policy.
            other.replace(only_the_banned_may_not_edit());
            before && !policy.allows("member", user)
        })
    };
    let policy = Policy::new(rules([("edit", asks_the_other), ("member", rule(|_, _| false))]));
    assert!(policy.allows("edit", "ann"), "ann is a member by the rules of one policy, and none by those of the other");
    assert!(
        other.allows("edit", "carol"),
        "the rules of the other policy were replaced during a decision by the first"
    );
    assert!(!policy.allows("member", "ann"), "by this policy nobody is a member");
}
