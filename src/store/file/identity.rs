//! Which file was read: what one `stat` can tell about it, and when that may be believed. It decides
//! only whether a read may skip reading; a write never rests on it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How much older than the look at it a file's last change must be, by the wall clock. Kernels stamp time
/// in steps of up to 10 ms, and ext4 hands an inode out again after two replaces, so that two files
/// changed within one step can look the same.
pub(super) const SETTLING: Duration = Duration::from_millis(100);

/// What distinguishes one version of a file from another. Times are nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The device.
    pub device: u64,
    /// The inode.
    pub inode: u64,
    /// The length in bytes.
    pub size: u64,
    /// When the content last changed.
    pub modified: i128,
    /// When anything last changed, the name included.
    pub changed: i128,
}

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether a later file that is another must look different, when this was seen at `taken`. A file
    /// dated ahead of the clock is never trusted.
    pub(super) fn is_trusted(&self, taken: SystemTime) -> bool {
        let taken = match taken.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_nanos().cast_signed(),
            Err(before) => -before.duration().as_nanos().cast_signed(),
        };
        taken - self.modified.max(self.changed) > SETTLING.as_nanos().cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_left_alone_for_a_while_is_trusted() {
        let taken = UNIX_EPOCH + Duration::from_secs(1_000);
        let at = |milliseconds: i128| milliseconds * 1_000_000;
        let cases = [
            (at(999_899), at(999_899), true),
            (at(999_900), at(0), false),
            (at(0), at(999_900), false),
            (at(1_000_000), at(0), false),
            (at(2_000_000), at(0), false),
            (at(0), at(2_000_000), false),
            (at(-5), at(-5), true),
        ];
        for (modified, changed, expected) in cases {
            let identity = Identity { device: 1, inode: 1, size: 1, modified, changed };
            assert_eq!(identity.is_trusted(taken), expected, "{identity:?}");
        }
    }
}
