//! Develops the photos of a film.

use std::sync::mpsc;
use std::thread;

/// A photo as the camera took it. Developing one takes a while.
pub trait Photo: Send {
    /// Develops the photo in place, and returns its size in bytes.
    fn develop(&mut self) -> usize;
}

/// Develops each of `photos` once, all at the same time, and returns their sizes in the order of the photos. Panics if a
/// photo did, when all others are developed.
pub fn develop_all<P: Photo>(photos: &mut [P]) -> Vec<usize> {
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        for (index, photo) in photos.iter_mut().enumerate() {
            let tell = tell.clone();
            scope.spawn(move || tell.send((index, photo.develop())));
        }
    });
    drop(tell);
    let mut sizes: Vec<_> = told.iter().collect();
    sizes.sort();
    sizes.into_iter().map(|(_, size)| size).collect()
}
