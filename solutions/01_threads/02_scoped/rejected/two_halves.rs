//! verdict: panic a_film_without_photos_is_done_at_once
//! Divides the film by its length, which may be 0.
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
    let per_thread = photos.len() / photos.len().min(1_000);
    thread::scope(|scope| {
        let threads: Vec<_> = photos
            .chunks_mut(per_thread)
            .map(|group| scope.spawn(|| group.iter_mut().map(Photo::develop).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
