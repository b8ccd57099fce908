//! A server over HTTP whose lists a test changes while it runs, and that counts how often it is asked for them.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::instances::{call, probe, put, set_policy, start, text_of};
use crate::server::TestServer;
use crate::sessions::web::{Reply, Request, Web, event, usual};

/// How its lists are answered.
#[derive(Clone)]
pub(super) enum Mood {
    /// As it should.
    Well,
    /// The same, after so long.
    Slow(Duration),
    /// Not at all.
    Silent,
    /// With an error.
    Failing,
}

pub(super) struct Lister {
    pub(super) web: Web,
    tools: Arc<Mutex<Vec<Value>>>,
    mood: Arc<Mutex<Mood>>,
}

/// A tool of this name and description.
pub(super) fn described(name: &str, description: &str) -> Value {
    json!({"name": name, "description": description, "inputSchema": {"type": "object"}})
}

impl Lister {
    /// One that offers tools of these names.
    pub(super) async fn of(names: &[&str]) -> Self {
        let tools: Arc<Mutex<Vec<Value>>> = Arc::default();
        let mood = Arc::new(Mutex::new(Mood::Well));
        let (offered, manner) = (Arc::clone(&tools), Arc::clone(&mood));
        let web = Web::serve(move |request| match request.rpc().as_str() {
            "initialize" => initialized(request),
            method @ ("tools/list" | "resources/list" | "prompts/list") => {
                let result = match method {
                    "tools/list" => json!({"tools": *offered.lock().expect("no holder panics")}),
                    "resources/list" => json!({"resources": [{"uri": "x:r", "name": "r"}]}),
                    _ => json!({"prompts": [{"name": "p"}, {"title": "nameless"}]}),
                };
                let mood = manner.lock().expect("no holder panics").clone();
                match mood {
                    Mood::Well => Reply::result(request, result),
                    Mood::Slow(delay) => {
                        thread::sleep(delay);
                        Reply::result(request, result)
                    }
                    Mood::Silent => Reply::Nothing,
                    Mood::Failing => Reply::error(request, -32000, "out of order"),
                }
            }
            "resources/templates/list" => Reply::error(request, -32601, "there is no such method"),
            // Before its answer it says that its tools have changed.
            "tools/call" if request.body.contains("announce") => Reply::Events(vec![
                event(&json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})),
                event(&json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {"content": [{"type": "text", "text": "said"}]}})),
            ]),
            _ => usual(request),
        })
        .await;
        let lister = Self { web, tools, mood };
        lister.offer(names.iter().map(|name| described(name, "x")).collect());
        lister
    }

    /// It offers these from now on.
    pub(super) fn offer(&self, tools: Vec<Value>) {
        *self.tools.lock().expect("no holder panics") = tools;
    }

    pub(super) fn be(&self, mood: Mood) {
        *self.mood.lock().expect("no holder panics") = mood;
    }

    /// How often its tools were asked for.
    pub(super) fn asked(&self) -> usize {
        self.web.count("tools/list")
    }

    pub(super) fn config(&self) -> Value {
        json!({"url": self.web.url(), "transport": "http"})
    }

    /// Has a service run it under this name. It is probed by a tool, so that nothing but readers asks for its list.
    #[track_caller]
    pub(super) fn run(&self, server: &TestServer, name: &str) {
        put(server, name, &self.config());
        set_policy(server, name, &probed_by_a_tool());
        text_of(call(server, name, "x"));
        // The first comes by itself within five seconds, the next after an hour unless it is asked for.
        probe(server, name);
    }

    /// The same in a service of its own, as `a`.
    #[track_caller]
    pub(super) fn served(&self) -> TestServer {
        let server = start();
        self.run(&server, "a");
        server
    }
}

/// A run policy by which the list of tools is no probe.
pub(super) fn probed_by_a_tool() -> Value {
    json!({"health_check": {"tool": "x", "interval_seconds": 3_600, "timeout_seconds": 10, "failure_threshold": 3}})
}

fn initialized(request: &Request) -> Reply {
    let capabilities = json!({"tools": {"listChanged": true}, "resources": {}, "prompts": {}});
    let info = json!({"name": "lister", "version": "1"});
    let result = json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "serverInfo": info});
    Reply::result(request, result)
}
