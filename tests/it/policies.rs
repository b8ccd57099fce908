//! `/api/instances/{name}/policy`: how a server is to be run, under conditions and scopes of its own.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{ADMIN, READER, TestServer, WRITER, item};
use crate::site::Site;

const BOTH: &str = "both-key-0123456789";

fn start() -> TestServer {
    let keys = json!([
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "both", "key": BOTH, "scopes": ["write", "run"]},
        {"name": "writer", "key": WRITER, "scopes": ["write"]},
        {"name": "reader", "key": READER, "scopes": ["read"]},
    ]);
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_API_KEYS", keys.to_string()).start();
    server.seed("a", &json!({"command": "x"}));
    server
}

fn place(name: &str) -> String {
    format!("/api/instances/{name}/policy")
}

fn defaults() -> Value {
    json!({
        "start": "on_demand", "idle_seconds": 300, "start_timeout_seconds": null,
        "tools": {"allow": null, "deny": [], "pinned": false},
        "limits": {"memory_mb": null, "open_files": null, "processes": null}, "sessions": "shared",
    })
}

#[test]
fn defaults_are_shown_until_a_policy_is_chosen_and_again_when_it_is_removed() {
    let server = start();
    let first = server.get(place("a")).key(READER).send().expect(200);
    let body = first.json();
    assert_eq!((&body["source"], &body["policy"]), (&json!("default"), &defaults()));
    assert_eq!(body["etag"], json!(first.etag()));
    let put = server.put(place("a")).key(WRITER).json(&json!({"idle_seconds": 0})).send().expect(200);
    assert_eq!((&put.json()["source"], &put.json()["policy"]["idle_seconds"]), (&json!("policy"), &json!(0)));
    assert_ne!(put.etag(), first.etag());
    let shown = server.get(place("a")).key(READER).send().expect(200);
    assert_eq!((shown.text(), shown.etag()), (put.text(), put.etag()));
    // What is shown can be sent again.
    let again = server.put(place("a")).key(WRITER).json(&shown.json()["policy"]).send().expect(200);
    assert_eq!(again.etag(), put.etag());
    server.delete(place("a")).key(WRITER).send().expect(204);
    assert_eq!(server.get(place("a")).send().expect(200).text(), first.text());
}

#[test]
fn a_put_replaces_and_a_patch_merges() {
    let server = start();
    let put = json!({"idle_seconds": 5, "tools": {"deny": ["b"]}, "limits": {"memory_mb": 64}});
    server.put(place("a")).key(WRITER).json(&put).send().expect(200);
    let patch = json!({"limits": {"open_files": 32}, "idle_seconds": null, "start_timeout_seconds": 9});
    for media_type in ["application/merge-patch+json", "application/json"] {
        let request = server.patch(place("a")).key(WRITER).body(media_type, patch.to_string());
        let policy = request.send().expect(200).json()["policy"].clone();
        assert_eq!(policy["limits"], json!({"memory_mb": 64, "open_files": 32, "processes": null}));
        assert_eq!(policy["tools"]["deny"], json!(["b"]));
        assert_eq!((&policy["idle_seconds"], &policy["start_timeout_seconds"]), (&json!(300), &json!(9)));
    }
    let put = server
        .put(place("a"))
        .key(ADMIN)
        .json(&json!({"health_check": null, "tools": {"deny": ["b"]}}))
        .send();
    let policy = put.expect(200).json()["policy"].clone();
    assert!(policy.as_object().expect("an object").contains_key("health_check"), "{policy}");
    assert_eq!(policy["limits"]["memory_mb"], Value::Null);
}

#[test]
fn conditions_are_those_of_any_other_resource() {
    let server = start();
    let tag = server.get(place("a")).send().expect(200).etag();
    server.get(place("a")).if_none_match(&tag).send().expect(304);
    let put = |idle: u32| server.put(place("a")).key(WRITER).json(&json!({"idle_seconds": idle}));
    let failed = put(1).if_match("\"stale\"").send().expect_problem(412, "precondition-failed");
    assert_eq!((failed.etag(), &failed.json()["current_etag"]), (tag.clone(), &json!(tag)));
    put(1).if_none_match("*").send().expect_problem(412, "precondition-failed");
    put(1).if_match(&tag).send().expect(200);
    put(2).if_match(&tag).send().expect(412);
    put(2).if_none_match(&tag).send().expect(200);
    server.delete(place("a")).key(WRITER).if_match(&tag).send().expect(412);
    server.delete(place("a")).key(WRITER).if_match("*").send().expect(204);
    put(1).if_match(&tag).send().expect(200);
}

