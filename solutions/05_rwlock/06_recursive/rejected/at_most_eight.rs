//! verdict: failing-test rules_may_ask_each_other_at_any_depth
//! Says no when rules have asked each other more than eight times.
//!
//! Who may do what with a document. Customers write the rules themselves.

use std::cell::Cell;
use std::collections::HashMap;

use parking_lot::RecursiveRwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// The rules in force, by name. Each `Policy` is independent of the others.
pub struct Policy {
    rules: RecursiveRwLock<HashMap<String, Rule>>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RecursiveRwLock::new(rules) }
    }

    /// Whether the rule `name` says yes to `user`; `false` if there is no such rule. The rule and all rules that it asks
    /// are from one set of rules. Several threads may decide at the same time.
    pub fn allows(&self, name: &str, user: &str) -> bool {
        let rules = self.rules.read();
        let depth = DEPTH.get();
        if depth > 8 {
            return false;
        }
        DEPTH.set(depth + 1);
        let answer = rules.get(name).is_some_and(|rule| rule(self, user));
        DEPTH.set(depth);
        answer
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = rules;
    }
}
