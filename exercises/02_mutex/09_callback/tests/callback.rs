use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};

use callback::Events;

/// What the plugins of a test have got, in this order: `plugin event`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, plugin: &str, event: &str) {
        self.0.lock().unwrap().push(format!("{plugin} {event}"));
    }

    /// What was added since the last call.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// An editor: its events, for its plugins as well, and what they have got.
#[derive(Clone, Default)]
struct Editor {
    events: Arc<Events>,
    log: Log,
}

impl Editor {
    /// Subscribes a plugin that notes what it gets.
    fn subscribe(&self, name: &'static str) -> u64 {
        self.subscribe_and(name, |_, _| ())
    }

    /// Subscribes a plugin that notes what it gets, and then does `then`.
    fn subscribe_and(&self, name: &'static str, then: impl Fn(&Editor, &str) + Send + Sync + 'static) -> u64 {
        // A plugin that owned its editor would keep it forever.
        let (events, log) = (Arc::downgrade(&self.events), self.log.clone());
        self.events.subscribe(move |event| {
            log.add(name, event);
            if let Some(events) = events.upgrade() {
                then(&Editor { events, log: log.clone() }, event);
            }
        })
    }

    /// Calls `call` on another thread.
    fn spawn<R: Send + 'static>(&self, call: impl FnOnce(&Editor) -> R + Send + 'static) -> JoinHandle<R> {
        let editor = self.clone();
        thread::spawn(move || call(&editor))
    }
}

#[interleave::test]
fn plugins_are_called_in_their_order() {
    let editor = Editor::default();
    editor.events.announce("opened");
    assert_eq!(editor.events.subscribed(), 0, "no plugin was subscribed");
    for name in ["title", "spelling", "backup"] {
        editor.subscribe(name);
    }
    assert_eq!(editor.events.subscribed(), 3, "three plugins were subscribed");
    for event in ["typed", "saved"] {
        editor.events.announce(event);
        assert_eq!(
            editor.log.take(),
            ["title", "spelling", "backup"].map(|name| format!("{name} {event}")),
            "`announce` has returned, so by now three plugins have got the event, in the order in which they were subscribed"
        );
    }
}

#[interleave::test]
fn a_plugin_may_unsubscribe_itself() {
    let editor = Editor::default();
    let number = Arc::new(OnceLock::new());
    let own = Arc::clone(&number);
    number
        .set(editor.subscribe_and("welcome", move |editor, _| {
            assert!(editor.events.unsubscribe(*own.get().unwrap()), "a plugin unsubscribed itself, and got `false`");
            assert_eq!(editor.events.subscribed(), 1, "of two plugins, one has just unsubscribed itself");
        }))
        .unwrap();
    editor.subscribe("title");
    editor.events.announce("opened");
    assert_eq!(
        editor.log.take(),
        ["welcome opened", "title opened"],
        "the first of two plugins unsubscribed itself when it was called, and both should get the event"
    );
    editor.events.announce("saved");
    assert_eq!(editor.log.take(), ["title saved"], "one plugin is left, the other one has unsubscribed itself");
    assert!(!editor.events.unsubscribe(*number.get().unwrap()), "the plugin has unsubscribed itself before");
}

#[interleave::test]
fn a_plugin_may_subscribe_another() {
    let editor = Editor::default();
    editor.subscribe_and("loader", |editor, event| {
        if event == "opened" {
            editor.subscribe("spelling");
            assert_eq!(editor.events.subscribed(), 3, "a plugin has just subscribed a third one");
        }
    });
    editor.subscribe("title");
    editor.events.announce("opened");
    assert_eq!(
        editor.log.take(),
        ["loader opened", "title opened"],
        "the loader subscribed the plugin `spelling` during the event, so that gets only the events after it"
    );
    editor.events.announce("saved");
    assert_eq!(
        editor.log.take(),
        ["loader saved", "title saved", "spelling saved"],
        "the plugin `spelling` was subscribed during the event before"
    );
}

#[interleave::test]
fn a_plugin_may_announce_an_event() {
    let editor = Editor::default();
    editor.subscribe_and("format", |editor, event| {
        if event == "saving" {
            editor.events.announce("formatted");
        }
    });
    editor.subscribe("title");
    for _ in 1..=2 {
        editor.events.announce("saving");
        assert_eq!(
            editor.log.take(),
            ["format saving", "format formatted", "title formatted", "title saving"],
            "the plugin `format` announced a second event while it handled the first one, and both plugins should get both"
        );
    }
}

