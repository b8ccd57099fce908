//! The service as `make run` starts it, but in a home directory of its own and on a free port.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// The address that the documents use.
const DOCUMENTED_ADDRESS: &str = "http://127.0.0.1:8710";

/// Separates the output of two commands.
const MARK: &str = "@@@@@@@@";

/// A running service.
pub(crate) struct Service {
    process: Child,
    /// Kept open: the service still has the link to print.
    _stdout: BufReader<ChildStdout>,
    home: tempfile::TempDir,
    pub(crate) address: String,
}

impl Service {
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().expect("there is room for a folder");
        let mut process = in_home(env!("CARGO_BIN_EXE_mcp-settings"), home.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the service was built");
        let mut first = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        stdout.read_line(&mut first).expect("it is text");
        let address = first.trim().strip_prefix("listening on ").expect("it has started").to_owned();
        Self { process, _stdout: stdout, home, address }
    }

    /// Runs the commands in one shell, and returns the output of each.
    pub(crate) fn run(&self, commands: &[String]) -> Vec<String> {
        let script: String = commands
            .iter()
            .map(|command| format!("{}\necho {MARK}\n", command.replace(DOCUMENTED_ADDRESS, &self.address)))
            .collect();
        let output = in_home("bash", self.home.path()).args(["-c", &script]).output().expect("bash is there");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("answers are text");
        text.split(&format!("{MARK}\n")).map(|part| part.trim_end().to_owned()).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn in_home(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}
