//! What the service remembers under encryption is rotated with the document: every column of the state that says so.

use serde_json::json;

use super::{NEW, report, report_of_unreadable, rotate, service, site};
use crate::crypto::{open, seal, tokens};
use crate::server::{SECRET, TestServer, WRITER, item};
use crate::site::Site;

#[test]
fn encrypted_values_of_the_state_are_rotated_and_those_that_no_key_opens_are_counted() {
    let server = service(site("settings/v1.58.0.json"));
    let site = server.site();
    server.stop();
    report(&rotate(&site, &[NEW, SECRET]));
    let old = seal(SECRET, "remembered");
    site.change_state(&format!(
        "CREATE TABLE suite (name TEXT PRIMARY KEY, text SEALED TEXT);
         INSERT INTO suite VALUES ('a', '{old}'), ('b', '{old}'), ('c', NULL);"
    ));
    let read = || {
        let database = rusqlite::Connection::open(site.state().join("state.db")).expect("it is there");
        let text = "SELECT text FROM suite WHERE name = 'a'";
        database.query_row(text, [], |row| row.get::<_, String>(0)).expect("it is there")
    };
    let check =
        |keys: &[&str]| super::command(&[], &site, keys).arg("--check").output().expect("it can be run");
    assert_eq!(report(&check(&[NEW, SECRET])), "would encrypt again: 2\n");
    assert_eq!(read(), old, "a check changes nothing");
    assert_eq!(report_of_unreadable(&rotate(&site, &[NEW])).lines().count(), 2);
    // Beside a service that has the state open.
    let server = service(std::sync::Arc::clone(&site));
    assert_eq!(report(&rotate(&site, &[NEW, SECRET])), "encrypted again: 2\n");
    assert_eq!(open(NEW, &read()).as_deref(), Some("remembered"));
    assert_eq!(report(&check(&[NEW])), "would encrypt again: 0\n");
    assert_eq!(server.get("/ready").send().json(), json!({"status": "ready"}));
    server.stop();
    let bytes = std::fs::read(site.state().join("state.db")).expect("it is there");
    assert!(!bytes.windows(old.len()).any(|window| window == old.as_bytes()), "the old value is left");
}

#[test]
fn a_state_has_the_same_author_after_a_rotation() {
    let server = TestServer::builder(site("settings/v1.58.0.json")).start();
    let config = json!({"command": "x", "env": {"TOKEN": "secret"}});
    server.put(item("ours")).key(WRITER).json(&config).send().expect(201);
    let recent = |server: &TestServer| server.follow().1.data["recent"].clone();
    let before = recent(&server);
    assert_eq!((before.as_array().map(Vec::len), &before[0]["by"]), (Some(1), &json!("writer")));
    let site = server.site();
    server.stop();
    let sealed = |site: &Site| tokens(&site.json()["agent_settings"]["mcp_config"]["ours"]);
    let old = sealed(&site);
    report(&rotate(&site, &[NEW, SECRET]));
    assert_ne!(sealed(&site), old);
    assert_eq!(recent(&TestServer::builder(site).secret(NEW).start()), before);
}
