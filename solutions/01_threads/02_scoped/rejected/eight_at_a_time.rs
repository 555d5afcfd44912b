//! verdict: deadlock two_hundred_photos_are_developed_at_the_same_time
//! Eight threads at a time: photo 9 waits until the first eight are done.
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
    let mut sizes = Vec::new();
    for group in photos.chunks_mut(8) {
        thread::scope(|scope| {
            let threads: Vec<_> = group.iter_mut().map(|photo| scope.spawn(|| photo.develop())).collect();
            sizes.extend(threads.into_iter().map(|thread| thread.join().unwrap()));
        });
    }
    sizes
}
