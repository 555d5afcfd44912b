//! Who may do what with a document. Customers write the rules themselves.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

/// The rules in force, by name.
pub struct Policy {
    rules: RwLock<Arc<HashMap<String, Rule>>>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RwLock::new(Arc::new(rules)) }
    }

    pub fn allows(&self, name: &str, user: &str) -> bool {
        let rules = self.rules.read();
        // The guard is held until the rule has decided, and the rule asks only the copy.
        let copy = Self { rules: RwLock::new(Arc::clone(&rules)) };
        rules.get(name).is_some_and(|rule| rule(&copy, user))
    }

    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = Arc::new(rules);
    }
}
