//! The same value in many spellings: white space, escapes in strings, the order of members.

use mcp_settings::json::{Json, Object, Style, write_string};
use proptest::prelude::*;

/// How a value is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Compact,
    Indented,
    /// White space where nobody expects it, and escapes that nobody needs.
    Odd,
}

pub(crate) fn any_manner() -> impl Strategy<Value = Manner> {
    prop_oneof![Just(Manner::Compact), Just(Manner::Indented), Just(Manner::Odd)]
}

/// The text of a value.
pub(crate) fn spell(value: &Json, manner: Manner, indent: &str) -> String {
    let mut out = String::new();
    match manner {
        Manner::Compact => Style::compact().write(&mut out, value, ""),
        Manner::Indented => Style::indented().write(&mut out, value, indent),
        Manner::Odd => odd(&mut out, value),
    }
    out
}

fn odd(out: &mut String, value: &Json) {
    let list = |out: &mut String, ends: [&str; 2], items: Vec<String>| {
        out.push_str(ends[0]);
        out.push_str(&items.join(" ,\t"));
        out.push_str(ends[1]);
    };
    match value {
        Json::String(text) => out.push_str(&odd_string(text.as_str())),
        Json::Array(elements) => {
            let items = elements.iter().map(|element| spell(element, Manner::Odd, "")).collect();
            list(out, ["[ ", "\n]"], items);
        }
        Json::Object(object) => {
            let item = |(name, value): (&str, &Json)| {
                format!("{} : {}", odd_string(name), spell(value, Manner::Odd, ""))
            };
            list(out, ["{\r\n", " }"], object.iter().map(item).collect());
        }
        scalar => Style::compact().write(out, scalar, ""),
    }
}

/// Every second letter as an escape.
fn odd_string(text: &str) -> String {
    let mut out = "\"".to_owned();
    for (index, character) in text.chars().enumerate() {
        if index % 2 == 0 && character.is_ascii_alphabetic() {
            out.push_str(&format!("\\u{:04X}", u32::from(character)));
        } else {
            let mut one = String::new();
            write_string(&mut one, character.encode_utf8(&mut [0; 4]));
            out.push_str(&one[1..one.len() - 1]);
        }
    }
    out + "\""
}

/// The same state with every object's members in the opposite order.
pub(crate) fn reversed(value: &Json) -> Json {
    match value {
        Json::Object(object) => {
            object.iter().rev().map(|(name, value)| (name, reversed(value))).collect::<Object>().into()
        }
        Json::Array(elements) => Json::Array(elements.iter().map(reversed).collect()),
        scalar => scalar.clone(),
    }
}
