//! Where things are in a JSON text, so that it can be changed without being rewritten. Any depth and any
//! spelling that the grammar allows; it builds no values and judges none.

use std::ops::Range;

pub use super::lex::SyntaxError;
use super::lex::{Cursor, unescape};

/// Where the members of an object are.
#[derive(Clone, Debug)]
pub struct RawObject {
    /// Byte offset of the `{`.
    pub open: usize,
    /// The members in their order, duplicate names included.
    pub members: Vec<RawMember>,
    /// Byte offset of the `}`.
    pub close: usize,
}

/// Where one member of an object is.
#[derive(Clone, Debug)]
pub struct RawMember {
    /// The name, unescaped; half a surrogate pair is spelled as its escape (`\ud800`).
    pub name: String,
    /// Whether the name has such a half, so that no text can equal it.
    pub has_lone_surrogate: bool,
    /// The name with its quotes.
    pub key: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

/// Where the elements of an array are.
#[derive(Clone, Debug)]
pub struct RawArray {
    /// Byte offset of the `[`.
    pub open: usize,
    /// The elements in their order.
    pub elements: Vec<Range<usize>>,
    /// Byte offset of the `]`.
    pub close: usize,
}

/// Checks that the whole text is one JSON value, whatever its depth, numbers, surrogates and duplicate names.
pub fn check(text: &str) -> Result<(), SyntaxError> {
    let mut cursor = Cursor::new(text, 0);
    skip_value(&mut cursor)?;
    cursor.skip_space();
    if cursor.at == text.len() { Ok(()) } else { cursor.here() }
}

/// The first byte that is not white space, and where it is.
pub fn first_byte(text: &str) -> Option<(usize, u8)> {
    let mut cursor = Cursor::new(text, 0);
    cursor.skip_space();
    cursor.peek().map(|byte| (cursor.at, byte))
}

/// Line and column of a byte of a text, both from 1. Columns count characters; a byte within one is at its beginning.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// How the line that holds byte `at` is indented.
pub fn line_indent(text: &str, at: usize) -> &str {
    let line = &text[text[..at].rfind('\n').map_or(0, |newline| newline + 1)..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t', '\r']).len()]
}

/// Finds the members of the object whose `{` is at byte `open`.
pub fn scan_object(text: &str, open: usize) -> Result<RawObject, SyntaxError> {
    let mut cursor = Cursor::new(text, open);
    let mut members = Vec::new();
    let close = scan_list(&mut cursor, b'{', b'}', |cursor| {
        let key_start = cursor.at;
        let unescaped = unescape(cursor.string()?);
        let key = key_start..cursor.at;
        cursor.skip_space();
        cursor.expect(b':')?;
        let value = value_range(cursor)?;
        members.push(RawMember {
            name: unescaped.text,
            has_lone_surrogate: unescaped.has_lone_surrogate,
            key,
            value,
        });
        Ok(())
    })?;
    Ok(RawObject { open, members, close })
}

/// Finds the elements of the array whose `[` is at byte `open`.
pub fn scan_array(text: &str, open: usize) -> Result<RawArray, SyntaxError> {
    let mut cursor = Cursor::new(text, open);
    let mut elements = Vec::new();
    let close = scan_list(&mut cursor, b'[', b']', |cursor| {
        elements.push(value_range(cursor)?);
        Ok(())
    })?;
    Ok(RawArray { open, elements, close })
}

/// The inside of every string literal, names included, as it is spelled. The text may be any piece of a
/// checked one that begins and ends outside strings.
pub fn strings(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('"')? + 1;
        let mut end = start;
        loop {
            end += text[end..].find(['"', '\\'])?;
            if text.as_bytes()[end] == b'"' {
                break;
            }
            // What is escaped is one ASCII character, and more of it can't look like a quote.
            end += 2;
            if !text.is_char_boundary(end) {
                return None;
            }
        }
        at = end + 1;
        Some(&text[start..end])
    })
}

