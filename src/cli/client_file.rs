//! The file of another client on the disk: servers are put into it, with a backup, and nothing is written over what
//! another program has written meanwhile. It does not know where the servers come from.

use std::path::{Path, PathBuf};

use crate::foreign_file::{Snapshot, back_up, read, replace};
use crate::formats::{Format, NotInPlace, Others, in_place};

use super::failure::{Exit, Failure};
use super::line_diff::unified;
use super::printable::printable_lines;

/// A file with servers put into it, which is not written yet.
pub(super) struct Changed {
    path: PathBuf,
    snapshot: Snapshot,
    original: String,
    text: String,
}

/// Why nothing is put into a file.
pub(super) enum Unchanged {
    /// A place of it can't be changed without rewriting more than it.
    NotInPlace(Failure),
    /// Something else: it can't be read, or is not the file of a client.
    Failed(Failure),
}

/// What was written.
pub(super) enum Written {
    /// Nothing: the file has said the same.
    Nothing,
    /// The file, which was not there.
    New,
    /// The file; what it was is kept there.
    Replaced { backup: PathBuf },
}

impl Changed {
    /// Puts an export into the text of a file. One that is not there is begun.
    pub(super) fn of(path: &Path, format: Format, exported: &str, others: Others) -> Result<Self, Unchanged> {
        let shown = path.display();
        let snapshot = read(path).map_err(|error| {
            Unchanged::Failed(Failure::new(format!("could not read `{shown}`")).because(error))
        })?;
        let original = match &snapshot.bytes {
            None => String::new(),
            Some(bytes) => std::str::from_utf8(bytes)
                .map_err(|error| {
                    Unchanged::Failed(Failure::new(format!("`{shown}` is not UTF-8")).because(error))
                })?
                .to_owned(),
        };
        let text = in_place(format, &original, exported, others).map_err(|error| {
            let is_of_the_file = error != NotInPlace::NotAFile;
            let what = format!("could not put the servers into `{shown}`; nothing was written");
            let failure = Failure::new(what).because(error);
            if is_of_the_file { Unchanged::NotInPlace(failure) } else { Unchanged::Failed(failure) }
        })?;
        let text = text.as_str().to_owned();
        Ok(Self { path: path.to_owned(), snapshot, original, text })
    }

    /// Whether this word is new in the file.
    pub(super) fn brings(&self, word: &str) -> bool {
        self.text.contains(word) && !self.original.contains(word)
    }

    /// The lines that change in the file; empty where none does.
    pub(super) fn difference(&self) -> String {
        let difference = unified(&self.original, &self.text);
        match difference.is_empty() {
            true => difference,
            false => {
                let path = self.path.display();
                printable_lines(&format!("--- {path}\n+++ {path}\n{difference}"))
            }
        }
    }

    /// Writes the file, and keeps what it was beside it.
    pub(super) fn write(&self) -> Result<Written, Failure> {
        if self.snapshot.bytes.is_some() && self.text == self.original {
            return Ok(Written::Nothing);
        }
        let shown = self.path.display();
        let backup = back_up(&self.snapshot).map_err(|error| {
            Failure::new(format!("could not keep a copy of `{shown}`; nothing was written")).because(error)
        })?;
        let replaced = replace(&self.path, &self.snapshot, &self.text);
        if let (Some(backup), Ok(false) | Err(_)) = (&backup, &replaced) {
            // The file is still there, so that the copy is of no use.
            std::fs::remove_file(backup).ok();
        }
        match replaced {
            Ok(true) => Ok(backup.map_or(Written::New, |backup| Written::Replaced { backup })),
            Ok(false) => Err(Failure::new(format!(
                "another program has changed `{shown}` meanwhile; nothing was written"
            ))
            .hint("run the command again")
            .exit(Exit::Conflict)),
            Err(error) => Err(Failure::new(format!("could not write `{shown}`")).because(error)),
        }
    }
}
