//! verdict: failing-test the_size_of_each_photo_comes_back
//! Returns 1 for each photo that was developed.
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
        // Without this `collect`, each thread would start when the one before has ended.
        let developing: Vec<_> = photos.iter_mut().map(|photo| scope.spawn(|| photo.develop())).collect();
        developing.into_iter().map(|thread| thread.join().map(|_| 1).expect("a photo panicked")).collect()
    })
}