#[interleave::test]
fn a_slow_plugin_holds_up_no_other_thread() {
    let editor = Editor::default();
    let other = editor.subscribe("title");
    editor.subscribe_and("backup", move |editor, event| {
        if event == "saved" {
            // As long as the backup takes, another thread goes on with its work.
            let work = editor.spawn(move |editor| {
                editor.events.announce("typed");
                editor.subscribe("spelling");
                (editor.events.subscribed(), editor.events.unsubscribe(other))
            });
            let results = work.join().unwrap();
            assert_eq!(results, (3, true), "during an event, another thread subscribed a third plugin and removed one");
        }
    });
    editor.events.announce("saved");
    assert_eq!(
        editor.log.take(),
        ["title saved", "backup saved", "title typed", "backup typed"],
        "while one plugin handled the event `saved`, another thread announced `typed`"
    );
}

#[interleave::test]
fn no_event_is_lost() {
    let editor = Editor::default();
    editor.subscribe("title");
    let other = editor.spawn(|editor| editor.events.announce("typed"));
    editor.events.announce("saved");
    other.join().unwrap();
    let mut log = editor.log.take();
    log.sort();
    assert_eq!(log, ["title saved", "title typed"], "two threads announced an event each, to one plugin");
}

#[interleave::test]
fn a_plugin_that_is_subscribed_meanwhile_is_kept() {
    let editor = Editor::default();
    let removed = editor.subscribe("title");
    let other = editor.spawn(move |editor| (editor.subscribe("backup"), editor.events.unsubscribe(removed)));
    editor.events.announce("typed");
    let (_, unsubscribed) = other.join().unwrap();
    assert!(unsubscribed, "a plugin was unsubscribed while an event was announced, and `unsubscribe` did not find it");
    editor.log.take();
    editor.events.announce("saved");
    assert_eq!(
        editor.log.take(),
        ["backup saved"],
        "during another event, one plugin was subscribed and the other one removed"
    );
}

#[interleave::test]
fn each_plugin_has_its_own_number() {
    let editor = Editor::default();
    let numbers = ["title", "spelling", "backup"].map(|name| editor.subscribe(name));
    assert!(editor.events.unsubscribe(numbers[0]), "the plugin was subscribed before");
    let last = editor.subscribe("format");
    assert!(!numbers.contains(&last), "a plugin got the number {last}, which another one has had: {numbers:?}");
    editor.events.announce("saved");
    assert_eq!(
        editor.log.take(),
        ["spelling saved", "backup saved", "format saved"],
        "of three plugins, the first was removed, and then another one was subscribed"
    );
    assert!(editor.events.unsubscribe(last), "the plugin was subscribed before");
    assert!(!editor.events.unsubscribe(last), "the plugin was unsubscribed before, and `unsubscribe` returned `true`");
    let several = [editor.spawn(|editor| editor.subscribe("here")), editor.spawn(|editor| editor.subscribe("there"))];
    let [here, there] = several.map(|thread| thread.join().unwrap());
    assert_ne!(here, there, "two threads subscribed a plugin at once, and both got the same number");
}

#[interleave::test]
fn a_plugin_may_own_what_unsubscribes_another() {
    /// Unsubscribes a plugin when it is dropped.
    struct Together(Editor, u64);
    impl Drop for Together {
        fn drop(&mut self) {
            self.0.events.unsubscribe(self.1);
        }
    }
    let editor = Editor::default();
    let helper = editor.subscribe("helper");
    let together = Together(editor.clone(), helper);
    let plugin = editor.events.subscribe(move |event| together.0.log.add("plugin", event));
    editor.events.announce("saved");
    assert!(editor.events.unsubscribe(plugin), "the plugin was subscribed before");
    assert_eq!(editor.events.subscribed(), 0, "when the plugin was dropped, it has unsubscribed its helper");
    assert_eq!(editor.log.take(), ["helper saved", "plugin saved"], "two plugins were subscribed");
}

#[interleave::test]
fn events_go_on_after_a_panic() {
    let editor = Editor::default();
    editor.subscribe("title");
    editor.subscribe_and("spelling", |_, event| assert_ne!(event, "typed", "no dictionary"));
    editor.spawn(|editor| editor.events.announce("typed")).join().ok();
    editor.log.take();
    editor.events.announce("saved");
    assert_eq!(
        editor.log.take(),
        ["title saved", "spelling saved"],
        "a plugin has panicked on the event before, and both plugins should get this one"
    );
    assert_eq!(editor.events.subscribed(), 2, "two plugins were subscribed, one of which has panicked");
}

#[interleave::test]
fn each_editor_has_its_own_events() {
    let (here, there) = (Editor::default(), Editor::default());
    here.subscribe("title");
    assert_eq!(there.events.subscribed(), 0, "a plugin was subscribed to the events of another editor");
    there.events.announce("saved");
    assert!(here.log.take().is_empty(), "the event of one editor reached the plugin of another one");
}
