//! Where a journey takes place: a service, and the script that goes through the page with a browser. The
//! script may ask for what it can't do itself: to stop the service, to start it again, to tell its log.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::proxy::{BASE, Place, Program, Proxy};
use crate::running::OPERATOR;
use crate::server::{ADMIN, READER, REVEALER, TestServer, WRITER};
use crate::site::Site;

/// A place, and how the service is started on it.
pub(super) struct Fixture {
    site: Arc<Site>,
    environment: Vec<(&'static str, String)>,
    /// Further inputs of the script.
    choices: Map<String, Value>,
    /// The proxy in front of the service.
    front: Option<Place>,
    /// The service; none while the script has it stopped.
    server: Option<TestServer>,
}

/// A line of a script that is meant for us; all others are for people.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Ask(Request),
    Measured(Value),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Request {
    /// Ends the service as a signal does, and waits until it has.
    Stop,
    /// Starts it again, at this address.
    Start(String),
    /// All that it has logged since it was started.
    Log,
}

impl Fixture {
    pub(super) fn empty() -> Self {
        Self::on(Site::new())
    }

    pub(super) fn on(site: Site) -> Self {
        Self::beside(Arc::new(site))
    }

    /// On a place where another service may be running.
    pub(super) fn beside(site: Arc<Site>) -> Self {
        Self { site, environment: Vec::new(), choices: Map::new(), front: front_of_all(), server: None }
    }

    /// A place with this document.
    pub(super) fn with_document(document: &Value) -> Self {
        Self::on(Site::with_document(document.to_string()))
    }

    pub(super) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// Gives the script an input of its own.
    pub(super) fn tell(mut self, what: &str, value: impl Into<Value>) -> Self {
        self.choices.insert(what.to_owned(), value.into());
        self
    }

    /// Behind a proxy, at `/` or under its base path.
    pub(super) fn behind(mut self, program: Program, base: &'static str) -> Self {
        self.front = Some(Place::new(program, base));
        self
    }

    /// Goes through a journey; panics with all that its script said if it fails. Gives what it measured.
    #[track_caller]
    pub(super) fn play(mut self, journey: &str) -> Value {
        let front = self.front.take();
        if let Some(place) = &front {
            // What a test says itself comes later, and holds.
            let said = std::mem::take(&mut self.environment);
            self.environment = vec![
                ("MCP_SETTINGS_ALLOWED_HOSTS", place.host()),
                ("MCP_SETTINGS_ALLOWED_ORIGINS", place.origin()),
                ("MCP_SETTINGS_BASE_PATH", place.base().to_owned()),
            ];
            self.environment.extend(said);
        }
        let server = self.start("127.0.0.1:0");
        let direct = server.address();
        let front = front.map(|place| place.start(direct));
        let front = front.as_ref().map(Proxy::place);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let packages = root.join("target/node/node_modules");
        assert!(packages.join("playwright-core").is_dir(), "no `playwright-core`: run `make test`");
        let mut setting = json!({
            "address": front.map_or_else(|| format!("http://{direct}"), Place::address),
            "listen": direct,
            "code": server.code(),
            "keys": {"admin": ADMIN, "writer": WRITER, "reader": READER, "revealer": REVEALER, "operator": OPERATOR},
            "document": self.site.document_path(),
            "left": root.join("target/ui-failures"),
        });
        setting.as_object_mut().expect("it was just made one").append(&mut self.choices);
        self.server = Some(server);
        let mut script = Command::new("node")
            .arg(root.join("tests/ui/run.mjs"))
            .args([journey, &setting.to_string()])
            .env("NODE_PATH", packages)
            .envs(front.map(|place| ("NODE_EXTRA_CA_CERTS", place.certificate())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`make test` says if there is no node");
        let mut input = script.stdin.take().expect("it is piped");
        let output = BufReader::new(script.stdout.take().expect("it is piped"));
        let mut measured = Value::Null;
        for line in output.lines().map_while(Result::ok) {
            match serde_json::from_str(&line) {
                Ok(Said::Measured(numbers)) => measured = numbers,
                Ok(Said::Ask(request)) => {
                    let answer = self.answer(request);
                    // A script that ended meanwhile has said why.
                    drop(writeln!(input, "{answer}"));
                }
                Err(_) => note(&line),
            }
        }
        let status = script.wait().expect("it is ours");
        // A proxy that is to end waits for the streams that it hands on, and they end with the service.
        drop(self.server.take());
        assert!(status.success(), "the journey `{journey}` failed ({status}); its last words are above");
        measured
    }

    fn start(&self, listen: &str) -> TestServer {
        let mut builder = TestServer::builder(Arc::clone(&self.site)).listen(listen);
        for (name, value) in &self.environment {
            builder = builder.env(name, value.as_str());
        }
        builder.start()
    }

    fn answer(&mut self, request: Request) -> Value {
        match (request, self.server.take()) {
            (Request::Stop, Some(server)) => {
                server.stop();
                json!({})
            }
            (Request::Start(address), None) => {
                let code = self.server.insert(self.start(&address)).code();
                json!({"code": code})
            }
            (Request::Log, Some(server)) => json!({"log": self.server.insert(server).log()}),
            (request, _) => panic!("{request:?} makes no sense now"),
        }
    }
}

/// The proxy before which every journey is played: `BEHIND=nginx` or `BEHIND=nginx/mcp-settings`. `make soak-proxies`
/// sets it.
fn front_of_all() -> Option<Place> {
    let named = std::env::var("BEHIND").ok()?;
    let (name, base) = named.strip_suffix(BASE).map_or((&*named, ""), |name| (name, BASE));
    let program = Program::ALL.into_iter().find(|program| program.name() == name);
    Some(Place::new(program.unwrap_or_else(|| panic!("no proxy is called {name:?}")), base))
}

/// Shown where the test fails, as all output of tests is.
#[expect(clippy::print_stdout, reason = "what a script says is read when its test fails")]
fn note(line: &str) {
    println!("{line}");
}
