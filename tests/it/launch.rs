//! Starts the real binary as docs/OPERATIONS.md says: arguments, environment, the first lines of output. It refuses
//! to know HTTP.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::site::Site;

/// The secret that the fixtures were written with.
pub(crate) const SECRET: &str = "interop-test-secret-key-0123456789abcdef";
pub(crate) const ADMIN: &str = "admin-key-0123456789";
pub(crate) const WRITER: &str = "writer-key-0123456789";
pub(crate) const READER: &str = "reader-key-0123456789";
pub(crate) const REVEALER: &str = "revealer-key-0123456789";

/// How long anything may take that a test waits for: far more than it should, far less than a build's limit.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a service is started with.
#[must_use = "nothing runs until it is started"]
pub(crate) struct Builder {
    site: Arc<Site>,
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
    listen: String,
    launcher: Vec<String>,
    in_openhands_folder: bool,
    is_in_memory: bool,
}

/// A service that listens.
pub(crate) struct Launched {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) site: Arc<Site>,
    pub(crate) output: Output,
}

/// A service that has ended.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// The exit code; nothing where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What the service prints, collected while it runs.
pub(crate) struct Output {
    lines: Arc<Mutex<Vec<String>>>,
    stderr: PathBuf,
}

impl Builder {
    /// The usual environment on this place.
    pub(crate) fn new(site: Arc<Site>) -> Self {
        let keys = serde_json::json!([
            {"name": "admin", "key": ADMIN, "scopes": ["admin"]},
            {"name": "writer", "key": WRITER, "scopes": ["write"]},
            {"name": "reader", "key": READER, "scopes": ["read"]},
            {"name": "revealer", "key": REVEALER, "scopes": ["write", "reveal"]},
        ]);
        let usual = [
            ("MCP_SETTINGS_SECRET_KEY", SECRET.to_owned()),
            ("MCP_SETTINGS_API_KEYS", keys.to_string()),
            ("MCP_SETTINGS_LOG", "trace".to_owned()),
        ];
        Self {
            environment: usual.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            arguments: Vec::new(),
            listen: "127.0.0.1:0".to_owned(),
            launcher: Vec::new(),
            in_openhands_folder: false,
            is_in_memory: false,
            site,
        }
    }

    /// The administrator may run servers, too.
    pub(crate) fn with_run(self) -> Self {
        let keys = self.environment.iter().find(|(name, _)| name == "MCP_SETTINGS_API_KEYS");
        let keys = keys.map(|(_, keys)| keys.replace(r#"["admin"]"#, r#"["admin","run"]"#));
        self.env("MCP_SETTINGS_API_KEYS", keys.expect("there are keys"))
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self = self.without_env(name);
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.environment.retain(|(own, _)| own != name);
        self
    }

    /// Another secret than the fixtures were written with.
    pub(crate) fn secret(self, secret: &str) -> Self {
        self.env("MCP_SETTINGS_SECRET_KEY", secret)
    }

    /// No keys for clients at all.
    pub(crate) fn open_to_everyone(self) -> Self {
        self.without_env("MCP_SETTINGS_API_KEYS").env("MCP_SETTINGS_AUTH", "off")
    }

    /// The document is named as OpenHands names it, so that a new one is of its kind.
    pub(crate) fn in_openhands_folder(mut self) -> Self {
        self.in_openhands_folder = true;
        let folder = self.site.data().to_string_lossy().into_owned();
        self.env("OH_PERSISTENCE_DIR", folder)
    }

    /// On no settings file at all.
    pub(crate) fn in_memory(mut self) -> Self {
        self.is_in_memory = true;
        self
    }

    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    pub(crate) fn listen(mut self, listen: &str) -> Self {
        self.listen = listen.to_owned();
        self
    }

    /// A program that runs the service in its own place, such as `setpriv`; it must `exec`.
    pub(crate) fn launcher(mut self, command: &[&str]) -> Self {
        self.launcher = command.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Runs it until it listens, or returns how it ended instead.
    pub(crate) fn launch(self) -> Result<Launched, Stopped> {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let stderr = self.site.logs().join(format!("stderr.{run}"));
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&stderr).expect("our own folder"));
        let mut child = command.spawn().expect("the service can be run");
        let (output, first_line) = Output::watch(child.stdout.take().expect("it is piped"), stderr);
        match first_line.recv_timeout(PATIENCE) {
            Ok(line) => {
                let address = line
                    .strip_prefix("listening on http://")
                    .and_then(|address| address.trim().parse().ok())
                    .unwrap_or_else(|| panic!("not where it listens: {line:?}"));
                Ok(Launched { child, address, site: self.site, output })
            }
            Err(RecvTimeoutError::Disconnected) => {
                let code = child.wait().expect("it is ours").code();
                Err(Stopped { code, stdout: String::new(), stderr: output.stderr() })
            }
            Err(RecvTimeoutError::Timeout) => {
                drop(child.kill());
                panic!("the service says nothing: {}", output.stderr());
            }
        }
    }

    fn command(&self) -> Command {
        let mut words = self.launcher.clone();
        words.extend([env!("CARGO_BIN_EXE_mcp-settings"), "serve", "--listen"].map(str::to_owned));
        words.push(self.listen.clone());
        if self.is_in_memory {
            words.push("--in-memory".to_owned());
        } else if !self.in_openhands_folder {
            words.push("--settings".to_owned());
            words.push(self.site.document_path().to_string_lossy().into_owned());
        }
        words.extend(self.arguments.iter().cloned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().current_dir(self.site.home());
        command.env("HOME", self.site.home());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Output {
    fn watch(stdout: impl std::io::Read + Send + 'static, stderr: PathBuf) -> (Self, Receiver<String>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (sender, receiver) = mpsc::channel();
        let collected = Arc::clone(&lines);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                collected.lock().expect("no holder panics").push(line.clone());
                // Only the first line is waited for; nobody listens later.
                drop(sender.send(line));
            }
        });
        (Self { lines, stderr }, receiver)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no holder panics").clone()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }
}
