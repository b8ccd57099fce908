//! Gateways that are given the registered servers: the client of toolgroups, what `/v1` answers where gateways are
//! configured, and what `GET /api/downstream` says meanwhile. The gateway is `tests/servers/gateway.py`.

mod client;
mod decisions;
mod gateway;
mod several;
mod soak;
mod together;

use serde_json::{Value, json};

use self::gateway::Gateway;
use crate::launch::Builder;
use crate::response::Response;
use crate::server::TestServer;
use crate::site::Site;
use crate::wire::Request;

const REGISTERED: &str = "/v1/mcp-servers";
const DOWNSTREAM: &str = "/api/downstream";

/// A service that gives what is registered to this gateway.
fn in_front_of(gateway: &Gateway) -> Builder {
    TestServer::builder(Site::new()).env("MCP_SETTINGS_DOWNSTREAM", gateway.base())
}

fn register(server: &TestServer, name: &str, url: &str) -> Request {
    server.post(REGISTERED).json(&json!({"name": name, "url": url}))
}

fn unregister(server: &TestServer, name: &str) -> Request {
    server.delete(format!("{REGISTERED}/{name}"))
}

/// The names that `/v1` lists.
#[track_caller]
fn registered(server: &TestServer) -> Vec<String> {
    let list = server.get(REGISTERED).send().expect(200).json();
    let servers = list["servers"].as_array().expect("a list").iter();
    servers.map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
}

/// What is shown of the only gateway.
#[track_caller]
fn shown(server: &TestServer) -> Value {
    let mut list = server.get(DOWNSTREAM).send().expect(200).json();
    list["gateways"][0].take()
}

/// The state of one server at the only gateway.
#[track_caller]
fn state(server: &TestServer, id: &str) -> Option<String> {
    let shown = shown(server);
    let servers = shown["servers"].as_array().expect("a list").clone();
    let found = servers.into_iter().find(|server| server["id"] == id)?;
    Some(found["state"].as_str().expect("a word").to_owned())
}

/// Claims a refusal of `/v1` in its fixed words, with an id that the log has, and nothing of what the gateway said.
#[track_caller]
fn expect_refusal(server: &TestServer, answer: &Response, status: u16, response: &str, cause: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let body = answer.json();
    let detail = &body["detail"];
    assert_eq!((&detail["response"], &detail["cause"]), (&json!(response), &json!(cause)), "{body}");
    let id = detail["error_id"].as_str().expect("an id");
    assert!(server.log().contains(id), "the log has nothing under {id}");
    assert!(!answer.text().contains("canary"), "{body}");
}
