//! The servers that a file registers, as all requests see them: one list that is replaced as a whole. It does not know
//! where the list comes from.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::model::static_server::StaticServer;

/// The newest list.
#[derive(Debug, Default)]
pub struct StaticServers(ArcSwap<Vec<StaticServer>>);

impl StaticServers {
    /// With these servers, in the order of the file.
    pub fn new(servers: Vec<StaticServer>) -> Self {
        Self(ArcSwap::from_pointee(servers))
    }

    /// All of them, in the order of the file.
    pub fn list(&self) -> Arc<Vec<StaticServer>> {
        self.0.load_full()
    }

    /// Whether one has this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.load().iter().any(|server| server.name == name)
    }

    /// Puts other servers in their place.
    pub fn replace(&self, servers: Vec<StaticServer>) {
        self.0.store(Arc::new(servers));
    }
}
