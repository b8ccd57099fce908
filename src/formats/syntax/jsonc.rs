//! JSON as people write it: comments, trailing commas, outer braces left out. Each of these is replaced by blanks of the
//! same length, and the strict reader reads the rest, so that places stay right.

use std::ops::Range;

use indexmap::IndexMap;
use zeroize::Zeroizing;

use crate::formats::place::{Inner, Lines, Position, Spot};
use crate::formats::source::{LONGEST_NAME, Source, Syntax};
use crate::formats::unreadable::Unreadable;
use crate::json::{Fault, FaultKind, Json, Pointer, Rules, check, parse, scan_array, scan_object};

/// Reads a part of a text that is one value, or the members of an object without its braces.
pub(in crate::formats) fn read(lines: &Lines<'_>, part: &str, base: usize) -> Result<Source, Unreadable> {
    let text = code(part).text;
    if !is_fragment(&text) {
        return Reader { lines, text: &text, base, shift: 0 }.read();
    }
    let braced = Zeroizing::new(format!("{{{}}}", text.as_str()));
    let outcome = Reader { lines, text: &braced, base, shift: 1 }.read();
    // Some manuals leave out only the opening brace.
    match outcome {
        Err(_) if text.trim_end().ends_with('}') && check(&braced[..braced.len() - 1]).is_ok() => {
            Reader { lines, text: &braced[..braced.len() - 1], base, shift: 1 }.read()
        }
        outcome => outcome,
    }
}

/// Whether a text begins as JSON does, behind blanks and comments.
pub(in crate::formats) fn looks_like(part: &str) -> bool {
    let text = code(part).text;
    let bare = text.trim_start();
    bare.starts_with('{')
        || is_fragment(bare)
        || (bare.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', '"', '[', ']']))
            && !bare.strip_prefix("[[").is_some_and(is_table_name))
}

/// Whether a text begins with a member, or with an object that has one or is empty, behind blanks and comments.
pub(in crate::formats) fn begins_with_member(part: &str) -> bool {
    let text = code(part).text;
    let bare = text.trim_start();
    is_fragment(bare) || bare.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
}

/// Whether a text begins as the name of a table of TOML does, and not as a word of JSON.
fn is_table_name(text: &str) -> bool {
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && !"_-.".contains(character));
    let word = &text[..end.unwrap_or(text.len())];
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && !["true", "false", "null"].contains(&word)
}

/// `"name": …` without a brace before it.
fn is_fragment(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('"') else { return false };
    let end = rest.find(['"', '\n']).filter(|end| rest.as_bytes()[*end] == b'"');
    end.is_some_and(|end| rest[end + 1..].trim_start().starts_with(':'))
}

/// A text without what JSON has not. It has the same length.
pub(in crate::formats) struct Code {
    /// The text with blanks for comments, trailing commas and the mark at its beginning.
    pub(in crate::formats) text: Zeroizing<String>,
    /// Where the trailing commas are.
    trailing: Vec<usize>,
}

impl Code {
    /// The comma that is between two items, or behind the last one.
    pub(in crate::formats) fn comma(&self, gap: Range<usize>) -> Option<usize> {
        let trailing = self.trailing.get(self.trailing.partition_point(|comma| *comma < gap.start));
        let trailing = trailing.copied().filter(|comma| *comma < gap.end);
        self.text[gap.clone()].find(',').map(|at| gap.start + at).or(trailing)
    }
}

/// Puts blanks for what JSON has not.
pub(in crate::formats) fn code(part: &str) -> Code {
    let mut bytes = Zeroizing::new(part.as_bytes().to_vec());
    let mut at = 0;
    let mut trailing = Vec::new();
    // The last comma with nothing but blanks and comments behind it.
    let mut comma = None;
    if part.starts_with('\u{feff}') {
        blank(&mut bytes, 0, 3);
        at = 3;
    }
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        match (byte, next) {
            (b'"', _) => {
                at = string_end(&bytes, at);
                comma = None;
                continue;
            }
            (b'/', Some(b'/')) => {
                let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                blank(&mut bytes, at, end);
                at = end;
                continue;
            }
            (b'/', Some(b'*')) => {
                // One without an end stays, and is an error at its place.
                let Some(end) = memchr::memmem::find(&bytes[at + 2..], b"*/") else { break };
                let end = at + 2 + end + 2;
                blank(&mut bytes, at, end);
                at = end;
                continue;
            }
            (b',', _) => comma = Some(at),
            (b'}' | b']', _) => {
                if let Some(comma) = comma.take() {
                    // `[,]` and `{,}` are errors: a comma needs something before it.
                    let before = bytes[..comma].iter().rev().find(|byte| !byte.is_ascii_whitespace());
                    if !matches!(before, None | Some(b'{' | b'[' | b',' | b':')) {
                        bytes[comma] = b' ';
                        trailing.push(comma);
                    }
                }
            }
            (byte, _) if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    if let Some(comma) = comma
        .filter(|comma| bytes[..*comma].iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'}'))
    {
        // Behind a whole fragment: `"name": {…},`
        bytes[comma] = b' ';
    }
    let text = std::str::from_utf8(&bytes).expect("only whole characters were replaced");
    Code { text: Zeroizing::new(text.to_owned()), trailing }
}

