//! The back end over `mcp.md`: reads and changes the file of one agent. A change is made under the lock, on the text
//! that is there then, and again where an editor was faster.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::blocking;
use crate::foreign_file::{Snapshot, make_folders, read, replace, sweep};
use crate::registry::backend::{Answer, RegistryBackend};
use crate::registry::environment::LOCK_BACKEND;
use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::name::RegistryName;
use crate::registry::quoting::{quoted, quoted_list};
use crate::registry::redact::redact_unknown;
use crate::registry::resolution::{Variables, resolve};
use crate::registry::spec::{Capabilities, ServerRef, ServerSpec, Validation};
use crate::registry::validation::validate_spec;

use super::edit;
use super::lock::{Held, NotHeld};
use super::parse::{Parsed, parse};
use super::paths::ReadPaths;
use super::render::render_section;

/// The file in the root of an agent.
pub const FILE_NAME: &str = "mcp.md";

/// How long others may hold the lock.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often an editor may be faster before that is an error.
const ATTEMPTS: usize = 8;

/// The id under which it is chosen.
pub(in crate::registry) const FILESYSTEM: &str = "filesystem";

/// The servers in the `mcp.md` of one agent. Clones share nothing but where it is.
#[derive(Clone)]
pub struct McpMd {
    root: PathBuf,
    path: PathBuf,
    read_paths: Arc<ReadPaths>,
    variables: Variables,
    patience: Duration,
}

impl McpMd {
    /// The registry of the agent with this root, which may not exist.
    pub fn new(root: impl Into<PathBuf>, read_paths: ReadPaths, variables: Variables) -> Self {
        let root = root.into();
        let path = root.join(FILE_NAME);
        Self { root, path, read_paths: Arc::new(read_paths), variables, patience: PATIENCE }
    }

