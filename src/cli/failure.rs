//! What a command can fail with: a text for people, and the exit code for scripts.

use std::borrow::Cow;
use std::error::Error;
use std::process::ExitCode;

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

/// What a command can fail with.
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
        Self { what: what.into(), details: Vec::new(), source: None, hint: None, exit: Exit::Refused }
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
        self.details.push(line.into());
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
        let mut cause = self.source.as_deref();
        while let Some(error) = cause {
            parts.push(error.to_string());
            cause = error.source();
        }
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
        let mut cause = self.source.as_deref();
        while let Some(error) = cause {
            eprintln!("  caused by: {error}");
            cause = error.source();
        }
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
    }
}
