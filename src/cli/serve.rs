//! `mcp-settings serve`: puts the parts together, serves until a signal stops it.

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use actix_server::Server;
use actix_web::web::Data;
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use crate::config::{Config, Flags, LogFormat};
use crate::downstream::Gateways;
use crate::events::ChangeStream;
use crate::http::host_check::HostCheck;
use crate::http::public_address::PublicAddress;
use crate::http::{App, Capacity, Parts, Surface, serve};
use crate::instances::{Instances, SystemClock};
use crate::metrics::Metrics;
use crate::secrets::{KeyFile, Scope, random_token};
use crate::service::access::ApiKeys;
use crate::service::authentication::Authentication;
use crate::service::sessions::Sessions;
use crate::service::{Service, StaticServers};

use super::assemble::{Opened, Resolved, Source, open_service};
use super::failure::Failure;
use super::gateways::{self, Keeping};
use super::key_files::described;
use super::{descriptors, dialling, log, running, static_servers};

/// How long start-up waits for a key file to be made while another process holds the lock.
const KEY_PATIENCE: Duration = Duration::from_millis(500);

/// How long a stop waits for what was taken, before writes that still wait for the lock are given up.
const STOP_PATIENCE: Duration = Duration::from_secs(6);

/// How long a stop waits until what is to be remembered is stored.
const STATE_PATIENCE: Duration = Duration::from_secs(2);

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  mcp-settings serve --listen 127.0.0.1:0")]
pub(super) struct Arguments {
    /// Where to listen, HOST:PORT; port 0 picks a free one [env: MCP_SETTINGS_LISTEN] [default: 127.0.0.1:8710]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    #[command(flatten)]
    source: Source,
    /// Keep everything in memory, on no settings file: it is gone when the service ends
    #[arg(long, conflicts_with = "settings")]
    in_memory: bool,
    /// The log's form
    #[arg(long, value_enum)]
    log_format: Option<LogFormat>,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { listen, source, in_memory, log_format } = arguments;
    let flags = Flags { listen, is_in_memory: in_memory, log_format, ..Flags::default() };
    let resolved = source.resolve(flags)?;
    log::start(&resolved.config)?;
    for warning in &resolved.warnings {
        tracing::warn!("{warning}");
    }
    actix_web::rt::System::new().block_on(serve_until_signal(resolved))
}