    /// The same with another patience for the lock; zero fails at once.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Runs work on the file off the runtime.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, RegistryError> + Send + 'static,
    ) -> Answer<'static, T> {
        let this = self.clone();
        Box::pin(blocking::run(move || work(&this)))
    }

    fn unreadable(&self, error: &io::Error) -> RegistryError {
        RegistryErrorKind::Unavailable.because(format!("cannot read {}: {error}", self.path.display()))
    }

    fn read(&self) -> Result<Snapshot, RegistryError> {
        read(&self.path).map_err(|error| self.unreadable(&error))
    }

    /// The text of what was read; nothing where there is no file.
    fn text<'a>(&self, snapshot: &'a Snapshot) -> Result<Option<&'a str>, RegistryError> {
        let Some(bytes) = &snapshot.bytes else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let place = error.valid_up_to();
            let message = format!("{} is not UTF-8 at byte {place}", self.path.display());
            RegistryErrorKind::DescriptorInvalid.because(message)
        })?;
        Ok(Some(text))
    }

    fn parsed(&self) -> Result<Option<Parsed>, RegistryError> {
        let snapshot = self.read()?;
        let parsed = self.text(&snapshot)?.map(parse);
        for warning in parsed.iter().flat_map(|parsed| &parsed.warnings) {
            tracing::warn!(%warning, "part of mcp.md has no effect");
        }
        Ok(parsed)
    }

    fn list_now(&self) -> Result<Vec<ServerRef>, RegistryError> {
        let parsed = match self.parsed() {
            Err(error) if error.kind() == RegistryErrorKind::DescriptorInvalid => {
                tracing::warn!(%error, "mcp.md is left out of the list");
                return Ok(Vec::new());
            }
            other => other?.unwrap_or_default(),
        };
        let mut counts: HashMap<&str, usize> = HashMap::new();
        parsed.specs().for_each(|spec| *counts.entry(&spec.name).or_default() += 1);
        let mut listed: Vec<&ServerSpec> = Vec::new();
        for spec in parsed.specs() {
            if let Err(error) = RegistryName::parse(&spec.name) {
                tracing::warn!(%error, "a section of mcp.md is left out of the list");
            } else if counts.get(&*spec.name).is_some_and(|count| 1 < *count) {
                tracing::warn!(name = spec.name, "sections of mcp.md with one name are left out of the list");
            } else {
                listed.push(spec);
            }
        }
        listed.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(listed.into_iter().map(reference).collect())
    }

    fn load_now(&self, name: &RegistryName) -> Result<ServerSpec, RegistryError> {
        let name = name.as_str();
        let read = self.parsed().map_err(|error| match error.kind() {
            RegistryErrorKind::Unavailable => {
                let message = format!("MCP server {} cannot be loaded: {error}", quoted(name));
                RegistryErrorKind::Unavailable.because(message)
            }
            _ => error,
        })?;
        self.find(read.as_ref(), name, &format!("not found in {}", self.path.display())).cloned()
    }

    /// The one server of this name in what was read. `absent` says that it is not there.
    fn find<'a>(
        &self,
        read: Option<&'a Parsed>,
        name: &str,
        absent: &str,
    ) -> Result<&'a ServerSpec, RegistryError> {
        let server = quoted(name);
        let Some(parsed) = read else {
            let path = self.path.display();
            let message = format!("MCP server {server} not found: mcp.md does not exist at {path}.");
            return Err(RegistryErrorKind::NotInRegistry.because(message));
        };
        match parsed.specs().find(|spec| spec.name == name) {
            Some(_) if parsed.count(name) > 1 => {
                Err(RegistryErrorKind::DescriptorInvalid.because(twice(name)))
            }
            Some(spec) => Ok(spec),
            None if parsed.claims(name) => Err(RegistryErrorKind::DescriptorInvalid.because(malformed(name))),
            None => {
                let available = quoted_list(parsed.names());
                let message = format!("MCP server {server} {absent}. Available: {available}");
                Err(RegistryErrorKind::NotInRegistry.because(message))
            }
        }
    }

    /// All servers of good names. A name that comes twice fails: which of the two is meant is not known.
    fn load_all_now(&self) -> Result<Vec<ServerSpec>, RegistryError> {
        let parsed = self.parsed()?.unwrap_or_default();
        let is_good = |spec: &&ServerSpec| RegistryName::parse(&spec.name).is_ok();
        let mut specs: Vec<ServerSpec> = parsed.specs().filter(is_good).cloned().collect();
        specs.sort_by(|one, other| one.name.cmp(&other.name));
        match specs.windows(2).find(|pair| pair[0].name == pair[1].name) {
            Some(pair) => Err(RegistryErrorKind::DescriptorInvalid.because(twice(&pair[0].name))),
            None => Ok(specs),
        }
    }

    fn validate_now(&self, name: &RegistryName) -> Validation {
        let name = name.as_str();
        let read = match self.parsed() {
            Ok(read) => read,
            Err(error) => return Validation::failed(format!("mcp.md parse error: {error}")),
        };
        match self.find(read.as_ref(), name, "not in registry") {
            Ok(spec) => validate_spec(spec, &self.variables),
            Err(error) => Validation::failed(error.message()),
        }
    }

    /// Changes the text under the lock. The function returns nothing where nothing is to be changed.
    fn change(
        &self,
        operation: &str,
        change: impl Fn(Option<&str>) -> Result<Option<String>, RegistryError>,
    ) -> Result<(), RegistryError> {
        let held = self.lock()?;
        sweep(&self.path);
        for _ in 0..ATTEMPTS {
            let snapshot = self.read()?;
            let Some(text) = change(self.text(&snapshot)?)? else { return Ok(()) };
            if !held.is_still_held() {
                let message =
                    format!("mcp_registry lock lease expired mid-{operation}: the lock file was replaced");
                return Err(RegistryErrorKind::Unavailable.because(message));
            }
            let replaced = replace(&self.path, &snapshot, &text).map_err(|error| {
                let message = format!("cannot write {}: {error}", self.path.display());
                RegistryErrorKind::Unavailable.because(message)
            })?;
            if replaced {
                return Ok(());
            }
        }
        let message = format!("{} is changed again and again by another program", self.path.display());
        Err(RegistryErrorKind::Unavailable.because(message))
    }

    fn lock(&self) -> Result<Held, RegistryError> {
        let unavailable = |message: String| RegistryErrorKind::Unavailable.because(message);
        let chosen = (self.variables)(LOCK_BACKEND).unwrap_or_default().trim().to_lowercase();
        if !matches!(chosen.as_str(), "" | FILESYSTEM) {
            let chosen = quoted(&redact_unknown(&chosen));
            let why = format!("{LOCK_BACKEND}={chosen} is not supported here, only 'filesystem' is");
            return Err(unavailable(format!("could not resolve lock backend: {why}")));
        }
        Held::acquire(&self.root, self.patience).map_err(|error| match error {
            NotHeld::Busy { .. } => unavailable(format!(
                "mcp_registry lock contention: another install or uninstall may be in progress ({error})"
            )),
            NotHeld::Failed { .. } => unavailable(format!("could not take the mcp_registry {error}")),
        })
    }

    fn install_now(&self, spec: &ServerSpec) -> Result<ServerRef, RegistryError> {
        make_folders(&self.root).map_err(|error| {
            let message = format!("cannot make {}: {error}", self.root.display());
            RegistryErrorKind::Unavailable.because(message)
        })?;
        self.change("install", |text| edit::install(text, spec).map(Some))?;
        Ok(reference(spec))
    }

    fn uninstall_now(&self, name: &RegistryName) -> Result<(), RegistryError> {
        // A root that is not there has no servers, and a mistyped one is not made.
        if self.root.metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(());
        }
        let change = |text: Option<&str>| text.map_or(Ok(None), |text| edit::uninstall(text, name.as_str()));
        self.change("uninstall", change)
    }

    /// Puts the values in, and looks at the paths.
    fn ready(&self, spec: ServerSpec) -> Result<ServerSpec, RegistryError> {
        let spec = resolve(spec, &self.variables)?;
        self.read_paths.check(&spec, &self.variables)?;
        Ok(spec)
    }
}

