//! verdict: compile-error future cannot be sent between threads safely
//! Safe at run time, but the compiler rejects it: a variable that has been borrowed counts as alive to the end of its block.
//!
//! Documents whose outlines are sent to an index.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::task::JoinHandle;

/// Keeps outlines. `store` may take a while and returns the number of the entry.
pub trait Index: Send + Sync + 'static {
    fn store(&self, outline: String) -> impl Future<Output = u32> + Send;
}

/// A heading and the headings below it.
struct Heading {
    title: String,
    below: RefCell<Vec<Rc<Heading>>>,
}

impl Heading {
    fn new(title: &str) -> Rc<Self> {
        Rc::new(Self { title: title.to_owned(), below: RefCell::default() })
    }

    /// How many headings there are below this one, at all levels.
    fn count(&self) -> usize {
        self.below.borrow().iter().map(|heading| 1 + heading.count()).sum()
    }

    /// All headings below this one, a line for each, indented by level.
    fn contents(&self, indent: usize) -> String {
        let line = |heading: &Rc<Heading>| {
            let title = &heading.title;
            format!("{:indent$}{title}\n{}", "", heading.contents(indent + 2))
        };
        self.below.borrow().iter().map(line).collect()
    }
}

/// The outline of `text`, in which a heading is a line that begins with `#`, `##`, and so on.
fn outline(text: &str) -> Rc<Heading> {
    let root = Heading::new("");
    let mut open = vec![Rc::clone(&root)];
    for line in text.lines() {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if level > 0 {
            let heading = Heading::new(line[level..].trim());
            open.truncate(level);
            open.last().expect("the root stays open").below.borrow_mut().push(Rc::clone(&heading));
            open.push(heading);
        }
    }
    root
}

/// Spawns a task that sends the outline of `text` to `index` and returns a line about it. Returns at once.
pub fn submit(index: Arc<impl Index>, text: String) -> JoinHandle<String> {
    tokio::spawn(async move {
        let outline = outline(&text);
        let (contents, count) = (outline.contents(0), outline.count());
        drop(outline);
        let entry = index.store(contents).await;
        format!("entry {entry}: {count} headings")
    })
}
