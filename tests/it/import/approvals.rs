//! An import approves nothing that its caller did not name (DESIGN §13.3).

use serde_json::{Value, json};

use crate::approvals::{ALL, BOTH, shown, start};
use crate::client_texts::{import, text};
use crate::server::{ADMIN, TestServer, WRITER, item};

#[track_caller]
fn is_approved(server: &TestServer, name: &str) -> bool {
    shown(server, name)["approved"].as_bool().expect("true or false")
}

fn servers(version: &str) -> Value {
    let of = |name: &str| json!({"command": "npx", "args": ["-y", format!("{name}@{version}")], "env": {"TOKEN": "t"}});
    json!({"a": of("a"), "b": of("b"), "c": of("c")})
}

#[test]
fn only_what_is_named_is_approved() {
    for key in [ALL, BOTH] {
        let server = start();
        let body = json!({
            "text": text(&servers("1")), "approve": ["a", "c-2"],
            "choices": {"c": {"action": "rename", "name": "c-2"}},
        });
        import(&server, &body).key(key).send().expect(200);
        let approved = ["a", "b", "c-2"].map(|name| is_approved(&server, name));
        assert_eq!(approved, [true, false, true], "by {key}");
    }
}

#[test]
fn a_launch_that_changes_is_approved_no_more_unless_it_is_named() {
    let server = start();
    let all = json!(["a", "b", "c"]);
    import(&server, &json!({"text": text(&servers("1")), "approve": all})).key(ALL).send().expect(200);
    assert!(["a", "b", "c"].iter().all(|name| is_approved(&server, name)));
    let choices = json!({
        "a": {"action": "replace"}, "b": {"action": "merge"}, "c": {"action": "replace"},
    });
    let body = json!({"text": text(&servers("2")), "choices": choices, "approve": ["c"]});
    import(&server, &body).key(ALL).send().expect(200);
    assert_eq!(["a", "b", "c"].map(|name| is_approved(&server, name)), [false, false, true]);
    // By a write it would be.
    server.patch(item("c")).key(ALL).json(&json!({"args": ["-y", "c@3"]})).send().expect(200);
    assert!(is_approved(&server, "c"));
}

#[test]
fn what_is_not_sent_in_clear_is_not_approved_by_its_name() {
    let server = start();
    // Somebody else put something beside what is sent.
    let theirs =
        json!({"command": "npx", "args": ["-y", "a@1"], "env": {"NODE_OPTIONS": "--require /tmp/evil.js"}});
    server.put(item("a")).key(WRITER).json(&theirs).send().expect(201);
    let own = json!({"a": {"command": "npx", "args": ["-y", "a@1"], "env": {"TOKEN": "t"}}});
    let body = json!({"text": text(&own), "choices": {"a": {"action": "merge"}}, "approve": ["a"]});
    import(&server, &body).key(ALL).send().expect(200);
    assert_eq!(
        server.get(item("a")).key(ALL).expose("plaintext").send().json()["config"]["env"]["TOKEN"],
        "t"
    );
    assert!(!is_approved(&server, "a"));
    let body = json!({"text": text(&own), "choices": {"a": {"action": "replace"}}, "approve": ["a"]});
    import(&server, &body).key(ALL).send().expect(200);
    assert!(is_approved(&server, "a"));
}

#[test]
fn who_may_not_run_servers_approves_none_by_name() {
    let server = start();
    for key in [WRITER, ADMIN] {
        let body = json!({"text": text(&servers("1")), "approve": ["a"]});
        let refused = import(&server, &body).key(key).send().expect_problem(403, "insufficient-scope");
        assert_eq!(refused.json()["required_scope"], "run");
    }
    assert_eq!(server.names(), Vec::<String>::new());
    import(&server, &json!({"text": text(&servers("1"))})).key(WRITER).send().expect(200);
    assert!(["a", "b", "c"].iter().all(|name| !is_approved(&server, name)));
}
