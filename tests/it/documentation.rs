//! What the service publishes of its API: the OpenAPI document and the schemas for editors.

mod schemas;

use serde_json::{Value, json};

use crate::server::{TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

const DOCUMENTS: [(&str, &str); 3] = [
    ("/openapi.json", "application/json"),
    ("/schemas/mcp-server.json", "application/schema+json"),
    ("/schemas/mcp-servers.json", "application/schema+json"),
];

#[test]
fn the_document_that_is_served_is_the_one_that_is_checked_in() {
    let server = TestServer::start();
    let served = server.get("/openapi.json").anonymous().send().expect(200).json();
    assert!(served == checked_in(), "run `make openapi`");
}

#[test]
fn a_document_needs_no_key_and_is_answered_under_conditions() {
    let server = TestServer::start();
    for (path, media_type) in DOCUMENTS {
        let ask = || server.get(path).anonymous();
        let answer = ask().send().expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        let tag = answer.etag();
        let unchanged = ask().if_none_match(&tag).send().expect(304);
        assert_eq!((unchanged.etag(), unchanged.body.len()), (tag.clone(), 0), "{path}");
        ask().if_match(&tag).send().expect(200);
        let refused = ask().if_match("\"another\"").send().expect_problem(412, "precondition-failed");
        assert_eq!(refused.json()["current_etag"], tag, "{path}");
        server.request("HEAD", path).anonymous().send().expect(200);
    }
}

/// What every route answers in the same way, by the document's own list of routes. `conformance` looks at each
/// answer.
#[test]
fn every_operation_answers_what_it_is_described_to_answer() {
    let server = TestServer::builder(Site::new()).with_run().start();
    server.seed("a", &json!({ "command": "x" }));
    for (method, path, operation) in operations(&checked_in()) {
        let request = || filled(&server, &method, &path, &operation);
        let is_described = |status: u16| operation["responses"].get(status.to_string()).is_some();
        let claim = |request: Request, status: u16| {
            assert!(is_described(status), "{method} {path} is not described to answer {status}");
            request.send().expect(status);
        };
        claim(filled(&server, &method, &format!("{path}?nonsense=1"), &operation), 400);
        claim(request().if_match("no tag"), 400);
        // The page is the same for everybody, so that only the host decides there.
        let foreign = if path == "/" { ("Host", "evil.example") } else { ("Origin", "https://evil.example") };
        claim(request().header(foreign.0, foreign.1), 403);
        claim(request().header("Expect", "something"), 417);
        if operation["security"].is_null() {
            claim(request().anonymous(), 401);
        }
        if !operation["requestBody"].is_null() {
            let ask = || server.request(&method, address(&path));
            claim(ask().body("image/png", "x"), 415);
            let largest = if path == "/api/import" { 33 } else { 1 };
            claim(ask().body("application/json", vec![b' '; (largest << 20) + 1]), 413);
            claim(ask().body("application/json", "{"), 422);
        }
        if is_described(304) {
            claim(request().if_match("\"another\""), 412);
        }
        if is_described(307) {
            let (collection, _) = path.rsplit_once('/').expect("the last segment is the name");
            claim(server.request(&method, format!("{collection}/")), 307);
            if is_described(405) {
                claim(server.request(&method, collection), 405);
            }
        }
    }
}

#[test]
fn every_write_to_a_server_asks_for_a_condition_where_that_is_configured() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
    server.put(item("a")).if_none_match("*").json(&json!({ "command": "x" })).send().expect(201);
    for (method, path, operation) in operations(&checked_in()) {
        if operation["responses"].get("428").is_some() && takes_conditions(&operation) {
            filled(&server, &method, &path, &operation).send().expect(428);
        }
    }
}

#[test]
fn every_operation_on_a_server_honours_a_condition() {
    let server = TestServer::start();
    server.seed("a", &json!({ "command": "x" }));
    for (method, path, operation) in operations(&checked_in()) {
        if operation["responses"].get("412").is_some() && takes_conditions(&operation) {
            // What creates is sent to a name that nobody has.
            // A copy is made of a server that is there.
            let is_creating = operation["responses"].get("201").is_some() && !path.ends_with("/copy");
            let path = if is_creating { path.replace('{', "new{") } else { path };
            filled(&server, &method, &path, &operation).if_match("\"another\"").send().expect(412);
        }
    }
}

#[test]
fn every_operation_on_the_document_says_that_it_is_gone() {
    // What is remembered of a server is enough to withdraw its approval, so nothing is to be: a writer approves nothing.
    let server = TestServer::builder(Site::new()).with_run().env("MCP_SETTINGS_RUN", "off").start();
    server.put(item("a")).key(WRITER).json(&json!({ "command": "x" })).send().expect(201);
    server.remove_document();
    let mut count = 0;
    for (method, path, operation) in operations(&checked_in()) {
        // Other operations have a 503 for other reasons.
        let problems = &operation["responses"]["503"]["content"]["application/problem+json"]["examples"];
        if problems.get("document-vanished").is_some() {
            let answer = filled(&server, &method, &path, &operation).send();
            assert_eq!(answer.status, 503, "{method} {path}");
            answer.expect_problem(503, "document-vanished");
            count += 1;
        }
    }
    assert!(15 <= count, "only {count} operations are on the document");
}

#[test]
fn the_schema_of_a_file_refers_to_what_it_has() {
    let server = TestServer::start();
    for (path, _) in DOCUMENTS {
        let document = server.get(path).send().expect(200).json();
        for reference in references(&document) {
            let pointer =
                reference.strip_prefix('#').unwrap_or_else(|| panic!("{path}: {reference} leads away"));
            assert!(document.pointer(pointer).is_some(), "{path}: {reference} leads nowhere");
        }
    }
}

fn checked_in() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/mcp-settings.json");
    serde_json::from_slice(&std::fs::read(path).expect("it is there")).expect("it is JSON")
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("there are paths").iter();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("a path has methods").iter();
        methods.map(|(method, operation)| (method.to_ascii_uppercase(), path.clone(), operation.clone()))
    });
    operations.collect()
}

/// Whether an operation takes conditions in headers. An import takes them in its body, one for each server.
fn takes_conditions(operation: &Value) -> bool {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|parameter| parameter["$ref"] == "#/components/parameters/IfMatch")
}

/// A request of this operation, with the first example of a body where it takes one.
fn filled(server: &TestServer, method: &str, path: &str, operation: &Value) -> Request {
    let request = server.request(method, address(path));
    let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
    let first = examples.as_object().and_then(|examples| examples.values().next());
    let example =
        first.and_then(|first| checked_in().pointer(first["$ref"].as_str()?.strip_prefix('#')?).cloned());
    example.map_or(request.clone(), |example| request.json(&example["value"]))
}

fn address(path: &str) -> String {
    let names = ["{name}", "{settings_key}", "{entry}"];
    names.iter().fold(path.to_owned(), |path, name| path.replace(name, "a")).replace("{type}", "not-found")
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(|reference| reference.as_str()).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
