//! The back end over a catalog: what it can do is asked once, at the first call, and a failure of that is remembered for
//! a while. Nothing is tried again by itself.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use reqwest::Method;

use crate::registry::backend::{Answer, RegistryBackend};
use crate::registry::environment::{ALLOW_HTTP, AUTH_TOKEN};
use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::mcp_md::AllowedCommands;
use crate::registry::name::RegistryName;
use crate::registry::quoting::quoted;
use crate::registry::resolution::{Variables, referenced};
use crate::registry::spec::{Capabilities, ServerRef, ServerSpec, Validation};

use super::address::{CatalogAddress, check_scheme};
use super::client::{Client, Response};
use super::wire::{Offer, Reader};

/// The id under which it is chosen.
pub(in crate::registry) const HTTP: &str = "http";

const PATIENCE: Duration = Duration::from_secs(10);

const FAILURE_MEMORY: Duration = Duration::from_secs(60);

const LARGEST_BODY: usize = 8 << 20;

/// How a catalog is called.
#[derive(Clone)]
pub struct CatalogSettings {
    /// Where it is, and whose servers are meant.
    pub address: CatalogAddress,
    /// What every request is authorised with.
    pub token: Option<String>,
    /// How long a request may take, its body included.
    pub patience: Duration,
    /// How long a failure to find out what it can do is remembered.
    pub failure_memory: Duration,
    /// Whether one that is not on this machine may be called without TLS; where nothing is said the environment decides.
    pub may_be_cleartext: Option<bool>,
    /// How much of one body is read. Bytes.
    pub largest_body: usize,
}

impl CatalogSettings {
    /// The usual ones, without a token.
    pub fn new(address: CatalogAddress) -> Self {
        Self {
            address,
            token: None,
            patience: PATIENCE,
            failure_memory: FAILURE_MEMORY,
            may_be_cleartext: None,
            largest_body: LARGEST_BODY,
        }
    }
}

/// The servers of one scope of a catalog.
pub struct Catalog {
    address: CatalogAddress,
    client: Client,
    failure_memory: Duration,
    may_be_cleartext: bool,
    variables: Variables,
    known: Mutex<Known>,
}

/// What is known of what the catalog can do.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    Negotiated(Capabilities),
    Failed { kind: RegistryErrorKind, until: Instant },
}

/// An operation that changes the catalog.
#[derive(Clone, Copy)]
enum Write {
    Install,
    Uninstall,
}

impl Write {
    fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Uninstall => "uninstall",
        }
    }

    fn is_offered(self, capabilities: Capabilities) -> bool {
        match self {
            Self::Install => capabilities.supports_install,
            Self::Uninstall => capabilities.supports_uninstall,
        }
    }
}

const UNKNOWN: Capabilities = Capabilities {
    supports_install: false,
    supports_uninstall: false,
    supports_capability_handshake: true,
    supports_audit: false,
    durable: true,
    supports_canonical_export: false,
};

impl Catalog {
    /// A client of a catalog. It sends nothing, and fails for no URL.
    pub fn new(settings: CatalogSettings, variables: Variables) -> Self {
        let CatalogSettings { address, token, patience, failure_memory, may_be_cleartext, largest_body } =
            settings;
        let token = token.filter(|token| !token.is_empty());
        Self {
            client: Client::new(address.shown(), token, patience, largest_body),
            address,
            failure_memory,
            may_be_cleartext: may_be_cleartext.unwrap_or_else(|| opted_in(&variables)),
            variables,
            known: Mutex::new(Known::Nothing),
        }
    }

    /// A client of the catalog with this URL, with the token and the choice of the environment.
    ///
    /// # Errors
    ///
    /// `Invalid` where the URL is blank or may not be called.
    pub fn from_url(url: &str, variables: Variables) -> Result<Self, RegistryError> {
        let address = CatalogAddress::parse(url, opted_in(&variables))?;
        let settings = CatalogSettings { token: variables(AUTH_TOKEN), ..CatalogSettings::new(address) };
        Ok(Self::new(settings, variables))
    }

