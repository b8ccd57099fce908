//! Lines of a shell: which lines belong together, and their words. Nothing is run, and what a shell would do beyond taking
//! words apart is refused.

use super::bounds::LONGEST_LINE;

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

/// The words of a command. A back-slash before anything but a blank, a quote, a back-slash or a sign of the shell is one:
/// paths of Windows have them.
pub(in crate::formats) fn words(command: &str) -> Result<Vec<String>, NotOneCommand> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = command.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(inner) => word.push(inner),
                        None => return Err(NotOneCommand::Open),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('"') => break,
                        Some('\\') => match rest.peek() {
                            Some('"' | '\\' | '`') => word.extend(rest.next()),
                            Some('$') => {
                                rest.next();
                                word.push('$');
                            }
                            _ => word.push('\\'),
                        },
                        Some('$') if rest.peek() == Some(&'(') => return Err(NotOneCommand::More),
                        Some('`') => return Err(NotOneCommand::More),
                        Some(inner) => word.push(inner),
                        None => return Err(NotOneCommand::Open),
                    }
                }
            }
            '\\' => match rest.peek() {
                Some(
                    ' ' | '"' | '\'' | '\\' | '$' | '&' | ';' | '|' | '(' | ')' | '<' | '>' | '`' | '*' | '?'
                    | '#',
                ) => {
                    word.get_or_insert_default().extend(rest.next());
                }
                _ => word.get_or_insert_default().push('\\'),
            },
            '|' | ';' | '&' | '<' | '>' | '`' | '(' | ')' => {
                // `<name>` is a placeholder of a manual; a shell would open a file.
                return Err(NotOneCommand::More);
            }
            '#' if word.is_none() => break,
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
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

/// A command of PowerShell or cmd that sets variables first, in the words of other shells.
pub(in crate::formats) fn with_variables_first(command: &str) -> Option<String> {
    let mut rest = command.trim();
    let mut variables = String::new();
    loop {
        let (pair, behind) = if let Some(behind) = rest.strip_prefix("$env:") {
            let (pair, behind) = behind.split_once(';')?;
            let (name, value) = pair.split_once('=')?;
            let value = value.trim();
            let value = value
                .strip_prefix(['"', '\''])
                .and_then(|inner| inner.strip_suffix(['"', '\'']))
                .unwrap_or(value);
            ((name.trim().to_owned(), value.to_owned()), behind)
        } else if let Some(behind) = rest.strip_prefix("set ").or_else(|| rest.strip_prefix("SET ")) {
            let (pair, behind) = behind.split_once("&&")?;
            let pair = pair.trim();
            let pair = pair.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(pair);
            let (name, value) = pair.split_once('=')?;
            ((name.to_owned(), value.to_owned()), behind)
        } else {
            break;
        };
        if pair.1.contains('\'') {
            return None;
        }
        variables.push_str(&format!("{}='{}' ", pair.0, pair.1));
        rest = behind.trim();
    }
    (!variables.is_empty()).then(|| variables + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let split = |command| words(command).unwrap();
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
