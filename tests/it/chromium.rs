//! A real browser: headless Chromium, driven line by line through `chromium/driver.mjs`, and a server for
//! the pages that it opens. It does not know what the pages do.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use serde_json::{Value, json};

/// A running browser. Every name that ends in `.example` is this machine to it. Closed when dropped.
pub(crate) struct Browser {
    driver: Child,
    channel: RefCell<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

/// An open tab.
pub(crate) struct Page<'a> {
    browser: &'a Browser,
    number: u64,
    /// What the page itself was answered with.
    pub(crate) status: u64,
}

/// Serves one page and one script at every path of its own, under any host name.
pub(crate) struct PageServer {
    address: SocketAddr,
}

impl Browser {
    pub(crate) fn launch() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let packages = root.join("target/node/node_modules");
        assert!(packages.join("playwright-core").is_dir(), "no `playwright-core`: run `make test`");
        let mut driver = Command::new("node")
            .arg(root.join("tests/it/chromium/driver.mjs"))
            .env("NODE_PATH", packages)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`make test` says if there is no node");
        let input = driver.stdin.take().expect("it is piped");
        let output = BufReader::new(driver.stdout.take().expect("it is piped"));
        Self { driver, channel: RefCell::new(Some((input, output))) }
    }

    /// Opens a page in a tab that shares nothing with the others.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) -> Page<'_> {
        let opened = self.ask(&json!({"open": url}));
        let number = |member: &str| opened[member].as_u64().expect("the driver answers with a number");
        Page { browser: self, number: number("page"), status: number("status") }
    }

    #[track_caller]
    fn ask(&self, request: &Value) -> Value {
        let mut channel = self.channel.borrow_mut();
        let (input, output) = channel.as_mut().expect("it is open until the end");
        let mut line = String::new();
        let asked = writeln!(input, "{request}").and_then(|()| output.read_line(&mut line));
        asked.expect("the driver talks");
        let mut answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("the driver ended at {request}"));
        assert!(answer.get("ok").is_some(), "{request}: {answer}");
        answer["ok"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The end of its input ends the driver, and that the browser; killed, it would leave it behind.
        self.channel.take();
        drop(self.driver.wait());
    }
}

impl Page<'_> {
    /// Runs the body of an async function of `input` in the page, and gives what it returns.
    #[track_caller]
    pub(crate) fn run(&self, source: &str, input: Value) -> Value {
        self.browser.ask(&json!({"page": self.number, "run": source, "with": input}))
    }
}

impl PageServer {
    /// A page that loads this module.
    pub(crate) fn of(script: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        // It waits for connections as long as the test runs.
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                thread::spawn(move || serve(connection, script));
            }
        });
        Self { address }
    }

    /// This server by one of its names.
    pub(crate) fn origin(&self, host: &str) -> String {
        format!("http://{host}:{}", self.address.port())
    }
}

/// Answers one request; a browser that went away needs none.
fn serve(mut connection: TcpStream, script: &str) {
    let mut head = Vec::new();
    let is_whole = |head: &[u8]| head.windows(4).any(|end| end == b"\r\n\r\n");
    while !is_whole(&head) {
        let mut part = [0; 1024];
        match connection.read(&mut part) {
            Ok(length @ 1..) => head.extend_from_slice(&part[..length]),
            _ => return,
        }
    }
    let (kind, body) = match head.starts_with(b"GET / ") {
        true => {
            ("text/html", "<!doctype html><title>a page</title><script type=module src=/page.js></script>")
        }
        false => ("text/javascript", script),
    };
    let length = body.len();
    drop(write!(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    ));
}
