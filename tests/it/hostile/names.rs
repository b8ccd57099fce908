//! Names that no server may have, and paths that name none.

use serde_json::json;

use super::refused;
use crate::server::{SERVERS, TestServer, item};
use crate::site::Site;

#[test]
fn a_name_outside_the_rule_reaches_no_server() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "x"}));
    let long = "a".repeat(129);
    let names = [
        long.as_str(),
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "a%00",
        "%00",
        "%0A",
        "a%20b",
        "%C3%A9",
        "%FF",
        "%ED%A0%80",
        "a%25b",
        "a%5Cb",
        "a;b",
        "a'b",
        "~",
        "a%",
        "a%zz",
    ];
    for name in names {
        refused(&server, name, server.get(item(name)), 400, "invalid-name");
        refused(&server, name, server.delete(item(name)), 400, "invalid-name");
        let config = json!({"command": "x"});
        refused(&server, name, server.put(item(name)).json(&config), 400, "invalid-name");
        refused(&server, name, server.patch(item(name)).json(&config), 400, "invalid-name");
    }
}

#[test]
fn an_encoded_slash_is_part_of_no_legal_name() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "x"}));
    for name in ["a%2Fb", "%2F", "..%2Fvictim", "a%2fb"] {
        let config = json!({"command": "x"});
        let to = json!({"to": "free"});
        refused(&server, name, server.get(item(name)), 400, "invalid-name");
        refused(&server, name, server.put(item(name)).json(&config), 400, "invalid-name");
        refused(&server, name, server.patch(item(name)).json(&config), 400, "invalid-name");
        refused(&server, name, server.delete(item(name)), 400, "invalid-name");
        refused(&server, name, server.post(item(name) + "/rename").json(&to), 400, "invalid-name");
        refused(&server, name, server.post(item(name) + "/copy").json(&to), 400, "invalid-name");
    }
}

#[test]
fn every_character_of_the_rule_works_raw_and_encoded() {
    let server = TestServer::start();
    let long = "z".repeat(128);
    for name in ["A9_.@:+-", "a+b", "...", ".a", "mcpServers", "rename", long.as_str()] {
        let tag = server.seed(name, &json!({"command": "x"}));
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let answer = server.get(item(&encoded)).send().expect(200);
        assert_eq!(answer.json()["name"], name);
        assert_eq!(answer.etag(), tag);
    }
}

#[test]
fn a_path_that_ends_in_a_slash_leads_to_the_one_without() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "x"}));
    let before = server.document();
    for (method, path) in
        [("GET", SERVERS.to_owned()), ("PUT", SERVERS.to_owned()), ("DELETE", item("victim"))]
    {
        let answer = server.request(method, format!("{path}/")).send().expect(307);
        let location = answer.header("location").expect("a redirect says where to");
        assert!(location.ends_with(&path), "{location}");
    }
    assert!(server.document() == before);
}

#[test]
fn a_redirect_stays_on_this_server() {
    let server = TestServer::start();
    for path in ["//evil.example/", "//evil.example//", "/\\evil.example/"] {
        let answer = server.get(path).send();
        let location = answer.header("location").unwrap_or_default();
        let own = format!("http://{}/", server.address());
        let is_ours = location.is_empty()
            || location.starts_with(&own)
            || (location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\"));
        assert!(is_ours, "{path} leads to {location}");
    }
}

#[test]
fn names_in_a_file_that_break_the_rule_are_listed_and_carried() {
    let document = r#"{"agent_settings":{"mcp_config":{"mcpServers":{
        "a/b": {"command": "x",   "env":{}},  "..":{"command":"y"}, "ok": {"command":"z"}, "": {"url":"http://h/"}
    }}}}"#;
    let server = TestServer::builder(Site::with_document(document)).start();
    let listed = server.get(SERVERS).send().expect(200).json();
    let names: Vec<_> =
        listed["servers"].as_array().expect("a list").iter().map(|server| &server["name"]).collect();
    assert_eq!(names, ["", "..", "a/b", "ok"]);
    refused(&server, "..", server.get(item("..")), 400, "invalid-name");
    server.patch(item("ok")).json(&json!({"command": "zz"})).send().expect(200);
    let after = server.text();
    let (before, behind) = document.split_once(r#"{"command":"z"}"#).expect("it is there");
    assert!(after.starts_with(before) && after.ends_with(behind), "a neighbour changed: {after}");
}
