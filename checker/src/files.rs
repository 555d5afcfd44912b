//! File queries whose answers differ between systems.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use self::linux::quiet_file_system;
#[cfg(unix)]
pub use self::unix::{arrived, create_private_dir};
#[cfg(windows)]
pub use self::windows::{arrived, create_private_dir};

/// Elsewhere, nothing is known about file systems.
#[cfg(not(target_os = "linux"))]
pub fn quiet_file_system(_dir: &std::path::Path) -> Option<&'static str> {
    None
}
