//! The commands on servers, by the real binary: on the document itself, and on a running service. Here is how one is run.

mod declaring;
mod direct;
mod editing;
mod exporting;
mod help;
mod importing;
mod reached;
mod reading;
mod running;
mod writing;

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::server::SECRET;
use crate::site::Site;

/// What a command has printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command with these arguments, on this place, with an environment of its own.
pub(crate) fn command(site: &Site, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-settings"));
    command.args(arguments).arg("--settings").arg(site.document_path());
    command.env_clear().env("HOME", site.home()).current_dir(site.home());
    command.env("MCP_SETTINGS_SECRET_KEY", SECRET);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command on this place.
pub(crate) fn run(site: &Site, arguments: &[&str]) -> Ran {
    Ran::of(command(site, arguments).output().expect("it can be run"))
}

/// The same with variables.
pub(crate) fn run_with<V: AsRef<OsStr>>(site: &Site, variables: &[(&str, V)], arguments: &[&str]) -> Ran {
    let mut command = command(site, arguments);
    for (name, value) in variables {
        command.env(name, value);
    }
    Ran::of(command.output().expect("it can be run"))
}

/// The same with a text on stdin.
pub(crate) fn feed(site: &Site, arguments: &[&str], text: &str) -> Ran {
    feed_with(site, &[], arguments, text)
}

/// The same with variables.
pub(crate) fn feed_with(site: &Site, variables: &[(&str, &str)], arguments: &[&str], text: &str) -> Ran {
    let mut command = command(site, arguments);
    command.envs(variables.iter().copied()).stdin(Stdio::piped());
    let mut child = command.spawn().expect("it can be run");
    let mut stdin = child.stdin.take().expect("it is piped");
    // One that refuses its arguments reads nothing.
    drop(stdin.write_all(text.as_bytes()));
    drop(stdin);
    Ran::of(child.wait_with_output().expect("it ends"))
}

/// The plaintext configuration of a server, as the command returns it.
#[track_caller]
pub(crate) fn plaintext(site: &Site, name: &str) -> Value {
    run(site, &["get", name, "--reveal", "--config-only"]).expect(0).json()
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a command prints UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The lines of its data.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}
