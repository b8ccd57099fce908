//! A real Llama Stack with the runtime of MCP tools, beside the gateway of the tests: the same calls have the same answers,
//! and our client makes the same of both.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mcp_settings::downstream::{Base, Client, Gateway as _};
use serde_json::{Value, json};

use crate::gateway::{Gateway, call};

/// How long it may take to start on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(300);

const GROUPS: &str = "/v1/toolgroups";
const PROVIDER: &str = "model-context-protocol";

/// A running Llama Stack. Killed when dropped.
struct LlamaStack {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl LlamaStack {
    fn start() -> Self {
        let program =
            std::env::var_os("LLAMA_STACK").expect("LLAMA_STACK names no program: run `make interop`");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("there is a free port");
        let folder = tempfile::tempdir().expect("there is room");
        let log = File::create(folder.path().join("log")).expect("our own folder");
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/llama-stack.yaml");
        let child = Command::new(program)
            .args(["stack", "run"])
            .arg(config)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("LLAMA_STACK_DATA", folder.path())
            .env("LLAMA_STACK_PORT", address.port().to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("our own file"))
            .stderr(log)
            .spawn()
            .expect("it can be run");
        let mut stack = Self { child, address, folder };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            let ended = stack.child.try_wait().expect("it is ours");
            let log = || fs::read_to_string(stack.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "it ended: {}", log());
            assert!(Instant::now() < deadline, "it does not start: {}", log());
            thread::sleep(Duration::from_millis(100));
        }
        stack
    }
}

impl Drop for LlamaStack {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Calls, each with its body, in this order.
fn calls() -> Vec<(&'static str, String, Option<Value>)> {
    let post = |body: Value| ("POST", GROUPS.to_owned(), Some(body));
    let group = |id: &str, url: &str| {
        post(json!({"toolgroup_id": id, "provider_id": PROVIDER, "mcp_endpoint": {"uri": url}}))
    };
    let at = |method: &'static str, id: &str| (method, format!("{GROUPS}/{id}"), None);
    let list = || ("GET", GROUPS.to_owned(), None);
    vec![
        list(),
        group("a", "http://x/a"),
        group("a", "http://x/a"),
        group("a", "http://x/b"),
        post(json!({"toolgroup_id": "a", "provider_id": "nope", "mcp_endpoint": {"uri": "http://x"}})),
        post(json!({"toolgroup_id": "b", "provider_id": "nope", "mcp_endpoint": {"uri": "http://x"}})),
        post(json!({"toolgroup_id": "b", "mcp_endpoint": {"uri": "http://x"}})),
        post(json!({"toolgroup_id": "c", "provider_id": PROVIDER})),
        list(),
        at("GET", "c"),
        group("c", "http://x/c"),
        at("DELETE", "c"),
        at("DELETE", "c"),
        at("GET", "c"),
        post(json!({
            "toolgroup_id": "d/e", "provider_id": PROVIDER, "timeout": 3,
            "mcp_endpoint": {"uri": "garbage", "headers": {"a": "b"}},
        })),
        at("GET", "d/e"),
        at("GET", "d%2Fe"),
        at("DELETE", "d/e"),
        post(json!({
            "toolgroup_id": "f", "provider_id": PROVIDER, "mcp_endpoint": {"uri": "http://x"}, "args": {"k": 1},
        })),
        group("f", "http://x"),
        at("GET", "f"),
        post(json!({"toolgroup_id": "g", "provider_id": PROVIDER, "mcp_endpoint": {"uri": 3}})),
        post(json!([])),
        group("h i%+@:", "HTTP://X:80/b?q=1"),
        at("GET", "h%20i%25%2B%40%3A"),
        list(),
        ("DELETE", GROUPS.to_owned(), None),
        ("GET", "/v1/nothing".to_owned(), None),
    ]
}

#[test]
fn a_real_llama_stack_answers_as_the_gateway_of_the_tests_does() {
    let (theirs, ours) = (LlamaStack::start(), Gateway::start());
    let own = ours.base().trim_start_matches("http://").parse().expect("it is an address");
    for (method, path, body) in calls() {
        let answers = [theirs.address, own].map(|address| call(address, method, &path, body.as_ref()));
        assert_eq!(answers[0], answers[1], "{method} {path} {body:?}");
    }
}

#[test]
fn the_client_makes_the_same_of_both() {
    let (theirs, ours) = (LlamaStack::start(), Gateway::start());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be made");
    let seen = [format!("http://{}", theirs.address), ours.base()].map(|base| {
        let client = Client::new(Base::parse(&base).expect("it is one"));
        runtime.block_on(async {
            let mut seen = Vec::new();
            let mut see = |what: String| seen.push(what);
            for (id, provider, url) in [
                ("a", PROVIDER, "http://x/a"),
                ("a", PROVIDER, "http://x/a"),
                ("a", PROVIDER, "http://x/b"),
                ("b", "nope", "http://x"),
                ("d/e", PROVIDER, "http://x"),
                ("@s:a.b+c", PROVIDER, "http://x"),
                ("a b%?#", PROVIDER, "http://x"),
            ] {
                let kind = client.register(id, provider, url).await.map_err(|failure| failure.kind);
                see(format!("register {id}: {kind:?}"));
                let found = client.read(id).await.map_err(|failure| failure.kind);
                see(format!("read {id}: {found:?}"));
            }
            let mut ids: Vec<String> =
                client.list().await.expect("it is listed").into_iter().map(|group| group.id).collect();
            ids.sort();
            see(format!("{ids:?}"));
            for id in ids.iter().chain(&ids) {
                let kind = client.unregister(id).await.map_err(|failure| failure.kind);
                see(format!("unregister {id}: {kind:?}"));
            }
            see(format!("{:?}", client.list().await.map_err(|failure| failure.kind)));
            seen
        })
    });
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].last().map(String::as_str), Some("Ok([])"));
}
