//! The form of all errors below `/v1`: one text, a short and a long one, or a list of faults.

use serde_json::json;

use super::{CLIENT_OPTIONS, REGISTERED, delete, named, register};
use crate::server::TestServer;
use crate::site::Site;

#[test]
fn what_no_route_answers_is_refused_in_one_text() {
    let server = TestServer::start();
    for path in ["/v1", "/v1/", "/v1/nowhere", "/v1/mcp-auth", "/v1/mcp-servers/a/b"] {
        assert_eq!(server.get(path).send().expect(404).text(), r#"{"detail":"Not Found"}"#, "{path}");
    }
    server.get("/v10").send().expect_problem(404, "not-found");
    let item = format!("{REGISTERED}/a");
    for (method, path, allow) in [
        ("PUT", REGISTERED, "GET, HEAD, POST"),
        ("PATCH", REGISTERED, "GET, HEAD, POST"),
        ("DELETE", REGISTERED, "GET, HEAD, POST"),
        ("GET", &item, "DELETE"),
        ("PUT", &item, "DELETE"),
        ("PATCH", &item, "DELETE"),
        ("POST", &item, "DELETE"),
        ("POST", CLIENT_OPTIONS, "GET, HEAD"),
    ] {
        let answer = server.request(method, path).send().expect(405);
        assert_eq!(answer.text(), r#"{"detail":"Method Not Allowed"}"#, "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{method} {path}");
    }
    for (method, path) in
        [("GET", REGISTERED), ("POST", REGISTERED), ("DELETE", &item), ("GET", CLIENT_OPTIONS)]
    {
        let answer = server.request(method, format!("{path}/")).send().expect(307);
        assert_eq!(answer.header("location"), Some(path), "{method}");
    }
}

#[test]
fn what_is_wrong_around_a_body_is_refused_in_one_text() {
    let server = TestServer::start();
    let post = || server.post(REGISTERED);
    for (what, request, status, text) in [
        (
            "type",
            post().body("text/plain", named("a").to_string()),
            415,
            "The body must be sent as application/json.",
        ),
        (
            "size",
            post().body("application/json", vec![b' '; (1 << 20) + 1]),
            413,
            "The body is larger than 1 MiB.",
        ),
        (
            "condition",
            register(&server, &named("a")).if_match("no tag"),
            400,
            "The header If-Match can't be parsed",
        ),
        ("query", server.get(format!("{REGISTERED}?nonsense=1")), 400, ""),
        ("expectation", register(&server, &named("a")).header("Expect", "x"), 417, "The header Expect asks"),
        ("name", delete(&server, "%FF"), 400, "The name in the path is not UTF-8."),
    ] {
        let answer = request.send();
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        let body = answer.json();
        let detail = body["detail"].as_str().unwrap_or_else(|| panic!("{what}: {body}"));
        assert!(detail.starts_with(text), "{what}: {detail}");
        assert_eq!(body.as_object().map(|members| members.len()), Some(1), "{what}: {body}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{what}");
    }
    assert!(server.document().is_none(), "nothing was written");
}

#[test]
fn a_foreign_host_or_page_is_refused_in_two_texts() {
    let server = TestServer::start();
    for (name, value) in [("Host", "evil.example"), ("Origin", "http://evil.example")] {
        let answer = server.get(REGISTERED).header(name, value).send().expect(403);
        for member in ["response", "cause"] {
            assert!(answer.json()["detail"][member].is_string(), "{name}: {}", answer.text());
        }
    }
}

#[test]
fn a_document_that_cannot_be_used_is_said_in_two_texts() {
    for (document, reads, writes) in [
        ("garbage", 503, 409),
        (r#"{"agent_settings":{"schema_version":99,"agent_kind":"openhands","mcp_config":{}}}"#, 200, 409),
    ] {
        let server = TestServer::builder(Site::with_document(document)).start();
        for (request, status) in [
            (server.get(REGISTERED), reads),
            (server.get(CLIENT_OPTIONS), reads),
            (register(&server, &named("a")), writes),
        ] {
            let answer = request.send().expect(status);
            if 400 <= status {
                let detail = &answer.json()["detail"];
                assert!(detail["response"].is_string() && detail["cause"].is_string(), "{detail}");
                assert_eq!(detail["error_id"].is_string(), 500 <= status, "{detail}");
            }
        }
        assert!(server.document() == Some(document.as_bytes().to_vec()), "the document changed");
    }
    let server = TestServer::builder(Site::with_document("garbage")).start();
    delete(&server, "a").send().expect(409);
    let server = TestServer::start();
    server.seed("a", &json!({"command": "x"}));
    server.remove_document();
    for request in [
        server.get(REGISTERED),
        server.get(CLIENT_OPTIONS),
        register(&server, &named("b")),
        delete(&server, "a"),
    ] {
        let answer = request.send().expect(503);
        let body = answer.json();
        assert!(body["detail"]["error_id"].is_string(), "{body}");
        let id = body["detail"]["error_id"].as_str().unwrap_or_default();
        assert!(server.log().contains(id), "the log does not have {id}");
    }
}
