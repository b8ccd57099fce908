//! Where servers came from: carried on by every change of ours, never adopted by a server of another program, and shown
//! at `/api/origins` and on the stream.

use serde_json::{Value, json};

use crate::api_types;
use crate::server::{TestServer, eventually, item};
use crate::site::Site;

const ORIGINS: &str = "/api/origins";

fn origins(server: &TestServer) -> Value {
    let shown = server.get(ORIGINS).send().expect(200);
    drop(api_types::read::<mcp_settings::api::ServerOrigins>(&shown.text()));
    shown.json()
}

/// The names of the servers that did not come from the settings.
fn names(server: &TestServer) -> Vec<String> {
    let shown = origins(server);
    let servers = shown["servers"].as_array().expect("an array");
    servers.iter().map(|server| server["name"].as_str().expect("a text").to_owned()).collect()
}

fn register(server: &TestServer, name: &str, url: &str) {
    let body = json!({"name": name, "url": url, "provider_id": "p"});
    server.post("/v1/mcp-servers").json(&body).send().expect(201);
}

#[test]
fn what_is_registered_stays_so_through_every_change_of_ours() {
    let server = TestServer::start();
    server.seed("own", &json!({"command": "x"}));
    assert_eq!(origins(&server), json!({"servers": [], "static_servers": []}));
    register(&server, "a", "http://h/1");
    let shown =
        json!({"name": "a", "source": "registered", "provider_id": "p", "leaving": false, "gateways": []});
    assert_eq!(origins(&server)["servers"], json!([shown]));
    server.patch(item("a")).json(&json!({"description": "d"})).send().expect(200);
    server.patch(item("a")).json(&json!({"url": "http://h/2"})).send().expect(200);
    server.post(item("a") + "/copy").json(&json!({"to": "copy"})).send().expect(201);
    server.post(item("a") + "/rename").json(&json!({"to": "b"})).send().expect(200);
    server.put(item("b")).json(&json!({"url": "http://h/3"})).send().expect(200);
    assert_eq!(names(&server), ["b"], "a copy is not registered");
    let patch = json!({"agent_settings_diff": {"mcp_config": {"mcpServers": {"b": {"url": "http://h/4"}}}}});
    server.patch("/api/settings").json(&patch).send().expect(200);
    let site = server.site();
    server.crash();
    let server = TestServer::builder(site).start();
    eventually("it is known after a crash", || names(&server) == ["b"]);
    server.delete(item("b")).send().expect(204);
    server.seed("b", &json!({"url": "http://h/4"}));
    assert_eq!(names(&server), [""; 0], "what is configured here is not registered");
}

#[test]
fn a_server_of_another_program_is_not_adopted() {
    let server = TestServer::start();
    register(&server, "a", "http://h/1");
    let site = server.site();
    let edit = |from: &str, to: &str| {
        let text = site.text();
        assert!(text.contains(from), "{text}");
        site.write(text.replace(from, to));
    };
    // It may change all but where the server leads.
    edit(r#""url": "http://h/1""#, r#""url": "http://h/1","description":"theirs""#);
    eventually("it is still the registered one", || names(&server) == ["a"]);
    edit("http://h/1", "http://elsewhere/1");
    eventually("it is another server", || names(&server).is_empty());
    edit("http://elsewhere/1", "http://h/1");
    eventually("it is back", || names(&server) == ["a"]);
    assert_eq!(server.get("/v1/mcp-servers").send().expect(200).json()["servers"][0]["name"], "a");
}

#[test]
fn the_stream_says_where_servers_came_from_as_it_changes() {
    let site = Site::new();
    let file = site.home().join("stack.yaml");
    std::fs::write(&file, "mcp_servers:\n  - {name: fixed, url: 'http://u:p@f'}\n").expect("our own folder");
    let file = file.to_string_lossy().into_owned();
    let server = TestServer::builder(site).env("MCP_SETTINGS_STATIC_SERVERS", file).start();
    let (mut stream, _) = server.follow();
    server.seed("fixed", &json!({"command": "x"}));
    assert_eq!(stream.next().name, "server");
    register(&server, "a", "http://h");
    assert_eq!(stream.next().name, "server");
    eventually("all of it is said", || {
        // Something else on the stream, so that the reader goes on.
        server.seed(
            "more",
            &json!({"command": "x", "description": format!("{:?}", std::time::Instant::now())}),
        );
        stream.next();
        stream.origins.as_ref() == Some(&origins(&server))
    });
    let said = stream.origins.expect("it was said");
    assert_eq!(said["servers"][0]["name"], "a");
    assert_eq!(said["static_servers"][0]["shadows"], true);
    assert!(!said.to_string().contains(":p@"), "{said}");
}

#[test]
fn a_change_that_needs_the_state_is_refused_where_it_cannot_be_stored_and_others_are_made() {
    let server = TestServer::start();
    server.seed("a", &json!({"url": "http://h"}));
    let site = server.site();
    server.stop();
    // A newer version has written it.
    site.change_state("PRAGMA user_version = 99");
    let server = TestServer::builder(site).start();
    let body = json!({"name": "b", "url": "http://h"});
    let refused = server.post("/v1/mcp-servers").json(&body).send().expect(503);
    assert!(refused.json()["detail"].is_string() || refused.json()["detail"]["response"].is_string());
    server.get(item("b")).send().expect(404);
    server.patch(item("a")).json(&json!({"url": "http://i"})).send().expect(200);
    server.post(item("a") + "/rename").json(&json!({"to": "c"})).send().expect(200);
    server.delete(item("c")).send().expect(204);
}
