//! `PATCH` with operations (RFC 6902) on what a caller is shown, over HTTP.

use serde_json::{Value, json};

use crate::response::Response;
use crate::secrets::{every_secret, texts_with};
use crate::server::{ADMIN, SERVERS, TestServer, WRITER, item};
use crate::wire::Request;

const JSON_PATCH: &str = "application/json-patch+json";
const PATCHES: &str = "application/merge-patch+json, application/json, application/json-patch+json";

/// A request that runs these operations on a server.
fn run(server: &TestServer, name: &str, operations: &Value) -> Request {
    server.patch(item(name)).body(JSON_PATCH, operations.to_string())
}

/// Claims that nothing of this was stored.
#[track_caller]
fn refused(server: &TestServer, request: Request, status: u16, slug: &str) -> Response {
    let before = server.document();
    let answer = request.send().expect_problem(status, slug);
    assert!(server.document() == before, "something was stored: {}", answer.text());
    answer
}

fn guarded() -> Value {
    json!({
        "command": "npx", "args": ["-y", "pkg"], "description": "d",
        "env": {"A": "secret-a", "B": "secret-b"}, "tokens": ["secret-c", "secret-d"],
    })
}

#[test]
fn operations_change_what_they_name_and_nothing_else() {
    let server = TestServer::start();
    let tag = server.seed("s", &guarded());
    let operations = json!([
        {"op": "test", "path": "/env/A", "value": "[REDACTED]"},
        {"op": "test", "path": "/args", "value": ["-y", "pkg"]},
        {"op": "add", "path": "/args/1", "value": "--quiet", "comment": "ignored"},
        {"op": "remove", "path": "/description"},
        {"op": "copy", "from": "/args/2", "path": "/icon"},
        {"op": "move", "from": "/icon", "path": "/cwd"},
        {"op": "replace", "path": "/env/B", "value": "secret-new"},
    ]);
    let answer = run(&server, "s", &operations).if_match(&tag).send().expect(200);
    let shown = json!({
        "command": "npx", "args": ["-y", "--quiet", "pkg"], "cwd": "pkg",
        "env": {"A": "[REDACTED]", "B": "[REDACTED]"}, "tokens": ["[REDACTED]", "[REDACTED]"],
    });
    assert_eq!(answer.json()["config"], shown);
    assert_ne!(answer.etag(), tag);
    assert_eq!(server.get(item("s")).send().etag(), answer.etag());
    let stored = server.plaintext("s");
    assert_eq!(stored["env"], json!({"A": "secret-a", "B": "secret-new"}));
    assert_eq!(stored["tokens"], json!(["secret-c", "secret-d"]));

    let before = server.document();
    let again = run(&server, "s", &operations).if_match(&tag).send().expect(200);
    assert_eq!(again.etag(), answer.etag(), "the answer was lost, and the patch is sent again");
    let nothing = run(&server, "s", &json!([])).key(WRITER).send().expect(200);
    assert_eq!(nothing.etag(), answer.etag());
    assert!(server.document() == before, "nothing was to be stored");
}

#[test]
fn a_stale_patch_gets_the_current_state() {
    let server = TestServer::start();
    let old = server.seed("s", &guarded());
    let now = server.patch(item("s")).json(&json!({"description": "theirs"})).send().expect(200).etag();
    let mine = json!([{"op": "test", "path": "/description", "value": "d"}, {"op": "add", "path": "/icon", "value": "i"}]);
    let answer = refused(&server, run(&server, "s", &mine).if_match(&old), 412, "precondition-failed");
    assert_eq!(answer.etag(), now);
    let problem = answer.json();
    assert_eq!(problem["current"]["description"], "theirs");
    assert_eq!(problem["current"]["env"]["A"], "[REDACTED]");
    assert_eq!(
        problem["changed"],
        json!(["/description", "/icon"]),
        "the test fails: its paths are reported"
    );
    let repaired = json!([{"op": "add", "path": "/icon", "value": "i"}]);
    let answer = refused(&server, run(&server, "s", &repaired).if_match(&old), 412, "precondition-failed");
    assert_eq!(answer.json()["changed"], json!(["/icon"]));
    run(&server, "s", &repaired).if_match(&now).send().expect(200);
}

