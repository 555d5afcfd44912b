//! verdict: failing-test the_sizes_come_back_in_the_order_of_the_photos
//! Returns the sizes in the order in which the photos are ready.
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
    let sizes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for photo in photos {
            scope.spawn(|| {
                let size = photo.develop();
                sizes.lock().unwrap().push(size);
            });
        }
    });
    sizes.into_inner().unwrap()
}
