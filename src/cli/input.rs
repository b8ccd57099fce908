//! A text that a command is given: from a file, or from stdin. Secrets come this way, since arguments are seen by every
//! account of the machine.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::json::{Fault, FaultKind, Json, Rules, line_and_column, parse};

use super::failure::{Exit, Failure};
use super::terminal::note;

/// The longest text that is read. Bytes; the service takes less.
const LARGEST: u64 = 16 << 20;

/// How many names at the end of a path may say something.
const SAYING: usize = 3;

/// Where the text comes from.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Input {
    /// The file to read; `-` or nothing for stdin
    file: Option<PathBuf>,
}

impl Input {
    /// This file, or stdin for `-`.
    pub(super) fn of(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// The text.
    pub(super) fn read(&self) -> Result<String, Failure> {
        match self.path() {
            Some(path) => read_file(path),
            None => {
                if io::stdin().is_terminal() {
                    note("reading from stdin; end with Ctrl-D");
                }
                let failed = |error| Failure::new("could not read stdin").because(error);
                read(io::stdin().lock()).map_err(failed)
            }
        }
    }

    /// What an error calls it.
    pub(super) fn name(&self) -> String {
        self.path().map_or_else(|| "stdin".to_owned(), |path| path.display().to_string())
    }

    /// The text, and what it is as JSON.
    pub(super) fn read_json(&self) -> Result<(String, Json), Failure> {
        let text = without_mark(self.read()?);
        let name = self.name();
        let value = parse(&text, &Rules::BODY).map_err(|fault| not_json(&name, &text, &fault))?;
        Ok((text, value))
    }

    /// The end of the path to the file, which may say of which program it is.
    pub(super) fn file_name(&self) -> Option<String> {
        let path = self.path()?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
        Some(names[names.len().saturating_sub(SAYING)..].join("/"))
    }

    fn path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| *path != Path::new("-"))
    }
}

/// The text of a file, which may be a pipe.
pub(super) fn read_file(path: &Path) -> Result<String, Failure> {
    let text = File::open(path).and_then(read);
    text.map(without_mark)
        .map_err(|error| Failure::new(format!("could not read `{}`", path.display())).because(error))
}

/// A text without the mark at its beginning with which some editors say that it is UTF-8 (RFC 8259 §8.1).
fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    }
}

fn read(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(LARGEST + 1).read_to_string(&mut text)?;
    match text.len() as u64 <= LARGEST {
        true => Ok(text),
        false => Err(io::Error::other("it is longer than 16 MiB")),
    }
}

/// That a text is not JSON, and in which line and column, both from 1. Its values are not repeated.
pub(super) fn not_json(name: &str, text: &str, fault: &Fault) -> Failure {
    let what = match fault.kind {
        FaultKind::Syntax { offset } => {
            let (line, column) = line_and_column(text, offset);
            format!("{name}:{line}:{column}: it is not JSON here")
        }
        kind if fault.pointer.as_str().is_empty() => format!("{name}: {kind}"),
        kind => format!("{name}: {}: {kind}", fault.pointer.as_str()),
    };
    Failure::new(what).exit(Exit::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_named_with_its_line_and_column_and_no_value() {
        let line = |text: &str| {
            let fault = parse(text, &Rules::BODY).unwrap_err();
            not_json("f", text, &fault).line()
        };
        assert_eq!(line("{\n  \"ä\": hunter2}"), "f:2:8: it is not JSON here");
        assert_eq!(line(""), "f: there is nothing to read");
        assert_eq!(line(r#"{"a":{"b":1,"b":2}}"#), "f: /a/b: the name comes twice");
    }
}