/// Replaces everything but line breaks.
fn blank(bytes: &mut [u8], start: usize, end: usize) {
    bytes[start..end].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
}

/// The byte behind the string that begins here, or behind the text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'"', b'\\', b'\n', rest)) {
        at += found;
        if bytes[at] != b'\\' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

struct Reader<'a> {
    lines: &'a Lines<'a>,
    text: &'a str,
    /// Where the part begins in the whole text.
    base: usize,
    /// How many bytes were put before it.
    shift: usize,
}

impl Reader<'_> {
    fn read(&self) -> Result<Source, Unreadable> {
        let root = parse(self.text, &Rules::BODY).map_err(|fault| self.unreadable(&fault))?;
        let start = self.text.len() - self.text.trim_start().len();
        let spots = self.spots(self.position(start), start, &root)?;
        Ok(Source::new(Syntax::Json, root, spots))
    }

    fn position(&self, offset: usize) -> Position {
        self.lines.position((self.base + offset).saturating_sub(self.shift))
    }

    /// The places in a value that was read, which begins at `start`.
    fn spots(&self, position: Position, start: usize, value: &Json) -> Result<Spot, Unreadable> {
        const READ: &str = "the strict reader has read it";
        let inner = match value {
            Json::Object(object) => {
                let raw = scan_object(self.text, start).expect(READ);
                let mut spots = IndexMap::with_capacity(raw.members.len());
                for (member, (name, value)) in raw.members.into_iter().zip(object.iter()) {
                    let position = self.position(member.key.start);
                    if LONGEST_NAME < name.len() {
                        return Err(Unreadable::new(position, "the name is too long"));
                    }
                    spots.insert(member.name, self.spots(position, member.value.start, value)?);
                }
                Inner::Map(spots)
            }
            Json::Array(elements) => {
                let raw = scan_array(self.text, start).expect(READ);
                let spots = raw.elements.iter().zip(elements);
                let spots =
                    spots.map(|(place, value)| self.spots(self.position(place.start), place.start, value));
                Inner::List(spots.collect::<Result<_, _>>()?)
            }
            _ => Inner::Nothing,
        };
        Ok(Spot { position, inner })
    }

    fn unreadable(&self, fault: &Fault) -> Unreadable {
        match fault.kind {
            FaultKind::Syntax { offset } => {
                let rest = &self.text[offset.min(self.text.len())..];
                Unreadable::new(
                    self.position(offset),
                    expected(rest, &self.text[..offset.min(self.text.len())]),
                )
            }
            kind => {
                let is_name = kind == FaultKind::DuplicateMember;
                Unreadable::new(self.position(self.offset(&fault.pointer, is_name)), kind.to_string())
            }
        }
    }

    /// Where a pointer leads, or the last step on the way to it. Of two members of a name the second one.
    fn offset(&self, pointer: &Pointer, is_name: bool) -> usize {
        let mut at = self.text.len() - self.text.trim_start().len();
        let steps: Vec<_> = pointer.steps().collect();
        for (index, step) in steps.iter().enumerate() {
            let is_last = index + 1 == steps.len();
            let next = if let Ok(object) = scan_object(self.text, at) {
                let mut members = object.members.into_iter().filter(|member| member.name == step.as_ref());
                let first = members.next();
                if is_last && is_name {
                    members.next().or(first).map(|member| member.key.start)
                } else {
                    first.map(|member| member.value.start)
                }
            } else if let Ok(array) = scan_array(self.text, at) {
                step.parse::<usize>()
                    .ok()
                    .and_then(|index| array.elements.get(index).map(|place| place.start))
            } else {
                None
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }
}

/// What is wrong where the strict reader stopped. Nothing of the text is repeated.
fn expected(rest: &str, before: &str) -> &'static str {
    let last = before.trim_end().chars().next_back();
    match rest.chars().next() {
        None if before.is_empty() => "there is nothing to read",
        None => "it ends too early: a quote or a bracket is not closed",
        Some('\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}') => {
            "typographic quotes: JSON has the plain \" only"
        }
        Some('\'') => "single quotes: JSON has the plain \" only",
        Some('\u{a0}') => "a no-break space: JSON takes the plain space only",
        Some('"') if matches!(last, Some('"' | '}' | ']' | 'e' | 'l' | '0'..='9')) => {
            "a comma is missing before this"
        }
        Some('{' | '[') if matches!(last, Some('}' | ']' | '"')) => {
            "a comma or a colon is missing before this"
        }
        Some('\n' | '\r') => "a text must end on its line: a quote is missing",
        Some('/') => "a comment that does not end",
        _ if before.ends_with('\\') => "a back-slash: in JSON it is written \\\\",
        Some(first) if first.is_alphabetic() && matches!(last, Some('{' | ',')) => "a name must be in quotes",
        Some(',') => "a comma too many",
        Some('}' | ']') => "a bracket too many, or a value is missing before it",
        Some(_) => "it is not JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Result<Source, Unreadable> {
        read(&Lines::of(text), text, 0)
    }

    #[test]
    fn what_people_add_to_json_is_read_and_places_stay_right() {
        let text = "\u{feff}// é\r\n{ /* , */ \"a\": [1, 2, // }\n ], \"b\": \"//no\",\n}\n";
        let source = read_all(text).unwrap();
        assert_eq!(crate::json::to_compact(&source.root), r#"{"a":[1,2],"b":"//no"}"#);
        let at = |pointer| {
            let position = source.place(&Pointer::parse(pointer).unwrap()).position;
            (position.line, position.column)
        };
        assert_eq!(
            (at(""), at("/a"), at("/a/1"), at("/b"), at("/c")),
            ((2, 1), (2, 11), (2, 20), (3, 5), (2, 1))
        );
    }

    #[test]
    fn outer_braces_may_be_missing() {
        for text in
            ["\"a\": {\"b\": 1}", "\"a\": {\"b\": 1},", "\"a\": {\"b\": 1}}", " // x\n\"a\" : {\"b\": 1,},\n"]
        {
            let source = read_all(text).unwrap();
            assert_eq!(crate::json::to_compact(&source.root), r#"{"a":{"b":1}}"#, "{text}");
            let place = source.place(&Pointer::parse("/a/b").unwrap());
            assert_eq!(
                place.position.column,
                text.lines().last().unwrap().find("\"b\"").unwrap() + 1,
                "{text}"
            );
        }
    }

    #[test]
    fn an_error_says_where_it_is_and_what_would_be_right() {
        for (text, line, column, why) in [
            ("{\"a\": 1\n \"b\": 2}", 2, 2, "comma is missing"),
            ("{\"a\": 1,\n \"a\": 2}", 2, 2, "twice"),
            ("{\"x\":[{\"a\": 1, \"a\": 2}]}", 1, 16, "twice"),
            ("{\"a\": \"C:\\Tools\"}", 1, 11, "back-slash"),
            ("{\"a\": \u{201c}x\u{201d}}", 1, 7, "typographic"),
            ("{'a': 1}", 1, 2, "single quotes"),
            ("{a: 1}", 1, 2, "in quotes"),
            ("{\"a\": 1", 1, 8, "ends too early"),
            ("{\"a\": \"x\n\"}", 1, 9, "quote is missing"),
            ("{\"a\": /* 1}", 1, 7, "does not end"),
            ("{\"a\": 1}}", 1, 9, "too many"),
            ("[,]", 1, 2, "comma too many"),
            ("", 1, 1, "nothing to read"),
        ] {
            let error = read_all(text).map(|_| ()).unwrap_err();
            assert_eq!((error.position.line, error.position.column), (line, column), "{text:?} {error}");
            assert!(error.why.contains(why), "{text:?} {error}");
        }
    }
}
