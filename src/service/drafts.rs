//! What a configuration would be if it were written now, for those who try it before: read and judged as a write of the same
//! name, masks filled from what is stored, nothing stored.

use crate::model::config::Config;
use crate::model::launch::Launch;
use crate::model::{Access, SettingsKey};
use crate::store::Names;

use super::access::Caller;
use super::commit::{Step, UseCase};
use super::state_context::StateContext;
use super::{ServerWrite, Service, ServiceError};

/// A configuration that is not stored, its secrets opened.
#[derive(Clone, Debug)]
pub struct ServerDraft {
    /// The configuration, in the words of the document.
    pub config: Config,
    /// The command of a program, and the `PATH` of its own environment.
    pub command: Option<(String, Option<String>)>,
    /// Whether it starts a program or resolves a reference, which only those may have who may run servers.
    pub needs_run: bool,
}

impl Service {
    /// What this write of this name would leave, for this caller; of no name where it is to be new. A document that may
    /// only be read does not refuse it.
    ///
    /// # Errors
    ///
    /// As those of the write.
    pub async fn draft(
        &self,
        name: Option<SettingsKey>,
        write: ServerWrite,
        caller: Caller,
    ) -> Result<ServerDraft, ServiceError> {
        let names = Names::these(name.clone());
        let case = UseCase::new(names, None, move |current, context| {
            if matches!(current.facts().access(), Access::NoCollection) {
                return Err(ServiceError::NoMcpServers);
            }
            let keys = context.keys_for(current);
            let plain_names = Some(&*context.plain_names);
            let rules = StateContext { plain_names, ..StateContext::of(current, &keys, context, &caller) };
            let stored = name.as_ref().and_then(|key| Some((key, current.server(key)?)));
            let before = stored.and_then(|(key, server)| rules.state(key, server).config.ok());
            Ok(Step::Keep(ServerDraft::of(rules.apply(&write, before.as_ref())?)))
        });
        self.look(case).await
    }
}

impl ServerDraft {
    fn of(config: Config) -> Self {
        let (command, needs_run) = match Launch::of(&config) {
            Ok(launch) => (launch.program(), launch.needs_approval()),
            // It is not started, but why is said by who would have resolved it.
            Err(_) => (None, false),
        };
        Self { config, command, needs_run }
    }
}
