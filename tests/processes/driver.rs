//! Starts the programs of tests/servers, and looks for what descends from them in the table of processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mcp_settings::instances::{Child, Fault, Limits, ProcessSettings, Processes, Program, Redactor, Start};
use mcp_settings::secrets::Plaintext;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::unix::pipe;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Starts programs for one test. All that it starts bears a mark in its environment.
pub(crate) struct Driver {
    pub(crate) processes: Processes,
    pub(crate) root: TempDir,
    pub(crate) mark: Mark,
    pub(crate) secrets: Vec<&'static str>,
}

/// A variable that descendants inherit, however they leave their parents.
#[derive(Clone)]
pub(crate) struct Mark(String);

impl Driver {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ProcessSettings)) -> Self {
        let root = tempfile::tempdir().expect("a folder for the test");
        let mut settings = ProcessSettings::new(root.path().join("work")).expect("we are a program");
        settings.supervisor = env!("CARGO_BIN_EXE_mcp-settings").into();
        change(&mut settings);
        let processes = Processes::start(settings).expect("a thread");
        Self { processes, root, mark: Mark::new(), secrets: Vec::new() }
    }

    /// A program of tests/servers.
    pub(crate) fn server(&self, name: &str) -> Program {
        self.program(&servers().join(name).display().to_string())
    }

    pub(crate) fn program(&self, command: &str) -> Program {
        let mark = ("MARK".to_owned(), Plaintext::new(self.mark.0.clone()));
        Program { command: command.to_owned(), args: Vec::new(), env: vec![mark], cwd: None }
    }

    pub(crate) async fn start(&self, program: Program) -> Result<Child, Fault> {
        self.start_with(program, Limits::default()).await
    }

    pub(crate) async fn start_with(&self, program: Program, limits: Limits) -> Result<Child, Fault> {
        let located = self.processes.locate(&program)?;
        let redactor = Arc::new(Redactor::new(self.secrets.iter().copied()));
        self.processes.spawn(Start { key: "test".to_owned(), program, located, limits, redactor }).await
    }

    /// A program of tests/servers, started, and its first line.
    pub(crate) async fn ready(&self, name: &str) -> (Child, String) {
        let mut child =
            self.start(self.server(name)).await.unwrap_or_else(|fault| panic!("{}", fault.message));
        let line = first_line(&mut child.stdout).await;
        (child, line)
    }
}

impl Mark {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(format!("mark-{}-{}-", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn named(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What bears it: numbers, and what each was started as.
    pub(crate) fn bearers(&self) -> Vec<(i32, String)> {
        let wanted = format!("MARK={}", self.0);
        let entries = fs::read_dir("/proc").expect("a table of processes").flatten();
        let numbered =
            entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
        let has_mark = |path: &Path| {
            let variables = fs::read(path.join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&variables).contains(&wanted)
        };
        let marked = numbered.filter(|(_, path)| has_mark(path));
        let command =
            |path: &Path| fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
        marked.map(|(number, path)| (number, command(&path))).collect()
    }

    /// Waits until nothing bears it.
    #[track_caller]
    pub(crate) fn expect_gone(&self, within: Duration) {
        let deadline = Instant::now() + within;
        loop {
            let left = self.bearers();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "left after {within:?}: {left:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    pub(crate) fn expect_bearers(&self, at_least: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.bearers().len() < at_least {
            assert!(Instant::now() < deadline, "fewer than {at_least}: {:?}", self.bearers());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

pub(crate) fn servers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers")
}

/// The first line of what a program writes.
pub(crate) async fn first_line(stdout: &mut pipe::Receiver) -> String {
    let mut line = String::new();
    let mut stdout = BufReader::new(stdout);
    tokio::time::timeout(PATIENCE, stdout.read_line(&mut line))
        .await
        .expect("it writes in time")
        .expect("it can be read");
    line.trim_end().to_owned()
}
