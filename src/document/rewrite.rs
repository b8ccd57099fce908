//! The text of a changed value, with the old text as its donor: what is equal keeps its bytes, what is new
//! follows the manner of its neighbours. It knows values and text, no servers.

use std::collections::HashMap;

use super::items::Items;
use crate::json::{Json, Object, Style, scan_array, scan_object, write_string};

/// The text for `new`, where `text` says `old` and its line is indented by `indent`. The style is that of
/// the surroundings, for where `text` has none of its own.
pub(super) fn rewrite(text: &str, old: &Object, new: &Object, style: &Style, indent: &str) -> String {
    let raw = scan_object(text, 0).expect("the text of an object that was read is that of an object");
    let style = &Style::of(text, &raw, indent).unwrap_or_else(|| style.clone());
    let donors: HashMap<&str, &Json> = old.iter().collect();
    let wanted: HashMap<&str, (usize, &Json)> =
        new.iter().enumerate().map(|(rank, (name, value))| (name, (rank, value))).collect();

    let mut items = Items::of_object(text, &raw, |member| Part {
        name: member.name.clone(),
        text: text[member.value.clone()].to_owned(),
    });
    items.keep(|_, part| wanted.contains_key(&*part.name));
    for at in 0..items.len() {
        let part = items.value(at);
        if let (Some(old), Some((_, new))) = (donors.get(&*part.name), wanted.get(&*part.name)) {
            let text = rewrite_value(&part.text, old, new, style, items.indent(at).unwrap_or(indent));
            let name = part.name.clone();
            items.set_value(at, Part { name, text });
        }
    }
    for (name, value) in new.iter().filter(|(name, _)| !donors.contains_key(name)) {
        let slot = items.next_slot(style, indent);
        let text = fresh(value, style, slot.indent().unwrap_or(indent));
        items.push(slot, key_text(name), Part { name: name.to_owned(), text });
    }
    items.reorder(|part| wanted.get(&*part.name).map_or(usize::MAX, |(rank, _)| *rank));

    let mut out = "{".to_owned();
    items.write(&mut out, |part| &part.text);
    out.push('}');
    out
}

/// The text of a value that has no donor.
pub(super) fn fresh(value: &Json, style: &Style, indent: &str) -> String {
    let mut out = String::new();
    style.write(&mut out, value, indent);
    out
}

/// A name with its quotes.
pub(super) fn key_text(name: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, name);
    out
}

#[derive(Clone)]
struct Part {
    name: String,
    text: String,
}

fn rewrite_value(text: &str, old: &Json, new: &Json, style: &Style, indent: &str) -> String {
    match (old, new) {
        _ if old == new => text.to_owned(),
        (Json::Object(old), Json::Object(new)) => rewrite(text, old, new, style, indent),
        (Json::Array(old), Json::Array(new)) => rewrite_array(text, old, new, style, indent),
        _ => fresh(new, style, indent),
    }
}

/// Elements are compared place by place.
fn rewrite_array(text: &str, old: &[Json], new: &[Json], style: &Style, indent: &str) -> String {
    let raw = scan_array(text, 0).expect("the text of an array that was read is that of an array");
    let mut items = Items::of_array(text, &raw, |place| text[place].to_owned());
    items.keep(|at, _| at < new.len());
    for (at, (old, new)) in old.iter().zip(new).enumerate() {
        let text = rewrite_value(items.value(at), old, new, style, items.indent(at).unwrap_or(indent));
        items.set_value(at, text);
    }
    for element in new.iter().skip(old.len()) {
        let slot = items.next_slot(style, indent);
        let text = fresh(element, style, slot.indent().unwrap_or(indent));
        items.push(slot, String::new(), text);
    }
    let mut out = "[".to_owned();
    items.write(&mut out, |text| text);
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse};

    #[test]
    fn what_is_equal_keeps_its_bytes_and_what_is_new_follows_its_neighbours() {
        for (old, new, expected) in [
            (r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":2}"#),
            (r#"{"\u0061" : "\u0062", "c":1e0}"#, r#"{"a":"b","c":2}"#, r#"{"\u0061" : "\u0062", "c":2}"#),
            (r#"{"a": {"b": [1 , 2]}}"#, r#"{"a":{"b":[1,3,4]}}"#, r#"{"a": {"b": [1 , 3, 4]}}"#),
            (r#"{"a": [1,2,3]}"#, r#"{"a":[]}"#, r#"{"a": []}"#),
            (r#"{"a": []}"#, r#"{"a":["x","y"]}"#, r#"{"a": ["x", "y"]}"#),
            (r#"{"a": ["x"]}"#, r#"{"a":["x","y"]}"#, r#"{"a": ["x", "y"]}"#),
            (r#"{"a": 1, "b": {"x":  0}}"#, r#"{"b":{"x":0},"a":1}"#, r#"{"b": {"x":  0}, "a": 1}"#),
            (r#"{"a": 1, "b": 2}"#, r#"{"c":{"d":[]},"b":2}"#, r#"{"c": {"d": []}, "b": 2}"#),
            (
                "{\n    \"a\": {},\n    \"b\": [\"-y\"]\n  }",
                r#"{"a":{"A":"1"},"b":["-y","z"],"c":{"d":[true]}}"#,
                "{\n    \"a\": {\n      \"A\": \"1\"\n    },\n    \"b\": [\"-y\", \"z\"],\n    \"c\": {\n      \"d\": [\n        true\n      ]\n    }\n  }",
            ),
        ] {
            let (was, becomes) = (parse(old, &Rules::BODY).unwrap(), parse(new, &Rules::BODY).unwrap());
            let (was, becomes) = (was.as_object().unwrap(), becomes.as_object().unwrap());
            let text = rewrite(old, was, becomes, &Style::indented(), "  ");
            assert_eq!(text, expected);
            assert_eq!(parse(&text, &Rules::BODY).unwrap().as_object().unwrap(), becomes);
        }
    }
}
