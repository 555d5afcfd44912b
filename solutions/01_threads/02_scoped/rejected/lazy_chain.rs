//! verdict: failing-test three_photos_take_as_long_as_the_slowest
//! The whole chain runs for the first photo, then for the second: each thread starts when the one before has ended.
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
    thread::scope(|scope| {
        photos
            .iter_mut()
            .map(|photo| scope.spawn(|| photo.develop()))
            .map(|developing| developing.join().expect("a photo panicked"))
            .collect()
    })
}
