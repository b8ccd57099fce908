//! TOML, read by the `toml` crate with the places of keys and values. Numbers keep their spelling.

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::formats::bounds::{Budget, has_too_many_members};
use crate::formats::number::parsed;
use crate::formats::place::{Inner, Lines, Position, Spot};
use crate::formats::source::{LONGEST_NAME, MOST_ODD, Source, Syntax};
use crate::formats::unreadable::Unreadable;
use crate::json::{Json, Number, Object, Path, Pointer};

/// How deep tables and arrays may be in each other.
const DEEPEST: usize = 64;

/// Reads a part of a text that is one document.
pub(in crate::formats) fn read(lines: &Lines<'_>, part: &str, base: usize) -> Result<Source, Unreadable> {
    let mark = part.len() - part.trim_start_matches('\u{feff}').len();
    let base = base + mark;
    if has_too_many_members(part) {
        return Err(Unreadable::new(lines.position(base), "it has too many values: import a part of it"));
    }
    let table = DeTable::parse(&part[mark..]).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        // The message of the crate may repeat the text.
        let is_duplicate = error.message().contains("duplicate");
        let why = if is_duplicate { "the name comes twice" } else { "it is not TOML" };
        Unreadable::new(lines.position(base + at), why)
    })?;
    let mut reader = Reader { lines, base, odd: Vec::new(), budget: Budget::of(part.len()) };
    let (root, inner) = reader.table(table.into_inner(), &Path::Root, 1)?;
    let spots = Spot { position: lines.position(base), inner };
    if MOST_ODD < reader.odd.len() {
        return Err(Unreadable::new(spots.position, "it has too many dates, or numbers that JSON has not"));
    }
    reader.budget.check()?;
    Ok(Source { odd: reader.odd, ..Source::new(Syntax::Toml, root.into(), spots) })
}

struct Reader<'a> {
    lines: &'a Lines<'a>,
    base: usize,
    odd: Vec<(Pointer, &'static str)>,
    /// The way to what is odd may be long.
    budget: Budget,
}

impl Reader<'_> {
    fn position(&self, at: usize) -> Position {
        self.lines.position(self.base + at)
    }

    fn table(
        &mut self,
        table: DeTable<'_>,
        path: &Path<'_>,
        depth: usize,
    ) -> Result<(Object, Inner), Unreadable> {
        // The crate sorts by name; the order of the text is that of the places.
        let mut members: Vec<_> = table.into_iter().collect();
        members.sort_by_key(|(name, _)| name.span().start);
        let mut object = Object::new();
        let mut spots = IndexMap::with_capacity(members.len());
        for (name, value) in members {
            let position = self.position(name.span().start);
            let name = name.into_inner();
            if LONGEST_NAME < name.len() || DEEPEST < depth {
                let why = if DEEPEST < depth { "it is nested too deeply" } else { "the name is too long" };
                return Err(Unreadable::new(position, why));
            }
            let (value, inner) = self.value(value, &path.member(&name), depth + 1)?;
            object.insert(name.as_ref(), value);
            spots.insert(name.into_owned(), Spot { position, inner });
        }
        Ok((object, Inner::Map(spots)))
    }

    fn value(
        &mut self,
        value: Spanned<DeValue<'_>>,
        path: &Path<'_>,
        depth: usize,
    ) -> Result<(Json, Inner), Unreadable> {
        let start = value.span().start;
        let odd = |reader: &mut Self, text: String, why| {
            // One more than may be, so that the reader sees that there were too many.
            if reader.odd.len() <= MOST_ODD {
                let pointer = path.pointer();
                if reader.budget.take(pointer.as_str().len(), || reader.position(start)) {
                    reader.odd.push((pointer, why));
                }
            }
            Json::string(text)
        };
        let json = match value.into_inner() {
            DeValue::String(text) => Json::string(text.into_owned()),
            DeValue::Boolean(value) => Json::Bool(value),
            DeValue::Integer(integer) => {
                let number = match integer.radix() {
                    10 => number(integer.as_str()),
                    radix => u64::from_str_radix(integer.as_str(), radix).ok().map(Number::from_u64),
                };
                number.map_or_else(|| odd(self, String::new(), "a number that JSON has not"), Json::Number)
            }
            DeValue::Float(float) => match number(float.as_str()) {
                Some(number) => Json::Number(number),
                None => odd(self, String::new(), "a number that JSON has not"),
            },
            DeValue::Datetime(date) => odd(self, date.to_string(), "a date: write it as a text, in quotes"),
            DeValue::Array(elements) => {
                if DEEPEST < depth {
                    return Err(Unreadable::new(self.position(start), "it is nested too deeply"));
                }
                let (mut values, mut spots) = (Vec::new(), Vec::new());
                for (index, element) in elements.into_iter().enumerate() {
                    let position = self.position(element.span().start);
                    let (value, inner) = self.value(element, &path.element(index), depth + 1)?;
                    values.push(value);
                    spots.push(Spot { position, inner });
                }
                return Ok((Json::Array(values), Inner::List(spots)));
            }
            DeValue::Table(table) => {
                let (object, inner) = self.table(table, path, depth)?;
                return Ok((object.into(), inner));
            }
        };
        Ok((json, Inner::Nothing))
    }
}

/// A number of TOML that is one of JSON too, but for its plus sign and underscores.
fn number(text: &str) -> Option<Number> {
    parsed(&text.strip_prefix('+').unwrap_or(text).replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Result<Source, Unreadable> {
        read(&Lines::of(text), text, 0)
    }

    #[test]
    fn order_numbers_and_places_are_those_of_the_text() {
        let text = "z = 1_000\n[b.\"x y\"]\nf = 20.0 # é\na = [ 0x10, +5 ]\n[a]\nd = 1979-05-27\n";
        let source = read_all(text).unwrap();
        let compact = crate::json::to_compact(&source.root);
        assert_eq!(compact, r#"{"z":1000,"b":{"x y":{"f":20.0,"a":[16,5]}},"a":{"d":"1979-05-27"}}"#);
        let place = |pointer: &str| {
            let place = source.place(&Pointer::parse(pointer).unwrap());
            (place.at.clone(), place.position.line, place.position.column)
        };
        assert_eq!(place("/b/x y"), ("[b.\"x y\"]".to_owned(), 2, 4));
        assert_eq!(place("/b/x y/a/1"), ("[b.\"x y\"] a[1]".to_owned(), 4, 13));
        assert_eq!(place("/z"), ("z".to_owned(), 1, 1));
        assert!(source.odd_part(&Pointer::parse("/a").unwrap()).is_some());
        assert!(source.odd_part(&Pointer::parse("/b").unwrap()).is_none());
    }

    #[test]
    fn an_error_has_its_place_and_repeats_nothing() {
        let error = read_all("\u{feff}a = 1\na = \"CANARY\"\n").map(|_| ()).unwrap_err();
        assert_eq!((error.position.line, error.why.as_ref()), (2, "the name comes twice"));
        let error = read_all("a = 1\nb = CANARY\n").map(|_| ()).unwrap_err();
        assert_eq!(
            (error.position.line, error.position.column, error.why.as_ref()),
            (2, 5, "it is not TOML")
        );
    }
}
