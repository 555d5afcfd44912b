//! Who may do what with a document. Customers write the rules themselves.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RecursiveRwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

/// The rules in force, by name. Each `Policy` is independent of the others.
pub struct Policy {
    rules: RecursiveRwLock<Arc<HashMap<String, Rule>>>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RecursiveRwLock::new(Arc::new(rules)) }
    }

    /// Whether the rule `name` says yes to `user`; `false` if there is no such rule. The rule and all rules that it asks
    /// are from one set of rules. Several threads may decide at the same time.
    pub fn allows(&self, name: &str, user: &str) -> bool {
        let guard = self.rules.read();
        let rules = Arc::clone(&guard);
        match rules.get(name) {
            Some(rule) => rule(self, user),
            None => false,
        }
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        let rules = Arc::new(rules);
        let mut current = self.rules.write();
        let old = std::mem::replace(&mut *current, rules);
        drop(current);
        drop(old);
    }
}
