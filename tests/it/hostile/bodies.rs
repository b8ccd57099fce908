//! Bodies that are no JSON object that everyone would read alike.

use serde_json::json;

use super::refused;
use crate::server::{TestServer, item};
use crate::wire::Request;

const MIB: usize = 1 << 20;

/// A configuration with one more member, spelled as given.
fn with_extra(spelling: &str) -> Vec<u8> {
    format!(r#"{{"command":"x","extra":{spelling}}}"#).into_bytes()
}

/// A configuration of this depth: the object itself counts.
fn nested(depth: usize) -> Vec<u8> {
    with_extra(&format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1)))
}

/// A configuration padded with white space to this size.
fn padded(size: usize) -> Vec<u8> {
    let mut body = br#"{"command":"x"}"#.to_vec();
    body.resize(size, b' ');
    body
}

fn both_writes(server: &TestServer) -> [(&'static str, Request); 2] {
    [("PUT", server.put(item("victim"))), ("PATCH", server.patch(item("victim")))]
}

#[test]
fn a_body_that_is_not_one_clear_object_changes_nothing() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before", "env": {"A": "secret"}}));
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("cut off", br#"{"command": "#.to_vec()),
        ("empty", Vec::new()),
        ("white space", b" \n".to_vec()),
        ("two values", br#"{"command":"x"}{}"#.to_vec()),
        ("a trailing comma", br#"{"command":"x",}"#.to_vec()),
        ("single quotes", b"{'command':'x'}".to_vec()),
        ("a comment", b"{\"command\":\"x\"} // x".to_vec()),
        (
            "not UTF-8",
            with_extra("\"\u{0}\"").into_iter().map(|byte| if byte == 0 { 0xff } else { byte }).collect(),
        ),
        ("an array", b"[1]".to_vec()),
        ("a string", br#""x""#.to_vec()),
        ("a number", b"1".to_vec()),
        ("null", b"null".to_vec()),
        ("a name twice", br#"{"command":"x","command":"y"}"#.to_vec()),
        ("a name twice, spelled differently", br#"{"command":"x","\u0063ommand":"y"}"#.to_vec()),
        ("a name twice, deep", with_extra(r#"[{"a":1,"a":1}]"#)),
        ("a lone high surrogate", with_extra(r#""\ud800""#)),
        ("a lone low surrogate", with_extra(r#""\udc00 x""#)),
        ("a surrogate pair the wrong way round", with_extra(r#""\udc00\ud800""#)),
        ("a lone surrogate in a name", with_extra(r#"{"\ud800":1}"#)),
        ("NUL", with_extra(r#""a\u0000b""#)),
        ("NUL in a name", with_extra(r#"{"\u0000":1}"#)),
        ("a raw control character", b"{\"command\":\"x\x01\"}".to_vec()),
        ("NaN", with_extra("NaN")),
        ("Infinity", with_extra("-Infinity")),
        ("a number that overflows", with_extra("1e400")),
        ("a number that overflows below", with_extra("-1e400")),
        ("a number that underflows", with_extra("1e-400")),
        ("an integer of 309 digits", with_extra(&"9".repeat(309))),
        ("a leading zero", with_extra("01")),
        ("depth 65", nested(65)),
        ("depth 100,000", nested(100_000)),
    ];
    for (what, body) in &bodies {
        for (method, request) in both_writes(&server) {
            let what = format!("{method}, {what}");
            let answer =
                refused(&server, &what, request.body("application/json", body), 422, "malformed-body");
            assert!(!answer.error_pointers().is_empty(), "{what}");
        }
    }
}

#[test]
fn a_refused_body_says_where() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    let places = [
        (r#"{"command":"x","env":{"A":"1","A":"2"}}"#, "/env/A"),
        (r#"{"command":"x","a/b":{"c~d":[0,"\ud800"]}}"#, "/a~1b/c~0d/1"),
        (r#"{"command":"x","timeout":1e400}"#, "/timeout"),
        (r#"{"command":"x","description":"\u0000"}"#, "/description"),
    ];
    for (body, pointer) in places {
        let request = server.put(item("victim")).body("application/json", body);
        let answer = refused(&server, body, request, 422, "malformed-body");
        assert_eq!(answer.error_pointers(), [pointer], "{body}");
    }
}

#[test]
fn the_limits_themselves_are_allowed() {
    let server = TestServer::start();
    let largest = format!("-{}", "9".repeat(308));
    for body in [nested(64), with_extra(&largest), with_extra("1.7976931348623157e308"), with_extra("-0.0")] {
        server.put(item("limits")).body("application/json", &body).send().expect_success();
    }
    server.put(item("limits")).body("application/json", padded(MIB)).send().expect_success();
    let shown = server.put(item("limits")).body("application/json", with_extra(&largest)).send().text();
    assert!(shown.contains(&largest), "an integer lost digits: {shown}");
}

#[test]
fn no_body_is_a_missing_one_whatever_its_type() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    for (method, request) in both_writes(&server) {
        refused(&server, method, request.clone(), 422, "malformed-body");
        refused(&server, method, request.header("Content-Type", "application/json"), 422, "malformed-body");
    }
}

#[test]
fn a_body_of_another_type_is_not_read() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    let body = r#"{"command":"x"}"#;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", "", "a b"]
    {
        for (method, request) in both_writes(&server) {
            let what = format!("{method}, {content_type:?}");
            refused(&server, &what, request.body(content_type, body), 415, "unsupported-media-type");
        }
    }
    for (method, request) in both_writes(&server) {
        refused(&server, method, request.bytes(body), 415, "unsupported-media-type");
    }
    let patch = server.put(item("victim")).body("application/json-patch+json", "[]");
    refused(&server, "a patch is no configuration", patch, 415, "unsupported-media-type");
}

#[test]
fn a_content_type_may_have_parameters_and_capitals() {
    let server = TestServer::start();
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        server.put(item("x")).body(content_type, r#"{"command":"x"}"#).send().expect_success();
    }
    for content_type in ["application/merge-patch+json", "application/merge-patch+json;charset=utf-8"] {
        server.patch(item("x")).body(content_type, r#"{"description":"d"}"#).send().expect(200);
    }
}

#[test]
fn a_body_over_one_mebibyte_is_too_large_however_it_is_sent() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    for (method, request) in both_writes(&server) {
        let request = request.body("application/json", padded(MIB + 1));
        refused(&server, method, request.clone(), 413, "body-too-large");
        refused(&server, &format!("{method} in chunks"), request.chunked(), 413, "body-too-large");
    }
}

#[test]
fn a_patch_cannot_grow_a_server_past_the_limits() {
    let server = TestServer::start();
    let half = "a".repeat(MIB * 3 / 5);
    server.seed("victim", &json!({"command": "x", "first": half}));
    let second = server.patch(item("victim")).json(&json!({"second": half}));
    let before = server.document();
    let answer = second.send();
    assert!(matches!(answer.status, 413 | 422), "{} {}", answer.status, answer.text());
    assert!(server.document() == before, "a server outgrew the limit");
}

#[test]
fn patches_of_long_secrets_cannot_grow_a_server_past_the_limits() {
    let server = TestServer::start();
    let long = "a".repeat(MIB * 9 / 10);
    server.seed("victim", &json!({"command": "x", "env": {"A": long}}));
    let before = server.document();
    let second = server.patch(item("victim")).json(&json!({"env": {"B": long}}));
    refused(&server, "a second long secret", second, 422, "invalid-config");
    assert!(server.document() == before, "a server outgrew the limit");
}
