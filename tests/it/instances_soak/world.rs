//! The servers of the soak, and what happens to them.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::running::{
    Mark, OPERATOR, approve, builder, place, program, put, request, run_always, shown, start, state,
    withdraw, within,
};
use crate::server::{TestServer, item};
use crate::site::Site;
use crate::soak::seeded_rng::SeededRng;

/// The server that is reached over HTTP.
const WEB: &str = "web";

/// The server that takes two minutes to start. Nothing is done to it.
const SLOW: &str = "slow";

/// How long it takes.
const SLOW_START: Duration = Duration::from_secs(120);

/// How long all others take on a busy machine, of which as few start at once as there are processors.
const SETTLING: Duration = Duration::from_secs(100);

pub(super) struct World {
    pub(super) server: TestServer,
    pub(super) mark: Mark,
    /// Names and configurations.
    servers: Vec<(String, Value)>,
    web: Web,
    has_slow: bool,
    calls: Vec<JoinHandle<()>>,
}

/// A server that is not ours to start.
struct Web {
    child: Child,
    port: u16,
}

impl World {
    pub(super) fn start(has_slow: bool) -> Self {
        let (mark, web) = (Mark::new(), Web::start());
        let mut servers: Vec<(String, Value)> = Vec::new();
        for (name, word) in
            [("one", "plain"), ("two", "plain"), ("three", "plain"), ("ask", "ask"), ("junk", "junk")]
        {
            servers.push((name.to_owned(), mark.protocol(name, word)));
        }
        let python = installed("python/bin/python3");
        let sdk = json!({"command": python, "args": [program("sdk.py"), "stdio"], "env": mark.env("sdk")});
        let memory = installed("node/node_modules/@modelcontextprotocol/server-memory/dist/index.js");
        let memory = json!({"command": "node", "args": [memory], "env": mark.env("memory")});
        let plain = format!("python3 {} plain", program("protocol.py"));
        let wrapped = json!({"command": "sh", "args": ["-c", format!("sh -c '{plain}; :'; :")], "env": mark.env("wrapped")});
        let remote = json!({"url": format!("http://127.0.0.1:{}/mcp", web.port), "transport": "http"});
        for (name, config) in [("sdk", sdk), ("memory", memory), ("wrapped", wrapped), (WEB, remote)] {
            servers.push((name.to_owned(), config));
        }
        if has_slow {
            let slow = format!("sleep {}; exec {plain}", SLOW_START.as_secs());
            let config = json!({"command": "sh", "args": ["-c", slow], "env": mark.env(SLOW)});
            servers.push((SLOW.to_owned(), config));
        }
        let server = start(builder(Site::new()).env("MCP_SETTINGS_LOG", "warn"));
        for (name, config) in &servers {
            put(&server, name, config);
            run_always(&server, name);
        }
        Self { server, mark, servers, web, has_slow, calls: Vec::new() }
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.servers.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Those that start at once.
    pub(super) fn quick(&self) -> Vec<String> {
        self.all().into_iter().filter(|name| name != SLOW).collect()
    }

    /// Kills a program, its supervisor, or the server that is reached over HTTP.
    pub(super) fn kill(&mut self, random: &mut SeededRng) -> &'static str {
        let name = random.pick(&self.quick()).clone();
        if name == WEB {
            self.web.restart();
            return "killed over HTTP";
        }
        let all: Vec<_> = self.mark.bearers().into_iter().filter(|own| own.name != SLOW).collect();
        let mut bearers: Vec<_> = all.iter().filter(|own| own.name == name).collect();
        // One that waits for its next attempt is tried again, as a person would, and one that runs is killed instead.
        if bearers.is_empty() {
            self.restart(&name);
            bearers = all.iter().collect();
        }
        if bearers.is_empty() {
            return "nothing to kill";
        }
        let victim = *random.pick(&bearers);
        let pid = Pid::from_raw(victim.pid).expect("no process is 0");
        // It may have ended in this very moment.
        match (kill_process(pid, Signal::KILL), victim.is_supervisor) {
            (Err(_), _) => "nothing to kill",
            (Ok(()), true) => "supervisor killed",
            (Ok(()), false) => "killed",
        }
    }

