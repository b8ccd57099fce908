//! A service with a caller for each scope, programs that leave a trace when they run, and all the ways by which a caller
//! without `run` can have a server started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::launch::Builder;
use crate::response::Response;
use crate::server::{ADMIN, READER, SERVERS, TestServer, WRITER, eventually, item};
use crate::site::Site;
use crate::wire::Request;

/// May write and approve, and does.
pub(super) use crate::running::{OPERATOR, approve};

/// May do everything.
pub(super) const BOTH: &str = "both-key-0123456789";

/// May write and call.
pub(super) const USER: &str = "user-key-0123456789";

/// May write and see secrets.
pub(super) const REVEALER: &str = "revealing-key-0123456789";

/// May look and call.
pub(super) const CALLER: &str = "caller-key-0123456789";

/// Where servers are tested.
pub(super) const TEST: &str = "/api/instances/test";

/// The same for OpenHands' clients.
pub(super) const THEIR_TEST: &str = "/api/mcp/test";

/// A service, and a folder with programs.
pub(super) struct Lab {
    pub(super) server: TestServer,
    pub(super) folder: TempDir,
}

pub(super) fn builder(site: impl Into<Arc<Site>>) -> Builder {
    let keys = json!([
        {"name": "operator", "key": OPERATOR, "scopes": ["admin", "run"]},
        {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
        {"name": "both", "key": BOTH, "scopes": ["write", "run"]},
        {"name": "user", "key": USER, "scopes": ["write", "use"]},
        {"name": "revealer", "key": REVEALER, "scopes": ["write", "reveal"]},
        {"name": "writer", "key": WRITER, "scopes": ["write"]},
        {"name": "caller", "key": CALLER, "scopes": ["read", "use"]},
        {"name": "reader", "key": READER, "scopes": ["read"]},
    ]);
    TestServer::builder(site).env("MCP_SETTINGS_API_KEYS", keys.to_string())
}

/// The path of an instance, or of a resource of it.
pub(super) fn instance(name: &str, resource: &str) -> String {
    format!("/api/instances/{name}{resource}")
}

/// The same once it runs instances: before, nothing that is asked of it proves anything.
pub(super) fn opened(server: TestServer) -> TestServer {
    eventually("it runs the instances", || {
        server.get("/api/instances").send().expect(200).json()["runner"] == true
    });
    server
}

#[track_caller]
pub(super) fn put(server: &TestServer, name: &str, key: &str, config: &Value) {
    server.put(item(name)).key(key).json(config).send().expect_success();
    // An approval counts from when it is stored, for which this waits.
    server.get(instance(name, "/approval")).key(OPERATOR).send().expect(200);
}

/// Calls a tool.
pub(super) fn call(server: &TestServer, name: &str, key: &str, tool: &str) -> Response {
    let body = json!({"arguments": {}});
    server.post(instance(name, &format!("/tools/{tool}/call"))).key(key).json(&body).send()
}

/// Every way by which somebody without `run` may have a server started. By the answer to a call the instances were looked
/// at, so that nothing comes later.
pub(super) fn provoke(server: &TestServer, name: &str) -> Response {
    let always = json!({"start": "always"});
    let chosen = server.patch(instance(name, "/policy")).key(USER).json(&always).send();
    // What is chosen already may be chosen again.
    assert!([200, 403].contains(&chosen.status), "{} {}", chosen.status, chosen.text());
    server.post(instance(name, "/restart")).key(WRITER).send();
    server.post(instance(name, "/probe")).key(WRITER).send();
    server.get(instance(name, "")).key(READER).send().expect(200);
    server.get(instance(name, "/tools?refresh=true")).key(WRITER).send();
    for key in WITHOUT_RUN {
        for request in tests(server, key, Some(name), None) {
            request.send();
        }
    }
    call(server, name, USER, "t")
}

/// All that may not run servers.
pub(super) const WITHOUT_RUN: [&str; 6] = [WRITER, USER, REVEALER, ADMIN, CALLER, READER];

/// The ways by which this caller may have a server tested: the stored one of a name, a draft, and a draft in its place; ours
/// and OpenHands', with a call and without.
pub(super) fn tests(
    server: &TestServer,
    key: &str,
    name: Option<&str>,
    config: Option<&Value>,
) -> Vec<Request> {
    let mut bodies = Vec::new();
    if let Some(name) = name {
        bodies.push((TEST, json!({"name": name})));
    }
    if let Some(config) = config {
        bodies.push((TEST, json!({"config": config})));
        bodies.push((THEIR_TEST, json!({"server": config})));
        if let Some(name) = name {
            bodies.push((TEST, json!({"name": name, "config": config})));
            bodies.push((THEIR_TEST, json!({"name": name, "server": config})));
        }
    }
    let calling = bodies.clone().into_iter().map(|(at, mut body)| {
        body[if at == TEST { "call_tool" } else { "tool_call" }] = json!({"name": "t"});
        (at, body)
    });
    let bodies: Vec<(&str, Value)> = calling.chain(bodies).collect();
    bodies.into_iter().map(|(at, body)| server.post(at).key(key).json(&body)).collect()
}

/// The kind of the fault in an answer, or nothing.
pub(super) fn kind(answer: &Response) -> String {
    answer.json()["fault"]["kind"].as_str().unwrap_or_default().to_owned()
}

impl Lab {
    pub(super) fn new() -> Self {
        Self { server: opened(builder(Site::new()).start()), folder: tempfile::tempdir().expect("a folder") }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A program that says in a file that it ran.
    pub(super) fn program(&self, name: &str) -> String {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().expect("it is below our folder")).expect("our own folder");
        let trace = self.trace().display().to_string();
        fs::write(&path, format!("#!/bin/sh\necho \"$0 $*\" >> '{trace}'\n")).expect("our own folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("our own file");
        path.display().to_string()
    }

    /// Where the programs say that they ran.
    pub(super) fn trace(&self) -> PathBuf {
        self.folder().join("ran")
    }

    /// What ran since this was asked last.
    pub(super) fn ran(&self) -> String {
        let ran = fs::read_to_string(self.trace()).unwrap_or_default();
        fs::remove_file(self.trace()).ok();
        ran
    }

    /// Has it run once. Whatever could not run proves nothing.
    #[track_caller]
    pub(super) fn run(&self, name: &str) {
        let mut ran = String::new();
        eventually("what is approved runs", || {
            // What has failed before is tried again at once.
            self.server.post(instance(name, "/restart")).key(OPERATOR).send();
            call(&self.server, name, USER, "t");
            ran = self.ran();
            !ran.is_empty()
        });
    }

    /// The names of the servers that there are.
    pub(super) fn names(&self) -> Vec<String> {
        let list = self.server.get(SERVERS).send().expect(200).json();
        let servers = list["servers"].as_array().expect("an array").clone();
        servers.iter().map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
    }
}
