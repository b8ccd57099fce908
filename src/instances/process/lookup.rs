//! Where a command is: a name is looked up in a list of folders, an absolute path is looked at. It starts nothing.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::package_folders::{package_folders, why_not_trusted};
use crate::instances::fault::{Fault, FaultKind};

/// The program that a command means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its path as it was found, which is what is executed.
    pub path: PathBuf,
    /// The same without links.
    pub real_path: PathBuf,
}

impl Located {
    /// Whether its path leads where it did.
    pub(super) fn is_still_there(&self) -> bool {
        fs::canonicalize(&self.path).is_ok_and(|real_path| real_path == self.real_path)
    }
}

/// The folders in which names are looked up, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPath {
    folders: Vec<PathBuf>,
    skipped: Vec<Skipped>,
}

/// A folder in which nothing is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which.
    pub folder: PathBuf,
    /// Why.
    pub why: WhySkipped,
}

/// Why nothing is looked up in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhySkipped {
    /// It says another folder for each directory in which a program is started.
    Relative,
    /// Others than us and root may write this folder, or one above it.
    WrittenByOthers(PathBuf),
}

impl SearchPath {
    /// The folders of a `PATH`. Those that are not absolute are ignored.
    pub fn of(path: &OsStr) -> Self {
        let mut found = Self::default();
        for folder in env::split_paths(path) {
            if folder.is_absolute() {
                found.folders.push(folder);
            } else {
                found.skipped.push(Skipped { folder, why: WhySkipped::Relative });
            }
        }
        found
    }

    /// The folders for programs that say nothing of their own: those that are configured, or else those of the service
    /// and then those of package managers that are there and that nobody else may write.
    pub fn of_service(configured: Option<&str>, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        if let Some(path) = configured {
            return Self::of(path.as_ref());
        }
        let mut found = Self::of(&variable("PATH").unwrap_or_default());
        for folder in package_folders(variable) {
            if found.folders.contains(&folder) || !folder.is_dir() {
                continue;
            }
            match why_not_trusted(&folder) {
                None => found.folders.push(folder),
                Some(writable) => {
                    found.skipped.push(Skipped { folder, why: WhySkipped::WrittenByOthers(writable) });
                }
            }
        }
        found
    }

    /// The folders in which names are looked up, in order.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Those in which nothing is looked up.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The value of `PATH` that has these folders.
    pub fn to_variable(&self) -> OsString {
        // A folder with a colon in its name cannot be in a `PATH`.
        env::join_paths(self.folders.iter().filter(|folder| !has_colon(folder))).unwrap_or_default()
    }

    /// The program that a command means here. It looks at files, and so it takes time.
    ///
    /// # Errors
    ///
    /// `spawn` where nothing is found, or it is no program. The detail has the folders that were searched.
    pub fn locate(&self, command: &str) -> Result<Located, Fault> {
        if command.is_empty() || command.contains('\0') {
            return Err(FaultKind::Spawn.because("the command is empty, or no name of a file"));
        }
        if !command.contains('/') {
            let found = self.folders.iter().map(|folder| folder.join(command)).find(|path| is_program(path));
            let path = found.ok_or_else(|| {
                let searched = self.to_variable();
                FaultKind::Spawn
                    .because(format!("the command `{command}` was not found in the PATH"))
                    .with_detail(format!("the PATH that was searched is `{}`", searched.display()))
            })?;
            return located(path);
        }
        let path = PathBuf::from(command);
        if !path.is_absolute() {
            return Err(FaultKind::Spawn.because(format!(
                "the command `{command}` is neither a name nor an absolute path: write the whole path"
            )));
        }
        let refuse = |why: &str| Err(FaultKind::Spawn.because(format!("the command `{command}` {why}")));
        match fs::metadata(&path) {
            Err(error) => refuse("is not there").map_err(|fault: Fault| fault.with_detail(error.to_string())),
            Ok(metadata) if !metadata.is_file() => refuse("is not a file"),
            Ok(_) if !is_program(&path) => refuse("may not be executed"),
            Ok(_) => located(path),
        }
    }
}

fn located(path: PathBuf) -> Result<Located, Fault> {
    let real_path = fs::canonicalize(&path).map_err(|error| {
        let what = format!("the command `{}` can't be followed to its file", path.display());
        FaultKind::Spawn.because(what).with_detail(error.to_string())
    })?;
    Ok(Located { path, real_path })
}

