//! verdict: failing-test a_panic_reaches_the_caller_when_the_others_are_developed
//! The caller develops the last photo itself, and returns 0 for it if it panics, to join the other threads all the same.
//!
//! Develops the photos of a film.

use std::panic::{self, AssertUnwindSafe};
use std::thread;

/// A photo as the camera took it. Developing one takes a while.
pub trait Photo: Send {
    /// Develops the photo in place, and returns its size in bytes.
    fn develop(&mut self) -> usize;
}

/// Develops each of `photos` once, all at the same time, and returns their sizes in the order of the photos. Panics if a
/// photo did, when all others are developed.
pub fn develop_all<P: Photo>(photos: &mut [P]) -> Vec<usize> {
    let Some((last, others)) = photos.split_last_mut() else {
        return Vec::new();
    };
    thread::scope(|scope| {
        let developing: Vec<_> = others.iter_mut().map(|photo| scope.spawn(|| photo.develop())).collect();
        let size = panic::catch_unwind(AssertUnwindSafe(|| last.develop())).unwrap_or(0);
        developing.into_iter().map(|thread| thread.join().unwrap()).chain([size]).collect()
    })
}
