//! The gateways of the configuration: read once, and kept while the service runs. A word that is wrong keeps the service
//! from starting.

use std::sync::Arc;

use actix_web::rt::task::JoinHandle;

use crate::downstream::{Base, Gateways, Lock, Reconciler};
use crate::state::StateStore;

use super::failure::Failure;

/// The base URLs, each once.
pub(super) fn bases(texts: &[String]) -> Result<Vec<Base>, Failure> {
    let mut bases: Vec<Base> = Vec::new();
    for text in texts {
        let base = Base::parse(text)
            .map_err(|error| Failure::new(format!("could not use `MCP_SETTINGS_DOWNSTREAM`: {error}")))?;
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    Ok(bases)
}

/// The task that keeps them.
pub(super) struct Keeping {
    reconciler: Reconciler,
    task: JoinHandle<()>,
}

impl Keeping {
    /// Starts it; none where there is no gateway.
    pub(super) fn start(gateways: &Gateways, state: Arc<dyn StateStore>) -> Option<Self> {
        let clients = gateways.clients();
        if clients.is_empty() {
            return None;
        }
        let lock: Lock = Box::new(move || {
            let held = state.try_gateway_lock()?;
            Ok(held.map(|held| Box::new(held) as Box<dyn Send>))
        });
        let (reconciler, run) = Reconciler::new(clients, gateways.rows(), lock);
        Some(Self { reconciler, task: actix_web::rt::spawn(run) })
    }

    /// Ends it. What is under way is made again by the next one.
    pub(super) async fn end(self) {
        self.reconciler.end();
        self.task.await.ok();
    }
}
