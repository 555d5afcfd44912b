//! verdict: compile-error
//! An `Arc` owns the reference, not the photos: it lives on, and they may not.
//!
//! Develops the photos of a film.

use std::sync::{Arc, Mutex};
use std::thread;

/// A photo as the camera took it. Developing one takes a while.
pub trait Photo: Send {
    /// Develops the photo in place, and returns its size in bytes.
    fn develop(&mut self) -> usize;
}

/// Develops each of `photos` once, all at the same time, and returns their sizes in the order of the photos. Panics if a
/// photo did, when all others are developed.
pub fn develop_all<P: Photo>(photos: &mut [P]) -> Vec<usize> {
    let count = photos.len();
    let photos = Arc::new(Mutex::new(photos));
    let threads: Vec<_> = (0..count)
        .map(|index| {
            let photos = Arc::clone(&photos);
            thread::spawn(move || photos.lock().unwrap()[index].develop())
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}
