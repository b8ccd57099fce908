//! Ways to have a command run by importing it. What was not named is not approved, whatever the key of the import allows.

use serde_json::{Value, json};

use super::lab::{BOTH, Lab, OPERATOR, REVEALER, USER, instance, provoke};
use crate::client_texts::{self, text, try_import};
use crate::server::{ADMIN, WRITER, item};

fn import(lab: &Lab, key: &str, body: &Value) -> u16 {
    let status = client_texts::import(&lab.server, body).key(key).send().status;
    // An approval counts from when it is stored, for which this waits.
    lab.server.get(instance("a", "/approval")).key(OPERATOR).send();
    status
}

#[test]
fn nothing_that_is_imported_runs_unless_it_was_named_by_who_may_run_it() {
    let lab = Lab::new();
    let (good, evil) = (lab.program("good"), lab.program("evil"));
    let of = |program: &str, mut entry: Value| {
        entry["command"] = json!(program);
        text(&json!({"a": entry}))
    };
    let replace = json!({"a": {"action": "replace"}});
    let merge = json!({"a": {"action": "merge"}});
    for key in [WRITER, USER, REVEALER, ADMIN, OPERATOR, BOTH] {
        for (what, body) in [
            ("it is imported", json!({"text": of(&evil, json!({"env": {"N": "1"}}))})),
            ("it replaces another", json!({"text": of(&evil, json!({"args": ["1"]})), "choices": replace})),
            (
                "it is merged into another",
                json!({"text": of(&evil, json!({"args": ["2"]})), "choices": merge}),
            ),
            (
                "it says that it is approved",
                json!({
                    "text": of(&evil, json!({"approved": true, "trust": true, "alwaysAllow": ["*"]})), "choices": replace,
                }),
            ),
        ] {
            assert_eq!(import(&lab, key, &body), 200, "{what}, by {key}");
            provoke(&lab.server, "a");
            assert_eq!(lab.ran(), "", "{what}, by {key}");
        }
        lab.server.delete(item("a")).key(OPERATOR).send().expect(204);
    }
    for key in [WRITER, USER, REVEALER, ADMIN] {
        let body = json!({"text": of(&evil, json!({})), "approve": ["a"]});
        assert_eq!(import(&lab, key, &body), 403);
        try_import(&lab.server, &body).key(OPERATOR).send().expect(200);
    }
    assert_eq!(lab.names(), Vec::<String>::new());
    // What is approved under a name is not what somebody imports under it then.
    let named = json!({"text": of(&good, json!({})), "approve": ["a"]});
    assert_eq!(import(&lab, OPERATOR, &named), 200);
    lab.run("a");
    let body = json!({"text": of(&evil, json!({})), "choices": replace});
    assert_eq!(import(&lab, WRITER, &body), 200);
    provoke(&lab.server, "a");
    assert!(!lab.ran().contains("evil"));
    // The same by who may run servers, without a word of it.
    let body = json!({"text": of(&evil, json!({"args": ["3"]})), "choices": merge});
    assert_eq!(import(&lab, OPERATOR, &body), 200);
    provoke(&lab.server, "a");
    assert!(!lab.ran().contains("evil"));
}
