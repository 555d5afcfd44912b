//! verdict: failing-test each_photo_is_developed_once_and_in_place
//! Develops all photos in the scope, and once more to get their sizes.
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
        for photo in photos.iter_mut() {
            scope.spawn(|| photo.develop());
        }
    });
    photos.iter_mut().map(Photo::develop).collect()
}