    /// Refuses to call what may not be called, before anything is sent.
    fn gate(&self) -> Result<(), RegistryError> {
        check_scheme(&self.address.url, self.may_be_cleartext)?;
        if !self.address.has_host() {
            let message = format!("catalog URL '{}' is not a valid URL: it has no host", self.client.shown());
            return Err(RegistryErrorKind::Invalid.because(message));
        }
        if self.client.has_token() && self.address.has_userinfo() {
            let message = format!(
                "catalog URL '{}' has userinfo, which would replace the token; remove one of them",
                self.client.shown()
            );
            return Err(RegistryErrorKind::Invalid.because(message));
        }
        Ok(())
    }

    fn reader(&self) -> Reader<'_> {
        Reader { shown: self.client.shown() }
    }

    /// Gets something of the scope.
    async fn get(&self, path: &str, more: &str) -> Result<Response, RegistryError> {
        let url = format!("{}{path}?{}{more}", self.address.base, self.address.query());
        self.client.send(Method::GET, &url, None).await
    }

    /// The same; a status that is not success is an error.
    async fn get_text(&self, path: &str, more: &str) -> Result<String, RegistryError> {
        let response = self.get(path, more).await?;
        match response.status() {
            200..=299 => response.text().await,
            status => Err(self.refused(status)),
        }
    }

    /// What a status means that no operation expects.
    fn refused(&self, status: u16) -> RegistryError {
        let at = format!("catalog server at {} returned", self.client.shown());
        match status {
            401 => RegistryErrorKind::AuthRequired
                .because(format!("{at} 401 Unauthorized. Set {AUTH_TOKEN} or pass a token.")),
            404 => RegistryErrorKind::Unavailable.because(format!(
                "{at} unexpected 404; the catalog server may be misconfigured (status=404)."
            )),
            500.. => RegistryErrorKind::Unavailable.because(format!("{at} HTTP {status} (server error).")),
            _ => RegistryErrorKind::Unavailable.because(format!("{at} unexpected HTTP {status}.")),
        }
    }

    fn known(&self) -> Known {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the catalog can do, asked where that is not known.
    async fn negotiated(&self) -> Result<Capabilities, RegistryError> {
        match self.known() {
            Known::Negotiated(capabilities) => Ok(capabilities),
            Known::Failed { kind, until } if Instant::now() < until => Err(kind.because(format!(
                "catalog server at {} probe failed; failure cached for {}s. Call refresh_capabilities() to retry \
                 immediately.",
                self.client.shown(),
                self.failure_memory.as_secs()
            ))),
            Known::Nothing | Known::Failed { .. } => self.probe().await,
        }
    }

    /// Asks what the catalog can do, and remembers what came of it.
    async fn probe(&self) -> Result<Capabilities, RegistryError> {
        let outcome = self.ask().await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match &outcome {
            Ok(capabilities) => *known = Known::Negotiated(*capabilities),
            // What is known of a catalog that fails now is still the best that is known.
            Err(_) if matches!(*known, Known::Negotiated(_)) => {}
            Err(error) => {
                if let kind @ (RegistryErrorKind::Unavailable | RegistryErrorKind::AuthRequired) =
                    error.kind()
                {
                    *known = Known::Failed { kind, until: Instant::now() + self.failure_memory };
                }
            }
        }
        drop(known);
        outcome
    }

    async fn ask(&self) -> Result<Capabilities, RegistryError> {
        let url = format!("{}/capabilities", self.address.base);
        let response = self.client.send(Method::GET, &url, None).await?;
        let offer = match response.status() {
            200 => self.reader().offer(&response.text().await?)?,
            404 => self.ask_by_options().await?,
            status => return Err(self.refused(status)),
        };
        Ok(Capabilities {
            supports_install: offer.install,
            supports_uninstall: offer.uninstall,
            supports_audit: offer.audit,
            ..UNKNOWN
        })
    }

    async fn ask_by_options(&self) -> Result<Offer, RegistryError> {
        let url = format!("{}/mcp-servers", self.address.base);
        let response = self.client.send(Method::OPTIONS, &url, None).await?;
        let allowed = match response.status() {
            200..=299 => response.allowed(),
            404 | 405 => Vec::new(),
            status => return Err(self.refused(status)),
        };
        let is_writable =
            ["GET", "POST", "DELETE"].iter().all(|method| allowed.iter().any(|allowed| allowed == method));
        Ok(Offer { install: is_writable, uninstall: is_writable, audit: false })
    }

    /// Sends a change, after the catalog has said that it takes such ones.
    async fn write(&self, write: Write, path: &str, body: Option<String>) -> Result<u16, RegistryError> {
        let (method, word) = match write {
            Write::Install => (Method::POST, write.word()),
            Write::Uninstall => (Method::DELETE, write.word()),
        };
        if !write.is_offered(self.negotiated().await?) {
            let message = format!(
                "catalog server at {} does not support {word} (tier 1 read-only catalog). Use a tier-2+ catalog or the \
                 filesystem backend.",
                self.client.shown()
            );
            return Err(RegistryErrorKind::NotSupported.because(message));
        }
        let url = format!("{}{path}?{}", self.address.base, self.address.query());
        let response = self.client.send(method, &url, body).await?;
        match response.status() {
            405 => Err(self.regression(write).await),
            status => Ok(status),
        }
    }

    /// A catalog that said that it takes changes has refused the method: it is asked again, and the change is not.
    async fn regression(&self, write: Write) -> RegistryError {
        let (at, word) = (format!("catalog server at {}", self.client.shown()), write.word());
        match self.probe().await {
            Err(error) => RegistryErrorKind::Unavailable.because(format!(
                "{at} returned 405 on {word} and re-probe failed: {error}. Capability cache may be stale."
            )),
            Ok(capabilities) if write.is_offered(capabilities) => RegistryErrorKind::NotSupported.because(format!(
                "{at} returned 405 on {word} but re-probe still reports {word} supported (tier 2). Inconsistent catalog \
                 server state; operator investigation required. Do NOT retry; investigate the catalog server."
            )),
            Ok(_) => RegistryErrorKind::NotSupported.because(format!(
                "{at} previously reported tier 2 ({word} supported) but is now reporting tier 1 (read-only). The {word} \
                 capability cache has been refreshed; {word} is no longer available on this catalog. Operator action \
                 required."
            )),
        }
    }

    fn unexpected(&self, status: u16, write: Write, expected: u16) -> RegistryError {
        match status {
            200..=299 => RegistryErrorKind::Unavailable.because(format!(
                "catalog server at {} returned unexpected HTTP {status} on {} (expected {expected}).",
                self.client.shown(),
                write.word()
            )),
            _ => self.refused(status),
        }
    }

    /// Says which servers would not be started by default. The program that starts servers decides.
    fn warn(&self, spec: &ServerSpec) {
        if !AllowedCommands::default().allows(&spec.command) {
            tracing::warn!(
                name = spec.name,
                catalog = self.client.shown(),
                "a server of the catalog has a command that is not in the default list of allowed ones"
            );
        }
    }
}

