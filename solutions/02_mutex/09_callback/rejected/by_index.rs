//! verdict: failing-test a_plugin_may_unsubscribe_itself
//! Goes by index: when a plugin leaves the list, the others move up, and the next one is skipped.
//!
//! The events of an editor: it announces that a file was opened or saved, and plugins subscribe to that.

use std::sync::{Arc, Mutex};

/// What a plugin does with an event. It may call any method of `Events`.
type Plugin = Arc<dyn Fn(&str) + Send + Sync>;

/// Passes events on to plugins.
#[derive(Default)]
pub struct Events {
    plugins: Mutex<Plugins>,
}

#[derive(Default)]
struct Plugins {
    numbers: u64,
    list: Vec<(u64, Plugin)>,
}

impl Events {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plugin. Returns its number, which no other plugin gets.
    pub fn subscribe(&self, plugin: impl Fn(&str) + Send + Sync + 'static) -> u64 {
        let mut plugins = self.plugins.lock().unwrap();
        plugins.numbers += 1;
        let number = plugins.numbers;
        plugins.list.push((number, Arc::new(plugin)));
        number
    }

    /// Removes a plugin and returns `true`, or returns `false` if there is none with this number. Events that are announced
    /// from now on do not reach it.
    pub fn unsubscribe(&self, number: u64) -> bool {
        let removed = {
            let mut plugins = self.plugins.lock().unwrap();
            let index = plugins.list.iter().position(|(its, _)| *its == number);
            index.map(|index| plugins.list.remove(index))
        };
        removed.is_some()
    }

    /// Calls the plugins that are subscribed at this moment, in the order in which they were subscribed. Returns when all of
    /// them have returned. A plugin that is unsubscribed before its turn may be left out.
    pub fn announce(&self, event: &str) {
        let subscribed = self.plugins.lock().unwrap().list.len();
        for index in 0..subscribed {
            let plugin = self.plugins.lock().unwrap().list.get(index).map(|(_, plugin)| Arc::clone(plugin));
            if let Some(plugin) = plugin {
                plugin(event);
            }
        }
    }

    /// How many plugins are subscribed.
    pub fn subscribed(&self) -> usize {
        self.plugins.lock().unwrap().list.len()
    }
}
