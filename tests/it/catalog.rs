//! The service as a catalog of servers for agents: the wire under `/registry`, scopes, secrets, and the client that agents
//! have.

mod refused;
mod secrets;
mod suite;

use std::process::Command;
use std::sync::Barrier;
use std::thread;

use mcp_settings::api::{
    RegistryCapabilities, RegistryEntry, RegistryList, RegistryServer, RegistryValidation,
};
use serde_json::{Value, json};

use crate::server::{READER, REVEALER, TestServer, WRITER, item};
use crate::site::Site;
use crate::wire::Request;

/// The servers of the catalog.
const ENTRIES: &str = "/registry/mcp-servers";

/// A server of the scope `default`.
fn entry(name: &str) -> String {
    format!("{ENTRIES}/{name}")
}

fn in_scope(scope: &str) -> String {
    format!("{ENTRIES}?agent_scope={scope}")
}

/// A whole specification as the client sends it.
fn spec(name: &str) -> Value {
    json!({
        "name": name, "command": "npx", "args": ["-y", "issue-server"], "env": {"TOKEN": "$ISSUES_TOKEN"},
        "transport": "stdio", "description": "Finds issues\nand more",
    })
}

fn install(server: &TestServer, spec: &Value) -> Request {
    server.post(ENTRIES).json(spec)
}

