//! Where the files with keys are. The service makes them beside the settings; where OpenHands says where the settings
//! are, it makes them in the folder for its state, since that folder is OpenHands' own, and reads what is there already.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::secrets::KeyFile;
use crate::state::StateDirectory;

/// The key that encrypts.
const SECRET_KEY: &str = ".mcp-settings.secret-key";

/// The key of the tags.
const ETAG_KEY: &str = ".mcp-settings.etag-key";

/// The API key that the first start makes.
const API_KEY: &str = ".mcp-settings.api-key";

/// The end of the name of the note, beside the settings, that their key is lost and another may go on. It begins with
/// the name of the settings file, since it is about that one.
const ACCEPTANCE: &str = ".key-accepted";

/// The files with keys for one settings file; the default is no file.
#[derive(Default)]
pub(super) struct KeyFiles {
    pub(super) secret: KeyFile,
    pub(super) etag: KeyFile,
    pub(super) api: KeyFile,
    pub(super) acceptance: PathBuf,
}

impl KeyFiles {
    /// As a service uses them: those that are missing may be made.
    pub(super) fn of_service(config: &Config, state: Option<&StateDirectory>) -> Self {
        let file = |name: &str| {
            let mut file = places(config, state, name);
            // The last place is the one for what is new; without a folder for the state OpenHands' gets nothing.
            let may_make = !config.is_openhands || state.is_some();
            file.made_at = file.places.last().filter(|_| may_make).cloned();
            file
        };
        Self::with(config, file)
    }

    /// As a command uses them: none is made.
    pub(super) fn of_command(config: &Config, state: Option<&StateDirectory>) -> Self {
        Self::with(config, |name| places(config, state, name))
    }

    fn with(config: &Config, file: impl Fn(&str) -> KeyFile) -> Self {
        let mut acceptance = OsString::from(".");
        acceptance.push(config.settings.file_name().unwrap_or_default());
        acceptance.push(ACCEPTANCE);
        Self {
            secret: file(SECRET_KEY),
            etag: file(ETAG_KEY),
            api: file(API_KEY),
            acceptance: config.settings.with_file_name(acceptance),
        }
    }
}

fn places(config: &Config, state: Option<&StateDirectory>, name: &str) -> KeyFile {
    let beside = config.settings.with_file_name(name);
    let in_state = state.filter(|_| config.is_openhands).map(|state| state.path().join(name));
    KeyFile { places: [beside].into_iter().chain(in_state).collect(), made_at: None }
}

/// Where a file is, as a reader of the log wants it: beside the settings, or its path.
pub(super) fn described(file: &KeyFile, settings: &Path) -> Option<String> {
    let path = file.found()?;
    Some(match path.parent() == settings.parent() {
        true => "the key file beside the settings".to_owned(),
        false => format!("the key file `{}`", path.display()),
    })
}
