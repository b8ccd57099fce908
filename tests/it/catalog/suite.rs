//! The claims on registries, held by our own HTTP client against the running service.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use mcp_settings::registry::conformance::{Place, holds};
use mcp_settings::registry::{
    Catalog, CatalogAddress, CatalogSettings, RegistryBackend, ServerSpec, Variables,
};
use serde_json::to_value;

use crate::server::{REVEALER, TestServer};

use super::in_scope;

/// A running service, until it is ended.
struct Running {
    server: Mutex<Option<TestServer>>,
    url: String,
    scopes: AtomicUsize,
}

/// One scope of its catalog.
struct CatalogPlace {
    running: Arc<Running>,
    scope: String,
}

impl CatalogPlace {
    fn start() -> Self {
        let server = TestServer::start();
        let url = format!("http://{}/registry", server.address());
        let running = Running { server: Mutex::new(Some(server)), url, scopes: AtomicUsize::new(0) };
        Self { running: Arc::new(running), scope: "default".to_owned() }
    }
}

impl Place for CatalogPlace {
    fn open(&self, variables: &Variables) -> Arc<dyn RegistryBackend> {
        let address = CatalogAddress::new(&self.running.url, &self.scope);
        let settings = CatalogSettings { token: Some(REVEALER.to_owned()), ..CatalogSettings::new(address) };
        Arc::new(Catalog::new(settings, Arc::clone(variables)))
    }

    fn seed<'a>(&'a self, specs: &'a [ServerSpec]) -> BoxFuture<'a, ()> {
        async move {
            let server = self.running.server.lock().unwrap_or_else(PoisonError::into_inner);
            let server = server.as_ref().expect("it runs");
            for spec in specs {
                let spec = to_value(spec).expect("it is JSON");
                server.post(in_scope(&self.scope)).json(&spec).send().expect(201);
            }
        }
        .boxed()
    }

    fn beside(&self) -> Box<dyn Place> {
        let number = self.running.scopes.fetch_add(1, Ordering::SeqCst);
        Box::new(Self { running: Arc::clone(&self.running), scope: format!("beside.{number}") })
    }

    fn trace(&self) -> String {
        let server = self.running.server.lock().unwrap_or_else(PoisonError::into_inner);
        let document = server.as_ref().and_then(|server| server.document()).unwrap_or_default();
        String::from_utf8(document).expect("it is UTF-8")
    }

    fn cut(&self) -> bool {
        self.running.server.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    fn credentials(&self) -> Vec<String> {
        vec![REVEALER.to_owned()]
    }
}

#[test]
fn the_catalog_is_a_registry_over_the_wire() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("there is room for a runtime").block_on(holds(|| Box::new(CatalogPlace::start())));
}
