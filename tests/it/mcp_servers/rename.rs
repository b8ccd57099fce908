//! `POST …/{name}/rename`: another name for the same bytes, in one step.

use std::thread;

use serde_json::{Value, json};

use crate::server::{READER, TestServer, WRITER, item};
use crate::site::{Site, fixture};
use crate::wire::Request;

use super::new_name::give_name;

fn rename(server: &TestServer, name: &str, to: &str) -> Request {
    give_name(server, "rename", name, to)
}

#[test]
fn a_renamed_server_keeps_its_bytes_and_its_secrets() {
    let server = TestServer::on_fixture("settings/v1.58.0.json");
    let before = String::from_utf8(fixture("settings/v1.58.0.json")).expect("it is UTF-8");
    let secrets = server.plaintext("github");
    let tag = server.get(item("github")).send().etag();
    let answer = rename(&server, "github", "git:hub").if_match(&tag).key(WRITER).send().expect(200);
    let now = server.get(item("git:hub")).send().expect(200);
    assert_eq!(answer.json(), now.json());
    assert_eq!(answer.etag(), now.etag());
    assert_ne!(answer.etag(), tag, "a tag is bound to the name");
    assert_eq!(answer.header("content-location"), Some(item("git:hub").as_str()));
    assert_eq!(server.plaintext("git:hub"), secrets);
    server.get(item("github")).send().expect_problem(404, "unknown-server");
    let after = server.text();
    assert_eq!(after, before.replacen("\"github\": {", "\"git:hub\": {", 1));
    // And back again: the state has the tag that it had.
    assert_eq!(rename(&server, "git:hub", "github").send().expect(200).etag(), tag);
    assert!(server.document() == Some(before.into_bytes()));
}