/// Whether there is a file that we may execute.
fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) && access(path, Access::EXEC_OK).is_ok()
}

fn has_colon(folder: &Path) -> bool {
    folder.as_os_str().as_encoded_bytes().contains(&b':')
}

impl fmt::Display for WhySkipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relative => formatter.write_str("it is not absolute"),
            Self::WrittenByOthers(folder) => {
                write!(formatter, "others than this user and root may write `{}`", folder.display())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tempfile::TempDir;

    use super::*;

    fn folder() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a")).unwrap();
        fs::create_dir_all(folder.path().join("b")).unwrap();
        folder
    }

    fn file(path: &Path, mode: u32) {
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn path_of(folder: &TempDir) -> SearchPath {
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name).display().to_string());
        SearchPath::of(format!("{a}:{b}").as_ref())
    }

    #[test]
    fn the_first_program_of_the_name_counts_and_its_links_are_followed() {
        let folder = folder();
        file(&folder.path().join("a/tool"), 0o644);
        file(&folder.path().join("b/real"), 0o755);
        symlink("real", folder.path().join("b/tool")).unwrap();
        let found = path_of(&folder).locate("tool").unwrap();
        assert_eq!(found.path, folder.path().join("b/tool"));
        assert_eq!(found.real_path, folder.path().canonicalize().unwrap().join("b/real"));
        fs::create_dir(folder.path().join("a/real")).unwrap();
        assert_eq!(path_of(&folder).locate("real").unwrap().path, folder.path().join("b/real"));
    }

    #[test]
    fn c3_b6_a_command_that_is_not_there_is_a_fault_of_starting_and_only_the_detail_has_the_path() {
        let folder = folder();
        let fault = path_of(&folder).locate("tool").unwrap_err();
        let searched = folder.path().display().to_string();
        assert_eq!(fault.kind, FaultKind::Spawn);
        assert!(fault.message.contains("`tool`") && !fault.message.contains(&searched), "{}", fault.message);
        assert!(fault.detail.unwrap().contains(&searched));
    }

    #[test]
    fn a_path_is_absolute_and_an_executable_file() {
        let folder = folder();
        file(&folder.path().join("a/plain"), 0o644);
        file(&folder.path().join("a/tool"), 0o755);
        let absolute = |name: &str| folder.path().join(name).display().to_string();
        for command in ["./tool", "a/tool", "../tool", "", "a\0b", "/", &absolute("a"), &absolute("a/plain")]
        {
            let fault = path_of(&folder).locate(command).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Spawn, "{command}");
        }
        assert_eq!(path_of(&folder).locate(&absolute("a/tool")).unwrap().path, folder.path().join("a/tool"));
    }

    #[test]
    fn folders_that_are_not_absolute_are_ignored() {
        let path = SearchPath::of(":bin:./x:/usr/bin:".as_ref());
        assert_eq!(path.folders(), [PathBuf::from("/usr/bin")]);
        assert_eq!(path.skipped().len(), 4);
        assert_eq!(path.to_variable(), "/usr/bin");
    }

    #[test]
    fn package_folders_come_last_and_only_those_that_nobody_else_may_write() {
        let home = tempfile::tempdir().unwrap();
        let [local, cargo] = [".local/bin", ".cargo/bin"].map(|name| home.path().join(name));
        fs::create_dir_all(&local).unwrap();
        fs::create_dir_all(&cargo).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o777)).unwrap();
        let variable = |name: &str| match name {
            "HOME" => Some(home.path().into()),
            "PATH" => Some("/usr/bin".into()),
            _ => None,
        };
        let path = SearchPath::of_service(None, variable);
        assert_eq!(path.folders()[..2], [PathBuf::from("/usr/bin"), local]);
        let real = cargo.canonicalize().unwrap();
        let skipped = Skipped { folder: cargo, why: WhySkipped::WrittenByOthers(real) };
        assert!(path.skipped().contains(&skipped), "{path:?}");
        assert_eq!(SearchPath::of_service(Some("/opt/bin"), variable).folders(), [PathBuf::from("/opt/bin")]);
    }
}
