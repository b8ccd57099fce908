//! What every command needs: the resolved configuration, and the use-cases on its document.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use crate::config::{Config, File, Flags};
use crate::document::NewDocument;
use crate::secrets::{KeySources, Keys, SecretKey};
use crate::service::{KeyProvisioner, Options, Service};
use crate::store::file::{FileStore, FileStoreOptions};

use super::Failure;

/// The key file beside the document.
const KEY_FILE: &str = ".mcp-settings.secret-key";

/// The end of the name of the note, beside the document, that its key is lost and another may go on. It
/// begins with the document's name, since the word is given for that one.
const ACCEPTANCE: &str = ".key-accepted";

/// The configuration that these flags, the environment and the configuration file give.
pub(super) fn resolve(file: Option<&Path>, flags: Flags) -> Result<Config, Failure> {
    let text = match file {
        Some(path) => fs::read_to_string(path).map_err(|error| {
            Failure::new(format!("could not read the configuration file `{}`", path.display())).because(error)
        })?,
        None => String::new(),
    };
    let not_usable = |error| Failure::new("could not use the configuration").because(error);
    let file = File::parse(&text).map_err(not_usable)?;
    Config::resolve(flags, |name| env::var(name).ok(), file).map_err(not_usable)
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
        newest: config.secret_key.as_ref().and_then(secret),
        previous: config.previous_secret_keys.iter().filter_map(secret).collect(),
        etag: config.etag_key.as_ref().and_then(secret),
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
