//! What every command on servers uses: it finds the running service of the document, or opens the document itself, and
//! asks either the same requests of the API.

mod direct;
mod remote;
mod request;
mod service;
mod way;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::config::{Config, Flags, can_be_presented};
use crate::secrets::{Peers, Scope};
use crate::state::{Services, StateDirectory};

use super::assemble::{Resolved, Source, find_state};
use super::environment::read_value;
use super::failure::{Exit, Failure};
use super::key_files::KeyFiles;
use super::log;
use direct::Direct;
use remote::Remote;

pub(super) use super::assemble::Purpose;
pub(super) use request::{Request, Response, escaped, instance, instances, server, servers, stored};
pub(super) use service::{Events, ServerEvent, Service};
use way::Way;

/// Which service a command is for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which settings")]
pub(super) struct ServiceTarget {
    #[command(flatten)]
    source: Source,
    /// Call the service at this URL [env: MCP_SETTINGS_URL, unless --settings names a file] [default: the running
    /// service of the settings file]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A file with the API key to call the service with [env: MCP_SETTINGS_API_KEY]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Which settings a command is for that does without a service.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which settings")]
pub(super) struct Target {
    #[command(flatten)]
    service: ServiceTarget,
    /// Work on the settings file itself, also where a service runs
    #[arg(long, conflicts_with_all = ["url", "key_file"])]
    direct: bool,
}

/// The settings, and the way to them.
pub(super) struct Settings {
    way: Box<dyn Way>,
    /// The document, where no service was found.
    document: Option<PathBuf>,
}

impl Target {
    /// The service that runs on the settings, or is named; else the document.
    pub(super) fn open(self, purpose: Purpose) -> Result<Settings, Failure> {
        let Self { service, direct } = self;
        let config = service.config()?;
        let remote = if direct { None } else { service.find(&config)? };
        let (way, document): (Box<dyn Way>, _) = match remote {
            Some(remote) => (Box::new(remote), None),
            None => (Box::new(Direct::open(&config, purpose)?), Some(config.settings.clone())),
        };
        Ok(Settings { way, document })
    }
}

impl ServiceTarget {
    /// The service that runs on the settings, or is named.
    pub(super) fn open(self) -> Result<Service, Failure> {
        let config = self.config()?;
        let remote = self.find(&config)?.ok_or_else(|| no_service(&config.settings))?;
        Ok(Service(remote))
    }

    fn config(&self) -> Result<Config, Failure> {
        let Resolved { config, .. } = self.source.resolve(Flags::default())?;
        log::start_for_settings(&config)?;
        Ok(config)
    }

    /// `None` where no service runs and none is named.
    fn find(&self, config: &Config) -> Result<Option<Remote>, Failure> {
        let named_key =
            self.key_file.as_deref().map(named_key).transpose()?.or_else(|| config.api_key.clone());
        let state = find_state(config);
        let address = state.as_ref().ok().and_then(Option::as_ref).and_then(address_of_service);
        // A flag beats the environment, also where it names a file.
        let of_environment = config.url.as_ref().filter(|_| !self.source.names_settings());
        let url = self.url.as_ref().or(of_environment);
        // The keys of this machine's service are for no other.
        let is_meant =
            |own: &SocketAddr| url.is_none_or(|url| url.trim_end_matches('/') == format!("http://{own}"));
        let remote = match (address.filter(is_meant), url) {
            (Some(address), _) => {
                let key = match named_key {
                    Some(key) => Some(key),
                    None => own_key(config, state?.as_ref())?,
                };
                let host = config.allowed_hosts.first().map(String::as_str);
                Remote::at_address(address, host, key.map(checked).transpose()?)?
            }
            (None, Some(url)) => Remote::at_url(url, named_key.map(checked).transpose()?)?,
            (None, None) => {
                state?;
                return Ok(None);
            }
        };
        Ok(Some(remote))
    }
}

impl Settings {
    /// That a service answers, for what no command does by itself.
    pub(super) fn expect_service(&self) -> Result<(), Failure> {
        self.document.as_deref().map_or(Ok(()), |document| Err(no_service(document)))
    }

    /// Makes a request, and takes a success only.
    pub(super) async fn expect(&self, request: Request) -> Result<Response, Failure> {
        self.call(request).await?.expect_success()
    }

    /// Makes a request, whose response may be a problem.
    pub(super) async fn call(&self, request: Request) -> Result<Response, Failure> {
        request.check()?;
        self.way.call(request).await
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        self.way.close();
    }
}

/// Runs a command on settings.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    actix_web::rt::System::new().block_on(work)
}

/// Where a running service listens.
fn address_of_service(state: &StateDirectory) -> Option<SocketAddr> {
    let services = Services::watching(state).live();
    let addresses = services.iter().filter_map(|service| service.address.as_deref());
    addresses.filter_map(|address| address.strip_prefix("http://")?.parse().ok()).next()
}

/// The key in a file that somebody has named.
fn named_key(path: &Path) -> Result<String, Failure> {
    read_value(path).map_err(|error| {
        Failure::new(format!("could not read the API key in `{}`", path.display())).because(error)
    })
}

const KEY_HINT: &str = "set `MCP_SETTINGS_API_KEY` to a key, or name a file with `--key-file`";

/// The key to call our own service with where none is named: the first configured one that is for administrators, else
/// the one that the first start made. None where the service asks for none.
fn own_key(config: &Config, state: Option<&StateDirectory>) -> Result<Option<String>, Failure> {
    if config.is_auth_off {
        return Ok(None);
    }
    if let Some(key) = config.api_keys.iter().find(|key| key.scopes.allow(Scope::Admin)) {
        return Ok(Some(key.key.clone()));
    }
    if !config.api_keys.is_empty() {
        return Err(Failure::new("no configured API key has the scope `admin`").hint(KEY_HINT));
    }
    let keys = KeyFiles::of_command(config, state).api.read();
    let keys =
        keys.map_err(|error| Failure::new("could not read the API key").because(error).hint(KEY_HINT))?;
    let key = keys.first().map(|key| key.expose().to_owned());
    key.map(Some).ok_or_else(|| Failure::new("there is no API key").hint(KEY_HINT))
}

/// A key, if it can be sent.
fn checked(key: String) -> Result<String, Failure> {
    match can_be_presented(&key) {
        true => Ok(key),
        false => Err(Failure::new("the API key is empty, or has blanks or other than ASCII").hint(KEY_HINT)),
    }
}

/// That a command needs a service, and none runs.
fn no_service(settings: &Path) -> Failure {
    Failure::new(format!("no service runs on `{}`", settings.display()))
        .hint("start one with `mcp-settings serve`, with the same `MCP_SETTINGS_STATE_DIR`, or name one with `--url`")
        .exit(Exit::Unreachable)
}
