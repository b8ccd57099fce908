//! JSON values as text: on one line, or in the manner of a file that is already there. Numbers keep their
//! spelling; of a string only what RFC 8259 §7 demands is escaped.

use super::scan::RawObject;
use super::value::Json;

/// How a file separates and indents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    lines: Option<Lines>,
    after_comma: String,
    colon: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines {
    newline: &'static str,
    unit: String,
}

impl Style {
    /// A line for each member and element, indented by two spaces: what Python's `json.dump(indent=2)` writes.
    pub fn indented() -> Self {
        let lines = Some(Lines { newline: "\n", unit: "  ".to_owned() });
        Self { lines, after_comma: " ".to_owned(), colon: ": ".to_owned() }
    }

    /// Everything on one line, and no space.
    pub fn compact() -> Self {
        Self { lines: None, after_comma: String::new(), colon: ":".to_owned() }
    }

    /// The style of an object whose line is indented by `indent`; an empty one has none.
    pub fn of(text: &str, object: &RawObject, indent: &str) -> Option<Self> {
        let first = object.members.first()?;
        let gap = &text[object.open + 1..first.key.start];
        let lines = gap.rfind('\n').map(|at| {
            let inner = &gap[at + 1..];
            Lines {
                newline: if gap.contains("\r\n") { "\r\n" } else { "\n" },
                unit: inner.strip_prefix(indent).unwrap_or(inner).to_owned(),
            }
        });
        let colon = match &text[first.key.end..first.value.start] {
            broken if broken.contains('\n') => ": ",
            colon => colon,
        };
        let after_comma = object.members.get(1).and_then(|second| {
            let between = &text[first.value.end..second.key.start];
            between.split_once(',').map(|(_, gap)| gap).filter(|gap| !gap.contains('\n'))
        });
        let guess = if colon.ends_with(' ') { " " } else { "" };
        Some(Self { lines, after_comma: after_comma.unwrap_or(guess).to_owned(), colon: colon.to_owned() })
    }

    /// The text before the first item of a container whose line is indented by `indent`.
    pub fn before_first(&self, indent: &str) -> String {
        match &self.lines {
            Some(lines) => format!("{}{indent}{}", lines.newline, lines.unit),
            None => String::new(),
        }
    }

    /// The text between the last item of such a container and its closing bracket.
    pub fn after_last(&self, indent: &str) -> String {
        match &self.lines {
            Some(lines) => format!("{}{indent}", lines.newline),
            None => String::new(),
        }
    }

    /// The text after a comma where an item takes no line of its own.
    pub fn after_comma(&self) -> &str {
        &self.after_comma
    }

    /// The text between a name and its value.
    pub fn colon(&self) -> &str {
        &self.colon
    }

    /// Appends a value whose line is indented by `indent`.
    pub fn write(&self, out: &mut String, value: &Json, indent: &str) {
        match value {
            Json::Null => out.push_str("null"),
            Json::Bool(true) => out.push_str("true"),
            Json::Bool(false) => out.push_str("false"),
            Json::Number(number) => out.push_str(number.spelling()),
            Json::String(text) => write_string(out, text.as_str()),
            Json::Array(elements) => {
                self.write_list(out, ('[', ']'), elements.iter(), indent, |out, element, indent| {
                    self.write(out, element, indent);
                });
            }
            Json::Object(object) => {
                self.write_list(out, ('{', '}'), object.iter(), indent, |out, (name, value), indent| {
                    write_string(out, name);
                    out.push_str(&self.colon);
                    self.write(out, value, indent);
                });
            }
        }
    }

    fn write_list<T>(
        &self,
        out: &mut String,
        brackets: (char, char),
        items: impl ExactSizeIterator<Item = T>,
        indent: &str,
        write_item: impl Fn(&mut String, T, &str),
    ) {
        out.push(brackets.0);
        if items.len() > 0 {
            let first = self.before_first(indent);
            let between = if self.lines.is_some() { &first } else { &self.after_comma };
            let inner = first.trim_start_matches(['\r', '\n']);
            for (index, item) in items.enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(if index > 0 { between } else { &first });
                write_item(out, item, inner);
            }
            out.push_str(&self.after_last(indent));
        }
        out.push(brackets.1);
    }
}

/// The value on one line without any space.
pub fn to_compact(value: &Json) -> String {
    let mut out = String::new();
    Style::compact().write(&mut out, value, "");
    out
}

/// Appends a string with its quotes.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|character: char| matches!(character, '"' | '\\' | '\0'..='\u{1f}')) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            control => out.push_str(&format!("\\u{control:04x}")),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse, scan_object};

    #[test]
    fn only_what_must_be_escaped_is() {
        let mut out = String::new();
        write_string(&mut out, "\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}é\u{2028}\u{1F600}");
        assert_eq!(out, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}é\u{2028}\u{1F600}\"");
    }

    #[test]
    fn a_number_keeps_its_spelling() {
        let text = "[1.0,1E+2,-0,123456789012345678901234567890]";
        assert_eq!(to_compact(&parse(text, &Rules::BODY).unwrap()), text);
    }

    #[test]
    fn a_value_is_written_in_the_manner_of_the_object_that_is_given() {
        let value = parse(r#"{"a":[1,{}],"b":[],"c":{"d":null}}"#, &Rules::BODY).unwrap();
        for (object, written) in [
            (r#"{"x":1}"#, r#"{"a":[1,{}],"b":[],"c":{"d":null}}"#),
            (r#"{"x": 1}"#, r#"{"a": [1, {}], "b": [], "c": {"d": null}}"#),
            (r#"{"x": 1,"y": 1}"#, r#"{"a": [1,{}],"b": [],"c": {"d": null}}"#),
            (
                "{\n  \"x\": 1\n}",
                "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": [],\n  \"c\": {\n    \"d\": null\n  }\n}",
            ),
            (
                "{\r\n\t\"x\" :1\r\n}",
                "{\r\n\t\"a\" :[\r\n\t\t1,\r\n\t\t{}\r\n\t],\r\n\t\"b\" :[],\r\n\t\"c\" :{\r\n\t\t\"d\" :null\r\n\t}\r\n}",
            ),
        ] {
            let style = Style::of(object, &scan_object(object, 0).unwrap(), "").unwrap();
            let mut out = String::new();
            style.write(&mut out, &value, "");
            assert_eq!(out, written);
        }
        assert_eq!(Style::of("{ }", &scan_object("{ }", 0).unwrap(), ""), None);
    }

    #[test]
    fn deeper_lines_start_with_the_indentation_of_the_place() {
        let mut out = String::new();
        Style::indented().write(&mut out, &parse(r#"{"a":[1]}"#, &Rules::BODY).unwrap(), "    ");
        assert_eq!(out, "{\n      \"a\": [\n        1\n      ]\n    }");
    }
}
