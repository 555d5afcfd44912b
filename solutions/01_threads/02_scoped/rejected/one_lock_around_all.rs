//! verdict: failing-test three_photos_take_as_long_as_the_slowest
//! All threads run at once, and wait for the one lock around all photos.
//!
//! Develops the photos of a film.

use std::sync::Mutex;
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
    let photos = Mutex::new(photos);
    thread::scope(|scope| {
        let develop = |index: usize| photos.lock().unwrap()[index].develop();
        let threads: Vec<_> = (0..count).map(|index| scope.spawn(move || develop(index))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
