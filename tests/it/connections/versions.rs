//! What a client of HTTP/1.0 is sent, and one that asks for another protocol.

use serde_json::json;

use crate::server::{TestServer, item};
use crate::wire::{Connection, Request};

/// The same request as HTTP/1.0.
fn old(request: &Request) -> Vec<u8> {
    String::from_utf8(request.message()).expect("it is text").replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes()
}

#[test]
fn the_stream_to_http_1_0_has_no_chunks_and_ends_with_its_connection() {
    let server = TestServer::start();
    for further in ["", "keep-alive"] {
        let mut request = server.events();
        if !further.is_empty() {
            request = request.header("Connection", further);
        }
        let mut connection = Connection::open(server.address()).expect("the service listens");
        connection.write(&old(&request)).expect("it is open");
        let head = connection.answer("HEAD").expect("an answer").expect(200);
        assert_eq!(head.header("transfer-encoding"), None);
        assert_eq!(head.header("content-length"), None);
        assert!(!head.list("connection").contains(&"keep-alive".to_owned()), "{}", head.head_text());
        assert!(connection.line().starts_with("id: "));
        assert_eq!(connection.line(), "event: opened");
    }
}

#[test]
fn an_answer_of_known_length_to_http_1_0_is_as_to_http_1_1() {
    let server = TestServer::start();
    let mut connection = Connection::open(server.address()).expect("the service listens");
    let request = server.get("/health").header("Connection", "keep-alive");
    for _ in 0..2 {
        connection.write(&old(&request)).expect("it is open");
        assert_eq!(connection.answer("GET").expect("an answer").text(), r#"{"status":"ok"}"#);
    }
    connection.write(&old(&server.get("/health"))).expect("it is open");
    connection.answer("GET").expect("an answer").expect(200);
    assert!(connection.rest().is_ok_and(|rest| rest.is_empty()), "HTTP/1.0 does not keep a connection");
}

#[test]
fn a_request_for_an_upgrade_is_answered_in_http_1_1_and_its_body_is_read() {
    let server = TestServer::start();
    for protocol in ["h2c", "websocket", "TLS/1.0"] {
        let put = server.put(item(protocol.split('/').next().expect("a name")));
        let put = put.json(&json!({"command": "x"}));
        let answer = put.header("Connection", "Upgrade").header("Upgrade", protocol).send().expect(201);
        assert_eq!(answer.list("connection"), ["close"], "{protocol}: none is granted");
    }
}
