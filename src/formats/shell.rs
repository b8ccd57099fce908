//! Lines of a shell: which lines belong together, and their words. Nothing is run, and what a shell would do beyond taking
//! words apart is refused.

use super::bounds::LONGEST_LINE;
use super::references::{Form, find};

/// Why a line is not one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum NotOneCommand {
    /// A quote that does not end.
    Open,
    /// A pipe, a list, a redirection or a substitution.
    More,
}

/// The most lines that one command may have.
const MOST_LINES: usize = 200;

/// Commands with the number of the line, from 0, in which each begins.
pub(in crate::formats) fn commands(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut commands = Vec::new();
    let mut at = 0;
    // Up to this line a quote did not end: no line before it is looked at again for that.
    let mut hopeless = 0;
    while at < lines.len() {
        let bare = without_prompt(lines[at]);
        if bare.is_empty() || bare.starts_with('#') || bare.starts_with("//") {
            at += 1;
            continue;
        }
        let mut command = bare.to_owned();
        let mut used = 1;
        let mut is_open = hopeless <= at
            && command.len() <= LONGEST_LINE
            && matches!(words(&command), Err(NotOneCommand::Open));
        while at + used < lines.len()
            && used < MOST_LINES
            && command.len() <= LONGEST_LINE
            && (is_open || continues(&command))
        {
            if is_open {
                command.push('\n');
            } else {
                command.truncate(command.trim_end().len() - 1);
                command.push(' ');
            }
            command.push_str(lines[at + used].trim_end());
            used += 1;
            is_open = matches!(words(&command), Err(NotOneCommand::Open));
        }
        // What never ends is one line, so that the next ones are read.
        if is_open && 1 < used {
            hopeless = at + used;
            command = bare.to_owned();
            used = 1;
        }
        commands.push((at, command));
        at += used;
    }
    commands
}

fn without_prompt(line: &str) -> &str {
    let line = line.trim_start_matches('\u{feff}').trim();
    let bare =
        line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")).or_else(|| line.strip_prefix("% "));
    bare.unwrap_or(line).trim()
}

fn continues(command: &str) -> bool {
    let end = command.trim_end();
    let is_even = |count: usize| count.is_multiple_of(2);
    (end.ends_with('\\') && !is_even(end.len() - end.trim_end_matches('\\').len()))
        || end.ends_with(" ^")
        || end.ends_with(" `")
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::formats) struct Word {
    pub(in crate::formats) text: String,
    /// The bytes at which a shell would put something in the place of a sign and what follows it.
    pub(in crate::formats) signs: Vec<usize>,
}

impl Word {
    /// Adds a dollar sign that a shell replaces with what follows it.
    fn push_sign(&mut self) {
        self.signs.push(self.text.len());
        self.text.push('$');
    }

    /// Ends the name of a variable where a quote is: what comes next does not belong to it.
    fn end_name(&mut self, next: Option<&char>) {
        let is_part = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
        if let Some(sign) = self.signs.last().copied()
            && next.is_some_and(is_part)
            && sign + 1 < self.text.len()
            && self.text[sign + 1..].chars().all(|character| is_part(&character))
        {
            self.text.insert(sign + 1, '{');
            self.text.push('}');
        }
    }
}

/// The texts of words.
pub(in crate::formats) fn texts(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.text.clone()).collect()
}

/// The words of a command. A back-slash before anything but a blank, a quote, a back-slash or a sign of the shell is one:
/// paths of Windows have them.
pub(in crate::formats) fn words(command: &str) -> Result<Vec<Word>, NotOneCommand> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut rest = command.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\'' => {
                let word = word.get_or_insert_default();
                word.end_name(rest.peek());
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(inner) => word.text.push(inner),
                        None => return Err(NotOneCommand::Open),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                word.end_name(rest.peek());
                loop {
                    match rest.next() {
                        Some('"') => {
                            word.end_name(rest.peek());
                            break;
                        }
                        Some('\\') => match rest.peek() {
                            Some('"' | '\\' | '`' | '$') => word.text.extend(rest.next()),
                            _ => word.text.push('\\'),
                        },
                        Some('$') if rest.peek() == Some(&'(') => return Err(NotOneCommand::More),
                        Some('`') => return Err(NotOneCommand::More),
                        Some('$') if rest.peek() == Some(&'"') => word.text.push('$'),
                        Some('$') => word.push_sign(),
                        Some(inner) => word.text.push(inner),
                        None => return Err(NotOneCommand::Open),
                    }
                }
            }
            '\\' => match rest.peek() {
                Some(
                    ' ' | '"' | '\'' | '\\' | '$' | '&' | ';' | '|' | '(' | ')' | '<' | '>' | '`' | '*' | '?'
                    | '#',
                ) => {
                    word.get_or_insert_default().text.extend(rest.next());
                }
                _ => word.get_or_insert_default().text.push('\\'),
            },
            '|' | ';' | '&' | '<' | '>' | '`' | '(' | ')' => {
                // `<name>` is a placeholder of a manual; a shell would open a file.
                return Err(NotOneCommand::More);
            }
            '#' if word.is_none() => break,
            blank if blank.is_whitespace() => words.extend(word.take()),
            // `$'…'` and `$"…"` are quotes.
            '$' if matches!(rest.peek(), Some('\'' | '"')) => {}
            '$' => word.get_or_insert_default().push_sign(),
            other => word.get_or_insert_default().text.push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// A word as a shell takes it for one.
