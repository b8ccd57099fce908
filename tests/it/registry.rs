//! `mcp-settings registry`: the real command on an `mcp.md` and on a catalog, with the words, streams and exit codes of
//! the command of the client in Python.

mod catalog;
mod catalogs;
mod changing;
mod looking;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) const BACKEND: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_BACKEND";
pub(crate) const BACKEND_URL: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_BACKEND_URL";
pub(crate) const AUTH_TOKEN: &str = "ATOMIC_AGENTS_MCP_SERVER_REGISTRY_AUTH_TOKEN";
pub(crate) const AGENT_ROOT: &str = "ATOMIC_AGENTS_AGENT_ROOT";

/// The root of an agent.
pub(crate) struct Agent(TempDir);

impl Agent {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a folder can be made"))
    }

    pub(crate) fn with(text: &str) -> Self {
        let agent = Self::new();
        fs::write(agent.file(), text).expect("it is ours");
        agent
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.root().join("mcp.md")
    }

    pub(crate) fn text(&self) -> String {
        fs::read_to_string(self.file()).expect("it was made")
    }

    /// Runs the command in the root, with these variables and no others.
    pub(crate) fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
        command.arg("registry").args(arguments).current_dir(self.root()).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.root()).envs(variables.iter().copied());
        Outcome::of(&command.output().expect("the service was built"))
    }
}

/// What a command printed, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is text");
        let code = output.status.code().expect("it ended by itself");
        Self { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Checks that it printed this and nothing else.
    #[track_caller]
    pub(crate) fn says(&self, stdout: &str) {
        let expected = Self { code: 0, stdout: stdout.to_owned(), stderr: String::new() };
        assert_eq!(*self, expected);
    }

    /// Checks that it failed with one line on stderr.
    #[track_caller]
    pub(crate) fn fails(&self, line: &str) {
        let expected = Self { code: 1, stdout: String::new(), stderr: format!("{line}\n") };
        assert_eq!(*self, expected);
    }

    /// Checks that it failed with a line that begins like this.
    #[track_caller]
    pub(crate) fn fails_with(&self, beginning: &str) {
        assert!(self.code == 1 && self.stdout.is_empty(), "{self:?}");
        assert!(self.stderr.starts_with(beginning) && self.stderr.lines().count() == 1, "{self:?}");
    }
}
