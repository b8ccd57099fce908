//! Programs that are MCP servers, started as they come, and sessions with them.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mcp_settings::instances::{Fault, HttpClient, Remote, Session};
use mcp_settings::model::dial::DialPolicy;
use mcp_settings::model::launch::Transport;
use mcp_settings::secrets::Plaintext;
use tokio::process::{Child, Command};

/// Time enough for a real server on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn soon() -> Instant {
    Instant::now() + PATIENCE
}

pub(super) fn within(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program of `tests/tools/prepare`.
pub(super) fn installed(path: &str) -> PathBuf {
    let path = root().join("target/servers").join(path);
    assert!(path.exists(), "{} is missing: run `make prepare`", path.display());
    path
}

/// A server of the npm packages.
pub(super) fn node(package: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(installed(&format!("node/node_modules/@modelcontextprotocol/{package}/dist/index.js")));
    command
}

/// A server of the Python packages.
pub(super) fn python(name: &str) -> Command {
    Command::new(installed(&format!("python/bin/{name}")))
}

/// A script of `tests/servers`, with the official SDK at hand.
pub(super) fn script(name: &str, arguments: &[&str]) -> Command {
    let mut command = python("python3");
    command.arg(root().join("tests/servers").join(name)).args(arguments);
    command
}

/// A program with which a session is held over its standard streams. It is killed when dropped.
pub(super) struct Program {
    pub(super) session: Session,
    pub(super) child: Child,
}

/// Starts a program and initializes.
pub(super) async fn start(command: Command, deadline: Instant) -> Result<Program, Fault> {
    start_with(command, None, deadline).await
}

pub(super) async fn start_with(
    mut command: Command,
    known: Option<&str>,
    deadline: Instant,
) -> Result<Program, Fault> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().expect("the program is there");
    let (stdout, stdin) = (child.stdout.take().expect("piped"), child.stdin.take().expect("piped"));
    let session = Session::over_pipes(stdout, stdin, known, deadline).await?;
    Ok(Program { session, child })
}

/// A program that listens on a port of this machine. It is killed when dropped.
pub(super) struct Listening {
    pub(super) address: SocketAddr,
    _child: Child,
}

/// Starts a program that takes its port from the variable `PORT`, and waits until it listens.
pub(super) async fn listen(command: Command) -> Listening {
    // Free a moment ago; nothing else on the machine takes this very port at once.
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    listen_on(command, port).await
}

pub(super) async fn listen_on(mut command: Command, port: u16) -> Listening {
    command.env("PORT", port.to_string()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().expect("the program is there");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let deadline = soon();
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < deadline, "nothing listens on {address}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Listening { address, _child: child }
}

pub(super) fn remote(url: &str, transport: Transport) -> Remote {
    Remote { url: Plaintext::new(url.to_owned()), headers: Vec::new(), transport }
}

/// A client that may dial this machine.
pub(super) fn client() -> HttpClient {
    HttpClient::new(Arc::new(DialPolicy::default_for(true)), Vec::new(), None).expect("it can be made")
}

pub(super) async fn connect(url: &str, transport: Transport) -> Result<Session, Fault> {
    Session::to_remote(&remote(url, transport), &client(), None, soon()).await
}

/// The fault where there must be one.
pub(super) fn refused<T>(outcome: Result<T, Fault>) -> Fault {
    outcome.err().expect("it is refused")
}
