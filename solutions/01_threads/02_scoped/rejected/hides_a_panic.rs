//! verdict: failing-test a_panic_reaches_the_caller_when_the_others_are_developed
//! Returns 0 for a photo that panicked: `join` has taken the panic, so the scope does not panic either.
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
        developing.into_iter().map(|thread| thread.join().unwrap_or(0)).collect()
    })
}
