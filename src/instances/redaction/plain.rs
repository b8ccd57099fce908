//! Texts without characters that control a terminal or turn what is read around.

/// The text on one line without them; nothing where it has no such character.
pub(super) fn plain(text: &str) -> Option<String> {
    if !text.contains(is_control) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // A colour, a movement of the cursor: `ESC [ … letter`.
            '\u{1b}' if characters.next_if_eq(&'[').is_some() => {
                while characters.next_if(|next| (' '..='?').contains(next)).is_some() {}
                characters.next_if(|next| ('@'..='~').contains(next));
            }
            // A title: `ESC ] … BEL`.
            '\u{1b}' if characters.next_if_eq(&']').is_some() => {
                while characters.next_if(|next| !next.is_control()).is_some() {}
            }
            character if character.is_whitespace() => out.push(' '),
            character if is_control(character) => {}
            character => out.push(character),
        }
    }
    Some(out)
}

fn is_control(character: char) -> bool {
    let is_format = matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    character.is_control() || is_format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_titles_and_directions_go_and_line_breaks_are_blanks() {
        for (text, expected) in [
            ("\u{1b}[31;1mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("a\nb\tc\r\n", "a b c  "),
            ("a\u{202e}b\u{200b}c\0", "abc"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(plain(text).as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(plain("pläin text"), None);
    }
}
