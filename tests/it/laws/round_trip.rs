//! L3: what was read can be written back, whatever it is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::server::{TestServer, item};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]{0,12}",
        1 => "\\PC{1,8}",
        1 => Just("\u{1f600}\"\\\n\t/".to_owned()),
        // Nearly a mask, nearly a token: secrets like any other.
        1 => prop_oneof![Just("**"), Just("a***b"), Just("[redacte]"), Just("xxy"), Just("gAAAA")].prop_map(str::to_owned),
    ]
}

fn unknown() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Quarters: every reader gets the same double.
        (-1000..1000i32).prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,6}", "[a-z]{0,3}(Key|token|SECRET|Password|cookie)[a-z~/]{0,3}"]
}

/// Configurations of the open dialect, with secrets in known and unknown places.
fn configs() -> impl Strategy<Value = Value> {
    let map = || prop::collection::btree_map("[A-Za-z_~/.]{1,8}", text(), 0..4);
    // What a header can be called and hold.
    let headers = prop::collection::btree_map("[a-z_~.]{1,8}", "[ -~]{0,12}", 0..4);
    let extras = prop::collection::btree_map("x[a-zA-Z]{0,4}(Key|_token|)", unknown(), 0..4);
    let kind = prop_oneof![
        (prop::collection::vec(text(), 0..3), map())
            .prop_map(|(args, env)| json!({"command": "x", "args": args, "env": env})),
        (headers, "[a-z]{1,5}").prop_map(|(headers, host)| {
            json!({"url": format!("https://u:p@{host}/p?api_key=k&x=1"), "headers": headers})
        }),
    ];
    (kind, extras, proptest::option::of(text())).prop_map(|(kind, extras, description)| {
        let mut members: Map<String, Value> = extras.into_iter().collect();
        members.extend(kind.as_object().expect("it was made as one").clone());
        members.extend(description.map(|text| ("description".to_owned(), Value::from(text))));
        Value::Object(members)
    })
}

/// The configuration without top-level nulls, which a `PUT` takes as absent.
fn stored(config: &Value) -> Value {
    let members = config.as_object().expect("a configuration is an object").iter();
    members.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[test]
fn put_of_get_changes_nothing() {
    let server = TestServer::start();
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&configs(), |config| {
        let put = server.put(item("s")).json(&config).send();
        prop_assert!(matches!(put.status, 200 | 201), "{} {}", put.status, put.text());
        let tag = put.etag();
        prop_assert_eq!(server.plaintext("s"), stored(&config));
        let before = server.document();
        for mode in ["", "encrypted", "plaintext"] {
            let read = server.get(item("s")).expose(mode).send().expect(200).json()["config"].take();
            let written = server.put(item("s")).if_match(&tag).json(&read).send();
            prop_assert_eq!(written.status, 200, "{:?}: {}", mode, written.text());
            prop_assert_eq!(written.etag(), tag.clone());
            prop_assert!(server.document() == before, "{:?} changed bytes", mode);
        }
        server.patch(item("s")).json(&json!({})).send().expect(200);
        prop_assert!(server.document() == before, "an empty patch changed bytes");
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// RFC 7396 §2, as its pseudo-code says.
fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut target = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            let merged = merged(target.get(name).unwrap_or(&Value::Null), value);
            target.insert(name.clone(), merged);
        }
    }
    Value::Object(target)
}

#[test]
fn a_patch_is_merged_as_rfc_7396_says() {
    let server = TestServer::start();
    let patches = prop::collection::btree_map("x[a-zA-Z]{0,2}(Key|)", unknown(), 0..4);
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(configs(), patches), |(config, patch)| {
        server.put(item("s")).json(&config).send().expect_success();
        let patch = Value::Object(patch.into_iter().collect());
        server.patch(item("s")).json(&patch).send().expect(200);
        prop_assert_eq!(server.plaintext("s"), merged(&stored(&config), &patch));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