#[test]
fn an_operation_that_does_not_fit_is_a_conflict_of_its_own() {
    let server = TestServer::start();
    server.seed("s", &guarded());
    let fine = json!({"op": "replace", "path": "/command", "value": "uvx"});
    for (operation, pointer) in [
        (json!({"op": "remove", "path": "/cwd"}), "/1/path"),
        (json!({"op": "replace", "path": "/cwd", "value": "secret-x"}), "/1/path"),
        (json!({"op": "add", "path": "/args/3", "value": "secret-x"}), "/1/path"),
        (json!({"op": "add", "path": "/command/x", "value": "secret-x"}), "/1/path"),
        (json!({"op": "test", "path": "/env/A", "value": "secret-a"}), "/1/path"),
        (json!({"op": "test", "path": "/env/A", "value": "secret-x"}), "/1/path"),
        (json!({"op": "copy", "from": "/cwd", "path": "/icon"}), "/1/from"),
        (json!({"op": "move", "from": "/env", "path": "/env/A"}), "/1/path"),
    ] {
        // What is wrong with the patch alone is reported first.
        let unknown = json!({"op": "unknown", "path": ""});
        let patch = run(&server, "s", &json!([fine, operation, unknown]));
        refused(&server, patch, 422, "malformed-body");
        let answer = refused(&server, run(&server, "s", &json!([fine, operation])), 409, "patch-conflict");
        assert_eq!(answer.error_pointers(), [pointer], "{operation}");
        assert_eq!(answer.json()["operation"], 1);
        assert!(!answer.text().contains("secret-"), "it shows a value: {}", answer.text());
    }
    let absent = run(&server, "absent", &json!([{"op": "remove", "path": "/cwd"}]));
    refused(&server, absent.if_match("\"x\""), 404, "unknown-server");
}

