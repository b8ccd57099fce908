//! Whether SQLite's shared memory works in a folder: on a file system of this machine, that is.

use std::path::Path;

/// Whether the folder is on a file system that is known to be local.
#[cfg(target_os = "linux")]
pub(super) fn is_local(folder: &Path) -> bool {
    rustix::fs::statfs(folder).is_ok_and(|found| is_local_type(found.f_type.cast_unsigned()))
}

/// Elsewhere it is not known.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_local(_: &Path) -> bool {
    false
}

/// By the magic numbers of `statfs(2)`. Network file systems, FUSE and those of virtual machines are not local.
#[cfg(target_os = "linux")]
fn is_local_type(magic: u64) -> bool {
    const LOCAL: [u64; 10] = [
        0xef53,      // ext2, ext3, ext4
        0x5846_5342, // XFS
        0x9123_683e, // Btrfs
        0x0102_1994, // tmpfs
        0x8584_58f6, // ramfs
        0x794c_7630, // overlayfs
        0x2fc1_2fc1, // ZFS
        0xf2f5_2010, // F2FS
        0xca45_1a4e, // bcachefs
        0x3153_464a, // JFS
    ];
    LOCAL.contains(&(magic & 0xffff_ffff))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn disks_of_this_machine_are_local_and_those_of_others_are_not() {
        for (magic, expected) in [
            (0xef53, true),
            (0x0102_1994, true),
            // As a signed number of 32 bits that was made longer.
            (0xffff_ffff_9123_683e, true),
            (0x6969, false),      // NFS
            (0xff53_4d42, false), // CIFS
            (0xfe53_4d42, false), // SMB2
            (0x6573_5546, false), // FUSE
            (0x0102_1997, false), // 9P
            (0x00c3_6400, false), // Ceph
            (0x0, false),
        ] {
            assert_eq!(is_local_type(magic), expected, "{magic:x}");
        }
        assert!(!is_local(Path::new("/proc")) && !is_local(Path::new("/does-not-exist")));
    }
}
