//! YAML 1.2, read from the events of `saphyr-parser`: one document, no key twice, no tag, aliases within bounds. Numbers
//! keep their spelling. Nothing is constructed, and what other readers would guess is refused where a server has it.

use std::collections::HashMap;

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::formats::bounds::{Budget, bytes_of};
use crate::formats::number::parsed;
use crate::formats::place::{Inner, Position, Spot};
use crate::formats::source::{LONGEST_NAME, MOST_ODD, Source, Syntax};
use crate::formats::unreadable::Unreadable;
use crate::json::{Json, Number, Object, Path, Pointer};

/// How deep mappings and lists may be in each other.
const DEEPEST: usize = 64;

/// How many values a document may have, those of aliases included.
const MOST: usize = 100_000;

/// Reads a part of a text that is one document; `first` is how many lines there are before it.
pub(in crate::formats) fn read(part: &str, first: usize) -> Result<Source, Unreadable> {
    let part = part.trim_start_matches('\u{feff}');
    let mut reader = Reader {
        events: Parser::new_from_str(part),
        first,
        end: end_of(part, first),
        anchors: HashMap::new(),
        odd: Vec::new(),
        left: MOST,
        budget: Budget::of(part.len()),
    };
    let mut root = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Unreadable::new(reader.position(&span), "one YAML document at a time"));
            }
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => root = Some(reader.value(event, span, &Path::Root, 1)?),
        }
    }
    let start = Position { line: first + 1, column: 1 };
    if MOST_ODD < reader.odd.len() {
        return Err(Unreadable::new(start, "it has too many tags and merge keys"));
    }
    let (root, spots) = root.unwrap_or((Json::Null, Spot::leaf(start)));
    reader.budget.check()?;
    Ok(Source { odd: reader.odd, ..Source::new(Syntax::Yaml, root, spots) })
}

fn end_of(part: &str, first: usize) -> Position {
    // To YAML a carriage return alone ends a line too.
    let lines = part.trim_end_matches(['\n', '\r']).split('\n');
    let lines = lines.flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    let end = lines.enumerate().last().map(|(index, line)| (first + 1 + index, line.chars().count() + 1));
    let (line, column) = end.unwrap_or((first + 1, 1));
    Position { line, column }
}

struct Reader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    first: usize,
    /// Behind the last character.
    end: Position,
    anchors: HashMap<usize, Anchored>,
    odd: Vec<(Pointer, &'static str)>,
    /// How many values it may still have.
    left: usize,
    /// How many bytes aliases, and the ways to what is odd, may still have.
    budget: Budget,
}

/// What an alias may mean.
struct Anchored {
    value: Json,
    spot: Spot,
    /// How many values it has, itself included.
    count: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Unreadable> {
        match self.events.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let mark = error.marker();
                let position = Position { line: self.first + mark.line(), column: mark.col() + 1 };
                // What ends too early is found on the line behind the last one, also where no such line is.
                let position = position.min(self.end);
                Err(Unreadable::new(
                    position,
                    "it is not YAML: mind the indentation, and put what begins with @ or ` in quotes",
                ))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// One more than may be is noted, so that it is seen that there were too many.
    fn note_odd(&mut self, position: Position, path: &Path<'_>, why: &'static str) {
        if self.odd.len() <= MOST_ODD {
            let pointer = path.pointer();
            if self.budget.take(pointer.as_str().len(), || position) {
                self.odd.push((pointer, why));
            }
        }
    }

    /// Takes the room for a copy of a value, of whose names the places are a second one.
    fn charge(&self, value: &Json, position: Position) -> Result<(), Unreadable> {
        self.budget.take(2 * bytes_of(value), || position);
        self.budget.check()
    }

    fn position(&self, span: &Span) -> Position {
        Position { line: self.first + span.start.line().max(1), column: span.start.col() + 1 }
    }

    fn value(
        &mut self,
        event: Event<'a>,
        span: Span,
        path: &Path<'_>,
        depth: usize,
    ) -> Result<(Json, Spot), Unreadable> {
        let position = self.position(&span);
        let refuse = |why: &'static str| Err(Unreadable::new(position, why));
        let before = self.left;
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => return refuse("it has too many values"),
        };
        if DEEPEST < depth {
            return refuse("it is nested too deeply");
        }
        let (anchor, has_tag, made) = match event {
            Event::Alias(anchor) => {
                let Some(Anchored { value, spot, count }) = self.anchors.get(&anchor) else {
                    return refuse("an alias of something that has not ended before it");
                };
                self.left = match self.left.checked_sub(*count) {
                    Some(left) => left,
                    None => return refuse("its aliases make too many values"),
                };
                self.charge(value, position)?;
                return Ok((value.clone(), Spot { position, inner: spot.inner.clone() }));
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value =
                    if style == ScalarStyle::Plain { plain(&text) } else { Json::string(text.into_owned()) };
                (anchor, tag.is_some(), (value, Spot::leaf(position)))
            }
            Event::SequenceStart(anchor, tag) => {
                let (mut values, mut spots) = (Vec::new(), Vec::new());
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    let (value, spot) = self.value(event, span, &path.element(values.len()), depth + 1)?;
                    values.push(value);
                    spots.push(spot);
                }
                (anchor, tag.is_some(), (Json::Array(values), Spot { position, inner: Inner::List(spots) }))
            }
            Event::MappingStart(anchor, tag) => {
                let made = self.mapping(position, path, depth)?;
                (anchor, tag.is_some(), made)
            }
            _ => return refuse("it ends too early"),
        };
        if has_tag {
            self.note_odd(position, path, "a tag: write the value itself");
        }
        if anchor != 0 {
            let (value, spot) = made.clone();
            self.charge(&value, position)?;
            self.anchors.insert(anchor, Anchored { value, spot, count: before - self.left });
        }
        Ok(made)
    }

    fn mapping(
        &mut self,
        position: Position,
        path: &Path<'_>,
        depth: usize,
    ) -> Result<(Json, Spot), Unreadable> {
        let mut object = Object::new();
        let mut spots = IndexMap::new();
        loop {
            let (event, span) = self.next()?;
            let key_position = self.position(&span);
            let (name, is_plain) = match event {
                Event::MappingEnd => break,
                Event::Scalar(name, style, 0, None) => (name, style == ScalarStyle::Plain),
                _ => return Err(Unreadable::new(key_position, "a key must be a plain text")),
            };
            if LONGEST_NAME < name.len() {
                return Err(Unreadable::new(key_position, "the name is too long"));
            }
            if object.contains(&name) {
                return Err(Unreadable::new(key_position, "the name comes twice"));
            }
            let (event, span) = self.next()?;
            let here = path.member(&name);
            let (value, spot) = self.value(event, span, &here, depth + 1)?;
            if is_plain && name == "<<" {
                self.note_odd(key_position, path, "a merge key (<<): write the members themselves");
            }
            object.insert(name.as_ref(), value);
            spots.insert(name.into_owned(), Spot { position: key_position, inner: spot.inner });
        }
        Ok((object.into(), Spot { position, inner: Inner::Map(spots) }))
    }
}

