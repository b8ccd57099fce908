//! Preconditions, exposure modes and queries that can't be read: refused, never taken as absent.

use serde_json::json;

use super::refused;
use crate::server::{SERVERS, TestServer, item};
use crate::wire::Request;

/// Header lines that are no list of entity-tags and no `*`.
const MALFORMED: &[&[&[u8]]] = &[
    &[b"abc"],
    &[b"\"abc"],
    &[b"abc\""],
    &[b"\"a\"b\""],
    &[b"w/\"a\""],
    &[b"W/"],
    &[b"W/a"],
    &[b"W /\"a\""],
    &[b"\"a b\""],
    &[b"\"a\" \"b\""],
    &[b"\"a\", bad"],
    &[b"bad, \"a\""],
    &[b"\"a\", *"],
    &[b"*, \"a\""],
    &[b"**"],
    &[b"\"*"],
    &[b""],
    &[b"   "],
    &[b"\"a\"", b"bad"],
    &[b"*", b"\"a\""],
    &[b"\"a\"", b"*"],
    &[b"\"a\";q=1"],
];

/// Legal tags that are not the current one, among them those that careless parsers lose.
const LEGAL: &[&[&[u8]]] = &[
    &[b"\"a\""],
    &[b"\"\""],
    &[b"\"a,b\""],
    &[b"\"a\",\"b\""],
    &[b"\"a\" , \"b\""],
    &[b"\"a\"", b"\"b\""],
    &[b"\"a\", , \"b\""],
    &[b"\"\xe9\""],
    &[b"\"a\\\""],
    &[b"W/\"a\""],
    &[b"\"*\""],
];

fn with_lines(mut request: Request, name: &str, lines: &[&[u8]]) -> Request {
    for line in lines {
        request = request.header(name, line);
    }
    request
}

fn shown(name: &str, lines: &[&[u8]]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
    format!("{name}: {lines:?}")
}

fn writes(server: &TestServer) -> [Request; 3] {
    [
        server.put(item("victim")).json(&json!({"command": "after"})),
        server.patch(item("victim")).json(&json!({"command": "after"})),
        server.delete(item("victim")),
    ]
}

#[test]
fn a_precondition_that_cannot_be_parsed_is_never_absent() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    for lines in MALFORMED {
        for name in ["If-Match", "If-None-Match"] {
            for request in writes(&server) {
                refused(
                    &server,
                    &shown(name, lines),
                    with_lines(request, name, lines),
                    400,
                    "invalid-header",
                );
            }
            for target in [item("victim"), SERVERS.to_owned()] {
                let read = with_lines(server.get(&target), name, lines);
                refused(
                    &server,
                    &format!("GET {target} {}", shown(name, lines)),
                    read,
                    400,
                    "invalid-header",
                );
            }
        }
    }
}

#[test]
fn a_malformed_precondition_beside_a_good_one_is_refused() {
    let server = TestServer::start();
    let tag = server.seed("victim", &json!({"command": "before"}));
    for request in writes(&server) {
        let request = request.if_match(&tag).if_none_match("bad");
        refused(&server, "a good If-Match, a bad If-None-Match", request, 400, "invalid-header");
    }
}

#[test]
fn a_legal_tag_that_is_not_the_current_one_stops_every_write() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    for lines in LEGAL {
        for request in writes(&server) {
            let request = with_lines(request, "If-Match", lines);
            refused(&server, &shown("If-Match", lines), request, 412, "precondition-failed");
        }
        with_lines(server.get(item("victim")), "If-None-Match", lines).send().expect(200);
    }
}

#[test]
fn the_current_tag_is_found_in_any_list() {
    let server = TestServer::start();
    let mut tag = server.seed("victim", &json!({"command": "x0"}));
    let lists = |tag: &str| -> Vec<Vec<String>> {
        vec![
            vec![tag.to_owned()],
            vec![format!("\"a,b\", {tag}")],
            vec![format!("{tag},\"b\"")],
            vec!["\"a\"".to_owned(), tag.to_owned()],
            vec![format!(" , {tag} ,")],
            vec![format!("W/\"weak\", {tag}")],
        ]
    };
    for number in 0..lists(&tag).len() {
        let list = &lists(&tag)[number];
        let mut request = server.put(item("victim")).json(&json!({"command": format!("x{}", number + 1)}));
        for line in list {
            request = request.if_match(line);
        }
        let answer = request.send();
        assert_eq!(answer.status, 200, "{list:?}: {}", answer.text());
        tag = answer.etag();
    }
}

#[test]
fn a_weak_tag_never_allows_a_write_but_spares_a_read() {
    let server = TestServer::start();
    let tag = server.seed("victim", &json!({"command": "before"}));
    let weak = format!("W/{tag}");
    for request in writes(&server) {
        refused(&server, &weak, request.if_match(&weak), 412, "precondition-failed");
    }
    server.get(item("victim")).if_none_match(&weak).send().expect(304);
    let create = server.put(item("victim")).if_none_match(&weak).json(&json!({"command": "after"}));
    refused(&server, "weak comparison in If-None-Match", create, 412, "precondition-failed");
}

#[test]
fn an_unknown_exposure_mode_shows_nothing() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "x", "env": {"A": "canary-exposure"}}));
    for mode in ["bogus", "plain", "1", "false", "plaintext, encrypted", "plaintext;q=1", "\u{e9}"] {
        let request = server.get(item("victim")).expose(mode);
        let answer = refused(&server, mode, request, 400, "invalid-header");
        assert!(!answer.text().contains("bogus"), "the header is repeated: {}", answer.text());
    }
    for mode in ["encrypted", " Encrypted ", "TRUE", "PlainText"] {
        server.get(item("victim")).expose(mode).send().expect(200);
    }
    let blank = server.get(item("victim")).expose("").send().expect(200);
    assert_eq!(blank.json()["config"]["env"]["A"], "[REDACTED]");
}

#[test]
fn a_query_that_cannot_be_read_is_refused() {
    let server = TestServer::start();
    server.seed("victim", &json!({"command": "before"}));
    for query in ["limit=abc", "limit=-1", "limit=0", "view=everything"] {
        refused(&server, query, server.get(format!("{SERVERS}?{query}")), 400, "invalid-query");
    }
    let write = server.put(format!("{}?dry_run=perhaps", item("victim"))).json(&json!({"command": "after"}));
    refused(&server, "dry_run=perhaps", write, 400, "invalid-query");
}
