//! Whether a path can lead to a document at all. It looks at names and kinds of files, and makes nothing. What may be
//! repaired while the service runs (a folder that is missing, a file that can't be read) is not for it to refuse.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::io::Errno;

/// Why no document can be at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// It is empty.
    #[error("the path is empty")]
    Empty,
    /// It is a folder, leads to one, or is spelled as one.
    #[error("it is a folder; name a file in it, such as `settings.json`")]
    Folder,
    /// It is a device, a pipe or a socket.
    #[error("it is not a regular file")]
    NotAFile,
    /// What should be its folder is a file.
    #[error("its folder is a file")]
    UnderAFile,
    /// It is a link that leads back to itself.
    #[error("it is a link without end")]
    EndlessLink,
}

/// Says why no document can be at this path.
///
/// # Errors
///
/// The reason; `None` if it is not known.
pub fn check_place(path: &Path) -> Result<(), Misplaced> {
    let spelled = path.as_os_str().as_bytes();
    if spelled.is_empty() {
        return Err(Misplaced::Empty);
    }
    // The standard library's view of a path leaves a slash or a dot at its end out.
    if [&b"/"[..], b"/.", b"/.."].iter().any(|end| spelled.ends_with(end)) || path.file_name().is_none() {
        return Err(Misplaced::Folder);
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Misplaced::Folder),
        Ok(found) if !found.is_file() => Err(Misplaced::NotAFile),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(Misplaced::UnderAFile),
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => Err(Misplaced::EndlessLink),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_path_that_cannot_be_a_document_is_refused_for_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("file"), "{}").unwrap();
        fs::create_dir(root.join("folder")).unwrap();
        let _socket = UnixListener::bind(root.join("socket")).unwrap();
        let links =
            [("to-folder", "folder"), ("to-itself", "to-itself"), ("under", "file/x"), ("to-file", "file")];
        for (name, target) in links.into_iter().chain([("dangling", "nothing")]) {
            symlink(target, root.join(name)).unwrap();
        }
        for (name, expected) in [
            ("file", Ok(())),
            ("to-file", Ok(())),
            ("missing", Ok(())),
            ("missing/settings.json", Ok(())),
            ("dangling", Ok(())),
            ("folder", Err(Misplaced::Folder)),
            ("to-folder", Err(Misplaced::Folder)),
            ("missing/", Err(Misplaced::Folder)),
            ("file/", Err(Misplaced::Folder)),
            ("file/.", Err(Misplaced::Folder)),
            ("folder/..", Err(Misplaced::Folder)),
            ("socket", Err(Misplaced::NotAFile)),
            ("file/settings.json", Err(Misplaced::UnderAFile)),
            ("file/deeper/settings.json", Err(Misplaced::UnderAFile)),
            ("under", Err(Misplaced::UnderAFile)),
            ("to-itself", Err(Misplaced::EndlessLink)),
        ] {
            assert_eq!(check_place(&root.join(name)), expected, "{name}");
        }
        for (path, expected) in [
            ("", Misplaced::Empty),
            ("/", Misplaced::Folder),
            (".", Misplaced::Folder),
            ("..", Misplaced::Folder),
            ("/dev/null", Misplaced::NotAFile),
        ] {
            assert_eq!(check_place(Path::new(path)), Err(expected), "{path:?}");
        }
    }
}
