//! verdict: failing-test after_a_replace_no_old_decision_is_under_way
//! Waits at most once. When it wakes, another decision has begun.
//!
//! Who may do what with a document. Customers write the rules themselves.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

/// The rules, and how many calls of `allows` use them.
struct State {
    rules: Arc<HashMap<String, Rule>>,
    in_use: usize,
}

/// The rules in force, by name. Each `Policy` is independent of the others.
pub struct Policy {
    state: Mutex<State>,
    unused: Condvar,
}

/// A call of `allows`. It ends when this is dropped, also by a panic.
struct Use<'a>(&'a Policy);

impl Drop for Use<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.in_use -= 1;
        if state.in_use == 0 {
            self.0.unused.notify_all();
        }
    }
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        Self { state: Mutex::new(State { rules: Arc::new(rules), in_use: 0 }), unused: Condvar::new() }
    }

    /// Whether the rule `name` says yes to `user`; `false` if there is no such rule. The rule and all rules that it asks
    /// are from one set of rules. Several threads may decide at the same time.
    pub fn allows(&self, name: &str, user: &str) -> bool {
        let rules = {
            let mut state = self.state.lock();
            state.in_use += 1;
            Arc::clone(&state.rules)
        };
        let _use = Use(self);
        rules.get(name).is_some_and(|rule| rule(self, user))
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        let mut state = self.state.lock();
        if state.in_use > 0 {
            self.unused.wait(&mut state);
        }
        state.rules = Arc::new(rules);
    }
}
