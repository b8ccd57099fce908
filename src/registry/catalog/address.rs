//! Where a catalog is, and whether it may be called: without TLS only on this machine (MUST 11). It sends nothing.

use url::{Host, Url, form_urlencoded};

use crate::registry::error::{RegistryError, RegistryErrorKind};
use crate::registry::redact::redact;

/// The scope of an agent that names none.
const DEFAULT_SCOPE: &str = "default";

/// The URL of a catalog, and the scope of one agent in it.
#[derive(Clone, PartialEq, Eq)]
pub struct CatalogAddress {
    /// As it was given.
    pub(super) url: String,
    /// Without query, fragment and the slash at its end. It may hold userinfo.
    pub(super) base: String,
    /// The scope.
    pub(super) scope: String,
}

impl CatalogAddress {
    /// A URL and a scope, whatever they are: nothing is checked before a request is made.
    pub fn new(url: &str, scope: &str) -> Self {
        let base = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        Self { url: url.to_owned(), base: base.to_owned(), scope: scope.to_owned() }
    }

    /// Reads `https://host[:port][/path]?agent_scope=…`; what else is in the query is dropped.
    ///
    /// # Errors
    ///
    /// `Invalid` where it is blank, or may not be called.
    pub fn parse(url: &str, may_be_cleartext: bool) -> Result<Self, RegistryError> {
        let url = url.trim();
        if url.is_empty() {
            let message = "HTTPMCPServerRegistryBackend catalog URL must not be empty.";
            return Err(RegistryErrorKind::Invalid.because(message));
        }
        check_scheme(url, may_be_cleartext)?;
        let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
        let scope = form_urlencoded::parse(query.as_bytes())
            .find(|(name, value)| name == "agent_scope" && !value.is_empty())
            .map_or(DEFAULT_SCOPE.to_owned(), |(_, value)| value.into_owned());
        Ok(Self::new(url, &scope))
    }

    /// How messages show it: without host and userinfo.
    pub(super) fn shown(&self) -> String {
        redact(&self.url)
    }

    /// Where a server is in the catalog.
    pub(super) fn item(&self, name: &str) -> String {
        format!("{}/mcp-servers/{name}", self.base)
    }

    /// The query of every request for servers.
    pub(super) fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).append_pair("agent_scope", &self.scope).finish()
    }

    /// Whether there is anything to call. A path behind `http:` alone would be read as a host.
    pub(super) fn has_host(&self) -> bool {
        Url::parse(&self.base).is_ok()
    }

    /// Whether the URL has a user or a password.
    pub(super) fn has_userinfo(&self) -> bool {
        Url::parse(&self.base).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
    }
}

/// Judges the scheme of a URL by the host that would be dialled: a name is never looked up.
///
/// # Errors
///
/// `Invalid`; the text shows neither host nor userinfo.
pub fn check_scheme(url: &str, may_be_cleartext: bool) -> Result<(), RegistryError> {
    let refused = |message: String| Err(RegistryErrorKind::Invalid.because(message));
    let shown = redact(url);
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let is_cleartext = scheme.eq_ignore_ascii_case("http");
    if !is_cleartext && !scheme.eq_ignore_ascii_case("https") {
        return refused(format!(
            "HTTPMCPServerRegistryBackend catalog URL must start with http:// or https://, got '{shown}'"
        ));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let parsed = Url::parse(url).ok();
    if parsed.is_none() && !authority.is_empty() {
        return refused(format!(
            "HTTPMCPServerRegistryBackend: catalog URL '{shown}' could not be parsed well enough to classify its \
             scheme/host; refusing (fail-closed). Provide a well-formed https:// (or loopback http://) catalog URL."
        ));
    }
    if !is_cleartext || may_be_cleartext || parsed.is_some_and(|url| is_on_this_machine(&url)) {
        return Ok(());
    }
    refused(format!(
        "HTTPMCPServerRegistryBackend: cleartext http:// is refused for non-loopback catalog URL '{shown}'. Use https:// \
         for remote catalog servers (recommended), or set ATOMIC_AGENTS_MCP_SERVER_REGISTRY_ALLOW_HTTP=1 to explicitly \
         allow non-loopback http:// (not recommended for production). ATOMIC_AGENTS_MCP_SERVER_REGISTRY_ALLOW_HTTP=1 must \
         be exactly the string '1'; any other value (including 'true' or 'yes') keeps the default-deny behavior."
    ))
}

fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
