//! What every command needs: the resolved configuration, and the use-cases on its document.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{self, Config, File, Flags};
use crate::document::NewDocument;
use crate::metrics::StoreMetrics;
use crate::secrets::{KeySources, Keys, NoPeers, SecretKey, random_token};
use crate::service::{Degradation, KeyProvisioner, Options, Service, StateKeeper, StateSealer};
use crate::state::{MemoryState, Services, SqliteState, StateDirectory, StateError, StateStore};
use crate::store::file::{FileStore, FileStoreOptions, check_place, lock_file};
use crate::store::memory::{MemoryPlace, MemoryStoreOptions};
use crate::store::{LARGEST, NoteKeeper, Store};

use super::environment::Environment;
use super::failure::Failure;
use super::key_files::KeyFiles;
use super::running;

/// Which settings a command is for; every command has these flags.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// The settings file [env: MCP_SETTINGS_FILE] [default: ~/.config/mcp-settings/settings.json]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A configuration file (TOML) [default: ~/.config/mcp-settings/config.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Source {
    /// Whether a flag says which settings file is meant.
    pub(super) fn names_settings(&self) -> bool {
        self.settings.is_some()
    }

    /// The configuration, with the flags that the command has beside these.
    pub(super) fn resolve(&self, flags: Flags) -> Result<Resolved, Failure> {
        resolve(self.config.as_deref(), Flags { settings: self.settings.clone(), ..flags })
    }
}

/// What the layers of the configuration have come to.
pub(super) struct Resolved {
    pub(super) config: Config,
    /// The configuration file, where one was read.
    pub(super) file: Option<PathBuf>,
    /// What is to be said aloud of settings that can be used all the same.
    pub(super) warnings: Vec<String>,
}

/// The configuration that these flags, the environment and the configuration file give. A file that is not
/// named is read where it has its usual place, if it is there.
fn resolve(named: Option<&Path>, flags: Flags) -> Result<Resolved, Failure> {
    let environment = Environment::read()?;
    let (file, text) = match named {
        Some(path) => (Some(path.to_owned()), read_configuration(path)?),
        None => match config::default_file(|name| environment.get(name)).filter(|path| path.exists()) {
            Some(path) => (Some(path.clone()), read_configuration(&path)?),
            None => (None, String::new()),
        },
    };
    let not_usable = |error| Failure::new("could not use the configuration").because(error);
    let members = File::parse(&text).map_err(not_usable)?;
    let has_keys = members.has_keys();
    let config = Config::resolve(flags, |name| environment.get(name), members).map_err(not_usable)?;
    let mut warnings = config.warnings();
    if let Some(path) = file.as_deref().filter(|path| has_keys && is_readable_by_others(path)) {
        warnings.push(format!(
            "`{}` holds keys and others may read it: run `chmod go-rwx` on it",
            path.display()
        ));
    }
    Ok(Resolved { config, file, warnings })
}

fn read_configuration(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("could not read the configuration file `{}`", path.display())).because(error)
    })
}

fn is_readable_by_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// The use-cases on the configured settings file, and what they rest on.
pub(super) struct Opened {
    pub(super) service: Service,
    pub(super) key_files: KeyFiles,
    /// The other services on the settings file, where there is a folder in which they meet.
    pub(super) services: Option<Arc<Services>>,
    /// What the service remembers beside the settings. It is not open yet.
    pub(super) state: Arc<dyn StateStore>,
    /// Below which folder programs get private ones.
    pub(super) work: PathBuf,
}

/// What a service opens, with who takes the measures of its commits: what is missing of its folders and key files is made.
pub(super) fn open_service(config: &Config, metrics: StoreMetrics) -> Result<Opened, Failure> {
    if config.is_in_memory {
        return open_in_memory(config, metrics);
    }
    refuse_misplaced(&config.settings)?;
    let base = config.state_dir.as_deref().ok_or(StateError::NoPlace);
    let state = base.and_then(|base| StateDirectory::open(base, &config.settings));
    let state = state.inspect_err(|error| {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(cause, "could not use the folder for the state of the service: {error}");
    });
    let services = state.as_ref().ok().map(|state| Arc::new(Services::joining(state)));
    let key_files = KeyFiles::of_service(config, state.as_ref().ok());
    let keys = Arc::new(load_keys(config, &key_files, services.clone())?);
    let store: Arc<dyn StateStore> = match &state {
        Ok(state) => {
            Arc::new(SqliteState::new(state).sealed_by(Arc::new(StateSealer::new(Arc::clone(&keys)))))
        }
        Err(_) => Arc::new(MemoryState::in_place_of_a_disk()),
    };
    let service = service(config, Arc::clone(&keys), Some(&store), metrics)?.with_state(Arc::clone(&store));
    // Now the folder of the settings is there.
    if let Err(error) = keys.make_etag_key() {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::warn!(
            cause,
            "could not make a key for the tags, which are derived from the oldest secret key instead: {error}"
        );
    }
    let is_seen = services.as_ref().is_some_and(|services| services.is_seen());
    let service = service.degraded_by((!is_seen).then_some(Degradation::StateUnusable));
    let work = running::work_folder(state.as_ref().ok().map(StateDirectory::path));
    Ok(Opened { service, key_files, services, state: store, work })
}