/// A scalar without quotes, by the core schema of YAML 1.2: `yes` and `on` are texts.
fn plain(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => number(text).map_or_else(|| Json::string(text), Json::Number),
    }
}

/// A number in a spelling that JSON has too, but for a plus sign and a point at either end. `007` is a text: readers
/// disagree about it.
fn number(text: &str) -> Option<Number> {
    let is_numeric = |byte: u8| byte.is_ascii_digit() || b"+-.eExoabcdefABCDEF".contains(&byte);
    if !text.bytes().all(is_numeric) || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().map(Number::from_u64);
        }
    }
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (if text.starts_with('-') { "-" } else { "" }, rest),
        None => ("", text),
    };
    let rest = if rest.starts_with('.') { format!("0{rest}") } else { rest.to_owned() };
    let rest =
        if rest.ends_with('.') { format!("{rest}0") } else { rest.replace(".e", ".0e").replace(".E", ".0E") };
    parsed(&format!("{sign}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;

    #[test]
    fn scalars_are_those_of_the_core_schema_and_numbers_keep_their_spelling() {
        let text = "a: [yes, on, true, ~, 1.10, +5, .5, 007, 0x10, -y, \"1\", 1e3, 12:30:00, e]\nb: |\n  x\n  y\n'c': '@x'\n";
        let source = read(text, 0).unwrap();
        assert_eq!(
            to_compact(&source.root),
            r#"{"a":["yes","on",true,null,1.10,5,0.5,"007",16,"-y","1",1e3,"12:30:00","e"],"b":"x\ny\n","c":"@x"}"#
        );
        let place = source.place(&Pointer::parse("/a/4").unwrap());
        assert_eq!((place.at.as_str(), place.position.line, place.position.column), ("a[4]", 1, 23));
        assert_eq!(source.place(&Pointer::parse("/c").unwrap()).position.line, 5);
        assert_eq!(read("x: 1", 7).unwrap().place(&Pointer::parse("/x").unwrap()).position.line, 8);
        assert!(read("# nothing\n", 0).unwrap().root.is_null());
    }

    #[test]
    fn what_readers_disagree_about_is_refused() {
        for (text, line, why) in [
            ("a: 1\nb: 2\na: CANARY", 3, "twice"),
            ("a: @scope/x", 1, "quotes"),
            ("a: 1\n---\nb: 2", 2, "one YAML document"),
            ("? [a]\n: 1", 1, "plain text"),
            ("a: &x [*x]", 1, "not ended"),
            ("a: [1", 1, "not YAML"),
        ] {
            let error = read(text, 0).map(|_| ()).unwrap_err();
            assert!(error.position.line >= line && error.why.contains(why), "{text} {error}");
        }
        let source = read("a: {b: !!str 1}\nc: &m {x: 1}\nd: {<<: *m}", 0).unwrap();
        let odd = |pointer: &str| source.odd_part(&Pointer::parse(pointer).unwrap()).is_some();
        assert_eq!((odd("/a"), odd("/c"), odd("/d")), (true, false, true));
    }

    #[test]
    fn what_ends_too_early_is_on_a_line_of_the_text() {
        for (text, line, column) in [
            ("a: 1\nb: [1", 2, 6),
            ("a: 1\nb: \"x", 2, 4),
            ("a: 1\nb: [1\n", 2, 6),
            ("a: 1\rb: [1\r\n", 2, 6),
        ] {
            let position = read(text, 0).map(|_| ()).unwrap_err().position;
            assert_eq!((position.line, position.column), (line, column), "{text}");
        }
    }

    #[test]
    fn aliases_end_somewhere() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let list = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        assert!(read(&text, 0).map(|_| ()).unwrap_err().why.contains("too many"));
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(read(&deep, 0).map(|_| ()).unwrap_err().why.contains("deeply"));
    }
}
