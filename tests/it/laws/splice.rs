//! L2: a write to a server changes the bytes of its own member and nothing else.

use serde_json::json;

use crate::server::{SERVERS, TestServer, item};
use crate::site::{Site, fixture};

/// A document as nobody's program writes it: its white space, numbers and escapes would not survive being
/// read and written again.
const ODD: &str = "{ \"first\" : 1.50e+3 ,\r\n\t\"agent_settings\": {\"zeta\":[1,\t2 ,-0.0, 12345678901234567890123456789],\
\"mcp_config\":  {\"before\": \"\\u00e9\\/\",\n  \"mcpServers\" : { \"a\\u0062\": {\"command\":\"one\" ,\"x\":1e2},\n\
   \"middle\":{ \"command\" : \"two\", \"env\":{\"A\":\"plain\"} } ,\"\\u006cast\":{\"url\":\"http:\\/\\/h\"}  } , \"after\":{}},\
\"b\":null} , \"last\":\"\\ud83d\\ude00\" }\n \n";

/// The text before and behind a part of the odd document.
fn around(part: &str) -> (&'static str, &'static str) {
    ODD.split_once(part).expect("the part is there")
}

#[track_caller]
fn changed_only_between((before, behind): (&str, &str), after: &str) {
    assert!(after.starts_with(before), "before the member:\n{before}\n---\n{after}");
    assert!(after.ends_with(behind), "behind the member:\n{behind}\n---\n{after}");
    assert!(serde_json::from_str::<serde_json::Value>(after).is_ok(), "no longer JSON:\n{after}");
}

fn odd() -> TestServer {
    TestServer::builder(Site::with_document(ODD)).start()
}

#[test]
fn replacing_a_server_changes_its_value_alone() {
    for (name, value) in [
        ("ab", r#"{"command":"one" ,"x":1e2}"#),
        ("middle", r#"{ "command" : "two", "env":{"A":"plain"} }"#),
        ("last", r#"{"url":"http:\/\/h"}"#),
    ] {
        let server = odd();
        server.put(item(name)).json(&json!({"command": "new", "description": "d"})).send().expect(200);
        changed_only_between(around(value), &server.text());
        assert_eq!(server.plaintext(name), json!({"command": "new", "description": "d"}));
    }
}

#[test]
fn creating_a_server_adds_one_member() {
    let server = odd();
    server.put(item("new")).json(&json!({"command": "new"})).send().expect(201);
    let (before, behind) = around("  } , \"after\"");
    let after = server.text();
    changed_only_between((before, behind), &after);
    for kept in
        [r#"{"command":"one" ,"x":1e2}"#, r#"{ "command" : "two", "env":{"A":"plain"} }"#, r#"http:\/\/h"#]
    {
        assert!(after.contains(kept), "{kept} is gone: {after}");
    }
    server.delete(item("new")).send().expect(204);
    changed_only_between((before, behind), &server.text());
    assert_eq!(server.json(), serde_json::from_str::<serde_json::Value>(ODD).expect("it is JSON"));
}

#[test]
fn deleting_a_server_takes_one_comma_along() {
    for name in ["ab", "middle", "last"] {
        let server = odd();
        server.delete(item(name)).send().expect(204);
        let after = server.text();
        changed_only_between((around(r#" "a\u0062""#).0, around("  } , \"after\"").1), &after);
        let left = server.get(SERVERS).send().expect(200).json();
        assert_eq!(left["servers"].as_array().expect("a list").len(), 2, "{after}");
        for (own, value) in [("ab", r#"{"command":"one" ,"x":1e2}"#), ("last", r#"{"url":"http:\/\/h"}"#)] {
            assert!(own == name || after.contains(value), "{own} changed: {after}");
        }
    }
}

#[test]
fn a_write_that_changes_nothing_keeps_every_byte() {
    let server = odd();
    server.put(item("ab")).json(&json!({"x": 100.0, "command": "one"})).send().expect(200);
    server
        .put(item("middle"))
        .json(&json!({"env": {"A": "plain"}, "command": "two", "args": []}))
        .send()
        .expect(200);
    server.patch(item("last")).json(&json!({"url": "http://h", "enabled": true})).send().expect(200);
    server.patch(item("middle")).json(&json!({"absent": null})).send().expect(200);
    assert_eq!(server.text(), ODD);
}

#[test]
fn a_patch_of_todays_document_differs_in_one_line() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let tag = server.get(item("github")).send().expect(200).etag();
    let patch = json!({"description": "GitHub, repaired"});
    let done = server.patch(item("github")).if_match(&tag).json(&patch).send().expect(200).etag();
    let before = String::from_utf8(fixture("settings/v1.58.0.json")).expect("it is UTF-8");
    let wanted = before.replace("\"description\": \"GitHub\"", "\"description\": \"GitHub, repaired\"");
    let after = server.text();
    let pairs = after.lines().zip(wanted.lines());
    let different: Vec<_> = pairs.filter(|(ours, theirs)| ours != theirs).collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!(after, wanted);

    let again = server.patch(item("github")).if_match(&tag).json(&patch).send().expect(200);
    assert_eq!(again.etag(), done, "the repeated patch has another tag");
    let other = server.patch(item("github")).if_match(&tag).json(&json!({"description": "other"}));
    let refused = other.send().expect_problem(412, "precondition-failed");
    assert_eq!(refused.etag(), done);
    assert_eq!(refused.json()["current_etag"], json!(done));
    assert_eq!(refused.json()["changed"], json!(["/description"]));
    assert_eq!(server.text(), wanted);
}

#[test]
fn a_file_of_todays_layout_can_be_emptied_and_filled() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let names = ["github", "linear", "svc", "basic", "hdr", "none", "superhuman", "off"];
    for name in names {
        server.delete(item(name)).send().expect(204);
        server.get(item(name)).send().expect(404);
    }
    assert_eq!(server.json()["agent_settings"]["mcp_config"], json!({}));
    server.put(item("new")).json(&json!({"command": "x"})).send().expect(201);
    assert_eq!(server.json()["agent_settings"]["mcp_config"]["new"]["command"], "x");
    let before = String::from_utf8(fixture("settings/v1.58.0.json")).expect("it is UTF-8");
    let (head, _) = before.split_once("\"mcp_config\": {").expect("it has a map");
    let (_, tail) = before.split_once("    \"persona\"").expect("it has a persona");
    let after = server.text();
    assert!(after.starts_with(head) && after.ends_with(tail), "{after}");
}