#[test]
fn of_writers_that_read_the_same_policy_one_wins() {
    let server = start();
    for round in 0..10 {
        let tag = server.get(place("a")).send().expect(200).etag();
        let put = |number: usize| {
            let policy = json!({"idle_seconds": 10 * round + number + 1});
            server.put(place("a")).key(WRITER).if_match(&tag).json(&policy).send().status
        };
        let put = &put;
        let won = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4).map(|number| scope.spawn(move || put(number))).collect();
            let statuses = writers.into_iter().map(|writer| writer.join().expect("it does not panic"));
            statuses.filter(|status| *status == 200).count()
        });
        assert_eq!(won, 1, "round {round}");
    }
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_changed() {
    let server = start();
    let before = server.get(place("a")).send().expect(200).text();
    for (body, pointers) in [
        (json!({"idle": 1}), &["/idle"][..]),
        (json!({"idle_seconds": 86_401, "start": "soon"}), &["/idle_seconds", "/start"]),
        (
            json!({"health_check": {"interval_seconds": 9}}),
            &["/health_check/interval_seconds", "/health_check/tool"],
        ),
        (json!({"tools": {"allow": "a"}}), &["/tools/allow"]),
    ] {
        for request in [server.put(place("a")), server.patch(place("a"))] {
            let answer = request.json(&body).send().expect_problem(422, "invalid-policy");
            let mut found = answer.error_pointers();
            found.sort();
            assert_eq!(found, pointers, "{body}");
        }
    }
    assert_eq!(server.get(place("a")).send().expect(200).text(), before);
    for request in
        [server.get(place("z")), server.put(place("z")).json(&json!({})), server.delete(place("z"))]
    {
        request.send().expect_problem(404, "unknown-server");
    }
}

#[test]
fn some_choices_need_more_than_write() {
    let server = start();
    let check = json!({"health_check": {"tool": "get_me"}});
    let always = json!({"start": "always"});
    for (policy, key, scope) in
        [(&always, WRITER, "run"), (&always, ADMIN, "run"), (&check, WRITER, "use"), (&check, BOTH, "use")]
    {
        let answer = server.put(place("a")).key(key).json(policy).send();
        assert_eq!(
            answer.expect_problem(403, "insufficient-scope").json()["required_scope"],
            scope,
            "{policy}"
        );
    }
    server.put(place("a")).key(READER).json(&json!({})).send().expect_problem(403, "insufficient-scope");
    server.put(place("a")).key(ADMIN).json(&check).send().expect(200);
    // It stays what it is, and to change it needs the scope again.
    let both = json!({"health_check": {"tool": "get_me"}, "idle_seconds": 1});
    server.put(place("a")).key(WRITER).json(&both).send().expect(200);
    server.delete(place("a")).key(WRITER).send().expect_problem(403, "insufficient-scope");
    server.delete(place("a")).key(ADMIN).send().expect(204);
    server.put(place("a")).key(BOTH).json(&always).send().expect(200);
    server.patch(place("a")).key(WRITER).json(&json!({"idle_seconds": 9})).send().expect(200);
    server.put(place("a")).key(WRITER).json(&json!({})).send().expect(200);
    // Anybody may tighten what is offered, and not loosen it.
    server
        .put(place("a"))
        .key(WRITER)
        .json(&json!({"tools": {"deny": ["b"], "allow": ["c"]}}))
        .send()
        .expect(200);
    for looser in [
        json!({}),
        json!({"tools": {"allow": ["c", "d"], "deny": ["b"]}}),
        json!({"tools": {"allow": ["c"]}}),
    ] {
        let answer = server.put(place("a")).key(WRITER).json(&looser).send();
        assert_eq!(answer.expect_problem(403, "insufficient-scope").json()["required_scope"], "run");
        server.put(place("a")).key(ADMIN).json(&looser).send().expect(403);
    }
    server.put(place("a")).key(BOTH).json(&json!({})).send().expect(200);
}

#[test]
fn a_policy_follows_its_server_and_outlives_a_restart() {
    let server = start();
    server.put(place("a")).key(WRITER).json(&json!({"idle_seconds": 7})).send().expect(200);
    server.post(format!("{}/rename", item("a"))).json(&json!({"to": "b"})).send().expect(200);
    let idle = |server: &TestServer, name: &str| {
        server.get(place(name)).send().expect(200).json()["policy"]["idle_seconds"].clone()
    };
    assert_eq!(idle(&server, "b"), 7);
    server.seed("a", &json!({"command": "x"}));
    assert_eq!(idle(&server, "a"), 300);
    let site = server.site();
    server.stop();
    let server = TestServer::builder(site).start();
    assert_eq!(idle(&server, "b"), 7);
    server.delete(item("b")).send().expect(204);
    server.seed("b", &json!({"command": "y"}));
    // What runs servers sees within half a second that it is another one.
    let is_forgotten = |_| {
        thread::sleep(Duration::from_millis(100));
        idle(&server, "b") == 300
    };
    assert!((0..30).any(is_forgotten), "it is another server");
}
