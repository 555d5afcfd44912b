//! File systems on Linux.

use std::path::Path;

/// The name of the file system of `dir`, if it may not report changes made by other machines.
pub fn quiet_file_system(dir: &Path) -> Option<&'static str> {
    // Unsigned 32 bits, because the type of the field varies by platform.
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
