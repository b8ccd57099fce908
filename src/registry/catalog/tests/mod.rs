//! Tests of the back end over a catalog.

mod addresses;
mod negotiation;
mod payloads;
mod statuses;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::registry::conformance::{Environment, Place, holds};
use crate::registry::testing::{Received, Reply, Server, Servers};
use crate::registry::{RegistryBackend, RegistryError, RegistryErrorKind, ServerSpec, Variables};

use super::{Catalog, CatalogAddress, CatalogSettings};

fn kind<T>(outcome: Result<T, RegistryError>) -> Option<RegistryErrorKind> {
    outcome.err().map(|error| error.kind())
}

fn variables() -> Variables {
    Environment::default().variables()
}

/// The settings of a client of this server, in the scope `s`.
fn settings(server: &Server) -> CatalogSettings {
    CatalogSettings::new(CatalogAddress::new(&server.url(), "s"))
}

fn client(server: &Server) -> Catalog {
    Catalog::new(settings(server), variables())
}

/// What a catalog of tier 3, or of tier 1, says of itself.
fn tier(tier: u8) -> Value {
    let may_write = tier > 1;
    json!({"tier": tier, "supports_install": may_write, "supports_uninstall": may_write, "supports_audit": tier == 3,
        "wire_version": "1.0"})
}

/// A server of tier 3 that answers one request as a test says, and any other with 404.
fn answering(line: &'static str, reply: Reply) -> Server {
    Server::start(move |request: &Received| match request.line() {
        asked if asked == line => reply.clone(),
        asked if asked == "GET /capabilities" => Reply::json(&tier(3)),
        _ => Reply::status(404),
    })
}

struct Scope {
    server: Arc<Server>,
    scope: &'static str,
    servers: Arc<Servers>,
}

const TOKEN: &str = "tok-of-the-catalog";

impl Scope {
    fn new(is_read_only: bool) -> Self {
        let servers = Arc::new(Servers::new(TOKEN, is_read_only));
        let answering = Arc::clone(&servers);
        let server = Arc::new(Server::start(move |request| answering.answer(request)));
        Self { server, scope: "my scope/α", servers }
    }

    fn settings(&self) -> CatalogSettings {
        let address = CatalogAddress::new(&self.server.url(), self.scope);
        CatalogSettings { token: Some(TOKEN.to_owned()), ..CatalogSettings::new(address) }
    }
}

impl Place for Scope {
    fn open(&self, variables: &Variables) -> Arc<dyn RegistryBackend> {
        Arc::new(Catalog::new(self.settings(), Arc::clone(variables)))
    }

    fn seed<'a>(&'a self, specs: &'a [ServerSpec]) -> BoxFuture<'a, ()> {
        specs.iter().for_each(|spec| self.servers.add(self.scope, spec));
        Box::pin(async {})
    }

    fn beside(&self) -> Box<dyn Place> {
        let (server, servers) = (Arc::clone(&self.server), Arc::clone(&self.servers));
        Box::new(Self { server, scope: "my scope", servers })
    }

    fn trace(&self) -> String {
        format!("{:?}", self.server.lines())
    }

    fn cut(&self) -> bool {
        self.server.stop();
        true
    }

    fn credentials(&self) -> Vec<String> {
        vec![TOKEN.to_owned(), self.server.address().to_string()]
    }

    fn read_only(&self) -> Option<Arc<dyn RegistryBackend>> {
        let other = Self::new(true);
        let registry = other.open(&variables());
        // The server runs on for as long as the process does.
        std::mem::forget(other);
        Some(registry)
    }

