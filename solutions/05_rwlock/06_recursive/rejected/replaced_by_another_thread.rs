//! verdict: failing-test a_later_replace_is_not_lost
//! If another thread replaces the rules already, waits until it has done so. Its rules are others.

use std::collections::HashMap;

use parking_lot::{Mutex, RecursiveRwLock};

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

pub struct Policy {
    rules: RecursiveRwLock<HashMap<String, Rule>>,
    replacing: Mutex<()>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RecursiveRwLock::new(rules), replacing: Mutex::new(()) }
    }

    pub fn allows(&self, name: &str, user: &str) -> bool {
        let rules = self.rules.read();
        rules.get(name).is_some_and(|rule| rule(self, user))
    }

    pub fn replace(&self, rules: HashMap<String, Rule>) {
        if let Some(_replacing) = self.replacing.try_lock() {
            *self.rules.write() = rules;
        } else {
            // Somebody else loads the rules already.
            drop(self.replacing.lock());
        }
    }
}
