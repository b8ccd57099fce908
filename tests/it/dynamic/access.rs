//! Who may register, in which order that is checked, and what is left in the audit.

use serde_json::json;

use super::{
    CLIENT_OPTIONS, ONE_STATIC, REGISTERED, delete, expect_words, listed, named, register, with_file,
};
use crate::server::{READER, TestServer, WRITER, eventually};
use crate::site::Site;
use crate::wire::Request;

const REFUSED: &str = "Missing or invalid credentials provided by client";

/// A request of each route, the write with a body that is no registration.
fn requests(server: &TestServer) -> [Request; 4] {
    [
        server.get(REGISTERED),
        register(server, &json!({"timeout": 0})),
        delete(server, "static-mcp"),
        server.get(CLIENT_OPTIONS),
    ]
}

#[test]
fn c_auth_01_to_05_a_caller_needs_a_key_before_anything_else() {
    let server = with_file(ONE_STATIC).start();
    for (row, headers, cause) in [
        // C-AUTH-01, C-AUTH-02, C-AUTH-03 and, for the body that is wrong, C-AUTH-05
        ("C-AUTH-01", &[][..], "No Authorization header found"),
        ("C-AUTH-04", &[("Authorization", "Basic x")], "No token found in Authorization header"),
        ("one word", &[("Authorization", "Bearer")], "No token found in Authorization header"),
        ("three words", &[("Authorization", "Bearer a b")], "No token found in Authorization header"),
        ("another key", &[("Authorization", "Bearer nobody")], "Invalid API Key"),
        ("our header", &[("X-Session-API-Key", "nobody")], "Invalid API Key"),
    ] {
        for request in requests(&server) {
            let target = format!("{row}: {}", request.method());
            let request = headers
                .iter()
                .fold(request.anonymous(), |request, (name, value)| request.header(name, value));
            let answer = request.send();
            assert!(
                answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")),
                "{target}"
            );
            expect_words(&answer, 401, REFUSED, cause);
        }
    }
    // The scheme has no case.
    let key = format!("bEaReR {READER}");
    server.get(REGISTERED).anonymous().header("Authorization", key).send().expect(200);
}

/// Not as lightspeed-stack: what a caller may not do is not judged any further.
#[test]
fn a_scope_is_needed_before_a_body_is_looked_at() {
    let server = with_file(ONE_STATIC).start();
    let no_permission = "User does not have permission to access this endpoint";
    for request in [
        register(&server, &json!({"timeout": 0})),
        register(&server, &named("a")),
        delete(&server, "static-mcp"),
    ] {
        let cause = "User reader is not authorized to access this endpoint.";
        expect_words(&request.key(READER).send(), 403, no_permission, cause);
    }
    assert_eq!(listed(&server).len(), 1);
    register(&server, &named("a")).key(WRITER).send().expect(201);
    delete(&server, "a").key(WRITER).send().expect(200);
    for path in [REGISTERED, CLIENT_OPTIONS] {
        for key in [READER, WRITER] {
            server.get(path).key(key).send().expect(200);
        }
    }
}

#[test]
fn what_registers_and_what_ends_a_registration_is_audited() {
    let server = TestServer::builder(Site::new()).argument("--log-format").argument("json").start();
    for (request, expected) in [
        (register(&server, &named("a")), json!(["register done", "a", "admin", 201, null])),
        (register(&server, &named("a")), json!(["register refused", "a", "admin", 409, "name-taken"])),
        (
            register(&server, &json!({"name": "a"})),
            json!(["register refused", null, "admin", 422, "invalid-config"]),
        ),
        (
            register(&server, &named("b")).key(READER),
            json!(["register refused", null, "reader", 403, "insufficient-scope"]),
        ),
        (
            register(&server, &named("b")).header("Origin", "http://evil.example"),
            json!(["register refused", null, null, 403, "forbidden-origin"]),
        ),
        (delete(&server, "a"), json!(["unregister done", "a", "admin", 200, null])),
        (delete(&server, "a").anonymous(), json!(["unregister refused", "a", null, 401, "unauthorized"])),
    ] {
        let before = server.audited().len();
        request.send();
        eventually("the request is audited", || server.audited().len() > before);
        let new = server.audited().split_off(before);
        assert_eq!(new.len(), 1, "{new:?}");
        let event = &new[0];
        let found = ["message", "server", "caller", "status", "problem"].map(|member| event[member].clone());
        assert_eq!(json!(found), expected, "{event}");
    }
}
