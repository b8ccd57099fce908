//! JSON texts for tests: legal, and as odd as the grammar allows.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// White space of every kind, or none.
pub(crate) fn any_space() -> impl Strategy<Value = &'static str> + Clone {
    prop_oneof![
        4 => Just(""),
        2 => Just(" "),
        1 => Just("\n"),
        1 => Just("\t"),
        1 => Just("\r\n  "),
        1 => Just("\n\n    ")
    ]
}

/// A string with its quotes. No two of the parts say the same, so that texts that differ differ in meaning.
pub(crate) fn any_string() -> impl Strategy<Value = String> + Clone {
    let part = prop_oneof![
        Just("a"),
        Just("é"),
        Just(r"\u0041"),
        Just(r"\ud83d\ude00"),
        Just(r"\n"),
        Just(r"\/"),
        Just(r"\\"),
        Just("\\\""),
        Just("{},:[]"),
    ];
    vec(part, 0..4).prop_map(|parts| format!("\"{}\"", parts.concat()))
}

/// The members of an object, their names unique: the text between its braces.
pub(crate) fn any_members(value: BoxedStrategy<String>) -> impl Strategy<Value = Vec<(String, String)>> {
    btree_map(any_string(), value, 0..4).prop_map(|members| members.into_iter().collect())
}

/// Any value.
pub(crate) fn any_json() -> BoxedStrategy<String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
        any_string(),
    ];
    scalar
        .prop_recursive(4, 24, 4, |inner| {
            let spaces = || (any_space(), any_space(), any_space());
            let array = (vec(inner.clone(), 0..4), spaces()).prop_map(|(list, (gap, trail, _))| {
                let items: Vec<_> = list.iter().map(|value| format!("{gap}{value}{trail}")).collect();
                format!("[{}]", items.join(","))
            });
            let object = (any_members(inner.boxed()), spaces()).prop_map(|(members, (gap, colon, trail))| {
                let items: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{gap}{name}{trail}:{colon}{value}{trail}"))
                    .collect();
                format!("{{{}}}", items.join(","))
            });
            prop_oneof![array, object]
        })
        .boxed()
}

/// Any object.
pub(crate) fn any_object() -> BoxedStrategy<String> {
    (any_members(any_json()), any_space(), any_space(), any_space())
        .prop_map(|(members, gap, colon, trail)| {
            let items: Vec<_> =
                members.iter().map(|(name, value)| format!("{gap}{name}:{colon}{value}{trail}")).collect();
            format!("{{{}}}", items.join(","))
        })
        .boxed()
}
