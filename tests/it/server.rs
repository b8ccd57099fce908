//! A running service: requests to it, its place, its log, its end. It does not know how one is started.

use std::net::SocketAddr;
use std::ops::Deref;
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::launch::{Builder, Launched, Output, Stopped};
use crate::site::Site;
use crate::wire::Request;

pub(crate) use crate::launch::{ADMIN, PATIENCE, READER, REVEALER, SECRET, WRITER};

/// The collection of servers.
pub(crate) const SERVERS: &str = "/api/settings/mcp-servers";

/// OpenHands' settings.
pub(crate) const SETTINGS: &str = "/api/settings";

/// A running service. Killed when dropped.
pub(crate) struct TestServer {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) site: Arc<Site>,
    pub(crate) output: Output,
}

/// The path of one server.
pub(crate) fn item(name: &str) -> String {
    format!("{SERVERS}/{name}")
}

/// The path of one server in OpenHands' settings.
pub(crate) fn settings_item(name: &str) -> String {
    format!("{SETTINGS}/mcp/{name}")
}

/// The code of a link to the page.
#[track_caller]
pub(crate) fn code_of(link: &str) -> &str {
    link.split_once("/#code=").unwrap_or_else(|| panic!("no code in {link:?}")).1
}

/// Polls until the condition holds; panics when it has not for too long.
#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

impl Builder {
    #[track_caller]
    pub(crate) fn start(self) -> TestServer {
        self.try_start().unwrap_or_else(|refusal| panic!("the service did not start: {refusal:?}"))
    }

    /// Starts it, or returns how it ended instead.
    pub(crate) fn try_start(self) -> Result<TestServer, Stopped> {
        let Launched { child, address, site, output } = self.launch()?;
        Ok(TestServer { child, address, site, output })
    }
}

impl TestServer {
    /// A service on an empty folder.
    pub(crate) fn start() -> Self {
        Self::builder(Site::new()).start()
    }

    /// A service on a copy of a fixture.
    pub(crate) fn on_fixture(name: &str) -> Self {
        Self::builder(Site::with_fixture(name)).start()
    }

    /// A service on a place, with the usual environment.
    pub(crate) fn builder(site: impl Into<Arc<Site>>) -> Builder {
        Builder::new(site.into())
    }

    /// A request with the admin's key, unless the test chooses another.
    pub(crate) fn request(&self, method: &str, target: impl AsRef<str>) -> Request {
        Request::new(self.address, method, target.as_ref()).key(ADMIN)
    }

    pub(crate) fn get(&self, target: impl AsRef<str>) -> Request {
        self.request("GET", target)
    }

    pub(crate) fn put(&self, target: impl AsRef<str>) -> Request {
        self.request("PUT", target)
    }

    pub(crate) fn patch(&self, target: impl AsRef<str>) -> Request {
        self.request("PATCH", target)
    }

    pub(crate) fn delete(&self, target: impl AsRef<str>) -> Request {
        self.request("DELETE", target)
    }

    pub(crate) fn post(&self, target: impl AsRef<str>) -> Request {
        self.request("POST", target)
    }

    /// Creates or replaces a server and returns its tag.
    #[track_caller]
    pub(crate) fn seed(&self, name: &str, config: &serde_json::Value) -> String {
        self.put(item(name)).json(config).send().expect_success().etag()
    }

    /// The names of all servers, in the order of the list.
    #[track_caller]
    pub(crate) fn names(&self) -> Vec<String> {
        let list = self.get(SERVERS).send().expect(200).json();
        let servers = list["servers"].as_array().expect("a list").iter();
        servers.map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// The plaintext configuration of a server.
    #[track_caller]
    pub(crate) fn plaintext(&self, name: &str) -> serde_json::Value {
        self.get(item(name)).expose("plaintext").send().expect(200).json()["config"].take()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the metrics are served without a key, as the third line of its output says.
    #[track_caller]
    pub(crate) fn metrics_address(&self) -> SocketAddr {
        let named = |line: &String| Some(line.trim().strip_prefix("metrics on http://")?.to_owned());
        let find = || self.output.lines().iter().find_map(named);
        eventually("the address is printed", || find().is_some());
        let text = find().expect("it was just there");
        text.trim_end_matches("/metrics").parse().expect("an address")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The place it runs on, to run another service there.
    pub(crate) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site)
    }

    /// Everything it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.output.stderr()
    }

    /// The audit events so far. It logs as JSON.
    #[track_caller]
    pub(crate) fn audited(&self) -> Vec<serde_json::Value> {
        let log = self.log();
        // The last line may be half written.
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let events = whole.lines().map(serde_json::from_str::<serde_json::Value>);
        let events = events
            .map(|event| event.unwrap_or_else(|error| panic!("the log is not JSON lines: {error}\n{log}")));
        events.filter(|event| event["target"] == "audit").collect()
    }

    /// The one-time code of the printed link.
    pub(crate) fn code(&self) -> String {
        code_of(&self.link()).to_owned()
    }

    /// The key of a new session, for the code of a link.
    #[track_caller]
    pub(crate) fn exchange(&self, code: &str) -> String {
        let exchange = self.post("/api/session").anonymous().json(&serde_json::json!({"code": code}));
        let answer = exchange.send().expect(200).json();
        assert_eq!(answer["expires_in"], 8 * 60 * 60, "{answer}");
        answer["key"].as_str().expect("a key").to_owned()
    }

    /// The code of a new link.
    #[track_caller]
    pub(crate) fn new_code(&self) -> String {
        let answer = self.post("/api/session/links").send().expect(200).json();
        code_of(answer["link"].as_str().expect("a link")).to_owned()
    }

    /// The link on the second line of its output.
    pub(crate) fn link(&self) -> String {
        let link = |line: &String| line.starts_with("open ");
        eventually("the link is printed", || self.output.lines().iter().any(link));
        let lines = self.output.lines();
        let line = lines.iter().find(|line| link(line)).expect("it was just there");
        line["open ".len()..].trim().to_owned()
    }

    /// Asks it to stop and waits for its end.
    pub(crate) fn stop(mut self) -> Stopped {
        let status = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "the service is gone already");
        self.await_end()
    }

    /// Ends it without warning.
    pub(crate) fn crash(mut self) -> Stopped {
        self.child.kill().expect("it is ours");
        self.await_end()
    }

    fn await_end(&mut self) -> Stopped {
        let mut status = None;
        eventually("the service ends", || {
            status = self.child.try_wait().expect("it is ours");
            status.is_some()
        });
        let code = status.and_then(|status| status.code());
        Stopped { code, stdout: self.output.lines().join("\n"), stderr: self.output.stderr() }
    }
}

impl Deref for TestServer {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            let log = self.output.stderr();
            let lines: Vec<&str> = log.lines().collect();
            let shown = lines[lines.len().saturating_sub(20)..].join("\n");
            #[expect(clippy::print_stderr, reason = "the log says why the test failed")]
            {
                eprintln!("the service's last lines:\n{shown}");
            }
        }
    }
}
