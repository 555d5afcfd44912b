//! Values that only the exploring OS thread may touch, inside types that must be `Send`.

use std::mem::ManuallyDrop;
use std::thread::{self, ThreadId};

/// A value that is used on one OS thread only. All threads of a schedule are coroutines on that thread.
#[derive(Debug)]
pub struct OnlyHere<T> {
    os_thread: ThreadId,
    value: ManuallyDrop<T>,
}

#[allow(unsafe_code)]
// SAFETY: the value is accessed and dropped only on the thread that created it; elsewhere `get` panics, `drop` leaks.
unsafe impl<T> Send for OnlyHere<T> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<T> Sync for OnlyHere<T> {}

impl<T> OnlyHere<T> {
    /// Creates a value for use on the running OS thread.
    pub fn new(value: T) -> Self {
        OnlyHere { os_thread: thread::current().id(), value: ManuallyDrop::new(value) }
    }

    /// The value; `None` on another OS thread.
    pub fn try_get(&self) -> Option<&T> {
        (thread::current().id() == self.os_thread).then_some(&*self.value)
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// On another OS thread.
    #[track_caller]
    pub fn get(&self) -> &T {
        self.try_get().unwrap_or_else(|| panic!("{}", crate::engine::scheduler::FOREIGN))
    }
}

impl<T> Drop for OnlyHere<T> {
    fn drop(&mut self) {
        if thread::current().id() == self.os_thread {
            #[allow(unsafe_code)]
            // SAFETY: dropped once, here.
            unsafe {
                ManuallyDrop::drop(&mut self.value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_os_thread_is_refused_and_leaks_the_value() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped on the wrong thread");
            }
        }
        let here = OnlyHere::new(Bomb);
        thread::spawn(move || {
            assert!(here.try_get().is_none());
            drop(here);
        })
        .join()
        .expect("nothing is dropped there");
    }
}