/// The names that a list has.
#[track_caller]
fn names(list: Request) -> Vec<String> {
    let list = list.send().expect(200).json();
    let servers = list["servers"].as_array().expect("a list").iter();
    servers.map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn the_catalog_says_what_it_can_do() {
    let server = TestServer::start();
    let answer = server.get("/registry/capabilities").key(READER).send().expect(200);
    let expected = r#"{"tier":3,"supports_install":true,"supports_uninstall":true,"supports_audit":true,"wire_version":"1.0"}"#;
    assert_eq!(answer.text(), expected);
    answer.read::<RegistryCapabilities>();
    let methods = server.request("OPTIONS", ENTRIES).key(READER).send().expect(200);
    let allowed = methods.list("allow");
    for method in ["get", "post", "delete"] {
        assert!(allowed.contains(&method.to_owned()), "{allowed:?}");
    }
    assert!(methods.body.is_empty());
}

#[test]
fn a_page_still_asks_first_whether_it_may_call() {
    let server =
        TestServer::builder(Site::new()).env("MCP_SETTINGS_ALLOWED_ORIGINS", "https://app.example").start();
    let preflight = server
        .request("OPTIONS", ENTRIES)
        .anonymous()
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST")
        .send()
        .expect(204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(preflight.header("allow"), None);
    server.request("OPTIONS", ENTRIES).anonymous().send().expect_problem(401, "unauthorized");
}

#[test]
fn what_is_installed_is_listed_and_shown_as_it_came() {
    let server = TestServer::start();
    let installed = install(&server, &spec("a+b")).send().expect(201);
    let expected =
        r#"{"name":"a+b","description":"Finds issues","transport":"stdio","version":null,"source":""}"#;
    assert_eq!(installed.text(), expected);
    installed.read::<RegistryEntry>();
    assert_eq!(installed.header("location"), Some("/registry/mcp-servers/a+b?agent_scope=default"));

    let list = server.get(ENTRIES).key(READER).send().expect(200);
    assert_eq!(list.text(), format!(r#"{{"servers":[{expected}]}}"#));
    list.read::<RegistryList>();
    let shown = server.get(entry("a+b")).key(READER).send().expect(200);
    assert_eq!(
        shown.text(),
        r#"{"name":"a+b","command":"npx","args":["-y","issue-server"],"env":{"TOKEN":"$ISSUES_TOKEN"},"transport":"stdio","description":"Finds issues\nand more"}"#
    );
    assert_eq!(shown.json(), spec("a+b"));
    shown.read::<RegistryServer>();
    assert_eq!(server.get(entry("a%2Bb")).key(READER).send().expect(200).json(), spec("a+b"));
    let all = server.get(format!("{ENTRIES}?expand=spec")).key(READER).send().expect(200);
    assert_eq!(all.json(), json!({"servers": [spec("a+b")]}));
    all.read::<RegistryList>();
    let checked = server.get(entry("a+b") + "/validate").key(READER).send().expect(200);
    assert_eq!(checked.text(), r#"{"ok":true,"errors":[],"warnings":[]}"#);
    checked.read::<RegistryValidation>();

    let stored = server.plaintext("a+b");
    assert_eq!(stored["env"], json!({"TOKEN": "${ISSUES_TOKEN}"}), "it is a reference of ours");
    assert_eq!(stored.get("transport"), None, "the usual one is not said");
}

#[test]
fn the_least_that_can_be_installed_is_a_name_and_a_command() {
    let server = TestServer::start();
    let least = json!({"name": "least", "command": "x", "unknown": {"is": "ignored"}});
    install(&server, &least).key(WRITER).send().expect(201);
    assert_eq!(server.plaintext("least"), json!({"command": "x"}));
    let shown = server.get(entry("least")).send().expect(200).json();
    let expected = json!({"name": "least", "command": "x", "args": [], "env": {}, "transport": "stdio", "description": ""});
    assert_eq!(shown, expected);
}

#[test]
fn installing_creates_only_and_uninstalling_is_done_twice() {
    let server = TestServer::start();
    install(&server, &spec("a")).send().expect(201);
    let before = server.document();
    install(&server, &spec("a")).send().expect_problem(409, "name-taken");
    assert!(server.document() == before);
    server.delete(entry("a")).key(WRITER).send().expect(204);
    server.delete(entry("a")).key(WRITER).send().expect(204);
    server.get(entry("a")).send().expect_problem(404, "unknown-server");
    server.get(entry("a") + "/validate").send().expect_problem(404, "unknown-server");
    install(&server, &spec("a")).send().expect(201);
}

#[test]
fn what_was_installed_is_known_to_come_from_the_catalog_until_it_is_uninstalled() {
    let server = TestServer::start();
    server.seed("configured", &json!({"command": "x"}));
    install(&server, &spec("a")).send().expect(201);
    let origins = || server.get("/api/origins").key(READER).send().expect(200).json()["servers"].take();
    let origin = origins();
    assert_eq!(origin.as_array().map(Vec::len), Some(1), "{origin}");
    assert_eq!((&origin[0]["name"], &origin[0]["source"]), (&json!("a"), &json!("catalog")));
    server.delete(entry("a")).send().expect(204);
    assert_eq!(origins(), json!([]));
}

#[test]
fn no_condition_is_asked_for_and_none_is_judged() {
    let server = TestServer::builder(Site::new()).env("MCP_SETTINGS_REQUIRE_PRECONDITIONS", "true").start();
    server.put(item("a")).json(&json!({"command": "x"})).send().expect_problem(428, "precondition-required");
    install(&server, &spec("a")).send().expect(201);
    install(&server, &spec("b")).if_match("\"none\"").send().expect(201);
    install(&server, &spec("b")).if_none_match("*").send().expect_problem(409, "name-taken");
    server.delete(entry("a")).send().expect(204);
    server.delete(entry("b")).if_match("\"none\"").send().expect(204);
}

#[test]
fn what_is_no_program_is_not_in_the_catalog_and_stays() {
    let server = TestServer::start();
    server.seed("remote", &json!({"url": "https://h/mcp"}));
    server.seed("off", &json!({"command": "x", "enabled": false}));
    server.seed(".hidden", &json!({"command": "x"}));
    server.seed("s:t:u", &json!({"command": "x"}));
    server.seed("program", &json!({"command": "x"}));
    assert_eq!(names(server.get(ENTRIES)), ["program"]);
    assert_eq!(names(server.get(format!("{ENTRIES}?expand=spec"))), ["program"]);
    assert_eq!(names(server.get(in_scope("s"))), [""; 0]);
    for name in ["remote", "off"] {
        server.get(entry(name)).send().expect_problem(404, "unknown-server");
        server.delete(entry(name)).send().expect(204);
        install(&server, &spec(name)).send().expect_problem(409, "name-taken");
    }
    for name in [".hidden", "s:t:u", "a%20b", "..%2Fetc", "%FF"] {
        server.get(entry(name)).send().expect_problem(400, "invalid-name");
        server.delete(entry(name)).send().expect_problem(400, "invalid-name");
        server.get(entry(name) + "/validate").send().expect_problem(400, "invalid-name");
    }
    assert_eq!(server.names(), [".hidden", "off", "program", "remote", "s:t:u"]);
}

#[test]
fn no_two_scopes_have_a_server_in_common() {
    let server = TestServer::start();
    let scopes = [("a", "b.c"), ("a.b", "c"), ("default", "a.b"), ("A", "b.c"), ("a-b", "c")];
    for (scope, name) in scopes {
        let mut spec = spec(name);
        spec["description"] = json!(scope);
        server.post(in_scope(scope)).json(&spec).send().expect(201);
        server.post(in_scope(scope)).json(&spec).send().expect_problem(409, "name-taken");
    }
    for (scope, name) in scopes {
        let list = server.get(in_scope(scope)).send().expect(200).json();
        assert_eq!(list["servers"].as_array().expect("a list").len(), 1, "{scope}");
        assert_eq!(list["servers"][0]["name"], name);
        assert_eq!(list["servers"][0]["description"], scope);
    }
    assert_eq!(server.names(), ["A:b.c", "a-b:c", "a.b", "a.b:c", "a:b.c"]);
    server.delete(format!("{}?agent_scope=a", entry("c"))).send().expect(204);
    server.delete(format!("{}?agent_scope=a", entry("b.c"))).send().expect(204);
    assert_eq!(server.names(), ["A:b.c", "a-b:c", "a.b", "a.b:c"]);
    assert_eq!(names(server.get(ENTRIES)), ["a.b"], "no scope is the scope `default`");
}

#[test]
fn of_five_who_install_one_name_one_wins() {
    let server = TestServer::start();
    for round in 0..10 {
        let barrier = Barrier::new(5);
        let try_it = |number: usize| {
            let mut spec = spec(&format!("contested-{round}"));
            spec["args"] = json!([number.to_string()]);
            let request = install(&server, &spec);
            barrier.wait();
            request.send().status
        };
        let try_it = &try_it;
        let statuses: Vec<u16> = thread::scope(|scope| {
            let threads: Vec<_> = (0..5).map(|number| scope.spawn(move || try_it(number))).collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        });
        let winners: Vec<usize> = (0..5).filter(|number| statuses[*number] == 201).collect();
        assert_eq!(winners.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
        let shown = server.get(entry(&format!("contested-{round}"))).send().expect(200).json();
        assert_eq!(shown["args"], json!([winners[0].to_string()]));
    }
}

#[test]
fn the_client_that_agents_have_lists_loads_installs_and_uninstalls() {
    let server = TestServer::start();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/registry-client/bin/python3");
    let output = Command::new(&python)
        .arg("-B")
        .arg(root.join("tests/clients/registry/scenario.py"))
        .args([format!("http://{}", server.address()).as_str(), REVEALER, READER])
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; `make test` installs it", python.display()));
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{said}");
    for step in
        ["capabilities", "life_of_a_server", "scopes_stay_apart", "one_of_five_wins", "what_a_key_may"]
    {
        assert!(said.lines().any(|line| line == step), "{said}");
    }
}
