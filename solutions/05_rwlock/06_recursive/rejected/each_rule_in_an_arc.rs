//! verdict: failing-test a_decision_is_by_one_set_of_rules
//! Clones the rule out and unlocks before it calls the rule. The rules that it asks may be other ones by then.
//!
//! Who may do what with a document. Customers write the rules themselves.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

fn shared(rules: HashMap<String, Rule>) -> HashMap<String, Arc<Rule>> {
    rules.into_iter().map(|(name, rule)| (name, Arc::new(rule))).collect()
}

/// The rules in force, by name. Each `Policy` is independent of the others.
pub struct Policy {
    rules: RwLock<HashMap<String, Arc<Rule>>>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RwLock::new(shared(rules)) }
    }

    /// Whether the rule `name` says yes to `user`; `false` if there is no such rule. The rule and all rules that it asks
    /// are from one set of rules. Several threads may decide at the same time.
    pub fn allows(&self, name: &str, user: &str) -> bool {
        let rule = self.rules.read().get(name).cloned();
        rule.is_some_and(|rule| rule(self, user))
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = shared(rules);
    }
}
