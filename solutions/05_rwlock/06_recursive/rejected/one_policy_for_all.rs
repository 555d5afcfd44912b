//! verdict: failing-test each_policy_has_its_own_rules
//! Remembers that this thread decides, and not by which policy. The rules of another policy are looked up in this one.
//!
//! Who may do what with a document. Customers write the rules themselves.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use parking_lot::RwLock;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

thread_local! {
    /// The policies that this thread decides by at the moment, with the rules that it uses.
    static DECIDING: RefCell<Vec<(*const Policy, Arc<HashMap<String, Rule>>)>> = const { RefCell::new(Vec::new()) };
}

/// Ends the latest decision of this thread, also after a panic.
struct Decision;

impl Drop for Decision {
    fn drop(&mut self) {
        DECIDING.with_borrow_mut(Vec::pop);
    }
}

/// The rules in force, by name. Each `Policy` is independent of the others.
pub struct Policy {
    rules: RwLock<Arc<HashMap<String, Rule>>>,
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { rules: RwLock::new(Arc::new(rules)) }
    }

    /// Whether the rule `name` says yes to `user`; `false` if there is no such rule. The rule and all rules that it asks
    /// are from one set of rules. Several threads may decide at the same time.
    pub fn allows(&self, name: &str, user: &str) -> bool {
        let known = DECIDING.with_borrow(|all| {
            let of_this = all.last();
            of_this.map(|(_, rules)| Arc::clone(rules))
        });
        if let Some(rules) = known {
            return rules.get(name).is_some_and(|rule| rule(self, user));
        }
        // Only the outermost call locks.
        let guard = self.rules.read();
        let rules = Arc::clone(&guard);
        DECIDING.with_borrow_mut(|all| all.push((ptr::from_ref(self), Arc::clone(&rules))));
        let _decision = Decision;
        rules.get(name).is_some_and(|rule| rule(self, user))
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        *self.rules.write() = Arc::new(rules);
    }
}