/// The same where nothing is kept: keys that are not configured are made for this run, and no folder or file is.
fn open_in_memory(config: &Config, metrics: StoreMetrics) -> Result<Opened, Failure> {
    let made = || SecretKey::new(&random_token());
    let (newest, previous, etag) = configured_keys(config);
    let sources =
        KeySources { etag: etag.or_else(made), ..KeySources::without_files(newest.or_else(made), previous) };
    let keys = Keys::load(sources).map_err(|error| Failure::new("could not load the keys").because(error))?;
    let state: Arc<dyn StateStore> = Arc::new(MemoryState::default());
    let options = MemoryStoreOptions {
        largest: config.max_document_bytes.unwrap_or(LARGEST),
        notes: Some(keeper_in(&state)),
        metrics,
    };
    let store = MemoryPlace::new(NewDocument::Own).open(options);
    let service = service_on(Arc::new(store), config, Arc::new(keys)).with_state(Arc::clone(&state));
    let work = running::work_folder(None);
    Ok(Opened { service, key_files: KeyFiles::default(), services: None, state, work })
}

/// What a command is for that works on the settings file itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It shows what the document has. Nothing is made.
    Look,
    /// It shows that, and what is remembered beside the document. Nothing is made.
    Recall,
    /// It changes something. What is missing is made.
    Change,
}

/// The use-cases for a command that asks them itself, and what they remember. It minds the services that run on the file,
/// without being one of them.
pub(super) fn open_directly(
    config: &Config,
    purpose: Purpose,
) -> Result<(Service, Arc<dyn StateStore>), Failure> {
    refuse_misplaced(&config.settings)?;
    let is_there = config.settings.symlink_metadata().is_ok();
    if purpose != Purpose::Change && !is_there {
        // Opening the store would make the folder.
        let Opened { service, state, .. } = open_in_memory(config, StoreMetrics::default())?;
        state.start().map_err(|error| Failure::new("could not start the state").because(error))?;
        return Ok((service, state));
    }
    let may_make = purpose == Purpose::Change && owner_to_spare(&config.settings).is_none();
    if purpose == Purpose::Change {
        refuse_to_make_files_of_root(&config.settings, false)?;
    }
    let directory = match &config.state_dir {
        Some(base) if may_make => {
            StateDirectory::open(base, &config.settings).map(Some).unwrap_or_else(|error| {
                tracing::warn!(
                    "what belongs to the change is not remembered: {}",
                    Failure::new("no folder for the state").because(error).line()
                );
                None
            })
        }
        _ => find_state(config)?,
    };
    let services = directory.as_ref().map(|directory| Arc::new(Services::watching(directory)));
    let key_files = match may_make {
        true => KeyFiles::of_service(config, directory.as_ref()),
        false => KeyFiles::of_command(config, directory.as_ref()),
    };
    let keys = Arc::new(load_keys(config, &key_files, services)?);
    let is_remembered = |directory: &&StateDirectory| may_make || SqliteState::is_in(directory);
    let state: Arc<dyn StateStore> = match directory.as_ref().filter(is_remembered) {
        Some(directory) if purpose != Purpose::Look => {
            Arc::new(SqliteState::new(directory).sealed_by(Arc::new(StateSealer::new(Arc::clone(&keys)))))
        }
        _ => Arc::new(MemoryState::default()),
    };
    state.start().map_err(|error| Failure::new("could not start the thread of the state").because(error))?;
    let kept = (purpose != Purpose::Look).then_some(&state);
    let service = service(config, keys, kept, StoreMetrics::default())?;
    Ok((service.with_state(Arc::clone(&state)), state))
}

/// The user whose folder the settings are in, where this process is root and that is another: what root makes there that
/// user can't use.
fn owner_to_spare(settings: &Path) -> Option<u32> {
    let real = fs::canonicalize(settings).unwrap_or_else(|_| settings.to_owned());
    let folder = real.ancestors().skip(1).find_map(|folder| fs::metadata(folder).ok())?;
    let is_root = rustix::process::geteuid().is_root();
    Some(folder.uid()).filter(|owner| is_root && *owner != 0)
}

