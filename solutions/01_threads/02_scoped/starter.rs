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
    photos
        .iter_mut()
        // TODO: this thread may outlive the photo that it borrows.
        .map(|photo| thread::spawn(move || photo.develop()))
        .map(|developing| developing.join().expect("a photo panicked"))
        .collect()
}
