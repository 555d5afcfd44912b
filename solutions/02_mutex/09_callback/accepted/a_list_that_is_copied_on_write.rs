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
    /// Never changed while somebody else uses it: `make_mut` copies it then.
    list: Arc<Vec<(u64, Plugin)>>,
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
        Arc::make_mut(&mut plugins.list).push((number, Arc::new(plugin)));
        number
    }

    /// Removes a plugin and returns `true`, or returns `false` if there is none with this number. Events that are announced
    /// from now on do not reach it.
    pub fn unsubscribe(&self, number: u64) -> bool {
        let mut plugins = self.plugins.lock().unwrap();
        let Some(index) = plugins.list.iter().position(|(its, _)| *its == number) else {
            return false;
        };
        let removed = Arc::make_mut(&mut plugins.list).remove(index);
        drop(plugins);
        drop(removed);
        true
    }

    /// Calls the plugins that are subscribed at this moment, in the order in which they were subscribed. Returns when all of
    /// them have returned. A plugin that is unsubscribed before its turn may be left out.
    pub fn announce(&self, event: &str) {
        let plugins = Arc::clone(&self.plugins.lock().unwrap().list);
        for (_, plugin) in plugins.iter() {
            plugin(event);
        }
    }

    /// How many plugins are subscribed.
    pub fn subscribed(&self) -> usize {
        self.plugins.lock().unwrap().list.len()
    }
}