async fn serve_until_signal(resolved: Resolved) -> Result<(), Failure> {
    let Resolved { config, file, .. } = resolved;
    let listed = config.static_servers.as_deref().map(static_servers::load).transpose()?;
    let listed = Arc::new(StaticServers::new(listed.unwrap_or_default()));
    let metrics = Arc::new(Metrics::new(env!("CARGO_PKG_VERSION")));
    let Opened { service, key_files, services, state, work } = open_service(&config, metrics.store.clone())?;
    let bases = gateways::bases(&config.downstream)?;
    let service = service.with_gateways(bases.iter().map(|base| base.as_str().to_owned()).collect());
    let service = Arc::new(service);
    let downstream = Arc::new(Gateways::new(bases, Arc::clone(&service), Arc::clone(&state)));
    if actix_web::rt::time::timeout(KEY_PATIENCE, service.prepare_keys()).await.is_err() {
        tracing::warn!(
            "another process holds the settings lock; the key file is made at the first write that needs it"
        );
    }

    let keys = api_keys(&config, &key_files.api)?;
    let (listener, bound) = listen(config.listen)?;
    let (metrics_listener, metrics_bound) = config.metrics_listen.map(listen).transpose()?.unzip();
    let http = dialling::http_client(&config.running, bound, metrics_bound)?;
    let host_check = HostCheck::new(&own_hosts(bound), &config.allowed_hosts, &config.allowed_origins)
        .map_err(|error| {
            Failure::new("could not use `MCP_SETTINGS_ALLOWED_HOSTS` or `_ORIGINS`").because(error)
        })?;
    let public = PublicAddress::new(config.public_url.as_deref(), config.base_path.as_deref())
        .map_err(|error| Failure::new("could not use the address under which clients call").because(error))?;
    let page = public.link(&config.allowed_origins, &config.allowed_hosts, bound);
    let sessions = Arc::new(Sessions::new(Arc::clone(&state), bound.to_string()));
    let authentication = match keys {
        Some(keys) => Authentication::Keys { keys, sessions: Arc::clone(&sessions) },
        None => Authentication::Off,
    };
    let code = authentication.first_code();
    let taken = metrics_bound.map_or(0, |_| Capacity::SMALL.descriptors());
    let descriptors = descriptors::raise().saturating_sub(taken);
    let capacity = Capacity::of(descriptors, available_parallelism().map_or(1, usize::from));
    let events = ChangeStream::start(Arc::clone(&service), capacity.streams())
        .map_err(|error| Failure::new("could not start to follow the settings").because(error))?;
    let instances = Arc::new(Instances::new(
        Arc::clone(&service),
        Arc::clone(&state),
        Arc::new(SystemClock),
        running::settings(&config.running),
        metrics.instances.clone(),
    ));
    let app = Data::new(App::new(
        Parts {
            service: Arc::clone(&service),
            events: Arc::clone(&events),
            instances: Arc::clone(&instances),
            metrics,
            static_servers: Arc::clone(&listed),
            gateways: Arc::clone(&downstream),
        },
        authentication,
        host_check,
        public,
        &page,
        Path::new(&*place_name(&config)),
    ));
    let link = app.link_to_page(code.as_deref());

    let mut terminate = listen_for(SignalKind::terminate())?;
    let mut interrupt = listen_for(SignalKind::interrupt())?;
    // Without a file a hang-up ends the process, as it ends any other.
    if let Some(path) = config.static_servers.clone() {
        let hang_up = listen_for(SignalKind::hangup())?;
        actix_web::rt::spawn(static_servers::follow(path, listed, hang_up));
    }
    let not_started = |error| Failure::new("could not start the server").because(error);
    let scraped =
        metrics_listener.map(|listener| serve(app.clone(), Surface::Metrics, listener, Capacity::SMALL));
    let scraped = scraped.transpose().map_err(not_started)?;
    let scraped_handle = scraped.as_ref().map(Server::handle);
    let server = serve(app, Surface::Api, listener, capacity).map_err(not_started)?;
    let handle = server.handle();
    // It is no reason to stop where it ends by itself: the metrics are missed then.
    scraped.map(actix_web::rt::spawn);
    let mut running = actix_web::rt::spawn(server);
    if let Some(services) = &services {
        services.announce_address(&format!("http://{bound}"));
    }
    announce(bound, &link, metrics_bound);
    // Only now, so that nothing that keeps the state from being opened keeps the service from its clients.
    state.start().map_err(|error| Failure::new("could not start the thread of the state").because(error))?;
    instances
        .start(running::tools(&config.running, http, work))
        .map_err(|error| Failure::new("could not start the threads of the instances").because(error))?;
    let keeping = Keeping::start(&downstream, Arc::clone(&state));
    let tending = actix_web::rt::spawn(tend(Arc::clone(&sessions), Arc::clone(&service)));
    log_start(&config, file.as_deref(), &key_files.secret, bound);
    warn_of_trouble(&service, &place_name(&config)).await;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    // Streams have no end of their own, and the server waits for its connections.
    events.close();
    let instances_end = actix_web::rt::spawn(async move { instances.stop().await });
    // What has been taken is finished and answered. Writes that still wait for the lock by then are given up.
    actix_web::rt::spawn(handle.stop(true));
    let ended = match actix_web::rt::time::timeout(STOP_PATIENCE, &mut running).await {
        Ok(ended) => ended,
        Err(_) => {
            service.close(Instant::now());
            running.await
        }
    };
    instances_end.await.ok();
    // Only now: requests that wait for gateways have been answered.
    if let Some(keeping) = keeping {
        keeping.end().await;
    }
    if let Some(handle) = scraped_handle {
        handle.stop(false).await;
    }
    tending.abort();
    sessions.tend();
    state.close(Instant::now() + STATE_PATIENCE);
    if let Some(services) = services {
        services.leave();
    }
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure::new("the server failed").because(error)),
        Err(error) => Err(Failure::new("the server failed").because(error)),
    }
}

/// Says every minute that the service serves, and takes away sessions that are over, and what is known of states and
/// servers that are gone.
async fn tend(sessions: Arc<Sessions>, service: Arc<Service>) {
    sessions.open().await;
    loop {
        actix_web::rt::time::sleep(MINUTE).await;
        sessions.tend();
        service.forget_stale_authors().await;
        service.forget_bags_of_gone_servers().await;
    }
}

/// What the key that the first start made is called in the log, in events and on the page.
const CREATED_KEY_NAME: &str = "default";

/// The keys that are asked for; none where none is.
fn api_keys(config: &Config, created: &KeyFile) -> Result<Option<ApiKeys>, Failure> {
    if config.is_auth_off {
        warn_of_no_keys();
        return Ok(None);
    }
    let mut keys = ApiKeys::default();
    for key in &config.api_keys {
        keys.add(&key.name, &key.key, key.scopes);
    }
    if config.api_keys.is_empty() {
        // It belongs to the account that the service runs as, which may do all of this anyway.
        let key = match config.is_in_memory {
            true => Zeroizing::new(random_token()),
            false => created_api_key(created)?,
        };
        keys.add(CREATED_KEY_NAME, &key, Scope::ALL.into_iter().collect());
    }
    Ok(Some(keys))
}

