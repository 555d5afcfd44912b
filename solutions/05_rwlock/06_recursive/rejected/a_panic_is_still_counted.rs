//! verdict: deadlock a_rule_may_panic
//! Counts the decisions by hand. One that panics is never over, and `replace` waits for it forever.
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
        let answer = rules.get(name).is_some_and(|rule| rule(self, user));
        let mut state = self.state.lock();
        state.in_use -= 1;
        if state.in_use == 0 {
            self.unused.notify_all();
        }
        answer
    }

    /// Replaces all rules by `rules`. When this returns, no decision by the old rules is under way. Until then the caller
    /// sleeps.
    pub fn replace(&self, rules: HashMap<String, Rule>) {
        let mut state = self.state.lock();
        while state.in_use > 0 {
            self.unused.wait(&mut state);
        }
        state.rules = Arc::new(rules);
    }
}
