//! The released agent-server as a process, and the part of its API that keeps MCP servers
//! (OPENHANDS §5). It does not know what is in the settings.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{ADMIN, SECRET};
use crate::site::Site;
use crate::wire::Request;

/// How long it may take to start on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(400);

/// What it says of a file that it can't read (OPENHANDS §3.4).
const COMPLAINTS: [&str; 3] = ["corrupted", "Failed to load", "Traceback"];

/// A running agent-server. Killed when dropped.
pub(crate) struct AgentServer {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
    _site: Arc<Site>,
}

impl AgentServer {
    /// Starts it on a place, with the key of the fixtures.
    pub(crate) fn start(site: Arc<Site>) -> Self {
        let python = std::env::var_os("OPENHANDS_PYTHON")
            .expect("OPENHANDS_PYTHON names no interpreter: run `make interop`");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("there is a free port");
        let log = site.logs().join("agent-server");
        let output = File::create(&log).expect("our own folder");
        let child = Command::new(&python)
            .args(["-m", "openhands.agent_server", "--host", "127.0.0.1", "--port"])
            .arg(address.port().to_string())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", site.home())
            .env("OH_PERSISTENCE_DIR", site.data())
            .env("OH_SECRET_KEY", SECRET)
            .env("SESSION_API_KEY", ADMIN)
            // Else it waits for a download that has nothing to do with settings.
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            .env("OPENHANDS_SUPPRESS_BANNER", "1")
            .current_dir(site.home())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("our own file"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
        let mut server = Self { child, address, log, _site: site };
        server.wait_until_healthy();
        server
    }

    fn wait_until_healthy(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let is_healthy = |address| {
            Request::new(address, "GET", "/health").try_send().is_ok_and(|answer| answer.status == 200)
        };
        while !is_healthy(self.address) {
            let ended = self.child.try_wait().expect("it is ours");
            assert!(ended.is_none(), "the agent-server ended: {}", self.log());
            assert!(Instant::now() < deadline, "the agent-server does not start: {}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What it says that it is.
    pub(crate) fn version(&self) -> String {
        let info = self.request("GET", "/server_info").send().expect(200).json();
        info["version"].as_str().expect("it has a version").to_owned()
    }

    /// Every MCP server that it knows, secrets in clear.
    #[track_caller]
    pub(crate) fn servers(&self) -> Value {
        let request = self.request("GET", "/api/settings").expose("plaintext");
        request.send().expect(200).json()["agent_settings"]["mcp_config"].take()
    }

    #[track_caller]
    pub(crate) fn create(&self, name: &str, config: &Value) {
        self.request("POST", &item(name)).json(config).send().expect(201);
    }

    /// Sends a configuration that it may refuse.
    pub(crate) fn accepts(&self, name: &str, config: &str) -> bool {
        self.request("POST", &item(name)).body("application/json", config).send().status == 201
    }

    #[track_caller]
    pub(crate) fn patch(&self, name: &str, patch: &Value) {
        self.request("PATCH", &item(name)).json(patch).send().expect(200);
    }

    #[track_caller]
    pub(crate) fn delete(&self, name: &str) {
        self.request("DELETE", &item(name)).send().expect(200);
    }

    /// Makes it write the whole file again, for a reason that has nothing to do with MCP servers.
    #[track_caller]
    pub(crate) fn resave(&self, max_iterations: u32) {
        let diff = json!({"conversation_settings_diff": {"max_iterations": max_iterations}});
        self.request("PATCH", "/api/settings").json(&diff).send().expect(200);
    }

    /// Patches the settings, and returns the status.
    pub(crate) fn patch_settings(&self, patch: &Value) -> u16 {
        self.request("PATCH", "/api/settings").json(patch).send().status
    }

    /// Whether it reads the file that holds this document: of one that it refuses it shows defaults.
    pub(crate) fn reads(&self, document: &Value) -> bool {
        let servers = |settings: &Value| -> Vec<String> {
            let map = settings["agent_settings"]["mcp_config"].as_object();
            let mut names: Vec<String> = map.into_iter().flatten().map(|(name, _)| name.clone()).collect();
            names.sort();
            names
        };
        let shown = self.request("GET", "/api/settings").send().expect(200).json();
        let own = servers(document);
        assert!(!own.is_empty(), "a document without servers shows nothing");
        servers(&shown) == own
    }

    /// Claims that it never met a file that it could not read: it answers such reads with defaults.
    #[track_caller]
    pub(crate) fn expect_no_complaint(&self) {
        let log = self.log();
        for complaint in COMPLAINTS {
            assert!(!log.contains(complaint), "the agent-server says `{complaint}`: {log}");
        }
        assert!(log.contains("Settings accessed"), "its log is not where it is looked for: {log}");
    }

    fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address, method, target).key(ADMIN)
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for AgentServer {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn item(name: &str) -> String {
    format!("/api/settings/mcp/{name}")
}