fn opted_in(variables: &Variables) -> bool {
    variables(ALLOW_HTTP).is_some_and(|value| value == "1")
}

/// A secret must never reach the catalog: only references are sent.
fn refuse_literals(spec: &ServerSpec) -> Result<(), RegistryError> {
    let literal = spec.env.iter().find(|(_, value)| !value.is_empty() && referenced(value).is_none());
    let Some((key, _)) = literal else { return Ok(()) };
    let message = format!(
        "install() requires unresolved $VAR references in env, but the value for {} on server {} is a literal. Pass a \
         reference (e.g. API_KEY=$YOUR_API_KEY_ENV_VAR), so that the catalog server never sees a secret.",
        quoted(key),
        quoted(&spec.name)
    );
    Err(RegistryErrorKind::Invalid.because(message))
}

impl RegistryBackend for Catalog {
    fn backend_id(&self) -> &'static str {
        HTTP
    }

    fn capabilities(&self) -> Capabilities {
        match self.known() {
            Known::Negotiated(capabilities) => capabilities,
            Known::Nothing | Known::Failed { .. } => UNKNOWN,
        }
    }

    fn variables(&self) -> &Variables {
        &self.variables
    }

    fn list(&self) -> Answer<'_, Vec<ServerRef>> {
        Box::pin(async move {
            self.gate()?;
            self.negotiated().await?;
            let text = self.get_text("/mcp-servers", "").await?;
            self.reader().references(&text, |name| self.address.item(name))
        })
    }

    fn load_as_written<'a>(&'a self, name: &'a str) -> Answer<'a, ServerSpec> {
        Box::pin(async move {
            let name = RegistryName::parse(name)?;
            self.gate()?;
            self.negotiated().await?;
            let response = self.get(&format!("/mcp-servers/{name}"), "").await?;
            let spec = match response.status() {
                200..=299 => self.reader().spec(&response.text().await?, name.as_str())?,
                404 => {
                    let message = format!(
                        "MCP server '{name}' not found in catalog at {} (HTTP 404).",
                        self.client.shown()
                    );
                    return Err(RegistryErrorKind::NotInRegistry.because(message));
                }
                status => return Err(self.refused(status)),
            };
            self.warn(&spec);
            Ok(spec)
        })
    }

    fn load_all_as_written(&self) -> Answer<'_, Vec<ServerSpec>> {
        Box::pin(async move {
            self.gate()?;
            self.negotiated().await?;
            let text = self.get_text("/mcp-servers", "&expand=spec").await?;
            let specs = self.reader().specs(&text)?;
            specs.iter().for_each(|spec| self.warn(spec));
            Ok(specs)
        })
    }

    fn validate<'a>(&'a self, name: &'a str) -> Answer<'a, Validation> {
        Box::pin(async move {
            let name = match RegistryName::parse(name) {
                Ok(name) => name,
                Err(error) => return Ok(Validation::failed(error.message())),
            };
            self.gate()?;
            self.negotiated().await?;
            let path = format!("/mcp-servers/{name}/validate");
            let response = self.get(&path, "").await?;
            match response.status() {
                200..=299 => self.reader().validation(&response.text().await?),
                404 => Ok(Validation::failed(format!(
                    "catalog server at {} returned 404 for {path}; either '{name}' is not in the catalog or the server \
                     does not implement /validate (the endpoint is optional).",
                    self.client.shown()
                ))),
                status => Err(self.refused(status)),
            }
        })
    }

    fn install<'a>(&'a self, spec: &'a ServerSpec) -> Answer<'a, ServerRef> {
        Box::pin(async move {
            let name = RegistryName::parse(&spec.name)?;
            self.gate()?;
            spec.require_command()?;
            refuse_literals(spec)?;
            let body = serde_json::to_string(spec).map_err(|_| {
                RegistryErrorKind::DescriptorInvalid
                    .because(format!("MCP server '{name}' can't be written as JSON"))
            })?;
            match self.write(Write::Install, "/mcp-servers", Some(body)).await? {
                201 => Ok(spec.reference(self.address.item(&spec.name))),
                409 => Err(RegistryErrorKind::AlreadyInstalled.because(format!(
                    "MCP server '{name}' is already installed at catalog {} (HTTP 409). Uninstall it first or choose a \
                     different name.",
                    self.client.shown()
                ))),
                status => Err(self.unexpected(status, Write::Install, 201)),
            }
        })
    }

    fn uninstall<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let name = RegistryName::parse(name)?;
            self.gate()?;
            match self.write(Write::Uninstall, &format!("/mcp-servers/{name}"), None).await? {
                204 => Ok(()),
                status => Err(self.unexpected(status, Write::Uninstall, 204)),
            }
        })
    }

    fn refresh_capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(async move {
            self.gate()?;
            self.probe().await
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move { self.client.close() })
    }
}