fn reference(spec: &ServerSpec) -> ServerRef {
    spec.reference(format!("{FILE_NAME}#section:{}", spec.name))
}

fn twice(name: &str) -> String {
    format!("MCP server {} has more than one section in mcp.md; keep one of them", quoted(name))
}

fn malformed(name: &str) -> String {
    format!(
        "MCP server {} has a malformed descriptor in mcp.md (section exists but parse failed; check that 'command:' is \
         present)",
        quoted(name)
    )
}

/// What can be done on every file.
const CAPABILITIES: Capabilities = Capabilities {
    supports_install: true,
    supports_uninstall: true,
    supports_capability_handshake: false,
    supports_audit: false,
    durable: true,
    supports_canonical_export: false,
};

impl RegistryBackend for McpMd {
    fn backend_id(&self) -> &'static str {
        FILESYSTEM
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    fn variables(&self) -> &Variables {
        &self.variables
    }

    fn list(&self) -> Answer<'_, Vec<ServerRef>> {
        self.run(Self::list_now)
    }

    fn load_as_written<'a>(&'a self, name: &'a str) -> Answer<'a, ServerSpec> {
        Box::pin(async move {
            let name = RegistryName::parse(name)?;
            self.run(move |this| this.load_now(&name)).await
        })
    }

    fn load_all_as_written(&self) -> Answer<'_, Vec<ServerSpec>> {
        self.run(Self::load_all_now)
    }

    fn load<'a>(&'a self, name: &'a str) -> Answer<'a, ServerSpec> {
        Box::pin(async move {
            let spec = self.load_as_written(name).await?;
            self.run(move |this| this.ready(spec)).await
        })
    }

    fn load_all(&self) -> Answer<'_, Vec<ServerSpec>> {
        Box::pin(async move {
            let specs = self.load_all_as_written().await?;
            self.run(move |this| specs.into_iter().map(|spec| this.ready(spec)).collect()).await
        })
    }

    fn validate<'a>(&'a self, name: &'a str) -> Answer<'a, Validation> {
        Box::pin(async move {
            match RegistryName::parse(name) {
                Ok(name) => self.run(move |this| Ok(this.validate_now(&name))).await,
                Err(error) => Ok(Validation::failed(error.message())),
            }
        })
    }

    fn install<'a>(&'a self, spec: &'a ServerSpec) -> Answer<'a, ServerRef> {
        Box::pin(async move {
            RegistryName::parse(&spec.name)?;
            spec.require_command()?;
            // Before the root is made: what can't be written leaves nothing behind.
            render_section(spec)?;
            let spec = spec.clone();
            self.run(move |this| this.install_now(&spec)).await
        })
    }

    fn uninstall<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let name = RegistryName::parse(name)?;
            self.run(move |this| this.uninstall_now(&name)).await
        })
    }

    fn refresh_capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(async { Ok(CAPABILITIES) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl McpMd {
    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
