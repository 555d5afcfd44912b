//! verdict: deadlock a_rule_may_ask_another_policy_in_between
//! A thread-local remembers one decision. When a rule has asked another policy, the next question reads again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

type Rules = Arc<HashMap<String, Rule>>;

thread_local! {
    /// The decision that this thread makes: the policy, and its rules.
    static DECIDING: RefCell<Option<(usize, Rules)>> = const { RefCell::new(None) };
}

pub struct Policy {
    rules: RwLock<Rules>,
}

/// Ends the decision of this thread, also by a panic.
struct Deciding;

impl Drop for Deciding {
    fn drop(&mut self) {
        DECIDING.with_borrow_mut(|slot| *slot = None);
    }
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
        let current = DECIDING.with_borrow(|slot| {
            slot.as_ref().filter(|(key, _)| *key == self.key()).map(|(_, rules)| Arc::clone(rules))
        });
        if let Some(rules) = current {
            return rules.get(name).is_some_and(|rule| rule(self, user));
        }
        let rules = self.rules.read();
        DECIDING.with_borrow_mut(|slot| *slot = Some((self.key(), Arc::clone(&rules))));
        let _deciding = Deciding;
        rules.get(name).is_some_and(|rule| rule(self, user))
    }

    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = Arc::new(rules);
    }
}
