//! Lines of a text. They end at `\n`, `\r\n` and `\r` alone: Python splits at more, and what we write holds none of
//! those. It does not know what a line means.

/// What begins a file that some editors write.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// A line with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its text without the line break.
    pub(super) text: &'a str,
    /// The byte where it begins.
    pub(super) start: usize,
    /// The byte where the next line begins.
    pub(super) next: usize,
}

/// The lines of a text, a byte order mark at its beginning left out.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let ending = match &rest[length..] {
            ending if ending.starts_with("\r\n") => 2,
            "" => 0,
            _ => 1,
        };
        let line = Line { text: &rest[..length], start, next: start + length + ending };
        start = line.next;
        Some(line)
    })
}

/// The text without white space around it, as Python sees white space.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The first word of a text.
pub(super) fn first_word(text: &str) -> &str {
    text.split(is_space).find(|word| !word.is_empty()).unwrap_or_default()
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// The line break that a text uses first; `\n` where it has none.
pub(super) fn line_break(text: &str) -> &str {
    let Some(first) = text.find(['\n', '\r']) else { return "\n" };
    match &text[first..] {
        rest if rest.starts_with("\r\n") => "\r\n",
        rest if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// Whether the client in Python ends a line here: no value that is written may hold such a character.
pub(super) fn is_line_break(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
