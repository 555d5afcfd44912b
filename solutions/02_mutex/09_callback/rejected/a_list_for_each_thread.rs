//! verdict: failing-test each_editor_has_its_own_events
//! Needs no lock: each thread has a list of its own, which all editors share.
//!
//! The events of an editor: it announces that a file was opened or saved, and plugins subscribe to that.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

thread_local! {
    static PLUGINS: RefCell<Plugins> = RefCell::default();
}

/// What a plugin does with an event. It may call any method of `Events`.
type Plugin = Arc<dyn Fn(&str) + Send + Sync>;

/// Passes events on to plugins.
#[derive(Default)]
pub struct Events {
    _private: (),
}

#[derive(Default)]
struct Plugins {
    /// How many were ever subscribed. The next one gets this number plus one.
    numbers: u64,
    by_number: BTreeMap<u64, Plugin>,
}

impl Events {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plugin. Returns its number, which no other plugin gets.
    pub fn subscribe(&self, plugin: impl Fn(&str) + Send + Sync + 'static) -> u64 {
        PLUGINS.with_borrow_mut(|plugins| {
            plugins.numbers += 1;
            plugins.by_number.insert(plugins.numbers, Arc::new(plugin));
            plugins.numbers
        })
    }

    /// Removes a plugin and returns `true`, or returns `false` if there is none with this number. Events that are announced
    /// from now on do not reach it.
    pub fn unsubscribe(&self, number: u64) -> bool {
        let removed = PLUGINS.with_borrow_mut(|plugins| plugins.by_number.remove(&number));
        removed.is_some()
    }

    /// Calls the plugins that are subscribed at this moment, in the order in which they were subscribed. Returns when all of
    /// them have returned. A plugin that is unsubscribed before its turn may be left out.
    pub fn announce(&self, event: &str) {
        let plugins: Vec<Plugin> = PLUGINS.with_borrow(|plugins| plugins.by_number.values().cloned().collect());
        for plugin in plugins {
            plugin(event);
        }
    }

    /// How many plugins are subscribed.
    pub fn subscribed(&self) -> usize {
        PLUGINS.with_borrow(|plugins| plugins.by_number.len())
    }
}