#[test]
fn what_a_renaming_needs_is_what_other_writes_need() {
    let server = TestServer::start();
    let tag = server.seed("a", &json!({"command": "a", "env": {"A": "secret"}}));
    let other = server.seed("b", &json!({"command": "b"}));
    let before = server.files();
    let post =
        |body: &str| server.post(format!("{}/rename", item("a"))).body("application/json", body).send();
    for (body, slug, pointer) in [
        ("{}", "malformed-body", "/to"),
        (r#"{"to":null}"#, "malformed-body", "/to"),
        (r#"{"to":["c"]}"#, "malformed-body", "/to"),
        (r#"{"to":"c","force":true}"#, "malformed-body", "/force"),
        (r#"{"To":"c"}"#, "malformed-body", "/To"),
        (r#"{"to":""}"#, "invalid-name", "/to"),
        (r#"{"to":".."}"#, "invalid-name", "/to"),
        (r#"{"to":"a/b"}"#, "invalid-name", "/to"),
        (r#"{"to":"secret value"}"#, "invalid-name", "/to"),
    ] {
        let answer = post(body).expect_problem(422, slug);
        assert_eq!(answer.error_pointers(), [pointer], "{body}");
        assert!(!answer.text().contains("secret value"), "{}", answer.text());
    }
    post("[]").expect_problem(422, "malformed-body");
    let taken = rename(&server, "a", "b").if_match(&tag).send().expect_problem(409, "name-taken");
    assert_eq!(taken.error_pointers(), ["/to"]);
    rename(&server, "none", "b").send().expect_problem(404, "unknown-server");
    rename(&server, "none", "b").if_match("\"x\"").send().expect_problem(404, "unknown-server");
    rename(&server, "a", "c").if_match("bad").send().expect_problem(400, "invalid-header");
    rename(&server, "a%20b", "c").send().expect_problem(400, "invalid-name");
    rename(&server, "a%2Fb", "c").send().expect_problem(400, "invalid-name");
    rename(&server, "a", "c").key(READER).send().expect_problem(403, "insufficient-scope");
    rename(&server, "a", "c").anonymous().send().expect_problem(401, "unauthorized");
    let typeless = server.post(format!("{}/rename", item("a"))).body("text/plain", r#"{"to":"c"}"#);
    typeless.send().expect_problem(415, "unsupported-media-type");
    let get = server.get(format!("{}/rename", item("a"))).send().expect_problem(405, "method-not-allowed");
    assert_eq!(get.header("allow"), Some("POST"));
    for (condition, value) in
        [("If-Match", other.as_str()), ("If-None-Match", "*"), ("If-None-Match", tag.as_str())]
    {
        let stale = rename(&server, "a", "c").header(condition, value).send();
        let stale = stale.expect_problem(412, "precondition-failed");
        assert_eq!((stale.etag(), &stale.json()["current_etag"]), (tag.clone(), &json!(tag)));
        assert_eq!(stale.json()["current"]["env"]["A"], "[REDACTED]");
        assert_eq!(stale.json().get("changed"), None, "nothing was sent that could differ");
    }
    assert_eq!(server.files(), before);
    let same = rename(&server, "a", "a").if_match(&tag).send().expect(200);
    assert_eq!((same.etag(), server.files() == before), (tag.clone(), true), "the same name stores nothing");
    rename(&server, "a", "c").if_match("*").if_none_match(&other).send().expect(200);
    // Repeated, it does not find what it names.
    rename(&server, "a", "c").if_match(&tag).send().expect_problem(404, "unknown-server");
    assert_eq!(server.names(), ["b", "c"]);
}

#[test]
fn what_cannot_be_read_can_be_renamed_under_its_tag() {
    let document =
        r#"{"agent_settings":{"mcp_config":{"mcpServers":{"odd" : ["\ud800"] , "b":{"command":"b"}}}}}"#;
    let server = TestServer::builder(Site::with_document(document)).start();
    let renamed = rename(&server, "odd", "new").send().expect(204);
    assert!(renamed.body.is_empty());
    assert!(server.document() == Some(document.replace("odd", "new").into_bytes()));
    let stale = rename(&server, "new", "newer").if_match("\"stale\"").send();
    stale.expect_problem(412, "precondition-failed");
    rename(&server, "new", "newer").if_match(renamed.etag()).send().expect(204);
    server.delete(item("newer")).send().expect(204);
}

#[test]
fn a_dry_run_of_a_renaming_renames_nothing() {
    let server = TestServer::start();
    let tag = server.seed("a", &json!({"command": "a", "env": {"A": "s"}}));
    server.seed("b", &json!({"command": "b"}));
    let before = server.files();
    let tried = |to: &str, key: &str| {
        let post = server.post(format!("{}/rename?dry_run=true", item("a")));
        post.key(key).if_match(&tag).json(&json!({"to": to})).send()
    };
    tried("b", WRITER).expect_problem(409, "name-taken");
    let blind = tried("c", WRITER).expect(200);
    assert_eq!((blind.header("etag"), blind.json().get("etag")), (None, None));
    let tried_as_admin = tried("c", crate::server::ADMIN).expect(200);
    assert_eq!(tried_as_admin.header("content-location"), None, "nothing is there");
    assert_eq!(server.files(), before);
    let done = rename(&server, "a", "c").if_match(&tag).send().expect(200);
    assert_eq!((tried_as_admin.etag(), tried_as_admin.json()), (done.etag(), done.json()));
}

#[test]
fn of_a_renaming_and_a_write_under_one_tag_one_wins() {
    let server = TestServer::start();
    for round in 0..20 {
        let (name, to) = (format!("from-{round}"), format!("to-{round}"));
        let tag = server.seed(&name, &json!({"command": "x", "description": "old"}));
        let writes = [
            rename(&server, &name, &to).if_match(&tag),
            server.put(item(&name)).if_match(&tag).json(&json!({"command": "x", "description": "new"})),
            rename(&server, &name, &format!("{to}-too")).if_match(&tag),
        ];
        let started: Vec<_> = writes.into_iter().map(|write| thread::spawn(move || write.send())).collect();
        let statuses: Vec<u16> =
            started.into_iter().map(|write| write.join().expect("it does not panic").status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 404 | 412)), "{statuses:?}");
        let here = server.names();
        assert_eq!(here.len(), round + 1, "{statuses:?} {here:?}");
    }
}

#[test]
fn a_name_is_taken_by_one_of_two() {
    let server = TestServer::start();
    for round in 0..20 {
        let to = format!("to-{round}");
        let froms = ["a", "b"].map(|from| format!("{from}-{round}"));
        for from in &froms {
            server.seed(from, &json!({"command": from}));
        }
        let create = server.put(item(&to)).if_none_match("*").json(&json!({"command": "created"}));
        let writes = [rename(&server, &froms[0], &to), rename(&server, &froms[1], &to), create];
        let started: Vec<_> = writes.into_iter().map(|write| thread::spawn(move || write.send())).collect();
        let statuses: Vec<u16> =
            started.into_iter().map(|write| write.join().expect("it does not panic").status).collect();
        let won: Vec<usize> = (0..3).filter(|at| matches!(statuses[*at], 200 | 201)).collect();
        assert_eq!(won.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 201 | 409 | 412)), "{statuses:?}");
        let expected = [json!(froms[0]), json!(froms[1]), json!("created")];
        assert_eq!(server.plaintext(&to)["command"], expected[won[0]]);
        let left: Vec<Value> = froms.iter().map(|from| json!(server.get(item(from)).send().status)).collect();
        let is_gone = |at: usize| json!(if won[0] == at { 404 } else { 200 });
        assert_eq!(left, [is_gone(0), is_gone(1)]);
    }
}
