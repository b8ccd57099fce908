//! What the commands that write a server have in common: under which condition, whether it is only tried, and what is
//! shown of it.

use std::process::ExitCode;

use super::client::{Purpose, Request, Response, Target, run as run_on};
use super::failure::{Exit, Failure};
use super::get::show_server;
use super::output::{Form, Output};
use super::printable::printable;
use super::terminal::print;

/// The options of a write.
#[derive(Debug, clap::Args)]
pub(super) struct Write {
    /// Write only if the server still has this tag
    #[arg(long, value_name = "TAG")]
    if_match: Option<String>,
    /// Check it as a write, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

impl Write {
    /// Makes the request, and says what it has `done` to the server `name`, or would do.
    pub(super) fn run(self, name: &str, done: &str, request: Request) -> Result<ExitCode, Failure> {
        let Self { if_match, dry_run, output: Output { output: form }, target } = self;
        let if_match = if_match.map(tag);
        if if_match.as_ref().is_some_and(|tag| tag.contains(|character: char| character.is_control())) {
            return Err(Failure::new("a tag has no line breaks and the like").exit(Exit::Usage));
        }
        run_on(async move {
            let settings = target.open(if dry_run { Purpose::Look } else { Purpose::Change })?;
            let mut request = request.if_match(if_match.as_deref());
            if dry_run {
                request = request.dry_run();
            }
            let response = settings.expect(request).await?;
            let done = if response.status() == 201 && done == "replaced" { "created" } else { done };
            let suffix = if dry_run { " (dry run)" } else { "" };
            report(form, name, &format!("{done}{suffix}"), &response)?;
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// A tag as a shell often leaves it: without its quotes.
fn tag(text: String) -> String {
    if text == "*" || text.contains('"') { text } else { format!("\"{text}\"") }
}

/// Says what was done: a line for people, else the server as it is now.
fn report(form: Form, name: &str, done: &str, response: &Response) -> Result<(), Failure> {
    match form {
        Form::Table => print(&done_line(name, done, response)).map(drop),
        Form::Name => print(&format!("{name}\n")).map(drop),
        // After a deletion there is nothing to show.
        Form::Json | Form::Yaml if response.status() == 204 => Ok(()),
        Form::Json | Form::Yaml => show_server(form, response),
    }
}

/// The line that says what was done to a server, with its tag where it has one.
pub(super) fn done_line(name: &str, done: &str, response: &Response) -> String {
    let tag = response.etag().map(|tag| format!(" {tag}")).unwrap_or_default();
    format!("{} {done}{tag}\n", printable(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_needs_no_quotes_of_its_own() {
        for (given, sent) in
            [("abc", "\"abc\""), ("\"abc\"", "\"abc\""), ("*", "*"), ("\"a\", \"b\"", "\"a\", \"b\"")]
        {
            assert_eq!(tag(given.to_owned()), sent);
        }
    }
}
