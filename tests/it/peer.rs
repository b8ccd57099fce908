//! Other processes: Python programs that use the settings folder as OpenHands does. They are the witnesses
//! that we can't be wrong together with.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Takes the lock, says so, and holds it until it is stopped.
const HOLD: &str = "
import fcntl, os, sys
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
print('locked', flush=True)
sys.stdin.read()
";

/// A Python program that runs beside the test. Killed when dropped.
pub(crate) struct Peer {
    child: Child,
    output: BufReader<ChildStdout>,
}

/// The Python that has the packages of the tests.
pub(crate) fn interpreter() -> PathBuf {
    let named = std::env::var_os("MCP_SETTINGS_TEST_PYTHON").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python3"))
}

impl Peer {
    /// Runs a program that needs nothing but Python's own library.
    pub(crate) fn run(program: &str, arguments: &[&str]) -> Self {
        Self::with(Path::new("python3"), program, arguments)
    }

    /// Runs a program that needs the packages that `make test` installs.
    pub(crate) fn with_packages(program: &str, arguments: &[&str]) -> Self {
        let interpreter = interpreter();
        let found =
            Command::new(&interpreter).args(["-c", "import cryptography"]).stderr(Stdio::null()).status();
        assert!(
            found.is_ok_and(|status| status.success()),
            "{} has no `cryptography`: run `make test`, or name a Python that has it in MCP_SETTINGS_TEST_PYTHON",
            interpreter.display()
        );
        Self::with(&interpreter, program, arguments)
    }

    fn with(interpreter: &Path, program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(interpreter);
        command.args(["-c", program]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", interpreter.display()));
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, output }
    }

    /// Holds a lock file until the returned peer is dropped or ended.
    pub(crate) fn holding(lock: &Path) -> Self {
        let mut peer = Self::run(HOLD, &[&lock.to_string_lossy()]);
        assert_eq!(peer.line(), "locked");
        peer
    }

    /// The next line of its output; empty at its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("Python prints UTF-8");
        line.trim_end().to_owned()
    }

    /// Ends its input, waits for its end and returns the rest of its output.
    pub(crate) fn finish(mut self) -> String {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("Python prints UTF-8");
        let status = self.child.wait().expect("it is ours");
        assert!(status.success(), "the peer failed: {status}, {rest}");
        rest
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
