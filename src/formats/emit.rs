//! A file as text: JSON, TOML or YAML, each in the plainest form that a strict reader reads back as the same value.

use crate::json::{Json, Number, Object, Style, write_string};

/// JSON, indented by two spaces.
pub(in crate::formats) fn json(file: &Object) -> String {
    let mut out = String::new();
    Style::indented().write(&mut out, &Json::Object(file.clone()), "");
    out.push('\n');
    out
}

/// TOML: a table for each object of the first two levels, all else on one line.
pub(in crate::formats) fn toml(file: &Object) -> String {
    let mut out = String::new();
    toml_table(&mut out, file, &mut Vec::new());
    out
}

fn toml_table<'f>(out: &mut String, table: &'f Object, way: &mut Vec<&'f str>) {
    let is_table = |value: &Json| way.len() < 2 && value.as_object().is_some();
    for (name, value) in table.iter().filter(|(_, value)| !value.is_null() && !is_table(value)) {
        toml_member(out, &[name], value);
        out.push('\n');
    }
    let tables: Vec<_> = table.iter().filter(|(_, value)| is_table(value)).collect();
    for (name, value) in tables {
        let Some(inner) = value.as_object() else { continue };
        way.push(name);
        // A table of nothing but tables needs no header.
        if inner.is_empty() || way.len() == 2 || inner.iter().any(|(_, value)| value.as_object().is_none()) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push('[');
            toml_way(out, way);
            out.push_str("]\n");
        }
        toml_table(out, inner, way);
        way.pop();
    }
}

/// The keys on the way to a table, with dots between them.
pub(in crate::formats) fn toml_way(out: &mut String, way: &[impl AsRef<str>]) {
    for (index, step) in way.iter().enumerate() {
        out.push_str(if 0 < index { "." } else { "" });
        toml_key(out, step.as_ref());
    }
}

/// `name = value`, or `name.name = value`.
pub(in crate::formats) fn toml_member(out: &mut String, way: &[impl AsRef<str>], value: &Json) {
    toml_way(out, way);
    out.push_str(" = ");
    toml_value(out, value);
}

fn toml_key(out: &mut String, name: &str) {
    let is_bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { out.push_str(name) } else { toml_string(out, name) }
}

/// A basic string: as in JSON, but that DEL is escaped too.
fn toml_string(out: &mut String, text: &str) {
    let mut quoted = String::new();
    write_string(&mut quoted, text);
    out.push_str(&quoted.replace('\u{7f}', "\\u007f"));
}

pub(in crate::formats) fn toml_value(out: &mut String, value: &Json) {
    match value {
        // TOML has no null; what is nothing in a list is an empty text.
        Json::Null => out.push_str("\"\""),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => out.push_str(&toml_number(number)),
        Json::String(text) => toml_string(out, text.as_str()),
        Json::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if 0 < index {
                    out.push_str(", ");
                }
                toml_value(out, element);
            }
            out.push(']');
        }
        Json::Object(object) => {
            out.push('{');
            for (index, (name, value)) in object.iter().filter(|(_, value)| !value.is_null()).enumerate() {
                out.push_str(if 0 < index { ", " } else { " " });
                toml_member(out, &[name], value);
            }
            out.push_str(if object.is_empty() { "}" } else { " }" });
        }
    }
}

/// An integer of TOML has 64 bits; a longer one is written as a float.
fn toml_number(number: &Number) -> String {
    let spelling = number.spelling();
    let is_long = number.is_integer() && spelling.parse::<i64>().is_err();
    if is_long { format!("{spelling}.0") } else { spelling.to_owned() }
}

/// YAML: members and elements on lines of their own. Each text that a reader could treat as something else is in quotes.
pub fn yaml(file: &Object) -> String {
    let mut out = String::new();
    yaml_members(&mut out, file, 0, true);
    if out.is_empty() {
        out.push_str("{}\n");
    }
    out
}

fn yaml_members(out: &mut String, object: &Object, depth: usize, mut is_first_indented: bool) {
    for (name, value) in object.iter() {
        if is_first_indented {
            out.push_str(&"  ".repeat(depth));
        }
        is_first_indented = true;
        yaml_text(out, name);
        out.push(':');
        yaml_value(out, value, depth);
    }
}

/// A value behind a colon or a dash.
pub(in crate::formats) fn yaml_value(out: &mut String, value: &Json, depth: usize) {
    match value {
        Json::Object(object) if !object.is_empty() => {
            out.push('\n');
            yaml_members(out, object, depth + 1, true);
        }
        Json::Array(elements) if !elements.is_empty() => {
            out.push('\n');
            for element in elements {
                out.push_str(&"  ".repeat(depth + 1));
                out.push('-');
                match element {
                    Json::Object(object) if !object.is_empty() => {
                        out.push(' ');
                        yaml_members(out, object, depth + 2, false);
                    }
                    element => yaml_value(out, element, depth + 1),
                }
            }
        }
        scalar => {
            out.push(' ');
            // A list or an object has nothing in it here.
            yaml_flow(out, scalar);
            out.push('\n');
        }
    }
}

/// A value on one line, as it may be between the brackets of another one.
pub(in crate::formats) fn yaml_flow(out: &mut String, value: &Json) {
    match value {
        Json::Object(object) => {
            out.push('{');
            for (index, (name, value)) in object.iter().enumerate() {
                out.push_str(if 0 < index { ", " } else { "" });
                yaml_text(out, name);
                out.push_str(": ");
                yaml_flow(out, value);
            }
            out.push('}');
        }
        Json::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                out.push_str(if 0 < index { ", " } else { "" });
                yaml_flow(out, element);
            }
            out.push(']');
        }
        Json::String(text) => yaml_text(out, text.as_str()),
        other => Style::compact().write(out, other, ""),
    }
}

/// Words that some reader takes for a Boolean or for nothing.
const YAML_WORDS: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"];

pub(in crate::formats) fn yaml_text(out: &mut String, text: &str) {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./+=".contains(&byte))
        && !YAML_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_plain {
        return out.push_str(text);
    }
    // A double-quoted text of YAML knows the escapes of JSON. What it does not take as it is gets one.
    let mut quoted = String::new();
    write_string(&mut quoted, text);
    for character in quoted.chars() {
        match character {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            character => out.push(character),
        }
    }
}
