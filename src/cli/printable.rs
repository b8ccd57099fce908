//! Texts of others, so that they can't control a terminal.

/// Whether a character would control a terminal, or change the direction of what follows.
pub(super) fn is_control(character: char) -> bool {
    let is_direction = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || is_direction
}

/// A text in which nothing controls a terminal: such characters are shown as escapes.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match is_control(character) {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

/// The same for a text of several lines, which may have tabs.
pub(super) fn printable_lines(text: &str) -> String {
    let pieces = text.split_inclusive(['\n', '\t']).map(|piece| {
        let (piece, end) = piece.split_at(piece.trim_end_matches(['\n', '\t']).len());
        printable(piece) + end
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_is_shown_as_an_escape() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{202e}d"), "a\\u{1b}[2Jb\\nc\\u{202e}d");
        assert_eq!(printable("é – 'x'"), "é – 'x'");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(printable_lines("a\u{1b}\n\tb\r\n"), "a\\u{1b}\n\tb\\r\n");
    }
}
