//! Registration at run time: `/v1/mcp-servers` and `/v1/mcp-auth/client-options`, by the checklist of the contract with
//! lightspeed-stack. Tests and rows of tables carry its ids.

mod access;
mod deleting;
mod errors;
mod listing;
mod registering;
mod several;
mod static_file;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::launch::Builder;
use crate::response::Response;
use crate::server::TestServer;
use crate::site::Site;
use crate::wire::Request;

const REGISTERED: &str = "/v1/mcp-servers";
const CLIENT_OPTIONS: &str = "/v1/mcp-auth/client-options";

/// The file that most rows of the checklist have.
const ONE_STATIC: &str = "name: stack\nmcp_servers:\n  - name: static-mcp\n    url: http://localhost:3000\n";

/// Every row of the checklist.
const CHECKLIST: [(&str, usize); 9] = [
    ("C-POST", 21),
    ("C-LIST", 4),
    ("C-DEL", 10),
    ("C-REG", 3),
    ("C-AUTH", 5),
    ("C-OPT", 5),
    ("C-CFG", 6),
    ("C-HDR", 5),
    ("C-TG", 4),
];

/// What has no test here, by how its id begins, and why.
const EXCUSED: [(&str, &str); 3] = [
    ("C-LIST-04", "a configuration that is not loaded: the service listens with its own only"),
    ("C-CFG-06", "it belongs to authentication modules that this service does not have"),
    ("C-HDR", "headers of calls: they belong to the proxy"),
];

/// The sources of the tests.
const TESTS: [&str; 10] = [
    include_str!("dynamic/access.rs"),
    include_str!("dynamic/deleting.rs"),
    include_str!("dynamic/errors.rs"),
    include_str!("dynamic/listing.rs"),
    include_str!("dynamic/registering.rs"),
    include_str!("dynamic/several.rs"),
    include_str!("dynamic/static_file.rs"),
    include_str!("downstream/client.rs"),
    include_str!("downstream/together.rs"),
    include_str!("../../src/config/static_servers/tests.rs"),
];

#[test]
fn every_row_of_the_checklist_has_a_test_or_an_excuse() {
    let ids = CHECKLIST
        .iter()
        .flat_map(|(group, count)| (1..=*count).map(move |number| format!("{group}-{number:02}")));
    let ids: Vec<String> = ids.collect();
    let is_tested = |id: &String| TESTS.iter().any(|source| source.contains(id.as_str()));
    let is_excused = |id: &String| EXCUSED.iter().any(|(excused, _)| id.starts_with(excused));
    let missing: Vec<_> = ids.iter().filter(|id| !is_tested(id) && !is_excused(id)).collect();
    assert!(missing.is_empty(), "no test has {missing:?}");
    let needless: Vec<_> = ids.iter().filter(|id| is_tested(id) && is_excused(id)).collect();
    assert!(needless.is_empty(), "these need no excuse any more: {needless:?}");
    for (excused, _) in EXCUSED {
        assert!(ids.iter().any(|id| id.starts_with(excused)), "`{excused}` is in no row");
    }
}

/// Where a site has the file.
fn file_of(site: &Site) -> PathBuf {
    site.home().join("lightspeed-stack.yaml")
}

/// A service with this file.
pub(crate) fn with_file(text: &str) -> Builder {
    let site = Site::new();
    fs::write(file_of(&site), text).expect("our own folder");
    let path = file_of(&site).to_string_lossy().into_owned();
    TestServer::builder(site).env("MCP_SETTINGS_STATIC_SERVERS", path)
}

/// The body of a registration with a URL of its own.
fn named(name: &str) -> Value {
    json!({ "name": name, "url": "http://localhost:4000" })
}

/// The same with further members, or others.
fn with(members: Value) -> Value {
    let mut body = named("new-mcp-server");
    let own = body.as_object_mut().expect("it is one");
    own.extend(members.as_object().expect("members are an object").clone());
    body
}

fn register(server: &TestServer, body: &Value) -> Request {
    server.post(REGISTERED).json(body)
}

fn delete(server: &TestServer, name: &str) -> Request {
    server.delete(format!("{REGISTERED}/{name}"))
}

/// Name and source of each server, in the order of the list.
#[track_caller]
fn listed(server: &TestServer) -> Vec<(String, String)> {
    let list = server.get(REGISTERED).send().expect(200).json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let servers = list["servers"].as_array().expect("a list").iter();
    servers.map(|server| (text(&server["name"]), text(&server["source"]))).collect()
}

/// The same, to compare with.
fn pairs(servers: &[(&str, &str)]) -> Vec<(String, String)> {
    servers.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect()
}

/// Claims an error of this status with exactly these words.
#[track_caller]
fn expect_words(answer: &Response, status: u16, response: &str, cause: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), json!({ "detail": { "response": response, "cause": cause } }));
}

/// Type and place of each fault of a body that is refused.
#[track_caller]
fn faults(answer: &Response) -> Vec<(String, Value)> {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let body = answer.json();
    let faults = body["detail"].as_array().expect("a list of faults").iter();
    faults.map(|fault| (fault["type"].as_str().expect("a type").to_owned(), fault["loc"].clone())).collect()
}
