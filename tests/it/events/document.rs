//! What becomes of the document as a whole: unreadable, gone, read-only, without servers, and back.

use serde_json::json;

use super::{document, list_tag};
use crate::server::{SERVERS, TestServer};
use crate::site::Site;
use crate::stream::{EVENTS, Event, Stream};

const ACP: &str = r#"{"agent_settings":{"schema_version":4,"agent_kind":"acp"}}"#;
const NEWER: &str = r#"{"agent_settings":{"schema_version":10,"mcp_config":{"a":{"command":"x"}}}}"#;

#[track_caller]
fn next_state(stream: &mut Stream) -> (String, String) {
    let event = stream.next();
    assert_eq!(event.name, "document", "{event:?}");
    (event.text("access").to_owned(), event.text("problem").to_owned())
}

fn state(access: &str, problem: &str) -> (String, String) {
    (access.to_owned(), problem.to_owned())
}

#[test]
fn a_document_that_cannot_be_used_is_reported_and_so_is_its_return() {
    let before = document(&json!({"a": {"command": "x"}, "b": {"command": "x"}}));
    let server = TestServer::builder(Site::with_document(&before)).start();
    let (mut stream, opened) = server.follow();
    server.write("garbage");
    assert_eq!(next_state(&mut stream), state("unreadable", "/problems/document-unreadable"));
    server.get(EVENTS).send().expect_problem(503, "document-unreadable");
    server.remove_document();
    assert_eq!(next_state(&mut stream), state("unreadable", "/problems/document-vanished"));
    server.get(EVENTS).send().expect_problem(503, "document-vanished");
    // A reader that was disconnected resumes at its position, and receives the current access again.
    let (mut resumed, first) = server.resume(&stream.last_id);
    assert_eq!(first.data, opened.data);
    assert_eq!(next_state(&mut resumed), state("unreadable", "/problems/document-vanished"));
    server.write(document(&json!({"a": {"command": "x"}, "b": {"command": "y"}})));
    for stream in [&mut stream, &mut resumed] {
        assert_eq!(next_state(stream), state("writable", ""));
        let changed = stream.next_of("b");
        assert_eq!(changed.text("change"), "changed");
        assert_eq!(changed.text("collection_etag"), list_tag(&server));
    }
    assert_eq!(stream.last_id, resumed.last_id);
}

#[test]
fn what_may_not_be_written_and_what_has_no_servers_is_reported() {
    let server = TestServer::builder(Site::with_document(document(&json!({"a": {"command": "x"}})))).start();
    let (mut stream, _) = server.follow();
    server.write(ACP);
    assert_eq!(next_state(&mut stream), state("no-servers", ""));
    assert_eq!(stream.next_of("a").text("change"), "removed");
    let (_, opened) = server.follow();
    assert_eq!(opened.data["access"], "no-servers");
    assert_eq!(opened.text("etag"), server.get(SERVERS).send().etag());
    server.write(NEWER);
    assert_eq!(next_state(&mut stream), state("read-only", ""));
    assert_eq!(stream.next_of("a").text("change"), "created");
    assert_eq!(server.follow().1.data["access"], "read-only");
    server.write(document(&json!({"a": {"command": "x"}})));
    assert_eq!(next_state(&mut stream), state("writable", ""));
}

#[test]
fn removing_all_servers_is_reported() {
    let openhands = r#"{"agent_settings":{"schema_version":4,"agent_kind":"openhands","mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#;
    let server = TestServer::builder(Site::with_document(openhands)).start();
    let (mut stream, _) = server.follow();
    let patch = json!({"agent_settings_diff": {"agent_kind": "acp"}});
    let answer = server.patch("/api/settings").json(&patch).send().expect_success();
    let events: Vec<Event> = (0..2).map(|_| stream.next()).collect();
    assert_eq!((&*events[0].name, events[0].text("access")), ("document", "no-servers"), "{}", answer.text());
    assert_eq!((events[1].text("change"), events[1].text("by")), ("removed", "admin"));
}
