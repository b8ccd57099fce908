//! The servers that a file registers, as all requests see them: one list that is replaced as a whole. It does not know
//! where the list comes from.

use std::sync::Arc;

use tokio::sync::watch;

use crate::model::static_server::StaticServer;

/// The newest list.
#[derive(Debug, Default)]
pub struct StaticServers(watch::Sender<Arc<Vec<StaticServer>>>);

impl StaticServers {
    /// With these servers, in the order of the file.
    pub fn new(servers: Vec<StaticServer>) -> Self {
        Self(watch::Sender::new(Arc::new(servers)))
    }

    /// All of them, in the order of the file.
    pub fn list(&self) -> Arc<Vec<StaticServer>> {
        Arc::clone(&self.0.borrow())
    }

    /// Whether one has this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.borrow().iter().any(|server| server.name == name)
    }

    /// Puts other servers in their place.
    pub fn replace(&self, servers: Vec<StaticServer>) {
        self.0.send_replace(Arc::new(servers));
    }

    /// The newest list, for who waits for another one.
    pub fn watch(&self) -> watch::Receiver<Arc<Vec<StaticServer>>> {
        self.0.subscribe()
    }
}
