//! The kinds of file systems of Linux.

use std::path::Path;

/// The name of the file system of `dir`, if what others write there may go unnoticed.
pub fn quiet_file_system(dir: &Path) -> Option<&'static str> {
    // As unsigned 32 bits, whatever the platform makes of it.
    match rustix::fs::statfs(dir).ok()?.f_type as u32 {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9P"),
        0x6573_5546 => Some("FUSE"),
        0x786f_4256 => Some("vboxsf"),
        0xbacb_acbc => Some("vmhgfs"),
        0x6a65_6a63 => Some("virtiofs"),
        _ => None,
    }
}
