//! What every command needs: the resolved configuration, and the use-cases on its document.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{self, Config, File, Flags};
use crate::document::NewDocument;
use crate::secrets::{KeySources, Keys, SecretKey};
use crate::service::{KeyProvisioner, Options, Service};
use crate::store::file::{FileStore, FileStoreOptions};

use super::Failure;
use super::environment::Environment;

/// The key file beside the document.
pub(super) const KEY_FILE: &str = ".mcp-settings.secret-key";

/// The end of the name of the note, beside the document, that its key is lost and another may go on. It
/// begins with the document's name, since the word is given for that one.
const ACCEPTANCE: &str = ".key-accepted";

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
pub(super) fn resolve(named: Option<&Path>, flags: Flags) -> Result<Resolved, Failure> {
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

/// The use-cases on the configured document, with the configured keys.
pub(super) fn open_service(config: &Config) -> Result<Service, Failure> {
    let keys = Arc::new(load_keys(config)?);
    let new = if config.is_openhands { NewDocument::OpenHands } else { NewDocument::Own };
    let store = FileStore::open(FileStoreOptions {
        provisioner: Some(Arc::new(KeyProvisioner(Arc::clone(&keys)))),
        ..FileStoreOptions::new(config.settings.clone(), new)
    });
    let store = store.map_err(|error| Failure::new("could not start the store's thread").because(error))?;
    let options =
        Options { require_preconditions: config.require_preconditions, lock_timeout: config.lock_timeout };
    Ok(Service::new(Arc::new(store), keys, options))
}

fn load_keys(config: &Config) -> Result<Keys, Failure> {
    let secret = |text: &String| SecretKey::new(text);
    let sources = KeySources {
        newest: config.secret_key.as_ref().and_then(|key| secret(&key.text)),
        previous: config.previous_secret_keys.iter().filter_map(secret).collect(),
        etag: config.etag_key.as_ref().and_then(|key| secret(&key.text)),
        key_file: beside(&config.settings, KEY_FILE),
        acceptance_file: acceptance_file(&config.settings),
    };
    Keys::load(sources).map_err(|error| Failure::new("could not load the keys").because(error))
}

fn acceptance_file(document: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(document.file_name().unwrap_or_default());
    name.push(ACCEPTANCE);
    document.with_file_name(name)
}

/// A file beside the document.
pub(super) fn beside(document: &Path, name: &str) -> PathBuf {
    document.with_file_name(name)
}
