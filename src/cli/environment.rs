//! The environment of this process. A variable `…_FILE` names a file whose content is the value of the variable
//! without that ending. It does not know what a value means.

use std::collections::HashMap;
use std::env;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::config::variables::FROM_FILES;

use super::failure::Failure;

/// The largest file that is read. Bytes.
const LARGEST: u64 = 1 << 20;

/// Variables by name.
pub(super) struct Environment {
    from_files: HashMap<&'static str, String>,
}

impl Environment {
    /// Reads the files that are named instead of values.
    pub(super) fn read() -> Result<Self, Failure> {
        let mut from_files = HashMap::new();
        for name in FROM_FILES {
            let file_variable = format!("{name}_FILE");
            let Some(path) = given(&file_variable) else { continue };
            if given(name).is_some() {
                return Err(Failure::new(format!("both `{name}` and `{file_variable}` are set"))
                    .hint("keep one of them"));
            }
            let text = read_value(Path::new(&path)).map_err(|error| {
                Failure::new(format!("could not read `{path}`, which `{file_variable}` names")).because(error)
            })?;
            from_files.insert(name, text);
        }
        Ok(Self { from_files })
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.from_files.get(name).cloned().or_else(|| env::var(name).ok())
    }
}

fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The text of a file without the line break at its end. One that others may write is refused.
pub(super) fn read_value(path: &Path) -> io::Result<String> {
    if regular(path)?.mode() & 0o022 != 0 {
        return Err(io::Error::other("others may write it"));
    }
    let text = read_text(path)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(io::Error::other("it is empty"));
    }
    Ok(text.to_owned())
}

/// The text of a file.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    regular(path)?;
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if LARGEST < text.len() as u64 {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

/// Links are followed, since orchestrators mount secrets as links; everything but a regular file is refused before it is
/// opened, since a pipe would block.
fn regular(path: &Path) -> io::Result<Metadata> {
    let metadata = fs::metadata(path)?;
    if metadata.is_file() { Ok(metadata) } else { Err(io::Error::other("it is not a regular file")) }
}
