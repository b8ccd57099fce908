//! The registry that is our own store, for one caller and one scope. An entry `n` of the scope `s` is the server `s:n`,
//! one of the scope `default` the server `n`. It does not know how it is asked, and what a server is started with.

mod scope;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use indexmap::IndexMap;

use crate::json::Pointer;
use crate::model::SettingsKey;
use crate::model::descriptor::{Descriptor, Entry};
use crate::model::validate::Violation;
use crate::service::access::Caller;
use crate::service::{Service, ServiceError, Written};

use super::backend::{Answer, RegistryBackend};
use super::error::{RegistryError, RegistryErrorKind};
use super::name::RegistryName;
use super::quoting::{quoted, quoted_list};
use super::resolution::{Variables, process_variables};
use super::spec::{Capabilities, STDIO, ServerRef, ServerSpec, Validation, first_line};
use super::validation::validate_spec;

pub use scope::{AgentScope, InvalidScope};

/// What it can do, for every caller: what a key does not allow is refused, not left out.
pub const CAPABILITIES: Capabilities = Capabilities {
    supports_install: true,
    supports_uninstall: true,
    supports_capability_handshake: false,
    supports_audit: true,
    durable: true,
    supports_canonical_export: false,
};

/// The servers of one scope, as one caller may see and change them.
pub struct StoreRegistry {
    service: Arc<Service>,
    caller: Caller,
    scope: AgentScope,
    variables: Variables,
}

/// A server as it is shown.
#[derive(Clone, Debug)]
pub struct ShownSpec {
    /// What it is started with; references as they are written.
    pub spec: ServerSpec,
    /// Whether that has secrets in clear.
    pub reveals: bool,
}

impl StoreRegistry {
    /// Names what is asked, and asks nothing.
    pub fn new(service: Arc<Service>, caller: Caller, scope: AgentScope) -> Self {
        Self { service, caller, scope, variables: process_variables() }
    }

    /// The same with another environment that references are looked up in.
    #[must_use]
    pub fn with_variables(self, variables: Variables) -> Self {
        Self { variables, ..self }
    }

    /// The servers, without what they are started with.
    pub async fn references(&self) -> Result<Vec<ServerRef>, ServiceError> {
        let entries = self.entries().await?;
        Ok(entries.into_iter().map(|(name, entry)| self.reference(&name, &entry.description)).collect())
    }

    /// The servers with what they are started with. Those that have no form that this caller may see are left out.
    pub async fn specs(&self) -> Result<Vec<ShownSpec>, ServiceError> {
        let shown = |(name, entry): (RegistryName, Entry)| shown(&name, entry).ok();
        Ok(self.entries().await?.into_iter().filter_map(shown).collect())
    }

    /// What a server is started with.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NoRegistryForm`] where it has no form that this caller may see.
    pub async fn spec(&self, name: &RegistryName) -> Result<ShownSpec, ServiceError> {
        let entry = self.service.entry(&self.caller, &self.scope.key(name)).await?;
        shown(name, entry).map_err(ServiceError::NoRegistryForm)
    }

    /// Whether this caller can start a server from what it is shown.
    pub async fn check(&self, name: &RegistryName) -> Result<Validation, ServiceError> {
        let entry = self.service.entry(&self.caller, &self.scope.key(name)).await?;
        let errors = entry.descriptor.err().unwrap_or_default();
        Ok(Validation { errors: lines(&errors), warnings: lines(&entry.warnings) })
    }

    /// Adds a server under a name that must be free.
    pub async fn add(
        &self,
        name: &RegistryName,
        spec: &ServerSpec,
    ) -> Result<(Written, ServerRef), ServiceError> {
        let ServerSpec { command, args, env, transport, description, .. } = spec;
        let descriptor = Descriptor {
            command: command.clone(),
            args: args.clone(),
            env: env.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            description: description.clone(),
        };
        let mut config = descriptor.to_config();
        if transport != STDIO {
            let (pointer, message) = (Pointer::root().member("transport"), "must be `stdio`".into());
            let mut violations = config.err().unwrap_or_default();
            violations.push(Violation { pointer, message });
            config = Err(violations);
        }
        let config = config.map_err(ServiceError::Invalid)?;
        let written = self.service.install(&self.caller, self.scope.key(name), config).await?;
        Ok((written, self.reference(name, description)))
    }

    /// Removes a server; nothing where it lists no server of this name.
    pub async fn remove(&self, name: &RegistryName) -> Result<Option<Written>, ServiceError> {
        self.service.uninstall(&self.caller, self.scope.key(name)).await
    }

    async fn entries(&self) -> Result<Vec<(RegistryName, Entry)>, ServiceError> {
        let scope = self.scope.clone();
        let entries = self.service.entries(&self.caller, move |key| scope.name(key).is_some()).await?;
        let named = |(key, entry): (SettingsKey, Entry)| Some((self.scope.name(&key)?, entry));
        Ok(entries.into_iter().filter_map(named).collect())
    }

    fn reference(&self, name: &RegistryName, description: &str) -> ServerRef {
        ServerRef {
            name: name.as_str().to_owned(),
            description: first_line(description).to_owned(),
            transport: STDIO.to_owned(),
            version: None,
            source: format!("settings#server:{}", self.scope.key(name).as_str()),
        }
    }

    async fn available(&self) -> String {
        let names = self.references().await.unwrap_or_default();
        quoted_list(names.iter().map(|reference| reference.name.as_str()))
    }

