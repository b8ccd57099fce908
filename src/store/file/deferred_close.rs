//! Lets go of replaced files on a thread of its own. A file that nobody holds any more is freed there and
//! then, and some file systems wait for the disk to do it: a rename over it that waits too took 12 ms
//! instead of 8, and the next batch would wait as long. It does not know what the files held.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// The thread, and the file of the batch that is under way.
pub(super) struct DeferredClose {
    files: SyncSender<File>,
    held: Option<File>,
}

impl DeferredClose {
    /// Starts the thread; it ends with this.
    pub(super) fn start() -> io::Result<Self> {
        // One may wait. If the disk is so slow that more would, the committer frees them itself.
        let (files, freed) = sync_channel(1);
        thread::Builder::new().name("release".into()).spawn(move || freed.into_iter().for_each(drop))?;
        Ok(Self { files, held: None })
    }

    /// Holds the file at this path over its replacement.
    pub(super) fn hold(&mut self, path: &Path) {
        // Only speed is lost where it can't be opened.
        self.held = File::open(path).ok();
    }

    /// Lets go of it.
    pub(super) fn let_go(&mut self) {
        if let Some(file) = self.held.take() {
            drop(self.files.try_send(file));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_replaced_file_is_held_until_it_is_let_go_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("settings.json");
        let deleted = format!("{} (deleted)", path.display());
        let is_held = || {
            let mut handles = fs::read_dir("/proc/self/fd").unwrap();
            handles.any(|handle| {
                fs::read_link(handle.unwrap().path())
                    .is_ok_and(|target| target.to_string_lossy() == deleted.as_str())
            })
        };
        let mut release = DeferredClose::start().unwrap();
        for _ in 0..50 {
            fs::write(&path, "x").unwrap();
            release.hold(&path);
            fs::remove_file(&path).unwrap();
            assert!(is_held());
            release.let_go();
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while is_held() {
            assert!(Instant::now() < deadline, "a file was kept");
            thread::yield_now();
        }
    }
}
