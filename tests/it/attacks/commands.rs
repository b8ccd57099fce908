//! Ways to have a command run that nobody approved. In each row the program `evil` must not run, nor what was approved in
//! another way than it was.

use std::fs;
use std::os::unix::fs::symlink;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::lab::{
    BOTH, CALLER, Lab, OPERATOR, REVEALER, USER, approve, call, instance, opened, provoke, put,
};
use crate::server::{ADMIN, TestServer, WRITER, item, settings_item};
use crate::site::Site;

type Attack = fn(&Lab, &str, &str);

/// What is tried, with a program that is approved and one that is not.
const ATTACKS: &[(&str, Attack)] = &[
    ("it is saved by each key without run", |lab, _, evil| {
        for (name, key) in [("a", WRITER), ("b", USER), ("c", REVEALER), ("d", ADMIN)] {
            put(&lab.server, name, key, &json!({"command": evil}));
        }
        lab.server.put(item("e")).key(CALLER).json(&json!({"command": evil})).send().expect(403);
    }),
    ("it is created by the route of OpenHands", |lab, _, evil| {
        let config = json!({"command": evil});
        lab.server.post(settings_item("a")).key(WRITER).json(&config).send().expect(201);
    }),
    ("it is renamed to the name of an approved one that was deleted", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        put(&lab.server, "b", WRITER, &json!({"command": evil}));
        lab.server.delete(item("a")).key(WRITER).send().expect(204);
        rename(lab, "b", "a");
    }),
    ("two swap their names after one was approved", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        put(&lab.server, "b", WRITER, &json!({"command": evil}));
        rename(lab, "a", "c");
        rename(lab, "b", "a");
        lab.server.delete(item("c")).key(OPERATOR).send().expect(204);
    }),
    ("a copy of an approved one is changed", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        let copy = lab.server.post(format!("{}/copy", item("a"))).key(WRITER);
        copy.json(&json!({"to": "b"})).send().expect(201);
        lab.server.patch(item("b")).key(WRITER).json(&json!({"command": evil})).send().expect(200);
        lab.server.delete(item("a")).key(OPERATOR).send().expect(204);
    }),
    ("an approved one is copied under another name", |lab, good, _| {
        run_once(lab, "a", &json!({"command": good}));
        let copy = lab.server.post(format!("{}/copy", item("a"))).key(WRITER);
        copy.json(&json!({"to": "b"})).send().expect(201);
        assert_eq!(call(&lab.server, "b", USER, "t").problem(), "not-runnable");
        lab.server.delete(item("a")).key(OPERATOR).send().expect(204);
    }),
    ("an approved one is deleted and made again", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        lab.server.delete(item("a")).key(WRITER).send().expect(204);
        put(&lab.server, "a", WRITER, &json!({"command": evil}));
    }),
    ("somebody who may approve enables it", |lab, _, evil| {
        put(&lab.server, "a", WRITER, &json!({"command": evil, "enabled": false}));
        lab.server.patch(item("a")).key(BOTH).json(&json!({"enabled": true})).send().expect(200);
    }),
    ("somebody who may approve sends its masks back", |lab, _, evil| {
        put(&lab.server, "a", WRITER, &json!({"command": evil, "env": {"TOKEN": "secret-value"}}));
        let shown = lab.server.get(item("a")).key(BOTH).send().expect(200).json();
        put(&lab.server, "a", BOTH, &shown["config"]);
    }),
    ("an approved one is patched", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        lab.server.patch(item("a")).key(WRITER).json(&json!({"command": evil})).send().expect(200);
    }),
    ("an approved one is changed by a JSON Patch", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        let patch = json!([{"op": "replace", "path": "/command", "value": evil}]);
        json_patch(lab, "a", &patch);
        run_once(lab, "b", &json!({"command": good, "description": evil}));
        json_patch(lab, "b", &json!([{"op": "move", "from": "/description", "path": "/command"}]));
    }),
    ("an approved one is changed and nothing but its description by who may approve", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        lab.server.patch(item("a")).key(WRITER).json(&json!({"command": evil})).send().expect(200);
        lab.server.patch(item("a")).key(BOTH).json(&json!({"description": "d"})).send().expect(200);
    }),
    ("a run policy is chosen for it", |lab, _, evil| {
        put(&lab.server, "a", WRITER, &json!({"command": evil}));
        let policy = instance("a", "/policy");
        let always = json!({"start": "always"});
        lab.server.put(&policy).key(USER).json(&always).send().expect_problem(403, "insufficient-scope");
        let check = json!({"health_check": {"tool": "t", "arguments": {}, "interval_seconds": 10,
            "timeout_seconds": 1, "failure_threshold": 1}});
        lab.server.put(&policy).key(WRITER).json(&check).send().expect_problem(403, "insufficient-scope");
        lab.server.put(&policy).key(USER).json(&check).send().expect(200);
    }),
    ("one that is always started is changed", |lab, good, evil| {
        run_once(lab, "always", &json!({"command": good}));
        let policy = instance("always", "/policy");
        lab.server.put(&policy).key(OPERATOR).json(&json!({"start": "always"})).send().expect(200);
        lab.server.patch(item("always")).key(WRITER).json(&json!({"command": evil})).send().expect(200);
        thread::sleep(Duration::from_millis(700));
        let ran = lab.ran();
        assert!(!ran.contains(evil), "{ran}");
    }),
    ("its document has a health check", |lab, _, evil| {
        let check = json!({"tool": "t", "arguments": {}, "intervalSeconds": 10});
        put(&lab.server, "a", USER, &json!({"command": evil, "healthCheck": check}));
    }),
    ("its arguments are references", |lab, _, evil| {
        put(&lab.server, "a", WRITER, &json!({"command": evil, "args": ["${MCP_SECRET_OK}"]}));
    }),
    ("the file is edited by hand", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        let text = lab.server.text();
        let edited = text.replace(good, evil);
        assert_ne!(text, edited);
        lab.server.site().write(edited);
    }),
    ("two swap their names by hand", |lab, good, evil| {
        run_once(lab, "a", &json!({"command": good}));
        put(&lab.server, "b", WRITER, &json!({"command": evil}));
        let text = lab.server.text();
        let edited = text.replace(good, "\u{1}").replace(evil, good).replace('\u{1}', evil);
        lab.server.site().write(edited);
        assert_eq!(provoke(&lab.server, "b").problem(), "not-runnable");
    }),
    ("it is swapped in between the look and the approval", |lab, good, evil| {
        put(&lab.server, "a", WRITER, &json!({"command": good}));
        let id = id(lab, "a");
        put(&lab.server, "a", WRITER, &json!({"command": evil}));
        let late = lab.server.post(instance("a", "/approval")).key(OPERATOR).json(&id).send();
        late.expect_problem(409, "launch-changed");
    }),
    ("the approval of another one is asked for", |lab, good, evil| {
        put(&lab.server, "a", WRITER, &json!({"command": good}));
        put(&lab.server, "b", WRITER, &json!({"command": evil}));
        let id = id(lab, "a");
        let other = lab.server.post(instance("b", "/approval")).key(OPERATOR).json(&id).send();
        other.expect_problem(409, "launch-changed");
        for key in [WRITER, USER, REVEALER, ADMIN, CALLER] {
            let own = lab.server.post(instance("b", "/approval")).key(key).json(&id).send();
            own.expect_problem(403, "insufficient-scope");
        }
    }),
    ("what decides which code runs is changed beside an approved command", |lab, good, evil| {
        let folder = lab.folder().display().to_string();
        let changes = [
            json!({"env": {"PATH": folder}}),
            json!({"env": {"LD_PRELOAD": evil}}),
            json!({"env": {"NODE_OPTIONS": format!("--require {evil}")}}),
            json!({"env": {"KEEP": "other"}}),
            json!({"cwd": folder}),
            json!({"args": [evil]}),
        ];
        for (number, change) in changes.iter().enumerate() {
            let name = format!("s{number}");
            run_once(lab, &name, &json!({"command": good}));
            lab.server.patch(item(&name)).key(WRITER).json(change).send().expect(200);
        }
    }),
    ("a file comes earlier in the PATH than the one that was approved", |lab, _, _| {
        lab.program("late/tool");
        let path = ["early", "late"].map(|part| lab.folder().join(part).display().to_string()).join(":");
        run_once(lab, "a", &json!({"command": "tool", "env": {"PATH": path}}));
        lab.program("early/tool");
        assert_eq!(provoke(&lab.server, "a").problem(), "not-runnable");
        assert_eq!(shown(lab, "a")["reason"], "path-changed");
    }),
    ("a link is turned to another file than the one that was approved", |lab, good, evil| {
        let link = lab.folder().join("link");
        symlink(good, &link).expect("our own folder");
        run_once(lab, "a", &json!({"command": link}));
        fs::remove_file(&link).expect("our own file");
        symlink(evil, &link).expect("our own folder");
        assert_eq!(provoke(&lab.server, "a").problem(), "not-runnable");
        assert_eq!(shown(lab, "a")["reason"], "path-changed");
    }),
    ("a relative command is approved", |lab, _, _| {
        let folder = lab.folder().display().to_string();
        for (name, command) in [("a", "./evil"), ("b", "../evil"), ("c", "x/../evil")] {
            put(&lab.server, name, BOTH, &json!({"command": command, "cwd": folder}));
        }
    }),
    ("a command with glued arguments is approved", |lab, _, evil| {
        for (number, glued) in [" x", ";true", " && true", "$(true)"].iter().enumerate() {
            put(&lab.server, &format!("s{number}"), BOTH, &json!({"command": format!("{evil}{glued}")}));
        }
        put(&lab.server, "a", BOTH, &json!({"command": "sh -c", "args": [evil]}));
        put(
            &lab.server,
            "b",
            BOTH,
            &json!({"command": "true", "args": [format!(";{evil}"), format!("$({evil})")]}),
        );
        call(&lab.server, "b", USER, "t");
    }),
    ("what was approved once is made again under another name", |lab, good, _| {
        run_once(lab, "a", &json!({"command": good}));
        lab.server.patch(item("a")).key(WRITER).json(&json!({"args": ["x"]})).send().expect(200);
        put(&lab.server, "b", WRITER, &json!({"command": good}));
    }),
    ("an approval was withdrawn", |lab, good, _| {
        run_once(lab, "a", &json!({"command": good}));
        lab.server.delete(instance("a", "/approval")).key(OPERATOR).send().expect(204);
        lab.server.patch(item("a")).key(BOTH).json(&json!({"description": "d"})).send().expect(200);
    }),
];