#[test]
fn what_is_no_patch_is_refused_with_its_place() {
    let server = TestServer::start();
    server.seed("s", &guarded());
    let many: Vec<_> = (0..65).map(|_| r#"{"op":"remove","path":"/args/0"}"#).collect();
    let deep = format!(r#"[{{"op":"add","path":"/x","value":{}{}}}]"#, "[".repeat(63), "]".repeat(63));
    for (body, pointer) in [
        ("", ""),
        ("{", ""),
        (r#"{"op":"remove","path":"/env"}"#, ""),
        (r#""secret-x""#, ""),
        (r#"["secret-x"]"#, "/0"),
        (r#"[{"op":"secret-x","path":"/env"}]"#, "/0/op"),
        (r#"[{"op":"remove","op":"add","path":"/env"}]"#, "/0/op"),
        (r#"[{"op":"remove"}]"#, "/0/path"),
        (r#"[{"op":"remove","path":"secret-x"}]"#, "/0/path"),
        (r#"[{"op":"remove","path":"/env/A"},{"op":"add","path":"/env/A"}]"#, "/1/value"),
        (r#"[{"op":"move","path":"/env/A"}]"#, "/0/from"),
        (r#"[{"op":"add","path":"/env/A","value":"\ud800"}]"#, "/0/value"),
        (r#"[{"op":"add","path":"/env/A\u0000","value":""}]"#, "/0/path"),
        (&*format!("[{}]", many.join(",")), "/64"),
        (&*deep, &*format!("/0/value{}", "/0".repeat(62))),
    ] {
        let request = server.patch(item("s")).body(JSON_PATCH, body);
        let answer = refused(&server, request, 422, "malformed-body");
        assert_eq!(answer.error_pointers(), [pointer], "{body}");
        assert!(!answer.text().contains("secret-"), "it shows a value: {}", answer.text());
    }
    let not_utf8 = server.patch(item("s")).body(JSON_PATCH, b"[\"\xff\"]");
    refused(&server, not_utf8, 422, "malformed-body");
    for json in ["application/json", "application/merge-patch+json"] {
        let request = server.patch(item("s")).body(json, "[]");
        refused(&server, request, 422, "malformed-body");
    }
}

#[test]
fn accept_patch_is_sent_where_a_patch_is_possible() {
    let server = TestServer::start();
    server.seed("s", &guarded());
    let other = server.patch(item("s")).body("application/xml", "[]");
    let answer = refused(&server, other, 415, "unsupported-media-type");
    assert_eq!(answer.header("accept"), Some(PATCHES));
    assert_eq!(answer.header("accept-patch"), Some(PATCHES));
    let options = server.request("OPTIONS", item("s")).send().expect_problem(405, "method-not-allowed");
    assert_eq!(options.header("accept-patch"), Some(PATCHES));
    let collection = server.request("OPTIONS", SERVERS).send().expect_problem(405, "method-not-allowed");
    assert_eq!(collection.header("accept-patch"), None);
    let put = server.put(item("s")).body(JSON_PATCH, "[]");
    let answer = refused(&server, put, 415, "unsupported-media-type");
    assert_eq!((answer.header("accept"), answer.header("accept-patch")), (Some("application/json"), None));
    for spelled in ["Application/JSON-Patch+JSON", "application/json-patch+json; charset=utf-8"] {
        server.patch(item("s")).body(spelled, "[]").send().expect(200);
    }
}

#[test]
fn a_mask_goes_nowhere_but_home() {
    let server = TestServer::start();
    server.seed("s", &guarded());
    for (operations, pointers) in [
        (json!([{"op": "copy", "from": "/env/A", "path": "/description"}]), &["/description"][..]),
        (json!([{"op": "copy", "from": "/env/A", "path": "/env/B"}]), &["/env/B"]),
        (json!([{"op": "move", "from": "/env/A", "path": "/env/C"}]), &["/env/C"]),
        (json!([{"op": "copy", "from": "/env", "path": "/headers"}]), &["/headers/A", "/headers/B"]),
        (json!([{"op": "remove", "path": "/tokens/0"}]), &["/tokens/0"]),
        (json!([{"op": "add", "path": "/env/C", "value": "[REDACTED]"}]), &["/env/C"]),
    ] {
        for key in [ADMIN, WRITER] {
            let answer = refused(&server, run(&server, "s", &operations).key(key), 422, "unrestorable-mask");
            assert_eq!(answer.error_pointers(), pointers, "{operations}");
        }
    }
    let there_and_back = json!([
        {"op": "move", "from": "/env", "path": "/elsewhere"},
        {"op": "add", "path": "/env", "value": {"A": "gone", "B": "gone"}},
        {"op": "move", "from": "/elsewhere", "path": "/env"},
        {"op": "add", "path": "/timeout", "value": 5},
    ]);
    run(&server, "s", &there_and_back).key(WRITER).send().expect(200);
    assert_eq!(server.plaintext("s")["env"], guarded()["env"]);
    for operation in [
        json!({"op": "replace", "path": "/command", "value": "sh"}),
        json!({"op": "add", "path": "/url", "value": "https://evil.example/"}),
    ] {
        let answer = refused(&server, run(&server, "s", &json!([operation])), 422, "bound-secret");
        let mut pointers = answer.error_pointers();
        pointers.sort();
        assert_eq!(pointers, ["/env/A", "/env/B", "/tokens/0", "/tokens/1"], "{operation}");
    }
    refused(
        &server,
        run(&server, "s", &json!([{"op": "add", "path": "/args/0", "value": "-e"}])).key(WRITER),
        422,
        "bound-secret",
    );
}

/// Every place of a value, itself included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| places(member, &format!("{at}/{name}"), found));
        }
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .for_each(|(index, element)| places(element, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

/// Anyone who may write and not see secrets tries to carry each leaf to each place where it would be shown.
#[test]
fn an_attacker_learns_nothing_by_copying_moving_and_testing() {
    let server = TestServer::start();
    let mut tried = 0;
    for (name, config) in every_secret() {
        server.seed(name, &config);
        let before = server.plaintext(name);
        let shown = server.get(item(name)).send().json()["config"].take();
        let mut from = vec![];
        places(&shown, "", &mut from);
        for from in &from {
            let hidden = config.pointer(from).cloned().unwrap_or_default();
            let is_secret = config.pointer(from) != shown.pointer(from);
            for to in [
                "/description",
                "/icon",
                "/shown-note",
                "/tools",
                "/args/-",
                "/cwd",
                "/url",
                "/command",
                "/env/Z",
            ] {
                if from == to {
                    continue;
                }
                for op in ["copy", "move"] {
                    let operations = json!([{"op": op, "from": from, "path": to}]);
                    let answer = run(&server, name, &operations).key(WRITER).send();
                    assert!(!answer.text().contains("canary-"), "{operations} shows: {}", answer.text());
                    assert!(
                        !is_secret || answer.status >= 400,
                        "{operations} went through: {}",
                        answer.text()
                    );
                    tried += 1;
                }
            }
            if is_secret {
                let right = json!([{"op": "test", "path": from, "value": hidden}]);
                let wrong = json!([{"op": "test", "path": from, "value": "another"}]);
                let [right, wrong] = [right, wrong].map(|test| {
                    let answer = run(&server, name, &test).key(WRITER).send();
                    answer.expect_problem(409, "patch-conflict").text()
                });
                assert_eq!(right, wrong, "{from}");
            }
        }
        let after = server.plaintext(name);
        assert_eq!(texts_with("canary-", &after), texts_with("canary-", &before), "{name}");
        server.put(item(name)).json(&config).send().expect(200);
    }
    assert!(tried > 500, "little was tried: {tried}");
    assert!(!server.log().contains("canary-"), "the log shows a secret");
}

#[test]
fn a_patch_grows_no_server_past_the_limits() {
    let server = TestServer::start();
    server.seed("s", &json!({"command": "x", "list": []}));
    let doubling: Vec<_> =
        (0..64).map(|index| json!({"op": "copy", "from": "", "path": format!("/list/{index}")})).collect();
    refused(&server, run(&server, "s", &json!(doubling)), 422, "invalid-config");
    let nested = (0..60).fold(json!({}), |inner, _| json!({"a": inner}));
    let nested = json!([
        {"op": "add", "path": "/x", "value": nested},
        {"op": "copy", "from": "/x", "path": format!("/x{}", "/a".repeat(60))},
    ]);
    let answer = refused(&server, run(&server, "s", &nested), 422, "invalid-config");
    assert_eq!(answer.error_pointers().len(), 1);
    let large = run(&server, "s", &json!([{"op": "add", "path": "/x", "value": "a".repeat(1 << 20)}]));
    refused(&server, large, 413, "body-too-large");
    let long = "/".repeat(1_000_000);
    refused(&server, run(&server, "s", &json!([{"op": "remove", "path": long}])), 409, "patch-conflict");
}
