//! Makes a small secret file exactly once, however many processes try: the first to link wins.
//! It never replaces a file, and does not know what is in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::random_token;

/// Why the file could not be made.
#[derive(Clone, Debug, thiserror::Error)]
#[error("could not {operation} `{}`", path.display())]
pub struct CreateOnceError {
    operation: &'static str,
    path: PathBuf,
    #[source]
    source: Arc<io::Error>,
}

/// Makes `path` with these contents (mode 0600) and makes it durable. Where it exists already it is left
/// as it is, and `false` comes back.
pub fn create_once(path: &Path, contents: &str) -> Result<bool, CreateOnceError> {
    let failed = |operation: &'static str| {
        let path = path.to_owned();
        move |source: io::Error| CreateOnceError { operation, path, source: Arc::new(source) }
    };
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let draft = Draft::new(path);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft.0)
        .map_err(failed("create a draft of"))?;
    file.write_all(contents.as_bytes()).map_err(failed("write"))?;
    file.sync_all().map_err(failed("sync"))?;
    let created = match fs::hard_link(&draft.0, path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        // Another process was first, and has swept our draft.
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.exists() => false,
        Err(error) => return Err(failed("link")(error)),
    };
    drop(draft);
    sweep_drafts(path);
    File::open(directory).and_then(|open| open.sync_all()).map_err(failed("sync the folder of"))?;
    Ok(created)
}

/// Removes the drafts of a file that is there: what a crash has left. One left between the link and its
/// removal is a second name of the file itself.
pub fn sweep_drafts(path: &Path) {
    let Some((directory, name)) = path.parent().zip(path.file_name()) else { return };
    let name = name.as_encoded_bytes();
    let is_draft = |other: &[u8]| {
        let random = other
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix(b"."))
            .and_then(|rest| rest.strip_suffix(b".tmp"));
        random.is_some_and(|random| random.len() == RANDOM_LENGTH)
    };
    let directory = if directory == Path::new("") { Path::new(".") } else { directory };
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if is_draft(entry.file_name().as_encoded_bytes()) {
            // What can't be removed now is tried again at the next start.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// How many random characters tell drafts apart.
const RANDOM_LENGTH: usize = 12;

/// The name of a file that is removed when this goes out of scope.
struct Draft(PathBuf);

impl Draft {
    fn new(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", &random_token()[..RANDOM_LENGTH]));
        Self(path.with_file_name(name))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // One that stays is swept at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_wins_and_the_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".key");
        assert!(create_once(&path, "one").unwrap());
        assert!(!create_once(&path, "two").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [".key"], "no draft stays behind");
    }

    #[test]
    fn of_many_threads_one_creates() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".key");
        let created: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|number| {
                    let path = path.clone();
                    scope.spawn(move || create_once(&path, &format!("key {number}")).unwrap())
                })
                .collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(created, 1);
    }

    #[test]
    fn drafts_that_a_crash_left_are_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".key");
        for name in [".key.0123456789ab.tmp", ".key.tmp", ".key.short.tmp", ".keys.0123456789ab.tmp"] {
            File::create(folder.path().join(name)).unwrap();
        }
        create_once(&path, "one").unwrap();
        fs::hard_link(&path, folder.path().join(".key.ba9876543210.tmp")).unwrap();
        sweep_drafts(&path);
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [".key", ".key.short.tmp", ".key.tmp", ".keys.0123456789ab.tmp"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(create_once(&folder.path().join("none/.key"), "x").is_err());
    }
}
