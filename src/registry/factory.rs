//! Which back end is used: the ones that are known, by id, and the choice of the environment. Who can make a further
//! one registers it under its id.

use std::path::PathBuf;
use std::sync::Arc;

use super::backend::RegistryBackend;
use super::catalog::{Catalog, HTTP};
use super::environment::{ALLOW_HTTP, BACKEND, BACKEND_URL};
use super::error::{RegistryError, RegistryErrorKind};
use super::mcp_md::{FILESYSTEM, McpMd, ReadPaths};
use super::quoting::quoted_list;
use super::redact::redact_unknown;
use super::resolution::Variables;

/// Whose registry is opened, and in which environment.
#[derive(Clone)]
pub struct Setup {
    /// The root of the agent.
    pub agent_root: PathBuf,
    /// The folders that it may read; nothing is checked without any.
    pub read_paths: Vec<PathBuf>,
    /// The environment.
    pub variables: Variables,
}

/// Makes a back end. It does not look whether anything is there.
pub type Constructor = Box<dyn Fn(&Setup) -> Result<Arc<dyn RegistryBackend>, RegistryError> + Send + Sync>;

/// The back ends that can be chosen, in the order of their registration.
pub struct Backends(Vec<(&'static str, Constructor)>);

impl Default for Backends {
    fn default() -> Self {
        let file: Constructor = Box::new(|setup| {
            let read_paths = ReadPaths::new(setup.read_paths.clone());
            Ok(Arc::new(McpMd::new(setup.agent_root.clone(), read_paths, Arc::clone(&setup.variables))))
        });
        let catalog: Constructor = Box::new(|setup| {
            let url = (setup.variables)(BACKEND_URL).filter(|url| !url.trim().is_empty()).ok_or_else(|| {
                RegistryErrorKind::NotRegistered.because(format!(
                    "{BACKEND}={HTTP} requires {BACKEND_URL} to be set. Expected format: \
                     https://<host>[:port]/?agent_scope=<name> (or http:// for loopback hosts; non-loopback http:// \
                     requires {ALLOW_HTTP}=1)"
                ))
            })?;
            Ok(Arc::new(Catalog::from_url(&url, Arc::clone(&setup.variables))?))
        });
        Self(vec![(FILESYSTEM, file), (HTTP, catalog)])
    }
}

impl Backends {
    /// The same with one more.
    #[must_use]
    pub fn with(mut self, id: &'static str, constructor: Constructor) -> Self {
        self.0.push((id, constructor));
        self
    }

    /// The ids.
    pub fn ids(&self) -> Vec<&'static str> {
        self.0.iter().map(|(id, _)| *id).collect()
    }

    /// What makes the back end of an id.
    ///
    /// # Errors
    ///
    /// `NotRegistered`; the id is redacted, since it may be a URL in the wrong variable.
    pub fn get(&self, id: &str) -> Result<&Constructor, RegistryError> {
        let found = self.0.iter().find(|(known, _)| *known == id).map(|(_, constructor)| constructor);
        found.ok_or_else(|| {
            RegistryErrorKind::NotRegistered.because(format!(
                "No MCPServerRegistryBackend registered under '{}'. Available: {}. Unset {BACKEND} to use the filesystem \
                 default.",
                redact_unknown(id),
                quoted_list(self.ids())
            ))
        })
    }

    /// The back end that the environment chooses.
    ///
    /// # Errors
    ///
    /// `NotRegistered` where the id is not known or lacks something; else what its constructor fails with.
    pub fn by_environment(&self, setup: &Setup) -> Result<Arc<dyn RegistryBackend>, RegistryError> {
        let chosen = (setup.variables)(BACKEND).unwrap_or_default();
        let id = match chosen.trim().to_lowercase() {
            id if id.is_empty() => FILESYSTEM.to_owned(),
            id => id,
        };
        let constructor = self.get(&id).map_err(|_| {
            let known = quoted_list(self.ids());
            let shown = redact_unknown(chosen.trim());
            RegistryErrorKind::NotRegistered.because(format!(
                "{BACKEND}='{shown}' is not a known backend. Known: {known}. Unset the env var to use the filesystem \
                 default."
            ))
        })?;
        constructor(setup)
    }
}
