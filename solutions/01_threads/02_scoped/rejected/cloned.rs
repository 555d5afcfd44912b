//! verdict: compile-error
//! A clone for each thread: photos need not be `Clone`, and the caller's would stay as they are.
//!
//! Develops the photos of a film.

use std::thread;

/// A photo as the camera took it. Developing one takes a while.
pub trait Photo: Send {
    /// Develops the photo in place, and returns its size in bytes.
    fn develop(&mut self) -> usize;
}

/// Develops each of `photos` once, all at the same time, and returns their sizes in the order of the photos. Panics if a
/// photo did, when all others are developed.
pub fn develop_all<P: Photo>(photos: &mut [P]) -> Vec<usize> {
    let threads: Vec<_> = photos
        .iter()
        .map(|photo| {
            let mut photo = photo.clone();
            thread::spawn(move || photo.develop())
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}
