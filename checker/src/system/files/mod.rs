//! File queries whose answers differ between systems.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use self::linux::quiet_file_system;
#[cfg(unix)]
pub use self::unix::{arrived, create_private_dir, free_space, link, open_plain};
#[cfg(windows)]
pub use self::windows::{arrived, create_private_dir, free_space, link, open_plain};

/// A save may remove the file before it writes a new one, so a file counts as missing only after this time.
pub const ABSENCE: Duration = Duration::from_millis(100);

/// Whether there is a file at `path` now, or within `patience`.
pub fn appears(path: &Path, patience: Duration) -> bool {
    let give_up = Instant::now() + patience;
    while !path.exists() {
        if Instant::now() >= give_up {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// On other systems, nothing is known about file systems.
#[cfg(not(target_os = "linux"))]
pub fn quiet_file_system(_dir: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appears_waits_for_a_file_but_not_beyond_its_patience() {
        let dir = tempfile::tempdir().unwrap();
        let (late, never) = (dir.path().join("late"), dir.path().join("never"));
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(30));
                std::fs::write(&late, "").unwrap();
            });
            assert!(appears(&late, Duration::from_secs(10)));
        });
        assert!(!appears(&never, Duration::from_millis(20)));
    }
}
