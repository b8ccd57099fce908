//! What is printed for people, and asked of them: columns, and colours where they are wanted.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

use super::failure::Failure;
use super::printable::printable;

/// How a text is emphasised on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Faint,
    Good,
    Warning,
    Bad,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31",
        }
    }
}

/// Whether stdout shows colours: it is a terminal that can, and nobody asks for none (no-color.org).
pub(super) fn has_colours() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// The text in this tone, where colours are shown.
pub(super) fn toned(text: &str, tone: Tone, has_colours: bool) -> String {
    match has_colours && tone != Tone::Plain {
        true => format!("\u{1b}[{}m{text}\u{1b}[0m", tone.code()),
        false => text.to_owned(),
    }
}

/// Rows of cells below their headings, each column as wide as its widest cell.
pub(super) struct Table {
    rows: Vec<Vec<(String, Tone)>>,
}

impl Table {
    pub(super) fn new(headings: &[&str]) -> Self {
        let headings = headings.iter().map(|&heading| (heading.to_owned(), Tone::Strong)).collect();
        Self { rows: vec![headings] }
    }

    /// Adds a row; what it says need not be fit for a terminal.
    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = (&'a str, Tone)>) {
        self.rows.push(cells.into_iter().map(|(text, tone)| (printable(text), tone)).collect());
    }

    pub(super) fn text(&self, has_colours: bool) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let length = |row: &Vec<(String, Tone)>, column: usize| {
            row.get(column).map_or(0, |(text, _)| text.chars().count())
        };
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().map(|row| length(row, column)).max().unwrap_or_default())
            .collect();
        let mut out = String::new();
        for row in &self.rows {
            // Nothing is behind the last cell that says something.
            let last = row.iter().rposition(|(text, _)| !text.is_empty()).unwrap_or_default();
            for (column, (text, tone)) in row.iter().enumerate().take(last + 1) {
                out.push_str(&toned(text, *tone, has_colours));
                if column < last {
                    let gap = widths[column] - text.chars().count() + 2;
                    out.extend(std::iter::repeat_n(' ', gap));
                }
            }
            out.push('\n');
        }
        out
    }
}

/// Writes the data of a command to stdout. A reader who has gone, as behind `| head`, has read enough: gives whether
/// there still is one.
pub(super) fn print(text: &str) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new("could not write to stdout").because(error)),
    }
}

/// Says something beside the data, on stderr.
#[expect(clippy::print_stderr, reason = "the command line's own messages go to stderr")]
pub(super) fn note(line: &str) {
    eprintln!("{}", printable(line));
}

/// Asks on a terminal: the first letter of the line in lower case, or of `usual` for an empty one. `None` where nobody can
/// be asked.
pub(super) fn ask(question: &str, usual: &str) -> Option<String> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let mut err = io::stderr().lock();
    err.write_all(question.as_bytes()).and_then(|()| err.flush()).ok()?;
    // Others write to stderr while this waits.
    drop(err);
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => {
            let text = if line.trim().is_empty() { usual } else { line.trim() };
            text.chars().next().map(|first| first.to_ascii_lowercase().to_string())
        }
    }
}

/// Asks whether something is to be done. Where it is not, this says so; where nobody can be asked, `unasked` says how it
/// is done without a question.
pub(super) fn confirm(question: &str, refused: &str, unasked: &'static str) -> Result<(), Failure> {
    match ask(&format!("{question} [y/N] "), "n").as_deref() {
        Some("y") => Ok(()),
        Some(_) => Err(Failure::new(refused)),
        None => Err(Failure::new(refused).hint(unasked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_end_with_their_text() {
        let mut table = Table::new(&["NAME", "KIND", "ABOUT"]);
        table.row([("a", Tone::Plain), ("remote", Tone::Good), ("", Tone::Plain)]);
        table.row([("längster", Tone::Plain), ("x\u{1b}", Tone::Plain), ("y", Tone::Plain)]);
        let expected = "NAME      KIND     ABOUT\na         remote\nlängster  x\\u{1b}  y\n";
        assert_eq!(table.text(false), expected);
        assert!(table.text(true).starts_with("\u{1b}[1mNAME\u{1b}[0m      \u{1b}[1mKIND"));
    }
}
