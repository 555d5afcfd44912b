//! verdict: deadlock decisions_are_made_at_the_same_time
//! Two copies of the rules behind reentrant mutexes: two threads decide at the same time, and no third one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::ReentrantMutex;

/// Decides about a user. A rule may ask other rules, by calling [`Policy::allows`].
pub type Rule = Box<dyn Fn(&Policy, &str) -> bool + Send + Sync>;

type Rules = Arc<HashMap<String, Rule>>;

pub struct Policy {
    copies: [ReentrantMutex<RefCell<Rules>>; 2],
}

impl Policy {
    pub fn new(rules: HashMap<String, Rule>) -> Self {
        let rules = Arc::new(rules);
        Self { copies: [Arc::clone(&rules), rules].map(|rules| ReentrantMutex::new(RefCell::new(rules))) }
    }

    pub fn allows(&self, name: &str, user: &str) -> bool {
        let [first, second] = &self.copies;
        let copy = if second.is_owned_by_current_thread() {
            second.lock()
        } else if let Some(copy) = first.try_lock() {
            copy
        } else {
            second.lock()
        };
        let rules = Arc::clone(&copy.borrow());
        rules.get(name).is_some_and(|rule| rule(self, user))
    }

    pub fn replace(&self, rules: HashMap<String, Rule>) {
        let rules = Arc::new(rules);
        for copy in &self.copies {
            *copy.lock().borrow_mut() = Arc::clone(&rules);
        }
    }
}