    /// Changes something about a server, or uses it.
    pub(super) fn change(&mut self, random: &mut SeededRng) -> &'static str {
        let quick = self.quick();
        let (number, server) = (random.below(1_000), random.below(quick.len()));
        let (name, config) = self.servers[server].clone();
        let patch = |body: Value| {
            request(&self.server, "PATCH", item(&name)).json(&body).send().expect(200);
        };
        // Mostly what lets servers run, so that there is something to be killed.
        match random.below(12) {
            0 | 1 => {
                if name == WEB {
                    patch(json!({"headers": {"X-Number": number.to_string()}}));
                } else {
                    let mut args = config["args"].as_array().cloned().unwrap_or_default();
                    args.push(json!(number.to_string()));
                    patch(json!({"args": args}));
                }
                "edited"
            }
            2 => {
                withdraw(&self.server, &name);
                "withdrawn"
            }
            3..=5 => {
                approve(&self.server, &name);
                "approved"
            }
            6 => {
                patch(json!({"enabled": random.below(3) != 0}));
                "switched"
            }
            7 => {
                self.restart(&name);
                "restarted"
            }
            _ => {
                self.call(&name);
                "called"
            }
        }
    }

    /// Waits for the answers that are open.
    pub(super) fn finish_calls(&mut self) {
        for call in self.calls.drain(..) {
            call.join().expect("it was answered");
        }
    }

    /// Enables and approves all of these, ends their waits, and waits until each of them is healthy.
    #[track_caller]
    pub(super) fn settle(&self, names: Vec<String>) {
        for name in &names {
            request(&self.server, "PATCH", item(name)).json(&json!({"enabled": true})).send().expect(200);
            if name != WEB {
                approve(&self.server, name);
            }
        }
        let longest = if self.has_slow { SLOW_START + SETTLING } else { SETTLING };
        let mut open = names.clone();
        within(longest, "all of them run", || {
            thread::sleep(Duration::from_millis(200));
            open.retain(|name| match state(&self.server, name).as_str() {
                "running" => false,
                "error" => {
                    self.restart(name);
                    true
                }
                _ => true,
            });
            open.is_empty()
        });
        // A restart counts for the pace of probes, too.
        thread::sleep(Duration::from_millis(1_100));
        for name in &names {
            let probed = request(&self.server, "POST", place(name, "/probe")).send().expect(200).json();
            assert_eq!(
                (&probed["ok"], &probed["health"]["status"]),
                (&json!(true), &json!("healthy")),
                "{name}: {probed}"
            );
            assert_eq!(shown(&self.server, name)["state"], "running", "{name}");
        }
    }

    /// Ends a wait for the next attempt. More than one request a second is refused.
    fn restart(&self, name: &str) {
        let status = request(&self.server, "POST", place(name, "/restart")).send().status;
        assert!([200, 429].contains(&status), "a restart was answered {status}");
    }

    /// Calls a tool. Whether there is an answer depends on what happens to the server meanwhile; but the call ends.
    fn call(&mut self, name: &str) {
        let tool = match name {
            "sdk" | WEB => "add",
            "memory" => "read_graph",
            _ => "t",
        };
        let arguments = if tool == "add" { json!({"a": 1, "b": 2}) } else { json!({}) };
        let call = self
            .server
            .post(place(name, &format!("/tools/{tool}/call")))
            .key(OPERATOR)
            .json(&json!({"arguments": arguments}));
        let (finished, open) = self.calls.drain(..).partition(JoinHandle::is_finished);
        self.calls = open;
        let finished: Vec<JoinHandle<()>> = finished;
        finished.into_iter().for_each(|call| call.join().expect("it was answered"));
        self.calls.push(thread::spawn(move || {
            let answer = call.send();
            assert!(answer.status == 200 || !answer.problem().is_empty());
        }));
    }
}

impl Web {
    fn start() -> Self {
        // Free a moment ago; nothing else on the machine takes this very port at once.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        Self { child: Self::spawn(free.port()), port: free.port() }
    }

    fn spawn(port: u16) -> Child {
        Command::new(installed("python/bin/python3"))
            .args([program("sdk.py").as_str(), "streamable-http"])
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program is there")
    }

    /// Kills it, and starts another one in its place.
    fn restart(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("it is ours");
        self.child = Self::spawn(self.port);
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A program of `tests/tools/prepare`.
fn installed(path: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/servers").join(path);
    assert!(path.exists(), "{} is missing: run `make prepare`", path.display());
    path
}