    async fn failed(&self, name: &str, error: ServiceError) -> RegistryError {
        match error {
            ServiceError::UnknownServer => {
                let (name, available) = (quoted(name), self.available().await);
                let message = format!("MCP server {name} not found in the settings. Available: {available}");
                RegistryErrorKind::NotInRegistry.because(message)
            }
            error => failure(name, &error),
        }
    }
}

impl RegistryBackend for StoreRegistry {
    fn backend_id(&self) -> &'static str {
        "store"
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    fn variables(&self) -> &Variables {
        &self.variables
    }

    fn list(&self) -> Answer<'_, Vec<ServerRef>> {
        async { self.references().await.map_err(|error| failure("", &error)) }.boxed()
    }

    fn load_as_written<'a>(&'a self, name: &'a str) -> Answer<'a, ServerSpec> {
        async move {
            match self.spec(&RegistryName::parse(name)?).await {
                Ok(shown) => Ok(shown.spec),
                Err(error) => Err(self.failed(name, error).await),
            }
        }
        .boxed()
    }

    fn load_all_as_written(&self) -> Answer<'_, Vec<ServerSpec>> {
        async {
            let specs = self.specs().await.map_err(|error| failure("", &error))?;
            Ok(specs.into_iter().map(|shown| shown.spec).collect())
        }
        .boxed()
    }

    fn validate<'a>(&'a self, name: &'a str) -> Answer<'a, Validation> {
        async move {
            let checked = match RegistryName::parse(name) {
                Ok(name) => self.check(&name).await,
                Err(error) => return Ok(Validation::failed(error.message())),
            };
            match checked {
                Err(ServiceError::UnknownServer) => {
                    let (name, available) = (quoted(name), self.available().await);
                    Ok(Validation::failed(format!(
                        "MCP server {name} not in registry. Available: {available}"
                    )))
                }
                Ok(mut validation) => {
                    // What can be shown can be looked for where this runs.
                    if let Ok(spec) = self.load_as_written(name).await {
                        validation.warnings.extend(validate_spec(&spec, &self.variables).warnings);
                    }
                    Ok(validation)
                }
                Err(error) => Err(failure(name, &error)),
            }
        }
        .boxed()
    }

    fn install<'a>(&'a self, spec: &'a ServerSpec) -> Answer<'a, ServerRef> {
        async move {
            let name = RegistryName::parse(&spec.name)?;
            if spec.command.is_empty() {
                let message =
                    format!("MCP server {}: install requires a non-empty command.", quoted(&spec.name));
                return Err(RegistryErrorKind::Invalid.because(message));
            }
            let added = self.add(&name, spec).await;
            added.map(|(_, reference)| reference).map_err(|error| failure(&spec.name, &error))
        }
        .boxed()
    }

    fn uninstall<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        async move {
            let removed = self.remove(&RegistryName::parse(name)?).await;
            removed.map(drop).map_err(|error| failure(name, &error))
        }
        .boxed()
    }

    fn refresh_capabilities(&self) -> Answer<'_, Capabilities> {
        async { Ok(CAPABILITIES) }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

fn shown(name: &RegistryName, entry: Entry) -> Result<ShownSpec, Vec<Violation>> {
    let Entry { descriptor, reveals, .. } = entry;
    let Descriptor { command, args, env, description } = descriptor?;
    let env = env.into_iter().collect::<IndexMap<_, _>>();
    let (name, transport) = (name.as_str().to_owned(), STDIO.to_owned());
    Ok(ShownSpec { spec: ServerSpec { name, command, args, env, transport, description }, reveals })
}

/// One line for each, which names its place and no value.
fn lines(violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|Violation { pointer, message }| format!("{}: {message}", pointer.as_str()))
        .collect()
}

/// The error of a registry that a failed use-case is. What the caller did not cause may pass.
fn failure(name: &str, error: &ServiceError) -> RegistryError {
    let name = quoted(name);
    match error {
        ServiceError::UnknownServer => {
            RegistryErrorKind::NotInRegistry.because(format!("MCP server {name} not found in the settings."))
        }
        ServiceError::NameTaken => RegistryErrorKind::AlreadyInstalled.because(format!(
            "MCP server {name} is already in the settings. Uninstall it first or choose a different name."
        )),
        ServiceError::NoRegistryForm(obstacles) => {
            let reasons = lines(obstacles).join("; ");
            RegistryErrorKind::DescriptorInvalid
                .because(format!("MCP server {name} can't be shown: {reasons}"))
        }
        ServiceError::MalformedServer(_) => {
            RegistryErrorKind::DescriptorInvalid.because(format!("MCP server {name} can't be read."))
        }
        ServiceError::Invalid(violations) => {
            let reasons = lines(violations).join("; ");
            RegistryErrorKind::Invalid.because(format!("MCP server {name} can't be stored: {reasons}"))
        }
        error @ (ServiceError::InvalidName(_)
        | ServiceError::UnusableName
        | ServiceError::Refused(_)
        | ServiceError::BeyondLimits(_)
        | ServiceError::ResultTooLarge) => {
            RegistryErrorKind::Invalid.because(format!("MCP server {name}: {error}"))
        }
        error => RegistryErrorKind::Unavailable.because(format!("the settings can't be used: {error}")),
    }
}

#[cfg(test)]
mod tests;
