//! The folders in which package managers put programs. A service that was not started from a shell does not have them
//! in its `PATH`. It does not know what is looked up there.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How many names of versions of node are followed to a version.
const ALIASES: usize = 8;

/// Others may remove and rename only what is theirs in a folder with this bit.
const STICKY: u32 = 0o1000;

/// The folders, whether they are there or not.
pub(super) fn package_folders(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let is_absolute = |path: &PathBuf| path.is_absolute();
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(is_absolute);
    let home = folder("HOME");
    let in_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let data = folder("XDG_DATA_HOME").or_else(|| in_home(".local/share"));
    let in_data = |path: &str| data.as_ref().map(|data| data.join(path));
    let nvm = folder("NVM_DIR").or_else(|| in_home(".nvm")).and_then(|nvm| nvm_default(&nvm));
    let fnm = folder("FNM_DIR").or_else(|| in_data("fnm")).map(|fnm| fnm.join("aliases/default/bin"));
    let volta = folder("VOLTA_HOME").or_else(|| in_home(".volta")).map(|volta| volta.join("bin"));
    let mise = folder("MISE_DATA_DIR").or_else(|| in_data("mise")).map(|mise| mise.join("shims"));
    let usual = [in_home(".local/bin"), in_home(".cargo/bin"), Some(PathBuf::from("/usr/local/bin"))];
    usual.into_iter().chain([nvm, fnm, volta, mise]).flatten().collect()
}

/// The programs of the version of node that nvm uses in a new shell.
fn nvm_default(nvm: &Path) -> Option<PathBuf> {
    let mut name = "default".to_owned();
    for _ in 0..ALIASES {
        let Ok(text) = fs::read_to_string(nvm.join("alias").join(&name)) else { break };
        let is_name = !text.trim().is_empty() && !text.contains("..");
        name = is_name.then(|| text.trim().to_owned())?;
    }
    // `node` and `stable` are the newest that is installed.
    let wanted = match name.strip_prefix('v').unwrap_or(&name) {
        "node" | "stable" => Vec::new(),
        version => numbers(version)?,
    };
    let installed = fs::read_dir(nvm.join("versions/node")).ok()?.flatten();
    let version = |path: PathBuf| Some((numbers(path.file_name()?.to_str()?.strip_prefix('v')?)?, path));
    let newest = installed
        .filter_map(|entry| version(entry.path()))
        .filter(|(version, _)| version.starts_with(&wanted))
        .max_by(|left, right| left.0.cmp(&right.0));
    newest.map(|(_, path)| path.join("bin"))
}

fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// The folder, of this one and those above it, that others than us and root may write; none where nobody else may.
pub(super) fn why_not_trusted(folder: &Path) -> Option<PathBuf> {
    let Ok(real) = fs::canonicalize(folder) else { return Some(folder.to_owned()) };
    let us = rustix::process::geteuid().as_raw();
    let is_trusted = |path: &Path| {
        let Ok(metadata) = fs::metadata(path) else { return false };
        let is_closed = metadata.mode() & 0o022 == 0 || path != real && metadata.mode() & STICKY != 0;
        is_closed && [0, us].contains(&metadata.uid())
    };
    real.ancestors().find(|path| !is_trusted(path)).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_default_version_of_nvm_is_followed_through_its_names() {
        let nvm = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = nvm.path().join("alias").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for version in ["v9.1.0", "v22.3.0", "v22.11.1", "v24.0.0", "system"] {
            fs::create_dir_all(nvm.path().join("versions/node").join(version).join("bin")).unwrap();
        }
        let found = || {
            let path = nvm_default(nvm.path())?;
            Some(path.strip_prefix(nvm.path().join("versions/node")).unwrap().display().to_string())
        };
        assert_eq!(found(), None);
        for (default, expected) in [
            ("v22.3.0\n", Some("v22.3.0/bin")),
            ("22", Some("v22.11.1/bin")),
            ("node", Some("v24.0.0/bin")),
            ("lts/*", Some("v22.11.1/bin")),
            ("2", None),
            ("system", None),
            ("../../../etc/passwd", None),
            ("default", None),
        ] {
            write("default", default);
            write("lts/*", "lts/jod");
            write("lts/jod", "v22.11.1");
            assert_eq!(found().as_deref(), expected, "{default}");
        }
    }

    #[test]
    fn a_folder_that_others_may_write_or_replace_is_named() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let folder = root.join("a/b");
        fs::create_dir_all(&folder).unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(why_not_trusted(&folder), None);
        mode(&folder, 0o775);
        assert_eq!(why_not_trusted(&folder), Some(folder.clone()));
        mode(&folder, 0o755);
        mode(&root.join("a"), 0o777);
        assert_eq!(why_not_trusted(&folder), Some(root.join("a")));
        mode(&root.join("a"), 0o1777);
        assert_eq!(why_not_trusted(&folder), None);
    }
}
