//! L8: a write whose answer was lost can be sent again.

use serde_json::json;

use crate::server::{TestServer, item};
use crate::wire::Request;

#[test]
fn a_repeated_write_gives_the_same_tag_and_stores_nothing() {
    let server = TestServer::start();
    let tag = server.seed("s", &json!({"command": "x", "env": {"A": "1", "B": "2"}}));
    let writes: [Request; 2] = [
        server.put(item("s")).json(&json!({"command": "x", "env": {"A": "[REDACTED]", "B": "new"}})),
        server.patch(item("s")).json(&json!({"env": {"A": null}, "description": "d"})),
    ];
    let mut tag = tag;
    for write in writes {
        let done = write.clone().if_match(&tag).send().expect(200).etag();
        assert_ne!(done, tag);
        let before = server.document();
        for _ in 0..2 {
            assert_eq!(write.clone().if_match(&tag).send().expect(200).etag(), done);
        }
        assert!(server.document() == before, "a repeated write stored something");
        tag = done;
    }
}

#[test]
fn a_patch_that_merely_changes_nothing_on_a_newer_state_is_stale() {
    let server = TestServer::start();
    let old = server.seed("s", &json!({"command": "x", "description": "a", "icon": "i"}));
    server.patch(item("s")).json(&json!({"description": "b", "icon": "j"})).send().expect(200);
    // It asks for what is so already, but on the old state it would have given another one.
    let patch = server.patch(item("s")).if_match(&old).json(&json!({"description": "b"}));
    patch.send().expect_problem(412, "precondition-failed");
    let empty = server.patch(item("s")).if_match(&old).json(&json!({}));
    empty.send().expect_problem(412, "precondition-failed");
}

#[test]
fn only_put_and_patch_under_if_match_are_repeated() {
    let server = TestServer::start();
    let create = server.put(item("s")).if_none_match("*").json(&json!({"command": "x"}));
    let tag = create.clone().send().expect(201).etag();
    create.send().expect_problem(412, "precondition-failed");

    let delete = server.delete(item("s")).if_match(&tag);
    delete.clone().send().expect(204);
    delete.send().expect_problem(404, "unknown-server");
}

#[test]
fn a_put_without_masks_is_recognised_after_a_restart() {
    let server = TestServer::start();
    let tag = server.seed("s", &json!({"command": "x"}));
    let config = json!({"command": "y", "env": {"A": "secret"}});
    let done = server.put(item("s")).if_match(&tag).json(&config).send().expect(200).etag();
    let site = server.site();
    server.stop();
    let server = TestServer::builder(site).start();
    let again = server.put(item("s")).if_match(&tag).json(&config).send();
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(again.etag(), done);
}

#[test]
fn another_writers_change_is_not_treated_as_a_repetition() {
    let server = TestServer::start();
    let tag = server.seed("s", &json!({"command": "x"}));
    server.put(item("s")).if_match(&tag).json(&json!({"command": "mine"})).send().expect(200);
    server.put(item("s")).json(&json!({"command": "theirs"})).send().expect(200);
    let again = server.put(item("s")).if_match(&tag).json(&json!({"command": "mine"}));
    again.send().expect_problem(412, "precondition-failed");
    assert_eq!(server.plaintext("s")["command"], "theirs");
}
