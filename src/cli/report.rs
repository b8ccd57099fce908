//! A report on stdout: a line for each finding, and whether one of them is an error. It does not know what is looked at.

use std::process::ExitCode;

/// The lines of the report, and whether one of them is an error.
#[derive(Default)]
pub(super) struct Report {
    has_error: bool,
}

impl Report {
    pub(super) fn ok(&mut self, subject: &str, text: &str) {
        self.line("ok", subject, text);
    }

    pub(super) fn warning(&mut self, subject: &str, text: &str) {
        self.line("warning", subject, text);
    }

    pub(super) fn error(&mut self, subject: &str, text: &str) {
        self.has_error = true;
        self.line("error", subject, text);
    }

    #[expect(clippy::print_stdout, reason = "the report is the command's data")]
    fn line(&self, grade: &str, subject: &str, text: &str) {
        println!("{grade:<8} {subject}: {text}");
    }

    pub(super) fn code(&self) -> ExitCode {
        if self.has_error { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
