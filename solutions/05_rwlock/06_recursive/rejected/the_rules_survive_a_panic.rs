//! verdict: failing-test a_rule_may_panic
//! Only the outermost call locks. If a rule panics, its thread goes on to decide by the rules of that decision.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

type Rules = Arc<HashMap<String, Rule>>;

thread_local! {
    /// The decisions that this thread makes: the policy, and its rules.
    static DECIDING: RefCell<Vec<(usize, Rules)>> = const { RefCell::new(Vec::new()) };
}

pub struct Policy {
    rules: RwLock<Rules>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RwLock::new(Arc::new(rules)) }
    }

    /// Identifies this policy.
    fn key(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub fn allows(&self, name: &str, user: &str) -> bool {
        let current = DECIDING.with_borrow(|all| {
            all.iter().rev().find(|(key, _)| *key == self.key()).map(|(_, rules)| Arc::clone(rules))
        });
        if let Some(rules) = current {
            return rules.get(name).is_some_and(|rule| rule(self, user));
        }
        let rules = self.rules.read();
        DECIDING.with_borrow_mut(|all| all.push((self.key(), Arc::clone(&rules))));
        let allowed = rules.get(name).is_some_and(|rule| rule(self, user));
        DECIDING.with_borrow_mut(Vec::pop);
        allowed
    }

    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = Arc::new(rules);
    }
}
