//! Numbers for orders, given out by several threads.

use std::sync::mpsc::{self, Sender};
use std::thread;

enum Request {
    Next(Sender<u64>),
    Last(Sender<u64>),
}

/// Gives out 1, 2, 3, … A clone shares the counter of its original.
#[derive(Clone)]
pub struct OrderNumbers {
    requests: Sender<Request>,
}

impl OrderNumbers {
    /// A counter of its own, which has given out no number yet.
    #[expect(clippy::new_without_default)]
    pub fn new() -> Self {
        let (requests, received) = mpsc::channel();
        // Ends when the last clone is dropped.
        thread::spawn(move || {
            let mut last = 0;
            for request in received {
                let caller = match request {
                    Request::Next(caller) => {
                        last += 1;
                        caller
                    }
                    Request::Last(caller) => caller,
                };
                // A caller that has panicked does not wait for its number.
                let _ = caller.send(last);
            }
        });
        Self { requests }
    }

    /// The next number. No two orders get the same one.
    pub fn next(&self) -> u64 {
        self.ask(Request::Next)
    }

    /// The last number that was given out, or 0 if there was none.
    pub fn last(&self) -> u64 {
        self.ask(Request::Last)
    }

    fn ask(&self, request: impl FnOnce(Sender<u64>) -> Request) -> u64 {
        let (answer, number) = mpsc::channel();
        self.requests.send(request(answer)).expect("the counting thread does not panic");
        number.recv().expect("the counting thread does not panic")
    }
}