/// Refuses a change that would make the lock, the settings or, where it `makes_note`, the note of a lost key as root in
/// the folder of another account: that would stop its service.
pub(super) fn refuse_to_make_files_of_root(settings: &Path, makes_note: bool) -> Result<(), Failure> {
    let real = fs::canonicalize(settings).unwrap_or_else(|_| settings.to_owned());
    let is_missing = |path: &Path| !path.exists();
    let makes_file = makes_note
        || is_missing(settings)
        || is_missing(&lock_file(settings))
        || is_missing(&lock_file(&real));
    match owner_to_spare(settings).filter(|_| makes_file) {
        None => Ok(()),
        Some(owner) => Err(Failure::new(format!(
            "the folder of `{}` belongs to the user {owner}, and root would make files in it that this user can't use",
            settings.display()
        ))
        .hint("run the command as that user")),
    }
}

/// What a command opens that works on the settings file itself. It makes no folder and no key, and minds the services
/// that run on the file. With the folder for the state, where one is there.
pub(super) fn open_for_command(config: &Config) -> Result<(Service, Option<StateDirectory>), Failure> {
    refuse_misplaced(&config.settings)?;
    let state = find_state(config)?;
    let services = state.as_ref().map(|state| Arc::new(Services::watching(state)));
    let key_files = KeyFiles::of_command(config, state.as_ref());
    let keys = Arc::new(load_keys(config, &key_files, services)?);
    let service = service(config, keys, None, StoreMetrics::default())?;
    Ok((service, state))
}

/// The folder for the state, where one is there.
pub(super) fn find_state(config: &Config) -> Result<Option<StateDirectory>, Failure> {
    let Some(base) = &config.state_dir else { return Ok(None) };
    StateDirectory::find(base, &config.settings)
        .map_err(|error| Failure::new("could not see which services run on these settings").because(error))
}

/// Before anything is made beside it.
fn refuse_misplaced(settings: &Path) -> Result<(), Failure> {
    let cant_be = || Failure::new(format!("`{}` can't be the settings file", settings.display()));
    check_place(settings).map_err(|error| cant_be().because(error))
}

/// The use-cases on the settings file; what belongs to a change is remembered here.
fn service(
    config: &Config,
    keys: Arc<Keys>,
    state: Option<&Arc<dyn StateStore>>,
    metrics: StoreMetrics,
) -> Result<Service, Failure> {
    let new = if config.is_openhands { NewDocument::OpenHands } else { NewDocument::Own };
    let store = FileStore::open(FileStoreOptions {
        provisioner: Some(Arc::new(KeyProvisioner(Arc::clone(&keys)))),
        notes: state.map(keeper_in),
        metrics,
        largest: config.max_document_bytes.unwrap_or(LARGEST),
        ..FileStoreOptions::new(config.settings.clone(), new)
    });
    let store = store.map_err(|error| Failure::new("could not start the store's thread").because(error))?;
    Ok(service_on(Arc::new(store), config, keys))
}

fn keeper_in(state: &Arc<dyn StateStore>) -> Arc<dyn NoteKeeper> {
    Arc::new(StateKeeper::new(Arc::clone(state)))
}

fn service_on(store: Arc<dyn Store>, config: &Config, keys: Arc<Keys>) -> Service {
    let options =
        Options { require_preconditions: config.require_preconditions, lock_timeout: config.lock_timeout };
    let service = Service::new(store, keys, options)
        .with_references(Arc::new(running::reference_rules(&config.running)));
    match &config.plain_names {
        Some(names) => service.with_plain_names(names.clone()),
        None => service,
    }
}

/// The newest key that encrypts, older ones, and the key of the entity-tags, as far as they are configured.
fn configured_keys(config: &Config) -> (Option<SecretKey>, Vec<SecretKey>, Option<SecretKey>) {
    let secret = |text: &String| SecretKey::new(text);
    (
        config.secret_key.as_ref().and_then(|key| secret(&key.text)),
        config.previous_secret_keys.iter().filter_map(secret).collect(),
        config.etag_key.as_ref().and_then(|key| secret(&key.text)),
    )
}

fn load_keys(config: &Config, files: &KeyFiles, services: Option<Arc<Services>>) -> Result<Keys, Failure> {
    let (newest, previous, etag) = configured_keys(config);
    let sources = KeySources {
        newest,
        previous,
        etag,
        key_file: files.secret.clone(),
        etag_file: files.etag.clone(),
        acceptance_file: Some(files.acceptance.clone()),
        peers: match services {
            Some(services) => services,
            None => Arc::new(NoPeers),
        },
    };
    Keys::load(sources).map_err(|error| Failure::new("could not load the keys").because(error))
}
