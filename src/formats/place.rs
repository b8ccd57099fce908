//! Places in an imported text: line and column, and the way to them as the text's own syntax writes it. It knows
//! no values.

use std::fmt;

use indexmap::IndexMap;

use crate::json::Pointer;

/// How many bytes a step of the index of characters has.
const STEP: usize = 1024;

/// A line and a column, both from 1. Columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// A place in an imported text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The way to it, as the syntax of the text writes it: a JSON Pointer, `[table] key`, `map.list[0]`, `line 3`.
    pub at: String,
    /// The same as a JSON Pointer; that to the line's own JSON, where a line has some.
    pub pointer: Pointer,
    /// Where it begins.
    pub position: Position,
}

/// Where the lines of a text begin.
pub(in crate::formats) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters there are before each multiple of [`STEP`].
    characters: Vec<usize>,
}

/// Where a value of a text begins, and the values in it: a member where its name does.
#[derive(Clone)]
pub(in crate::formats) struct Spot {
    pub(in crate::formats) position: Position,
    pub(in crate::formats) inner: Inner,
}

/// The values in a value.
#[derive(Clone)]
pub(in crate::formats) enum Inner {
    Nothing,
    List(Vec<Spot>),
    Map(IndexMap<String, Spot>),
}

impl Default for Position {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

impl<'a> Lines<'a> {
    pub(in crate::formats) fn of(text: &'a str) -> Self {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        let mut seen = 0;
        let characters = text.as_bytes().chunks(STEP).map(|chunk| {
            let before = seen;
            seen += count(chunk);
            before
        });
        Self { text, starts: std::iter::once(0).chain(starts).collect(), characters: characters.collect() }
    }

    /// The position of a byte.
    pub(in crate::formats) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        // The mark at the beginning of a text has no width.
        let has_mark = line == 1 && self.text.starts_with('\u{feff}') && 0 < offset;
        let column = 1 + self.before(offset) - self.before(start) - usize::from(has_mark);
        Position { line, column }
    }

    /// How many characters there are before a byte.
    fn before(&self, offset: usize) -> usize {
        let step = (offset / STEP).min(self.characters.len().saturating_sub(1));
        let before = self.characters.get(step).copied().unwrap_or_default();
        before + count(&self.text.as_bytes()[step * STEP..offset])
    }
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !(0x80..0xC0).contains(*byte)).count()
}

impl Spot {
    /// The place of a value without values in it.
    pub(in crate::formats) fn leaf(position: Position) -> Self {
        Self { position, inner: Inner::Nothing }
    }

    /// The spot to which a pointer leads, or the last one on the way to it.
    pub(in crate::formats) fn nearest(&self, pointer: &Pointer) -> &Self {
        let mut spot = self;
        for step in pointer.steps() {
            let next = match &spot.inner {
                Inner::Nothing => None,
                Inner::List(spots) => step.parse::<usize>().ok().and_then(|index| spots.get(index)),
                Inner::Map(spots) => spots.get(step.as_ref()),
            };
            match next {
                Some(next) => spot = next,
                None => break,
            }
        }
        spot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_the_mark_at_the_beginning() {
        let text = "\u{feff}{\r\n é x\n\n";
        let lines = Lines::of(text);
        let at = |offset| (lines.position(offset).line, lines.position(offset).column);
        assert_eq!((at(0), at(3), at(4)), ((1, 1), (1, 1), (1, 2)));
        let (e, x) = (text.find('é').unwrap(), text.find('x').unwrap());
        assert_eq!((at(e), at(x), at(text.len()), at(9999)), ((2, 2), (2, 4), (4, 1), (4, 1)));
        assert_eq!(Lines::of("").position(0), Position::default());
    }

    #[test]
    fn a_long_line_is_counted_by_steps() {
        let text = "é".repeat(5_000);
        let lines = Lines::of(&text);
        for at in [0, 1, 511, 512, 513, 4_999, 5_000] {
            assert_eq!(lines.position(2 * at), Position { line: 1, column: at + 1 });
        }
    }
}
