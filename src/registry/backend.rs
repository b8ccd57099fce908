//! The trait of a registry. Its promises are the twelve MUSTs of docs/REGISTRY.md, which `conformance` tests.

use futures_util::future::BoxFuture;

use super::error::RegistryError;
use super::resolution::{Variables, resolve};
use super::spec::{Capabilities, ServerRef, ServerSpec, Validation};

/// What an operation comes to.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

/// One registry of one agent: a root or a scope that was fixed when it was made (MUST 5). Making one does nothing else
/// (MUST 2). Names are checked before anything else is done (MUST 1), and listings are sorted by name.
pub trait RegistryBackend: Send + Sync {
    /// The id under which it is chosen; always the same.
    fn backend_id(&self) -> &'static str;

    /// What it can do, as far as it is known now. It asks nobody.
    fn capabilities(&self) -> Capabilities;

    /// The environment that references are looked up in.
    fn variables(&self) -> &Variables;

    /// The servers of the agent. References are not looked up.
    fn list(&self) -> Answer<'_, Vec<ServerRef>>;

    /// A server with its references as they are written.
    ///
    /// # Errors
    ///
    /// `NotInRegistry`, never `Unavailable`, where there is no such server (MUST 7).
    fn load_as_written<'a>(&'a self, name: &'a str) -> Answer<'a, ServerSpec>;

    /// All servers with their references as they are written, in the order of the list.
    fn load_all_as_written(&self) -> Answer<'_, Vec<ServerSpec>>;

    /// A server ready to be started.
    ///
    /// # Errors
    ///
    /// Those of [`RegistryBackend::load_as_written`]; `ConnectFailed` where a variable is not set.
    fn load<'a>(&'a self, name: &'a str) -> Answer<'a, ServerSpec> {
        Box::pin(async move { resolve(self.load_as_written(name).await?, self.variables()) })
    }

    /// All servers ready to be started: what [`RegistryBackend::load`] gives for each name of the list (MUST 10). The
    /// first variable that is not set fails the call.
    fn load_all(&self) -> Answer<'_, Vec<ServerSpec>> {
        Box::pin(async move {
            let specs = self.load_all_as_written().await?;
            specs.into_iter().map(|spec| resolve(spec, self.variables())).collect()
        })
    }

    /// Whether the configuration of a server is in order. A bad name and an absent server are results, not errors.
    fn validate<'a>(&'a self, name: &'a str) -> Answer<'a, Validation>;

    /// Adds a server. Of several calls for one name one succeeds (MUST 9).
    ///
    /// # Errors
    ///
    /// `AlreadyInstalled`, which names the server and says nothing else of it.
    fn install<'a>(&'a self, spec: &'a ServerSpec) -> Answer<'a, ServerRef>;

    /// Removes a server; does nothing where it is absent.
    fn uninstall<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;

    /// Finds out again what it can do.
    fn refresh_capabilities(&self) -> Answer<'_, Capabilities>;

    /// Lets go of what it holds; may be called at any time and repeatedly.
    fn close(&self) -> BoxFuture<'_, ()>;
}
