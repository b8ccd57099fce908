//! Names in messages, quoted as Python's `repr` does: the messages are compared with those of the client in Python.

use std::fmt::Write as _;

/// A text in quotes, with escapes for what is not printed.
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character == quote => out.extend(['\\', quote]),
            _ if is_printed(character) => out.push(character),
            _ => escape(u32::from(character), &mut out),
        }
    }
    out.push(quote);
    out
}

/// Texts as a list: `['a', 'b']`.
pub fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", quoted.join(", "))
}

fn escape(code: u32, out: &mut String) {
    let written = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
    debug_assert!(written.is_ok(), "a text takes everything");
}

/// Separators, controls and characters without a shape are escaped, the space aside.
fn is_printed(character: char) -> bool {
    let is_shapeless = matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{fffb}');
    character == ' ' || !(character.is_control() || character.is_whitespace() || is_shapeless)
}
