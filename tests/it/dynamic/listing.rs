//! `GET /v1/mcp-servers` and `GET /v1/mcp-auth/client-options`.

use serde_json::json;

use super::{CLIENT_OPTIONS, ONE_STATIC, REGISTERED, delete, listed, named, pairs, register, with_file};
use crate::server::{READER, TestServer};

#[test]
fn c_list_01_to_03_static_servers_come_first() {
    // C-LIST-03
    let server = TestServer::start();
    assert_eq!(server.get(REGISTERED).send().expect(200).text(), r#"{"servers":[]}"#);
    // C-LIST-01
    let server = with_file(ONE_STATIC).start();
    let expected = r#"{"servers":[{"name":"static-mcp","url":"http://localhost:3000","provider_id":"model-context-protocol","source":"config"}]}"#;
    let answer = server.get(REGISTERED).key(READER).send().expect(200);
    assert_eq!(answer.text(), expected);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    // C-LIST-02, in the order of registration
    for name in ["zeta", "alpha", "mid"] {
        register(&server, &named(name)).send().expect(201);
    }
    server.seed("stored", &json!({"command": "x"}));
    let expected = [("static-mcp", "config"), ("zeta", "api"), ("alpha", "api"), ("mid", "api")];
    assert_eq!(listed(&server), pairs(&expected));
    delete(&server, "zeta").send().expect(200);
    register(&server, &named("zeta")).send().expect(201);
    let expected = [("static-mcp", "config"), ("alpha", "api"), ("mid", "api"), ("zeta", "api")];
    assert_eq!(listed(&server), pairs(&expected));
}

#[test]
fn static_servers_are_listed_in_the_order_of_the_file_with_secrets_masked() {
    let server = with_file(
        "mcp_servers:\n  - {name: z, url: 'http://u:canary@h/'}\n  - {name: 'a b/c', url: anything}\n  - {name: m, url: 'http://h/', provider_id: p}\n",
    )
    .start();
    let list = server.get(REGISTERED).send().expect(200);
    assert!(!list.text().contains("canary"), "{}", list.text());
    assert_eq!(listed(&server), pairs(&[("z", "config"), ("a b/c", "config"), ("m", "config")]));
    assert_eq!(list.json()["servers"][2]["provider_id"], "p");
}

#[test]
fn client_options_are_the_headers_that_clients_fill() {
    for (row, file, registered, expected) in [
        (
            "C-OPT-01",
            "mcp_servers: [{name: s, url: u, authorization_headers: {Authorization: client, X-Key: client}}]",
            r#"{"Authorization":"client"}"#,
            json!([
                {"name": "s", "client_auth_headers": ["Authorization", "X-Key"]},
                {"name": "r", "client_auth_headers": ["Authorization"]},
            ]),
        ),
        (
            "C-OPT-02",
            "mcp_servers: [{name: s, url: u, authorization_headers: {Authorization: kubernetes}}, {name: t, url: u}]",
            r#"{"Authorization":"client"}"#,
            json!([{"name": "r", "client_auth_headers": ["Authorization"]}]),
        ),
        ("C-OPT-03", "mcp_servers: [{name: s, url: u}]", r#"{"Authorization":"oauth"}"#, json!([])),
        (
            "C-OPT-04",
            "mcp_servers: [{name: s, url: u, authorization_headers: {A: ' client '}}]",
            r#"{"B":"\tclient "}"#,
            json!([
                {"name": "s", "client_auth_headers": ["A"]},
                {"name": "r", "client_auth_headers": ["B"]},
            ]),
        ),
        (
            "C-OPT-05",
            "mcp_servers: [{name: s, url: u, authorization_headers: {A: oauth, B: client}}]",
            r#"{"Z":"client","K":"kubernetes","A":"client"}"#,
            json!([
                {"name": "s", "client_auth_headers": ["B"]},
                {"name": "r", "client_auth_headers": ["Z", "A"]},
            ]),
        ),
    ] {
        let server = with_file(file).start();
        // As text: the order of the headers counts.
        let body = format!(r#"{{"name":"r","url":"http://h/","authorization_headers":{registered}}}"#);
        server.post(REGISTERED).body("application/json", body).send().expect(201);
        let answer = server.get(CLIENT_OPTIONS).key(READER).send().expect(200);
        assert_eq!(answer.json(), json!({ "servers": expected }), "{row}");
    }
    // C-OPT-03
    let server = TestServer::start();
    assert_eq!(server.get(CLIENT_OPTIONS).send().expect(200).text(), r#"{"servers":[]}"#);
}
