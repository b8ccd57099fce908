//! What is reported as a difference, and what must not be.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::samples::{config, object};

fn joined(pointers: Vec<Pointer>) -> String {
    pointers.iter().map(Pointer::as_str).collect::<Vec<_>>().join(" ")
}

fn of_put(body: &str, current: &str, may_reveal: bool) -> String {
    joined(changed(Request::Replace(&object(body)), &config(current), Dialect::Open, may_reveal))
}

fn of_patch(patch: &str, current: &str, may_reveal: bool) -> String {
    joined(changed(Request::MergePatch(&object(patch)), &config(current), Dialect::Open, may_reveal))
}

const CURRENT: &str = r#"{"command":"x","args":["a"],"env":{"A":"sealed s","P":8080},"url":"https://u:p@h/?api_key=k","n":{"a":1,"b":[1.0,{"c":null}]},"keys":["sealed t"]}"#;

#[test]
fn a_put_differs_where_it_says_something_else_and_where_it_says_nothing() {
    let table = [
        (CURRENT, "", "/env/A /env/P /url /keys"),
        (
            &CURRENT
                .replace("sealed s", "[REDACTED]")
                .replace("8080", "\"<redacted>\"")
                .replace("u:p", "**********")
                .replace("=k", "=**********")
                .replace("sealed t", "**********"),
            "",
            "",
        ),
        (r#"{"command":"y"}"#, "/command /args /env /url /n /keys", "/command /args /env /url /n /keys"),
        (&CURRENT.replace("\"x\"", "null"), "/command", "/command /env/A /env/P /url /keys"),
        (&CURRENT.replace("1.0", "1.00"), "", "/env/A /env/P /url /keys"),
        (&CURRENT.replace("1.0", "1"), "/n/b", "/env/A /env/P /url /n/b /keys"),
        (&CURRENT.replace("\"a\":1,", ""), "/n/a", "/env/A /env/P /url /n/a /keys"),
        (&CURRENT.replace("sealed s", "other"), "/env/A", "/env/A /env/P /url /keys"),
        (
            &CURRENT.replace("{\"command\"", "{\"new/~\":1,\"command\""),
            "/new~1~0",
            "/new~1~0 /env/A /env/P /url /keys",
        ),
        (
            &CURRENT.replace(
                "{\"command\"",
                "{\"headers\":{},\"enabled\":true,\"transport\":\"stdio\",\"z\":null,\"command\"",
            ),
            "",
            "/env/A /env/P /url /keys",
        ),
    ];
    for (body, revealer, writer) in table {
        // The revealer sends what the plaintext view shows.
        assert_eq!(of_put(&body.replace("sealed ", ""), CURRENT, true), revealer, "{body}");
        assert_eq!(of_put(&body.replace("sealed ", ""), CURRENT, false), writer, "{body}");
    }
    assert_eq!(
        of_put(
            r#"{"command":"x"}"#,
            r#"{"command":"x","env":{},"args":[],"enabled":true,"icon":null}"#,
            true
        ),
        ""
    );
}

#[test]
fn a_patch_differs_where_it_would_change_something() {
    for (patch, expected) in [
        ("{}", ""),
        (r#"{"command":"x","absent":null,"n":{"a":1,"absent":null}}"#, ""),
        (r#"{"command":null,"env":{"A":null},"n":{"b":null}}"#, "/command /env/A /n/b"),
        (r#"{"env":{"A":"s","P":8080},"url":"https://u:p@h/?api_key=k"}"#, ""),
        (r#"{"env":{"A":"guess","P":8081}}"#, "/env/A /env/P"),
        (r#"{"args":["a"],"keys":["[REDACTED]"]}"#, ""),
        (r#"{"args":["a","b"],"keys":["[REDACTED]","new"]}"#, "/args /keys"),
        (r#"{"new":{"a":{"b":1},"c":2}}"#, "/new"),
        (r#"{"new":{"a":null}}"#, "/new"),
        (r#"{"headers":{"a":null},"enabled":true,"transport":"stdio"}"#, ""),
        (r#"{"headers":{"X":"y"}}"#, "/headers"),
        (r#"{"command":{"a":1}}"#, "/command"),
        (r#"{"n":1}"#, "/n"),
    ] {
        assert_eq!(of_patch(patch, CURRENT, true), expected, "{patch}");
    }
    assert_eq!(
        of_patch(
            r#"{"env":{"A":"s","P":8080},"url":"https://u:p@h/?api_key=k","keys":["t"]}"#,
            CURRENT,
            false
        ),
        "/env/A /env/P /url /keys"
    );
    assert_eq!(
        of_patch(
            r#"{"env":{"A":"[REDACTED]"},"url":"https://**********@h/?api_key=%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A"}"#,
            CURRENT,
            false
        ),
        ""
    );
}

#[test]
fn booleans_differ_where_they_are_others() {
    let current = r#"{"command":"x","keep_alive":true,"env":{"F":false},"n":[true]}"#;
    for (patch, expected) in [
        (current, ""),
        (r#"{"keep_alive":false}"#, "/keep_alive"),
        (r#"{"keep_alive":1}"#, "/keep_alive"),
        (r#"{"env":{"F":true}}"#, "/env/F"),
        (r#"{"n":[false]}"#, "/n"),
    ] {
        assert_eq!(of_patch(patch, current, true), expected, "{patch}");
    }
}

#[test]
fn in_the_closed_dialect_what_upstream_drops_or_respells_is_no_difference() {
    let current = config(r#"{"command":"x","timeout":30.0,"enabled":true,"icon":null}"#);
    let sent = object(r#"{"command":"x","timeout":30,"auth":{},"env":{"A":null}}"#);
    assert_eq!(joined(changed(Request::Replace(&sent), &current, Dialect::Closed, true)), "");
    assert_eq!(joined(changed(Request::MergePatch(&sent), &current, Dialect::Closed, true)), "");
    assert_eq!(
        joined(changed(Request::Replace(&sent), &current, Dialect::Open, true)),
        "/timeout /auth /env"
    );
}

#[test]
fn too_many_differences_are_reported_as_one() {
    let members: Vec<String> = (0..100).map(|index| format!("\"{index}\":1")).collect();
    let patch = format!("{{{}}}", members.join(","));
    assert_eq!(of_patch(&patch, "{}", true), "");
    assert_eq!(
        changed(Request::MergePatch(&object(&patch)), &config("{}"), Dialect::Open, true),
        [Pointer::root()]
    );
    let fewer = format!("{{{}}}", members[..99].join(","));
    assert_eq!(of_patch(&fewer, "{}", true).split(' ').count(), 99);
}

/// A server with these secrets, and a body that may guess them.
fn with_secrets(secrets: &[String]) -> String {
    let [a, b, c, d, e] = secrets else { unreachable!("five secrets are made") };
    format!(
        r#"{{"command":"x","env":{{"A":"sealed {a}"}},"url":"https://u:{b}@h/?api_key={c}","auth":{{"value":"{d}"}},"keys":[{{"k":"{e}"}}]}}"#
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn without_reveal_the_differences_do_not_depend_on_the_secrets(
        one in proptest::collection::vec("[a-c]{1,2}", 5),
        two in proptest::collection::vec("[a-c]{1,2}", 5),
        guess in proptest::collection::vec(prop_oneof![3 => "[a-c]{1,2}", 1 => Just("**********".to_owned())], 5),
        command in select(vec!["x", "y"]),
    ) {
        let body = object(&with_secrets(&guess).replace("sealed ", "").replace("\"x\"", &format!("\"{command}\"")));
        let states = [one, two].map(|secrets| config(&with_secrets(&secrets)));
        for request in [Request::Replace(&body), Request::MergePatch(&body)] {
            let [first, second] = states.each_ref().map(|state| changed(request, state, Dialect::Open, false));
            prop_assert_eq!(first, second);
        }
    }
}
