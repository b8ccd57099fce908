//! `GET /metrics`: the text is what Prometheus reads, what happens is counted, and nothing in it is secret.

mod counted;
mod documented;
mod exposition;
mod listener;
mod servers;

use serde_json::json;

use crate::response::Response;
use crate::running::{OPERATOR, builder};
use crate::server::{READER, SERVERS, TestServer, WRITER};
use crate::site::Site;
use crate::wire::Request;
use exposition::Exposition;

const METRICS: &str = "/metrics";

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Reads what this request is answered.
#[track_caller]
fn read(request: Request) -> Exposition {
    let answer: Response = request.send().expect(200);
    assert_eq!(answer.header("content-type"), Some(MEDIA_TYPE));
    let text = answer.text();
    Exposition::read(&text).unwrap_or_else(|fault| panic!("{fault} in\n{text}"))
}

#[track_caller]
fn scrape(server: &TestServer) -> Exposition {
    read(server.get(METRICS).key(OPERATOR))
}

#[test]
fn metrics_need_the_scope_to_read() {
    let keys = json!([
        {"name": "reader", "key": READER, "scopes": ["read"]},
        {"name": "user", "key": WRITER, "scopes": ["use"]},
    ]);
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_API_KEYS", keys.to_string()).start();
    server.get(METRICS).anonymous().send().expect_problem(401, "unauthorized");
    server.get(METRICS).key("wrong").send().expect_problem(401, "unauthorized");
    let refused = server.get(METRICS).key(WRITER).send().expect_problem(403, "insufficient-scope");
    assert_eq!(refused.json()["required_scope"], "read");
    let shown = server.get(METRICS).key(READER).send().expect(200);
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let head = server.request("HEAD", METRICS).key(READER).send().expect(200);
    assert_eq!((head.header("content-type"), head.body.len()), (Some(MEDIA_TYPE), 0));
    for method in ["POST", "PUT", "DELETE"] {
        server.request(method, METRICS).key(READER).send().expect_problem(405, "method-not-allowed");
    }
}

#[test]
fn a_service_that_asks_for_no_keys_shows_them_to_everyone() {
    let server = TestServer::builder(Site::new()).open_to_everyone().start();
    read(server.get(METRICS).anonymous());
}

#[test]
fn metrics_are_shown_where_the_settings_cannot_be_read() {
    let server = builder(Site::with_document("garbage")).start();
    let broken = scrape(&server);
    assert_eq!(broken.value("mcp_settings_document_readable", &[]), Some(0.0));
    assert!(broken.all("mcp_settings_instances_by_state").is_empty());
    server.write(r#"{"agent_settings":{"mcp_config":{"mcpServers":{"a":{"command":"x"}}}}}"#);
    let repaired = scrape(&server);
    assert_eq!(repaired.value("mcp_settings_document_readable", &[]), Some(1.0));
    assert_eq!(repaired.value("mcp_settings_instance_up", &[("server", "a")]), Some(0.0));
}

#[test]
fn what_is_remembered_is_said_to_be_stored_or_not() {
    let stored = |server: &TestServer| scrape(server).value("mcp_settings_state_stored", &[]);
    let server = builder(Site::new()).start();
    server.get(SERVERS).key(OPERATOR).send().expect(200);
    assert_eq!(stored(&server), Some(1.0));
    let nowhere = builder(Site::new()).env("MCP_SETTINGS_STATE_DIR", "/proc/nowhere").start();
    assert_eq!(stored(&nowhere), Some(0.0));
    let troubles = scrape(&nowhere);
    let trouble = |word| troubles.value("mcp_settings_state_troubles", &[("trouble", word)]);
    assert_eq!((trouble("state-unusable"), trouble("state-newer")), (Some(1.0), Some(0.0)));
}