/// The API key that the first start made; every later start and our own command line read it.
fn created_api_key(file: &KeyFile) -> Result<Zeroizing<String>, Failure> {
    let hint = "configure keys with `MCP_SETTINGS_API_KEYS`, or make the folder writable";
    file.make().map_err(|error| Failure::new("could not create an API key").because(error).hint(hint))?;
    let keys = file
        .read()
        .map_err(|error| Failure::new("could not read the created API key").because(error).hint(hint))?;
    match keys.as_slice() {
        [key] => Ok(Zeroizing::new(key.expose().to_owned())),
        _ => Err(Failure::new("there is no API key, and no place for one").hint(hint)),
    }
}

/// What the settings are called in the log and for administrators.
fn place_name(config: &Config) -> Cow<'_, str> {
    match config.is_in_memory {
        true => Cow::Borrowed("settings in memory"),
        false => config.settings.to_string_lossy(),
    }
}

/// The names under which a browser on this machine calls us.
fn own_hosts(bound: SocketAddr) -> Vec<String> {
    let port = bound.port();
    if bound.ip().is_unspecified() {
        Vec::new()
    } else {
        vec![bound.to_string(), format!("localhost:{port}")]
    }
}

/// A socket that listens there, and the address that it has got.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(address)
        .map_err(|error| Failure::new(format!("could not listen on {address}")).because(error))?;
    let bound = listener
        .local_addr()
        .map_err(|error| Failure::new("could not tell the own address").because(error))?;
    Ok((listener, bound))
}

fn listen_for(kind: SignalKind) -> Result<tokio::signal::unix::Signal, Failure> {
    signal(kind).map_err(|error| Failure::new("could not listen for signals").because(error))
}

/// Said whatever the log's filter lets through.
#[expect(clippy::print_stderr, reason = "the command line's own messages go to stderr")]
fn warn_of_no_keys() {
    eprintln!(
        "warning: `MCP_SETTINGS_AUTH=off`: every account of this machine can read and change the settings, secrets included"
    );
}

/// One line that says what runs here, on which file and with which keys.
fn log_start(config: &Config, file: Option<&Path>, key_file: &KeyFile, bound: SocketAddr) {
    let address = format!("http://{bound}");
    let secret_key = match &config.secret_key {
        Some(given) => given.origin.to_string(),
        None if config.is_in_memory => "made for this run".to_owned(),
        None => described(key_file, &config.settings).unwrap_or_else(|| "none yet".to_owned()),
    };
    let api_keys = match config.api_keys.len() {
        _ if config.is_auth_off => "off: no key is asked for".to_owned(),
        0 if config.is_in_memory => "a key made for this run, for the printed link".to_owned(),
        0 => "the key that the first start made".to_owned(),
        1 => "1 key".to_owned(),
        count => format!("{count} keys"),
    };
    let version = env!("CARGO_PKG_VERSION");
    let settings = place_name(config);
    let kept = if config.is_in_memory { ", and nothing is kept when it ends" } else { "" };
    let configuration = file.map_or_else(|| "none".to_owned(), |path| path.display().to_string());
    tracing::info!(
        version,
        %settings,
        configuration,
        listen = address,
        secret_key,
        api_keys,
        "mcp-settings {version} serves {settings} on {address}{kept}; configuration file: {configuration}; \
         secret key: {secret_key}; API keys: {api_keys}"
    );
}

/// Says in the log what `/ready` will say, and of which file: answers never name it.
async fn warn_of_trouble(service: &Service, settings: &str) {
    match service.readiness().await {
        Ok(reasons) => {
            for reason in reasons {
                tracing::warn!(settings, reason = reason.code(), "degraded: {}", reason.detail());
            }
        }
        Err(error) => tracing::warn!(settings, error = %error, "{settings} can't be used: {error}"),
    }
}

/// Prints the address, the link, and where the metrics are. The reader may have gone; the service continues without it.
fn announce(bound: SocketAddr, link: &str, metrics: Option<SocketAddr>) {
    let mut out = io::stdout().lock();
    let printed = writeln!(out, "listening on http://{bound}").and_then(|()| writeln!(out, "open {link}"));
    let printed = printed.and_then(|()| match metrics {
        Some(metrics) => writeln!(out, "metrics on http://{metrics}/metrics"),
        None => Ok(()),
    });
    if let Err(error) = printed.and_then(|()| out.flush()) {
        tracing::warn!(error = %error, "could not print the address");
    }
}
