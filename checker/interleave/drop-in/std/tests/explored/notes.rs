//! `Notes` has no scheduling points, and the search still tries every order of what tasks write into it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use interleave::Notes;

use super::finding;

#[test]
fn threads_write_their_notes_in_every_order() {
    // Made here, so that they tell of all schedules.
    let seen = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let all = Arc::clone(&seen);
    let finding = finding(move || {
        let notes = Arc::new(Notes::new(Vec::new()));
        let others = [1, 2, 3].map(|number| {
            let notes = Arc::clone(&notes);
            thread::spawn(move || notes.with(|notes| notes.push(number)))
        });
        others.into_iter().for_each(|other| other.join().unwrap());
        all.lock().unwrap_or_else(|poison| poison.into_inner()).insert(notes.with(|notes| notes.clone()));
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
    assert_eq!(seen.lock().unwrap().len(), 6, "three threads have six orders");
}
