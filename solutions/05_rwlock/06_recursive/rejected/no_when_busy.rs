//! verdict: failing-test a_decision_ends_while_rules_are_replaced
//! Says no if the lock cannot be had at once.
//!
//! Who may do what with a document. Customers write the rules themselves.

use std::collections::HashMap;

use parking_lot::RwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

/// The rules in force, by name. Each `Policy` is independent of the others.
pub struct Policy {
    rules: RwLock<HashMap<String, Rule>>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RwLock::new(rules) }
    }

    /// Whether the rule `name` says yes to `user`; `false` if there is no such rule. The rule and all rules that it asks
    /// are from one set of rules. Several threads may decide at the same time.
    pub fn allows(&self, name: &str, user: &str) -> bool {
        let Some(rules) = self.rules.try_read() else { return false };
        rules.get(name).is_some_and(|rule| rule(self, user))
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = rules;
    }
}
