//! Arguments that are paths must lie below folders that the agent may read. It is best effort: a path can hide in an
//! argument in many ways.

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::resolution::Variables;
use crate::registry::spec::ServerSpec;

/// The folders that an agent may read. Without any, nothing is checked.
#[derive(Clone, Debug, Default)]
pub struct ReadPaths(Vec<PathBuf>);

impl ReadPaths {
    /// These folders.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self(folders)
    }

    /// Checks the arguments of a server.
    ///
    /// # Errors
    ///
    /// `PathTraversal` for the first path that is elsewhere.
    pub(super) fn check(&self, spec: &ServerSpec, variables: &Variables) -> Result<(), RegistryError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let folders: Vec<PathBuf> = self.0.iter().filter_map(|folder| resolve(folder).ok()).collect();
        for arg in spec.args.iter().filter(|arg| is_path(arg)) {
            let place = resolve(&expand(arg, variables));
            if !place.is_ok_and(|place| folders.iter().any(|folder| place.starts_with(folder))) {
                let message = format!(
                    "mcp.md server '{}': arg '{arg}' resolves outside declared read_paths. Add the path to tools.md read \
                     paths or remove it from the server args.",
                    spec.name
                );
                return Err(RegistryErrorKind::PathTraversal.because(message));
            }
        }
        Ok(())
    }
}

fn is_path(arg: &str) -> bool {
    let is_drive = matches!(arg.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    arg.starts_with(['/', '~']) || arg.starts_with("./") || arg.contains("..") || is_drive
}

fn expand(arg: &str, variables: &Variables) -> PathBuf {
    let home = || variables("HOME").filter(|home| !home.is_empty());
    match arg.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => match home() {
            Some(home) => PathBuf::from(format!("{home}{rest}")),
            None => PathBuf::from(arg),
        },
        _ => PathBuf::from(arg),
    }
}

/// The real path, of which the end may not exist.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut there = absolute.clone();
    let mut rest: Vec<OsString> = Vec::new();
    let mut real = loop {
        match there.canonicalize() {
            Ok(real) => break real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        match there.components().next_back() {
            Some(Component::Normal(name)) => rest.push(name.to_owned()),
            Some(Component::ParentDir) => rest.push("..".into()),
            _ => return Ok(absolute),
        }
        if !there.pop() {
            return Ok(absolute);
        }
    };
    for name in rest.into_iter().rev() {
        if name == ".." {
            real.pop();
        } else {
            real.push(name);
        }
    }
    Ok(real)
}