pub(in crate::formats) fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@=+,".contains(&byte));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A command of PowerShell or cmd that sets variables first, in the words of other shells. What cmd replaces in it,
/// `%NAME%`, is `${NAME}` then.
pub(in crate::formats) fn with_variables_first(command: &str) -> Option<String> {
    let mut rest = command.trim();
    let mut variables = String::new();
    let mut is_cmd = false;
    loop {
        let (pair, behind) = if let Some(behind) = rest.strip_prefix("$env:") {
            let (pair, behind) = behind.split_once(';')?;
            let (name, value) = pair.split_once('=')?;
            let value = value.trim();
            let inside = |sign: char| value.strip_prefix(sign).and_then(|inner| inner.strip_suffix(sign));
            let value = match (inside('\''), inside('"').unwrap_or(value)) {
                (None, open) if open.contains('$') => in_double_quotes(open),
                (literal, open) => in_single_quotes(literal.unwrap_or(open)),
            };
            ((name.trim().to_owned(), value), behind)
        } else if let Some(behind) = rest.strip_prefix("set ").or_else(|| rest.strip_prefix("SET ")) {
            let (pair, behind) = behind.split_once("&&")?;
            let pair = pair.trim();
            let pair = pair.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(pair);
            let (name, value) = pair.split_once('=')?;
            is_cmd = true;
            let value = match value.contains('%') {
                true => in_double_quotes(value).map(|value| value.replace('$', "\\$")),
                false => in_single_quotes(value),
            };
            ((name.to_owned(), value), behind)
        } else {
            break;
        };
        variables.push_str(&format!("{}={} ", pair.0, pair.1?));
        rest = behind.trim();
    }
    let command = (!variables.is_empty()).then(|| variables + rest)?;
    Some(if is_cmd { from_percent(&command) } else { command })
}

/// A value of which nothing is replaced.
fn in_single_quotes(value: &str) -> Option<String> {
    (!value.contains('\'')).then(|| format!("'{value}'"))
}

/// A value in which references are replaced.
fn in_double_quotes(value: &str) -> Option<String> {
    (!value.contains(['"', '`'])).then(|| format!("\"{}\"", value.replace('\\', "\\\\")))
}

/// A command with each `%NAME%` in the form of other shells.
fn from_percent(command: &str) -> String {
    let mut written = String::new();
    let mut at = 0;
    for found in find(command, &[Form::Percent]) {
        written.push_str(&command[at..found.range.start]);
        written.push_str(&format!("${{{}}}", found.name));
        at = found.range.end;
    }
    written + &command[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let split = |command| texts(&words(command).unwrap());
        assert_eq!(
            split("a  'b c' \"d \\\" $e\" f\\ g '' x#y # z"),
            ["a", "b c", "d \" $e", "f g", "", "x#y"]
        );
        assert_eq!(split("C:\\Tools\\x.exe \"C:\\a b\""), ["C:\\Tools\\x.exe", "C:\\a b"]);
        assert_eq!(words("a 'b"), Err(NotOneCommand::Open));
        for command in ["a | b", "a; b", "a && b", "a > b", "a `b`", "a \"$(b)\"", "a $(b)", "(a)"] {
            assert_eq!(words(command), Err(NotOneCommand::More), "{command}");
        }
    }

    #[test]
    fn what_a_shell_replaces_is_known_by_its_quotes() {
        let signs = |command| words(command).unwrap().remove(0).signs;
        assert_eq!(signs("a$B-${C}"), [1, 4]);
        assert_eq!(signs("\"a $B\"'$C'\\$D"), [2]);
        assert_eq!(signs("'${A}'\"\\$A\"$'B'\"C$\""), Vec::<usize>::new());
        let texts = |command| texts(&words(command).unwrap());
        assert_eq!(texts("$A\"B\" \"$A\"B \"$A\"-B $'C' $A'B'"), ["${A}B", "${A}B", "$A-B", "C", "${A}B"]);
    }

    #[test]
    fn lines_that_go_on_are_one_command() {
        let text = "# c\n$ a \\\n  b\n\n// x\nc '{\n\"d\": 1}' \nd ^\n e\nf 'never\ng";
        let expected = [(1, "a    b"), (5, "c '{\n\"d\": 1}'"), (7, "d   e"), (9, "f 'never"), (10, "g")];
        let found = commands(text);
        assert_eq!(found.iter().map(|(at, text)| (*at, text.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn variables_of_windows_come_first() {
        let one = |command| with_variables_first(command);
        assert_eq!(one("$env:K=\"V w\"; npx x").unwrap(), "K='V w' npx x");
        assert_eq!(one("set K=V && set L=W&& npx x").unwrap(), "K='V ' L='W' npx x".replace("'V '", "'V'"));
        assert_eq!(one("npx x"), None);
        assert_eq!(one("$env:K=1"), None);
    }
}
