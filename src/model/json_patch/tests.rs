//! The examples of RFC 6902, an implementation beside ours on what has no secrets, and what attackers try
//! where there are some.

use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

use super::*;
use crate::json::{Rules, to_compact};
use crate::model::Sealing;
use crate::model::config::{Config, to_stored};
use crate::model::merge::{Reading, replace};
use crate::model::reference::NO_REFERENCES;
use crate::model::samples::{config, plain_text, ring};
use crate::projection::view;
use crate::secrets::Exposure;

fn patch(text: &str) -> JsonPatch {
    parse(crate::json::parse(text, &Rules::BODY).unwrap()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What a patch makes of a stored configuration: the result and where its secrets come from, or why it has none.
fn outcome(stored: &str, operations: &str) -> String {
    let before = config(stored);
    match apply(&patch(operations), view(&before, Exposure::Redacted), &before) {
        Err(NotApplied::Misfit(Misfit { pointer, kind, .. })) => format!("{pointer} {kind:?}"),
        Err(error) => format!("{error:?}"),
        Ok(patched) => {
            let reading = Reading {
                sealing: Sealing::EverySecret,
                ring: ring(),
                may_reveal: false,
                references: &NO_REFERENCES,
            };
            let merged = replace(patched.config, Some(&before), &reading).with_refusals(patched.displaced);
            let refused: Vec<_> = merged
                .refusals
                .iter()
                .map(|refusal| format!("{:?} {}", refusal.kind, refusal.pointer))
                .collect();
            if refused.is_empty() { plain_text(&merged.config) } else { refused.join(", ") }
        }
    }
}

#[test]
fn the_examples_of_rfc_6902_come_out_as_it_says() {
    for (number, before, operations, after) in [
        (
            1,
            r#"{"foo":"bar"}"#,
            r#"[{"op":"add","path":"/baz","value":"qux"}]"#,
            r#"{"foo":"bar","baz":"qux"}"#,
        ),
        (
            2,
            r#"{"foo":["bar","baz"]}"#,
            r#"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
            r#"{"foo":["bar","qux","baz"]}"#,
        ),
        (3, r#"{"baz":"qux","foo":"bar"}"#, r#"[{"op":"remove","path":"/baz"}]"#, r#"{"foo":"bar"}"#),
        (
            4,
            r#"{"foo":["bar","qux","baz"]}"#,
            r#"[{"op":"remove","path":"/foo/1"}]"#,
            r#"{"foo":["bar","baz"]}"#,
        ),
        (
            5,
            r#"{"baz":"qux","foo":"bar"}"#,
            r#"[{"op":"replace","path":"/baz","value":"boo"}]"#,
            r#"{"baz":"boo","foo":"bar"}"#,
        ),
        (
            6,
            r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
            r#"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
            r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#,
        ),
        (
            7,
            r#"{"foo":["all","grass","cows","eat"]}"#,
            r#"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
            r#"{"foo":["all","cows","eat","grass"]}"#,
        ),
        (
            8,
            r#"{"baz":"qux","foo":["a",2,"c"]}"#,
            r#"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
            r#"{"baz":"qux","foo":["a",2,"c"]}"#,
        ),
        (9, r#"{"baz":"qux"}"#, r#"[{"op":"test","path":"/baz","value":"bar"}]"#, "/0/path TestFailed"),
        (
            10,
            r#"{"foo":"bar"}"#,
            r#"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
            r#"{"foo":"bar","child":{"grandchild":{}}}"#,
        ),
        (
            11,
            r#"{"foo":"bar"}"#,
            r#"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
            r#"{"foo":"bar","baz":"qux"}"#,
        ),
        (12, r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"/baz/bat","value":"qux"}]"#, "/0/path NothingThere"),
        (14, r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":10}]"#, r#"{"/":9,"~1":10}"#),
        (15, r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":"10"}]"#, "/0/path TestFailed"),
        (
            16,
            r#"{"foo":["bar"]}"#,
            r#"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
            r#"{"foo":["bar",["abc","def"]]}"#,
        ),
    ] {
        assert_eq!(outcome(before, operations), after, "A.{number}");
    }
    // A.13: the reader refuses the name that comes twice.
    let twice = r#"[{"op":"add","path":"/baz","value":"qux","op":"remove"}]"#;
    assert_eq!(crate::json::parse(twice, &Rules::BODY).unwrap_err().pointer.as_str(), "/0/op");
}

#[test]
fn a_document_that_is_no_patch_is_refused_with_the_place_of_its_fault() {
    use MalformedKind::*;
    let many = format!("[{}]", vec![r#"{"op":"remove","path":"/a"}"#; 65].join(","));
    for (document, pointer, kind) in [
        ("{}", "", NotAnArray),
        ("null", "", NotAnArray),
        (&*many, "/64", TooMany),
        (r#"[{"op":"remove","path":"/a"},[]]"#, "/1", NotAnObject),
        (r#"[{"path":"/a"}]"#, "/0/op", Missing),
        (r#"[{"op":null,"path":"/a"}]"#, "/0/op", NotAString),
        (r#"[{"op":"Add","path":"/a","value":1}]"#, "/0/op", UnknownOperation),
        (r#"[{"op":"remove"}]"#, "/0/path", Missing),
        (r#"[{"op":"remove","path":["a"]}]"#, "/0/path", NotAString),
        (r#"[{"op":"remove","path":"a"}]"#, "/0/path", NotAPointer),
        (r#"[{"op":"remove","path":"/a~2"}]"#, "/0/path", NotAPointer),
        (r#"[{"op":"add","path":"/a"}]"#, "/0/value", Missing),
        (r#"[{"op":"replace","path":"/a"}]"#, "/0/value", Missing),
        (r#"[{"op":"test","path":"/a"}]"#, "/0/value", Missing),
        (r#"[{"op":"move","path":"/a"}]"#, "/0/from", Missing),
        (r#"[{"op":"copy","path":"/a","from":7}]"#, "/0/from", NotAString),
        (r#"[{"op":"copy","path":"/a","from":"~"}]"#, "/0/from", NotAPointer),
    ] {
        let error = parse(crate::json::parse(document, &Rules::BODY).unwrap()).expect_err(document);
        assert_eq!((error.pointer.as_str(), error.kind), (pointer, kind), "{document}");
    }
    let most = format!("[{}]", vec![r#"{"op":"test","path":"/a","value":null}"#; 64].join(","));
    assert_eq!(patch(&most).operations.len(), 64);
}

#[test]
fn an_operation_that_does_not_fit_is_reported_with_its_place() {
    let stored = r#"{"command":"x","args":["a","b"],"env":{"A":"sealed s"},"n":{"m":{}}}"#;
    for (operation, expected) in [
        (r#""op":"remove","path":"/absent""#, "/1/path NothingThere"),
        (r#""op":"replace","path":"/absent","value":1"#, "/1/path NothingThere"),
        (r#""op":"test","path":"/absent","value":null"#, "/1/path NothingThere"),
        (r#""op":"move","from":"/absent","path":"/n""#, "/1/from NothingThere"),
        (r#""op":"move","from":"/absent","path":"/absent""#, "/1/from NothingThere"),
        (r#""op":"copy","from":"/absent/deep","path":"/n""#, "/1/from NothingThere"),
        (r#""op":"copy","from":"/n","path":"/absent/deep""#, "/1/path NothingThere"),
        (r#""op":"add","path":"/args/3","value":"c""#, "/1/path OutOfRange"),
        (r#""op":"remove","path":"/args/2""#, "/1/path OutOfRange"),
        (r#""op":"remove","path":"/args/-""#, "/1/path OutOfRange"),
        (r#""op":"add","path":"/args/99999999999999999999999","value":"c""#, "/1/path OutOfRange"),
        (r#""op":"add","path":"/args/01","value":"c""#, "/1/path NoIndex"),
        (r#""op":"add","path":"/args/+1","value":"c""#, "/1/path NoIndex"),
        (r#""op":"add","path":"/args/","value":"c""#, "/1/path NoIndex"),
        (r#""op":"test","path":"/args/x","value":"c""#, "/1/path NoIndex"),
        (r#""op":"add","path":"/command/x","value":1"#, "/1/path NoContainer"),
        (r#""op":"remove","path":"/command/x""#, "/1/path NoContainer"),
        (r#""op":"add","path":"/env/A/x","value":1"#, "/1/path NoContainer"),
        (r#""op":"move","from":"/n","path":"/n/m""#, "/1/path IntoItself"),
        (r#""op":"move","from":"","path":"/n""#, "/1/path IntoItself"),
        (r#""op":"test","path":"/args","value":["b","a"]"#, "/1/path TestFailed"),
        (r#""op":"test","path":"","value":{}"#, "/1/path TestFailed"),
    ] {
        let operations = format!(r#"[{{"op":"test","path":"/n","value":{{"m":{{}}}}}},{{{operation}}}]"#);
        assert_eq!(outcome(stored, &operations), expected, "{operation}");
    }
}

#[test]
fn the_whole_may_be_replaced_by_an_object_and_by_nothing_else() {
    let stored = r#"{"command":"x","env":{"A":"sealed s"}}"#;
    for (operations, expected) in [
        (r#"[{"op":"replace","path":"","value":{"url":"u"}}]"#, r#"{"url":"u"}"#),
        (
            r#"[{"op":"add","path":"","value":{"command":"y","env":{"A":"[REDACTED]"}}}]"#,
            r#"{"command":"y","env":{"A":"kept s"}}"#,
        ),
        (r#"[{"op":"replace","path":"","value":[]}]"#, "NotAnObject"),
        (r#"[{"op":"replace","path":"","value":null}]"#, "NotAnObject"),
        (r#"[{"op":"remove","path":""}]"#, "NotAnObject"),
        (r#"[{"op":"copy","from":"/command","path":""}]"#, "NotAnObject"),
        (r#"[{"op":"copy","from":"","path":""}]"#, r#"{"command":"x","env":{"A":"kept s"}}"#),
        (r#"[{"op":"move","from":"","path":""}]"#, r#"{"command":"x","env":{"A":"kept s"}}"#),
        (r#"[{"op":"remove","path":""},{"op":"add","path":"/a","value":1}]"#, "/1/path NoContainer"),
        (
            r#"[{"op":"remove","path":""},{"op":"add","path":"","value":{"command":"z"}}]"#,
            r#"{"command":"z"}"#,
        ),
        (r#"[{"op":"move","from":"/env","path":""}]"#, "Displaced /A"),
    ] {
        assert_eq!(outcome(stored, operations), expected, "{operations}");
    }
}

const GUARDED: &str = r#"{"command":"x","env":{"A":"sealed s","B":"sealed t","N":7},"url":"https://u:p@h/?key=k","auth":{"value":"sealed v"},"keys":["sealed k","sealed l"],"deep":{"my_token":"foreign f"},"note":"n"}"#;

#[test]
fn a_mask_is_kept_where_it_was_read_and_nowhere_else() {
    for (operations, expected) in [
        // Away to any place: also to the place of another secret, and to where nothing is secret.
        (r#"{"op":"copy","from":"/env/A","path":"/env/B"}"#, "Displaced /env/B"),
        (r#"{"op":"move","from":"/env/A","path":"/env/B"}"#, "Displaced /env/B"),
        (r#"{"op":"move","from":"/env/A","path":"/env/C"}"#, "Displaced /env/C"),
        (r#"{"op":"copy","from":"/env/A","path":"/note"}"#, "Displaced /note"),
        (r#"{"op":"copy","from":"/env/A","path":"/description"}"#, "Displaced /description"),
        (r#"{"op":"copy","from":"/env/A","path":"/url"}"#, "Displaced /url"),
        (r#"{"op":"copy","from":"/env/N","path":"/timeout"}"#, "Displaced /timeout"),
        (r#"{"op":"copy","from":"/auth/value","path":"/auth"}"#, "Displaced /auth"),
        (
            r#"{"op":"copy","from":"/env","path":"/headers"}"#,
            "Displaced /headers/A, Displaced /headers/B, Displaced /headers/N",
        ),
        (r#"{"op":"copy","from":"/deep","path":"/env/A"}"#, "Displaced /env/A/my_token"),
        (r#"{"op":"copy","from":"/url","path":"/note"}"#, "Displaced /note"),
        (r#"{"op":"copy","from":"/url","path":"/env/A"}"#, "Displaced /env/A"),
        (
            r#"{"op":"copy","from":"/keys/0","path":"/keys/1"}"#,
            "Displaced /keys/1, Displaced /keys/2, NothingToRestore /keys/0",
        ),
        (r#"{"op":"remove","path":"/keys/0"}"#, "Displaced /keys/0"),
        (r#"{"op":"move","from":"/keys/0","path":"/keys/1"}"#, "Displaced /keys/0, Displaced /keys/1"),
        (r#"{"op":"copy","from":"/keys","path":"/env/A"}"#, "Displaced /env/A/0, Displaced /env/A/1"),
        (
            r#"{"op":"copy","from":"/keys/0","path":"/tmp"},{"op":"replace","path":"/keys","value":{}},{"op":"move","from":"/tmp","path":"/keys/0"}"#,
            "Displaced /keys/0",
        ),
        // A mask that the patch sends is read in the place where it ends up, as in any body.
        (r#"{"op":"add","path":"/env/C","value":"[REDACTED]"}"#, "NothingToRestore /env/C"),
        (r#"{"op":"replace","path":"/keys","value":["[REDACTED]"]}"#, "NothingToRestore /keys/0"),
        (r#"{"op":"replace","path":"/keys/0","value":"new"}"#, "ArrayChanged /keys"),
        (r#"{"op":"remove","path":"/keys/1"}"#, "NothingToRestore /keys/0"),
        (r#"{"op":"replace","path":"/url","value":"https://h/?token=**********"}"#, "NothingToRestore /url"),
    ] {
        assert_eq!(outcome(GUARDED, &format!("[{operations}]")), expected, "{operations}");
    }
}

#[test]
fn a_mask_that_comes_back_or_never_left_is_kept() {
    let kept = result_of("");
    assert_eq!(
        kept,
        r#"{"command":"x","env":{"A":"kept s","B":"kept t","N":"kept 7"},"url":"kept https://u:p@h/?key=k","auth":{"value":"kept v"},"keys":["kept k","kept l"],"deep":{"my_token":"kept unreadable"},"note":"n"}"#
    );
    for operations in [
        r#"{"op":"copy","from":"/env/A","path":"/env/A"}"#,
        r#"{"op":"move","from":"/env/A","path":"/env/A"}"#,
        r#"{"op":"move","from":"/env/N","path":"/tmp"},{"op":"move","from":"/tmp","path":"/env/N"}"#,
        r#"{"op":"copy","from":"/url","path":"/tmp"},{"op":"move","from":"/tmp","path":"/url"}"#,
        r#"{"op":"copy","from":"/env","path":"/env/A"},{"op":"copy","from":"/env/A/A","path":"/env/A"}"#,
        r#"{"op":"move","from":"/keys/0","path":"/keys/1"},{"op":"move","from":"/keys/1","path":"/keys/0"}"#,
        r#"{"op":"replace","path":"/env/A","value":"[REDACTED]"},{"op":"replace","path":"/env/N","value":"<redacted>"}"#,
        r#"{"op":"replace","path":"/url","value":"https://**********@h/?key=%5BREDACTED%5D"}"#,
        r#"{"op":"replace","path":"/keys","value":["[REDACTED]","[REDACTED]"]}"#,
    ] {
        assert_eq!(result_of(operations), kept, "{operations}");
    }
    let changed = [
        (
            r#"{"op":"remove","path":"/env/B"},{"op":"add","path":"/env/C","value":"new"}"#,
            r#""env":{"A":"kept s","N":"kept 7","C":"new new"}"#,
        ),
        (
            r#"{"op":"replace","path":"/env/A","value":"s"}"#,
            r#""env":{"A":"new s","B":"kept t","N":"kept 7"}"#,
        ),
        (
            r#"{"op":"copy","from":"/note","path":"/env/A"}"#,
            r#""env":{"A":"new n","B":"kept t","N":"kept 7"}"#,
        ),
        (r#"{"op":"move","from":"/note","path":"/my_key"}"#, r#""my_key":"new n""#),
    ];
    for (operations, expected) in changed {
        assert!(result_of(operations).contains(expected), "{operations}: {}", result_of(operations));
    }
}

fn result_of(operations: &str) -> String {
    outcome(GUARDED, &format!("[{operations}]"))
}

#[test]
fn a_test_sees_masks_and_never_what_is_behind_them() {
    for (path, seen, hidden) in [
        ("/env/A", r#""[REDACTED]""#, r#""s""#),
        ("/env/N", r#""[REDACTED]""#, "7"),
        ("/url", r#""https://**********@h/?key=**********""#, r#""https://u:p@h/?key=k""#),
        ("/auth", r#"{"value":"[REDACTED]"}"#, r#"{"value":"v"}"#),
        ("/keys", r#"["[REDACTED]","[REDACTED]"]"#, r#"["k","l"]"#),
        ("/deep/my_token", r#""[REDACTED]""#, r#""f""#),
    ] {
        for (value, is_seen) in [(seen, true), (hidden, false), (r#""<redacted>""#, false)] {
            let operations = format!(r#"{{"op":"test","path":"{path}","value":{value}}}"#);
            let expected = if is_seen { result_of("") } else { "/0/path TestFailed".to_owned() };
            assert_eq!(result_of(&operations), expected, "{operations}");
        }
    }
}

#[test]
fn a_test_compares_numbers_by_value_and_objects_in_any_order() {
    let stored = r#"{"n":9007199254740993,"d":1.50,"o":{"a":1,"b":[true,null]}}"#;
    for (path, value, is_equal) in [
        ("/n", "9007199254740993", true),
        ("/n", "9007199254740993.0", true),
        ("/n", "9007199254740992", false),
        ("/d", "15e-1", true),
        ("/d", r#""1.50""#, false),
        ("/o", r#"{"b":[true,null],"a":1.0}"#, true),
        ("/o", r#"{"a":1}"#, false),
        ("/o", r#"{"a":1,"b":[true,null],"c":null}"#, false),
        ("/o/b", "[null,true]", false),
        ("/o/b/1", "null", true),
        ("/o/b/0", "1", false),
    ] {
        let answer = outcome(stored, &format!(r#"[{{"op":"test","path":"{path}","value":{value}}}]"#));
        assert_eq!(answer != "/0/path TestFailed", is_equal, "{path} {value}: {answer}");
    }
}

#[test]
fn copies_of_copies_end_before_the_memory_does() {
    let begun = Instant::now();
    let stored = format!(r#"{{"command":"{}"}}"#, "x".repeat(100));
    let doubling: Vec<_> =
        (0..64).map(|index| format!(r#"{{"op":"copy","from":"","path":"/c{index}"}}"#)).collect();
    assert_eq!(outcome(&stored, &format!("[{}]", doubling.join(","))), "TooLarge");
    let listed: Vec<_> = (0..64).map(|_| r#"{"op":"copy","from":"/l","path":"/l/-"}"#).collect();
    assert_eq!(outcome(r#"{"l":[]}"#, &format!("[{}]", listed.join(","))), "TooLarge");
    // Each copy goes into the deepest place of the one before.
    let nesting: Vec<_> = (0..12)
        .map(|times| format!(r#"{{"op":"copy","from":"/o","path":"{}/o"}}"#, "/o".repeat(1 << times)))
        .collect();
    let outcome = outcome(r#"{"o":{}}"#, &format!("[{}]", nesting.join(",")));
    assert!(outcome.starts_with("TooDeep"), "{outcome}");
    assert!(begun.elapsed().as_secs() < 20, "it took {:?}", begun.elapsed());
}

#[test]
fn a_patch_is_written_as_it_would_be_sent() {
    let text = r#"[{"op":"add","path":"/a","value":{"b":1.0}},{"op":"remove","path":"/a"},{"op":"replace","path":"/c","value":null},{"op":"move","path":"/d","from":"/c"},{"op":"copy","path":"/a","from":"/d"},{"op":"test","path":"/~01","value":[]}]"#;
    assert_eq!(to_compact(&patch(text).to_json()), text);
    let paths: Vec<_> = patch(text).paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["/a", "/c", "/d", "/~01"]);
    let long: Vec<_> = (0..64)
        .map(|index| format!(r#"{{"op":"remove","path":"/{}{index}"}}"#, "p".repeat(10_000)))
        .collect();
    assert_eq!(patch(&format!("[{}]", long.join(","))).paths(), [Pointer::root()]);
}

/// RFC 6902 §4 as it is written there, on plain values.
mod plain {
    use super::{Map, Value};

    pub(super) fn apply(mut target: Value, patch: &Value) -> Option<Value> {
        for operation in patch.as_array()? {
            let text = |name: &str| operation[name].as_str();
            let path = text("path")?;
            match text("op")? {
                "add" => add(&mut target, path, operation["value"].clone())?,
                "remove" => {
                    remove(&mut target, path)?;
                }
                "replace" => *target.pointer_mut(path)? = operation["value"].clone(),
                "move" => {
                    let from = text("from")?;
                    if path.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
                        return None;
                    }
                    let value = remove(&mut target, from)?;
                    add(&mut target, path, value)?;
                }
                "copy" => {
                    let value = target.pointer(text("from")?)?.clone();
                    add(&mut target, path, value)?;
                }
                _ => {
                    if *target.pointer(path)? != operation["value"] {
                        return None;
                    }
                }
            }
        }
        Some(target)
    }

    fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
        let Some((parent, name)) = path.rsplit_once('/') else {
            *target = value;
            return Some(());
        };
        match target.pointer_mut(parent)? {
            Value::Object(members) => {
                members.insert(unescaped(name), value);
            }
            Value::Array(elements) if name == "-" => elements.push(value),
            Value::Array(elements) => {
                let at: usize = name.parse().ok().filter(|at: &usize| at.to_string() == name)?;
                if elements.len() < at {
                    return None;
                }
                elements.insert(at, value);
            }
            _ => return None,
        }
        Some(())
    }

    fn remove(target: &mut Value, path: &str) -> Option<Value> {
        let removed = target.pointer(path)?.clone();
        match path.rsplit_once('/') {
            None => *target = Value::Null,
            Some((parent, name)) => match target.pointer_mut(parent)? {
                Value::Object(members) => drop(members.remove(&unescaped(name))),
                Value::Array(elements) => drop(elements.remove(name.parse().ok()?)),
                _ => return None,
            },
        }
        Some(removed)
    }

    fn unescaped(name: &str) -> String {
        name.replace("~1", "/").replace("~0", "~")
    }

    /// What a replacement makes of it: top-level nulls are the same as absent members.
    pub(super) fn as_replacement(value: Value) -> Option<Map<String, Value>> {
        let Value::Object(members) = value else { return None };
        Some(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
    }
}

fn any_value() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        select(vec!["", "a", "[REDACTED]"]).prop_map(Value::from),
    ];
    scalar
        .prop_recursive(3, 10, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                vec((any_name(), inner), 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
        .boxed()
}

fn any_name() -> impl Strategy<Value = String> + Clone {
    select(vec!["a", "b", "0", "1", "", "~/", "-"]).prop_map(str::to_owned)
}

fn any_pointer() -> impl Strategy<Value = String> {
    vec(select(vec!["a", "a", "b", "b", "0", "0", "1", "2", "-", "", "~0~1", "01"]), 0..4)
        .prop_map(|names| names.iter().map(|name| format!("/{name}")).collect())
}

fn any_operation() -> impl Strategy<Value = Value> {
    let op = select(vec!["add", "add", "add", "remove", "replace", "move", "copy", "copy", "test"]);
    (op, any_pointer(), any_pointer(), any_value()).prop_map(
        |(op, path, from, value)| serde_json::json!({"op": op, "path": path, "from": from, "value": value}),
    )
}

fn any_object() -> impl Strategy<Value = Value> {
    vec((any_name(), any_value()), 0..5).prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn plain_config(value: &Value) -> Config {
    config(&value.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn where_nothing_is_secret_it_is_rfc_6902(
        stored in any_object(),
        operations in vec(any_operation(), 0..4),
        is_tested in any::<bool>(),
    ) {
        let mut operations = operations;
        if is_tested {
            // One that holds, so that not all of them fail.
            operations.insert(0, serde_json::json!({"op": "test", "path": "", "value": stored.clone()}));
        }
        let operations = Value::Array(operations);
        let before = plain_config(&stored);
        let ours = apply(&patch(&operations.to_string()), view(&before, Exposure::Redacted), &before);
        let ours = ours.ok().map(|patched| {
            assert_eq!(patched.displaced, []);
            let reading = Reading { sealing: Sealing::EverySecret, ring: ring(), may_reveal: false, references: &NO_REFERENCES };
            let merged = replace(patched.config, Some(&before), &reading);
            assert_eq!(merged.refusals, []);
            let stored = to_stored(&merged.config, ring()).expect("there is a key");
            serde_json::from_str::<Value>(&to_compact(&stored.into())).expect("it is JSON")
        });
        let theirs = plain::apply(stored, &operations).and_then(plain::as_replacement).map(Value::Object);
        prop_assert_eq!(ours, theirs);
    }
}
