//! L4 beside the real server, without it: a file that ours wrote, and what the agent-server 1.58.0 made of it
//! when it saved something else. `make interop RECORD=1` recorded the two.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::tags::tags;
use crate::crypto;
use crate::server::{SECRET, TestServer, item};
use crate::site::{Site, fixture};

/// What ours wrote.
const BEFORE: &str = "resaved/before.json";
/// The same after a save by the real server.
const AFTER: &str = "resaved/after.json";

/// A service that is configured as the agent-server is, on a recorded file. All have one key for their tags, though
/// each has a folder of its own.
fn on(name: &str) -> TestServer {
    let builder = TestServer::builder(Site::with_fixture(name)).in_openhands_folder();
    builder.env("MCP_SETTINGS_ETAG_KEY", "the key of all tags").start()
}

fn tokens(name: &str) -> BTreeSet<String> {
    let document: Value = serde_json::from_slice(&fixture(name)).expect("a recorded file is JSON");
    crypto::tokens(&document).into_iter().collect()
}

#[test]
fn a_recorded_resave_by_the_real_server_changes_no_tag() {
    let server = on(BEFORE);
    let before = tags(&server);
    server.write(fixture(AFTER));
    assert_eq!(tags(&server), before, "the running service noticed");
    let fresh = on(AFTER);
    assert_eq!(tags(&fresh), before, "a fresh service noticed");
}

#[test]
fn what_the_real_server_sealed_opens() {
    let (before, after) = (tokens(BEFORE), tokens(AFTER));
    assert_eq!(before.len(), after.len());
    assert!(before.is_disjoint(&after), "it was no resave");
    let opened = |tokens: &BTreeSet<String>| {
        let mut secrets: Vec<_> = tokens.iter().map(|token| crypto::open(SECRET, token)).collect();
        secrets.sort();
        secrets
    };
    assert_eq!(opened(&before), opened(&after));
    assert!(opened(&after).iter().all(Option::is_some), "a token does not open");
    let server = on(AFTER);
    let shown: String = server.names().iter().map(|name| server.plaintext(name).to_string()).collect();
    for secret in opened(&after).into_iter().flatten() {
        assert!(shown.contains(&json!(secret).to_string()), "a secret is not shown in clear");
    }
}

#[test]
fn what_is_read_of_a_resaved_file_is_what_was_written() {
    let (before, after) = (on(BEFORE), on(AFTER));
    let names = before.names();
    assert_eq!(names.len(), 21, "the recording is not what it was");
    for name in names {
        let written = before.get(item(&name)).send().expect(200);
        // The one spells 30, the other 30.0, and that stays in answers: the tag is what makes them one.
        after.get(item(&name)).if_none_match(written.etag()).send().expect(304);
        // Each one's view, put back at the other, changes nothing and stores nothing.
        let shown = after.get(item(&name)).send().expect(200);
        for (server, config) in [(&after, written.json()), (&before, shown.json())] {
            let bytes = server.document();
            let put = server.put(item(&name)).if_match(written.etag()).json(&config["config"]).send();
            assert_eq!(put.expect(200).etag(), written.etag(), "{name}");
            assert!(server.document() == bytes, "{name}: something was stored");
        }
    }
}

#[test]
fn a_member_that_the_real_server_added_stays_when_ours_writes() {
    let server = on(AFTER);
    let mut expected = server.json();
    server.patch(item("stdio-least")).json(&json!({"description": "d"})).send().expect(200);
    expected["agent_settings"]["mcp_config"]["stdio-least"]["description"] = json!("d");
    assert_eq!(server.json(), expected);
    assert!(expected["agent_settings"]["llm"]["model"].is_string(), "the recording has no members of theirs");
}
