//! What a command can fail with: a text for people, and the exit code for scripts.

use std::borrow::Cow;
use std::error::Error;
use std::iter::successors;
use std::process::ExitCode;

use super::printable::{printable, printable_lines};

/// How a command ends that is not simply done; docs/OPERATIONS.md has the table. Code 2, a wrong command line, is
/// clap's too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Refused, or failed.
    Refused = 1,
    /// The command line itself is wrong.
    Usage = 2,
    /// What was compared differs, or some value stays unreadable.
    Differs = 3,
    /// Somebody else has changed what was to be changed.
    Conflict = 4,
    /// Nothing answers, or it is not known whether the change was made.
    Unreachable = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a command can fail with. Nothing in it controls a terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    details: Vec<String>,
    source: Option<Box<dyn Error>>,
    hint: Option<Cow<'static, str>>,
    exit: Exit,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        let what = printable(&what.into());
        Self { what, details: Vec::new(), source: None, hint: None, exit: Exit::Refused }
    }

    pub(crate) fn because(mut self, source: impl Error + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A line below what failed: where, and what is wrong there.
    pub(crate) fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(printable(&line.into()));
        self
    }

    /// The same with another exit code.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub(crate) fn code(&self) -> Exit {
        self.exit
    }

    /// What failed and why, in one line.
    pub(crate) fn line(&self) -> String {
        let mut parts = vec![self.what.clone()];
        parts.extend(self.causes());
        parts.extend(self.details.iter().cloned());
        parts.extend(self.hint.as_deref().map(str::to_owned));
        parts.join(": ")
    }

    #[expect(clippy::print_stderr, reason = "the command line's own messages go to stderr")]
    pub(crate) fn print(&self) {
        eprintln!("error: {}", self.what);
        for line in &self.details {
            eprintln!("  {line}");
        }
        for cause in self.causes() {
            eprintln!("  caused by: {cause}");
        }
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
    }

    fn causes(&self) -> impl Iterator<Item = String> {
        successors(self.source.as_deref(), |error: &&dyn Error| (*error).source())
            .map(|error| printable_lines(&error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn what_others_said_controls_no_terminal() {
        let failure = Failure::new("a\u{1b}[2Jb").detail("c\u{9b}d").because(io::Error::other("e\u{7}f"));
        assert_eq!(failure.line(), "a\\u{1b}[2Jb: e\\u{7}f: c\\u{9b}d");
    }
}