    fn cleartext(&self) -> Option<Arc<dyn RegistryBackend>> {
        let address = CatalogAddress::new("http://catalog.example", self.scope);
        Some(Arc::new(Catalog::new(CatalogSettings::new(address), variables())))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_twelve_musts_hold_for_a_catalog() {
    holds(|| Box::new(Scope::new(false))).await;
}

#[tokio::test]
async fn i_03_h_16_l_05_l_03_e_08_every_request_names_the_scope_and_carries_the_token() {
    let place = Scope::new(false);
    let environment = Environment::default();
    environment.set("A_VAR", "value");
    let registry = place.open(&environment.variables());
    let mut spec = ServerSpec::new("one", "npx");
    spec.env.insert("KEY".to_owned(), "$A_VAR".to_owned());
    registry.install(&spec).await.unwrap();
    spec.env.insert("KEY".to_owned(), "value".to_owned());
    assert_eq!(registry.load("one").await.unwrap(), spec);
    assert_eq!(registry.load_all().await.unwrap(), [spec]);
    registry.list().await.unwrap();
    registry.validate("one").await.unwrap();
    registry.uninstall("one").await.unwrap();
    let expected = [
        ("GET /capabilities", ""),
        ("POST /mcp-servers", "agent_scope=my+scope%2F%CE%B1"),
        ("GET /mcp-servers/one", "agent_scope=my+scope%2F%CE%B1"),
        ("GET /mcp-servers", "agent_scope=my+scope%2F%CE%B1&expand=spec"),
        ("GET /mcp-servers", "agent_scope=my+scope%2F%CE%B1"),
        ("GET /mcp-servers/one/validate", "agent_scope=my+scope%2F%CE%B1"),
        ("DELETE /mcp-servers/one", "agent_scope=my+scope%2F%CE%B1"),
    ];
    let received = place.server.received();
    let asked: Vec<_> = received.iter().map(|request| (request.line(), request.query.clone())).collect();
    assert_eq!(asked, expected.map(|(line, query)| (line.to_owned(), query.to_owned())));
    for request in &received {
        assert_eq!(request.header("authorization"), Some("Bearer tok-of-the-catalog"), "{request:?}");
    }
    assert_eq!(
        received[1].body,
        r#"{"name":"one","command":"npx","args":[],"env":{"KEY":"$A_VAR"},"transport":"stdio","description":""}"#
    );

    let open = Server::start(|_| Reply::status(404));
    kind(client(&open).list().await);
    assert!(open.received().iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn c2_03_h_09_h_10_nothing_is_sent_before_the_first_call_and_one_probe_is_enough() {
    let server = answering("GET /mcp-servers", Reply::json(&json!({"servers": []})));
    let registry = client(&server);
    let before = registry.capabilities();
    assert!(!before.supports_install && !before.supports_uninstall && !before.supports_audit);
    assert!(before.supports_capability_handshake && before.durable);
    assert!(server.received().is_empty());
    for _ in 0..3 {
        registry.list().await.unwrap();
    }
    assert_eq!(server.count("GET /capabilities"), 1);
    assert_eq!(server.count("GET /mcp-servers"), 3);
    assert!(registry.capabilities().supports_install);
}

#[tokio::test]
async fn h_19_a_reference_says_where_in_the_catalog_it_is() {
    let server =
        answering("GET /mcp-servers", Reply::json(&json!({"servers": [{"name": "a", "source": "theirs"}]})));
    let listed = client(&server).list().await.unwrap();
    assert_eq!(listed[0].source, format!("{}/mcp-servers/a", server.url()));
}

#[tokio::test]
async fn h_12_s_02_what_the_network_does_is_unavailable() {
    for reply in [Reply::Broken, Reply::Garbage, Reply::Silence] {
        let server = answering("GET /mcp-servers", reply.clone());
        let settings = CatalogSettings { patience: Duration::from_millis(300), ..settings(&server) };
        let registry = Catalog::new(settings, variables());
        let error = registry.list().await.unwrap_err();
        assert_eq!(error.kind(), RegistryErrorKind::Unavailable, "{reply:?}: {error}");
        assert!(!error.message().contains("127.0.0.1"), "{error}");
    }
    let server = answering("GET /mcp-servers", Reply::json(&json!({"servers": []})));
    let registry = client(&server);
    registry.list().await.unwrap();
    registry.close().await;
    registry.close().await;
    assert_eq!(kind(registry.list().await), Some(RegistryErrorKind::Unavailable));
    server.stop();
    let error = client(&server).list().await.unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::Unavailable);
    assert!(error.message().starts_with("network error reaching catalog server at http://...: "), "{error}");
}