#[track_caller]
fn run_once(lab: &Lab, name: &str, config: &Value) {
    put(&lab.server, name, WRITER, config);
    assert_eq!(call(&lab.server, name, USER, "t").problem(), "not-runnable");
    approve(&lab.server, name);
    lab.run(name);
}

fn rename(lab: &Lab, from: &str, to: &str) {
    let rename = lab.server.post(format!("{}/rename", item(from))).key(WRITER);
    rename.json(&json!({"to": to})).send().expect(200);
}

fn json_patch(lab: &Lab, name: &str, patch: &Value) {
    let request = lab.server.patch(item(name)).key(WRITER);
    request.body("application/json-patch+json", patch.to_string()).send().expect(200);
}

fn id(lab: &Lab, name: &str) -> Value {
    let shown = lab.server.get(instance(name, "/approval")).key(OPERATOR).send().expect(200).json();
    json!({"launch": shown["launch"]})
}

fn shown(lab: &Lab, name: &str) -> Value {
    lab.server.get(instance(name, "")).send().expect(200).json()
}

#[test]
fn no_command_runs_that_nobody_approved() {
    let lab = Lab::new();
    let (good, evil) = (lab.program("good"), lab.program("evil"));
    let mut failed = Vec::new();
    for (attack, row) in ATTACKS {
        row(&lab, &good, &evil);
        let before = lab.ran();
        let names = lab.names();
        assert!(!names.is_empty(), "{attack}: nothing is there to run");
        for name in &names {
            provoke(&lab.server, name);
        }
        let ran = before + &lab.ran();
        if !ran.is_empty() {
            failed.push(format!("{attack}: {ran}"));
        }
        for name in names {
            // By somebody who may run servers, so that nothing of it comes back.
            lab.server.delete(item(&name)).key(OPERATOR).send().expect(204);
        }
        for rest in ["early", "late"] {
            fs::remove_dir_all(lab.folder().join(rest)).ok();
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// What is remembered is judged again by the next service.
#[test]
fn no_command_runs_after_a_restart_that_nobody_approved() {
    let lab = Lab::new();
    let (good, evil) = (lab.program("good"), lab.program("evil"));
    run_once(&lab, "changed", &json!({"command": good}));
    run_once(&lab, "approved", &json!({"command": good, "args": ["x"]}));
    lab.server.patch(item("changed")).key(WRITER).json(&json!({"command": evil})).send().expect(200);
    put(&lab.server, "new", WRITER, &json!({"command": evil}));
    let site = lab.server.site();
    let Lab { server, folder } = lab;
    server.crash();
    // While nothing runs, what was approved is changed too, by hand.
    let text = site.text();
    let server = opened(super::lab::builder(site.clone()).start());
    let lab = Lab { server, folder };
    for name in ["changed", "new"] {
        assert_eq!(provoke(&lab.server, name).problem(), "not-runnable", "{name}");
    }
    assert_eq!(lab.ran(), "");
    lab.run("approved");
    lab.server.site().write(text.replace(&good, &evil));
    assert_eq!(provoke(&lab.server, "approved").problem(), "not-runnable");
    assert_eq!(lab.ran(), "");
}

#[test]
fn without_keys_and_with_those_of_openhands_no_command_runs() {
    let lab = Lab::new();
    let evil = lab.program("evil");
    let openhands = "openhands-session-key-0123456789";
    let open = TestServer::builder(Site::new()).open_to_everyone();
    let theirs = TestServer::builder(Site::new())
        .without_env("MCP_SETTINGS_API_KEYS")
        .env("OH_SESSION_API_KEYS_0", openhands);
    for server in [open.start(), theirs.start()] {
        let server = opened_with(server, openhands);
        let request = |method: &str, target: String| server.request(method, target).key(openhands);
        request("PUT", item("a")).json(&json!({"command": evil})).send().expect(201);
        request("GET", instance("a", "/approval")).send().expect_problem(403, "insufficient-scope");
        let always = json!({"start": "always"});
        request("PUT", instance("a", "/policy")).json(&always).send().expect(403);
        request("POST", instance("a", "/restart")).send();
        let called = request("POST", instance("a", "/tools/t/call")).json(&json!({})).send();
        assert!([403, 409].contains(&called.status), "{} {}", called.status, called.text());
        thread::sleep(Duration::from_millis(700));
        assert_eq!(lab.ran(), "");
        let shown = request("GET", instance("a", "")).send().expect(200).json();
        assert_eq!((&shown["state"], &shown["reason"]), (&json!("unapproved"), &json!("no-approval")));
    }
}

fn opened_with(server: TestServer, key: &str) -> TestServer {
    crate::server::eventually("it runs the instances", || {
        server.get("/api/instances").key(key).send().expect(200).json()["runner"] == true
    });
    server
}