/// Reads what is between two brackets; gives the place of the closing one.
fn scan_list(
    cursor: &mut Cursor<'_>,
    open: u8,
    close: u8,
    mut item: impl FnMut(&mut Cursor<'_>) -> Result<(), SyntaxError>,
) -> Result<usize, SyntaxError> {
    cursor.expect(open)?;
    cursor.skip_space();
    if cursor.peek() != Some(close) {
        loop {
            cursor.skip_space();
            item(cursor)?;
            cursor.skip_space();
            match cursor.peek() {
                Some(b',') => cursor.at += 1,
                Some(byte) if byte == close => break,
                _ => return cursor.here(),
            }
        }
    }
    let place = cursor.at;
    cursor.at += 1;
    Ok(place)
}

fn value_range(cursor: &mut Cursor<'_>) -> Result<Range<usize>, SyntaxError> {
    cursor.skip_space();
    let start = cursor.at;
    skip_value(cursor)?;
    Ok(start..cursor.at)
}

/// Passes over one value. Its open brackets are kept in a list, not on the stack: a file may be deep.
fn skip_value(cursor: &mut Cursor<'_>) -> Result<(), SyntaxError> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        cursor.skip_space();
        match cursor.peek() {
            Some(b'{') => {
                cursor.at += 1;
                cursor.skip_space();
                if cursor.peek() != Some(b'}') {
                    skip_name(cursor)?;
                    open.push(b'}');
                    continue;
                }
                cursor.at += 1;
            }
            Some(b'[') => {
                cursor.at += 1;
                cursor.skip_space();
                if cursor.peek() != Some(b']') {
                    open.push(b']');
                    continue;
                }
                cursor.at += 1;
            }
            Some(b'"') => drop(cursor.string()?),
            Some(b't') => cursor.word("true")?,
            Some(b'f') => cursor.word("false")?,
            Some(b'n') => cursor.word("null")?,
            _ => drop(cursor.number()?),
        }
        loop {
            let Some(&closing) = open.last() else { return Ok(()) };
            cursor.skip_space();
            match cursor.peek() {
                Some(b',') => {
                    cursor.at += 1;
                    if closing == b'}' {
                        cursor.skip_space();
                        skip_name(cursor)?;
                    }
                    break;
                }
                Some(byte) if byte == closing => {
                    cursor.at += 1;
                    open.pop();
                }
                _ => return cursor.here(),
            }
        }
    }
}

fn skip_name(cursor: &mut Cursor<'_>) -> Result<(), SyntaxError> {
    cursor.string()?;
    cursor.skip_space();
    cursor.expect(b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_member_is_found_in_its_place() {
        let text = "x { \"a\" : [1, {\"b\":2}] ,\n\"\\u0062\\\"\":null}y";
        let object = scan_object(text, 2).unwrap();
        let found: Vec<_> = object
            .members
            .iter()
            .map(|member| (member.name.as_str(), &text[member.key.clone()], &text[member.value.clone()]))
            .collect();
        assert_eq!(found, [("a", "\"a\"", "[1, {\"b\":2}]"), ("b\"", "\"\\u0062\\\"\"", "null")]);
        assert_eq!(&text[object.close..], "}y");
    }

    #[test]
    fn every_element_is_found_in_its_place() {
        let text = "[ 1 ,[ ] , \"]\" ]";
        let array = scan_array(text, 0).unwrap();
        let found: Vec<_> = array.elements.iter().map(|place| &text[place.clone()]).collect();
        assert_eq!(found, ["1", "[ ]", "\"]\""]);
        assert_eq!(array.close, text.len() - 1);
    }

    #[test]
    fn half_a_surrogate_pair_in_a_name_is_kept_and_spelled_in_one_way() {
        let object = scan_object(r#"{"a\uD800b":1,"\ud83d\ude00":2,"\udc00":3}"#, 0).unwrap();
        let names: Vec<_> =
            object.members.iter().map(|member| (member.name.as_str(), member.has_lone_surrogate)).collect();
        assert_eq!(names, [("a\\ud800b", true), ("\u{1F600}", false), ("\\udc00", true)]);
    }

    #[test]
    fn a_text_that_is_not_json_is_refused_at_the_place() {
        for (text, offset) in [
            ("", 0),
            ("  ", 2),
            ("{", 1),
            ("{\"a\":1,}", 7),
            ("[1 2]", 3),
            ("[1]]", 3),
            ("{\"a\" 1}", 5),
            ("\"\\x\"", 2),
            ("\"\u{1}\"", 1),
            ("01", 1),
            ("1.", 2),
            ("NaN", 0),
            ("nul", 3),
            ("\u{feff}{}", 0),
            ("[1}", 2),
        ] {
            assert_eq!(check(text), Err(SyntaxError { offset }), "{text:?}");
        }
    }

    #[test]
    fn depth_is_no_limit() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(check(&deep), Ok(()));
    }

    #[test]
    fn strings_are_given_as_they_are_spelled() {
        let found: Vec<_> = strings(r#"{"a":["b\"c","\\",""],"ü\u00fc":1}"#).collect();
        assert_eq!(found, ["a", r#"b\"c"#, r"\\", "", "ü\\u00fc"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_scanner_panic(text in "[\\[\\]{},:\"\\\\u0-9eE.+\\-tfn aé\n]{0,40}") {
            let checked = check(&text).is_ok();
            let _ = scan_object(&text, 0);
            let _ = scan_array(&text, 0);
            let _ = strings(&text).count();
            prop_assert_eq!(checked, serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
        }
    }
}
