//! What can be configured: flags over environment over file over defaults, resolved once into one
//! [`Config`]. Of other rooms it knows the scopes of keys and what a static server is, and it reads neither files nor the environment itself.

mod api_keys;
mod error;
mod file;
mod running;
mod static_servers;
pub mod variables;
mod weak_keys;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use crate::secrets::{Scope, Scopes};

use api_keys::ApiKeySetting;
pub use api_keys::{ApiKey, can_be_presented};
pub use error::{ConfigError, Origin};
pub use file::File;
pub use running::{Running, VaultToken};
pub use static_servers::{StaticFile, StaticServersError, Surroundings};
use variables::{
    ALLOWED_HOSTS, ALLOWED_ORIGINS, API_KEY, API_KEYS, AUTH, BASE_PATH, DOWNSTREAM, ETAG_KEY, FILE, LISTEN,
    LOCK_TIMEOUT_MS, LOG, MAX_DOCUMENT_BYTES, METRICS_LISTEN, OH_DIRECTORY, OH_PREVIOUS_SECRET_KEYS,
    OH_SECRET_KEY, OH_SESSION_API_KEYS, OPENHANDS_KEYS_MAY_RUN, PLAIN_NAMES, PREVIOUS_SECRET_KEYS,
    PUBLIC_URL, REQUIRE_PRECONDITIONS, SECRET_KEY, SESSION_API_KEY, STATE_DIR, STATIC_SERVERS, URL,
};

/// Everything that is configured.
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the metrics are served without a key, if they are.
    pub metrics_listen: Option<SocketAddr>,
    /// The document; no path where it is kept in memory.
    pub settings: PathBuf,
    /// Whether the document, the keys and the state are kept in memory, and nothing on disk.
    pub is_in_memory: bool,
    /// Whether the document's place came from `OH_PERSISTENCE_DIR`: a new one is then OpenHands' kind.
    pub is_openhands: bool,
    /// Below which folder the service keeps its state; `None` where nothing says so.
    pub state_dir: Option<PathBuf>,
    /// The newest key that encrypts.
    pub secret_key: Option<Given>,
    /// Older keys, newest first.
    pub previous_secret_keys: Vec<String>,
    /// The key of the entity-tags.
    pub etag_key: Option<Given>,
    /// API keys.
    pub api_keys: Vec<ApiKey>,
    /// The API key that commands present.
    pub api_key: Option<String>,
    /// The URL of the service that commands call.
    pub url: Option<String>,
    /// Whether keys are asked for.
    pub is_auth_off: bool,
    /// Further web origins.
    pub allowed_origins: Vec<String>,
    /// Further hosts.
    pub allowed_hosts: Vec<String>,
    /// Names whose values the view `named` shows; `None` for the default ones.
    pub plain_names: Option<Vec<String>>,
    /// The path under which a proxy serves us.
    pub base_path: Option<String>,
    /// The URL under which a browser reaches the page.
    pub public_url: Option<String>,
    /// Whether writes need a precondition.
    pub require_preconditions: bool,
    /// How long a write waits for the lock.
    pub lock_timeout: Duration,
    /// How many bytes the document may have after a write; none is the default.
    pub max_document_bytes: Option<usize>,
    /// The file that registers servers, where there is one.
    pub static_servers: Option<PathBuf>,
    /// The base URLs of the gateways that are given every registered server.
    pub downstream: Vec<String>,
    /// How servers are run.
    pub running: Running,
    /// The log filter, where it is not the default, `info`.
    pub log: Option<Given>,
    /// The log's form.
    pub log_format: LogFormat,
}

/// A text and where it was given, so that an error can name the place.
#[derive(Clone)]
pub struct Given {
    /// The text.
    pub text: String,
    /// Where it was given.
    pub origin: Origin,
}

/// The log's form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What was given on the command line.
#[derive(Debug, Default)]
pub struct Flags {
    /// `--listen`
    pub listen: Option<String>,
    /// `--settings`
    pub settings: Option<PathBuf>,
    /// `--in-memory`
    pub is_in_memory: bool,
    /// `--log-format`
    pub log_format: Option<LogFormat>,
}

/// Where a configuration file is read if it is there and no other is named.
pub fn default_file(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    own_folder(&|name: &str| variable(name).filter(|value| !value.trim().is_empty()))
        .map(|folder| folder.join("config.toml"))
}

impl Config {
    /// Resolves all layers. `variable` reads the environment; an empty variable counts as unset.
    pub fn resolve(
        flags: Flags,
        variable: impl Fn(&str) -> Option<String>,
        file: File,
    ) -> Result<Self, ConfigError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let running = Running::resolve(&variable, &file)?;
        let numbered =
            |name: &str| (0..).map_while(|number| variable(&format!("{name}_{number}"))).collect::<Vec<_>>();
        let given = |name: &'static str, member: &'static str, from_file: Option<String>| {
            let of = |origin: Origin| move |text: String| Given { text, origin };
            let from_variable = variable(name).map(of(Origin::Variable(name)));
            from_variable.or_else(|| from_file.map(of(Origin::Member(member))))
        };
        let theirs = |name: &'static str| given(name, "", None);

        let is_in_memory = flags.is_in_memory;
        let (settings, is_openhands) = match is_in_memory {
            true => (PathBuf::new(), false),
            false => place(flags.settings, file.settings, &variable)?,
        };
        let previous_secret_keys = match (variable(PREVIOUS_SECRET_KEYS), file.previous_secret_keys) {
            (Some(text), _) => strings(PREVIOUS_SECRET_KEYS, &text)?,
            (None, Some(keys)) => keys,
            (None, None) => match variable(OH_PREVIOUS_SECRET_KEYS) {
                Some(text) => strings(OH_PREVIOUS_SECRET_KEYS, &text)?,
                None => numbered(OH_PREVIOUS_SECRET_KEYS),
            },
        };
        let session_keys: Vec<String> =
            variable(SESSION_API_KEY).into_iter().chain(numbered(OH_SESSION_API_KEYS)).collect();
        let listen = flags.listen.map(|text| Given { text, origin: Origin::Flag("--listen") });
        let listen = listen.or_else(|| given(LISTEN, "listen", file.listen));
        let is_auth_off = match given(AUTH, "auth", file.auth) {
            None => false,
            Some(auth) => match auth.text.as_str() {
                "keys" | "on" => false,
                "off" => true,
                _ => return Err(auth.error("must be `keys` or `off`")),
            },
        };
        let lock_timeout_ms = match variable(LOCK_TIMEOUT_MS) {
            Some(text) => text.trim().parse().map_err(|_| {
                Origin::Variable(LOCK_TIMEOUT_MS).error("must be a whole number of milliseconds")
            })?,
            None => file.lock_timeout_ms.unwrap_or(5_000),
        };
        let max_document_bytes = match variable(MAX_DOCUMENT_BYTES) {
            Some(text) => Some(text.trim().parse().map_err(|_| {
                Origin::Variable(MAX_DOCUMENT_BYTES).error("must be a whole number of bytes")
            })?),
            None => file.max_document_bytes,
        };
        let switch = |name: &'static str, from_file: Option<bool>| match variable(name).as_deref() {
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(_) => Err(Origin::Variable(name).error("must be `true` or `false`")),
            None => Ok(from_file.unwrap_or(false)),
        };
        let require_preconditions = switch(REQUIRE_PRECONDITIONS, file.require_preconditions)?;
        let may_run = switch(OPENHANDS_KEYS_MAY_RUN, file.openhands_keys_may_run)?;
        let session_scopes = [Scope::Admin].into_iter().chain(may_run.then_some(Scope::Run)).collect();
        let listed = |name: &str| variable(name).map(|text| running::parts(&text));
        let config = Self {
            listen: match listen {
                Some(given) => address(&given)?,
                None => SocketAddr::from((Ipv4Addr::LOCALHOST, 8710)),
            },
            metrics_listen: given(METRICS_LISTEN, "metrics_listen", file.metrics_listen)
                .map(|given| address(&given))
                .transpose()?,
            settings,
            is_in_memory,
            is_openhands,
            state_dir: state_dir(file.state_dir, &variable),
            secret_key: given(SECRET_KEY, "secret_key", file.secret_key)
                .or_else(|| theirs(OH_SECRET_KEY))
                .or_else(|| theirs(SESSION_API_KEY))
                .or_else(|| theirs(FIRST_SESSION_KEY)),
            previous_secret_keys,
            etag_key: given(ETAG_KEY, "etag_key", file.etag_key),
            api_keys: all_api_keys(variable(API_KEYS), file.api_keys, &session_keys, session_scopes)?,
            api_key: variable(API_KEY),
            url: variable(URL),
            is_auth_off,
            allowed_origins: listed(ALLOWED_ORIGINS).or(file.allowed_origins).unwrap_or_default(),
            allowed_hosts: listed(ALLOWED_HOSTS).or(file.allowed_hosts).unwrap_or_default(),
            plain_names: listed(PLAIN_NAMES).or(file.plain_names),
            base_path: variable(BASE_PATH).or(file.base_path),
            public_url: variable(PUBLIC_URL).or(file.public_url),
            require_preconditions,
            lock_timeout: Duration::from_millis(lock_timeout_ms),
            max_document_bytes,
            downstream: listed(DOWNSTREAM).or(file.downstream).unwrap_or_default(),
            static_servers: variable(STATIC_SERVERS).map(PathBuf::from).or(file.static_servers),
            running,
            log: given(LOG, "log", file.log),
            log_format: flags.log_format.or(file.log_format).unwrap_or_default(),
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.is_auth_off && !self.listen.ip().is_loopback() {
            return Err(ConfigError::OpenToAll(self.listen));
        }
        if self.listen.ip().is_unspecified() && self.allowed_hosts.is_empty() {
            return Err(ConfigError::NoHosts);
        }
        Ok(())
    }

    /// What can be used and is to be said aloud all the same.
    pub fn warnings(&self) -> Vec<String> {
        api_keys::warnings(&self.api_keys).chain(weak_keys::warnings(self)).collect()
    }
}

/// Never prints what is configured: some of it is secret.
impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").field("listen", &self.listen).finish_non_exhaustive()
    }
}

impl Given {
    /// The error that this can't be used. Says what would be right, never the text.
    pub fn error(&self, problem: &str) -> ConfigError {
        self.origin.error(problem)
    }
}

/// Never prints the text: it may be a key.
impl fmt::Debug for Given {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Given").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// The first of OpenHands' numbered keys, which it encrypts with where it has no other.
const FIRST_SESSION_KEY: &str = "OH_SESSION_API_KEYS_0";

/// Below which folder the service keeps its state. Several services on one settings file must share it.
fn state_dir(file: Option<PathBuf>, variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let below = |folder: PathBuf| folder.join("mcp-settings");
    let own = variable(STATE_DIR).map(PathBuf::from).or(file);
    own.or_else(|| variable("XDG_STATE_HOME").map(|folder| below(folder.into())))
        .or_else(|| variable("HOME").map(|home| below(PathBuf::from(home).join(".local/state"))))
}

fn place(
    flag: Option<PathBuf>,
    file: Option<PathBuf>,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(PathBuf, bool), ConfigError> {
    if let Some(path) = flag.or_else(|| variable(FILE).map(PathBuf::from)).or(file) {
        return Ok((path, false));
    }
    if let Some(directory) = variable(OH_DIRECTORY) {
        return Ok((PathBuf::from(directory).join("settings.json"), true));
    }
    let folder = own_folder(variable).ok_or(ConfigError::NoPlace)?;
    Ok((folder.join("settings.json"), false))
}

/// Our folder among the user's configurations.
fn own_folder(variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".config"));
    let base = variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home)?;
    Some(base.join("mcp-settings"))
}

fn address(given: &Given) -> Result<SocketAddr, ConfigError> {
    let found = given.text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| given.error("must be an address of the form `HOST:PORT`"))
}

fn strings(name: &'static str, text: &str) -> Result<Vec<String>, ConfigError> {
    serde_json::from_str(text).map_err(|_| Origin::Variable(name).error("must be a JSON array of strings"))
}

fn all_api_keys(
    variable: Option<String>,
    file: Option<Vec<ApiKeySetting>>,
    sessions: &[String],
    session_scopes: Scopes,
) -> Result<Vec<ApiKey>, ConfigError> {
    let (origin, keys) = match (variable, file) {
        (Some(text), _) => {
            let origin = Origin::Variable(API_KEYS);
            let keys = serde_json::from_str(&text).map_err(|_| {
                origin.error("must be a JSON array of objects with `name`, `key` and `scopes`")
            })?;
            (origin, keys)
        }
        (None, Some(keys)) => (Origin::Member("api_keys"), keys),
        (None, None) => (Origin::Variable(SESSION_API_KEY), Vec::<ApiKeySetting>::new()),
    };
    api_keys::join(origin, api_keys::parse(origin, keys)?, sessions, session_scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn resolve(
        flags: Flags,
        variables: &[(&str, &str)],
        file: &str,
    ) -> Result<Config, ConfigError> {
        let find =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        Config::resolve(flags, find, File::parse(file)?)
    }

    #[test]
    fn flags_beat_the_environment_beats_the_file_beats_the_default() {
        let file = "listen = \"127.0.0.1:3\"\nlock_timeout_ms = 7";
        let port =
            |flags, variables: &[(&str, &str)], file| resolve(flags, variables, file).unwrap().listen.port();
        let home = ("HOME", "/h");
        let flags = || Flags { listen: Some("127.0.0.1:1".into()), ..Flags::default() };
        assert_eq!(port(flags(), &[(LISTEN, "127.0.0.1:2"), home], file), 1);
        assert_eq!(port(Flags::default(), &[(LISTEN, "127.0.0.1:2"), home], file), 2);
        assert_eq!(port(Flags::default(), &[(LISTEN, " "), home], file), 3);
        assert_eq!(port(Flags::default(), &[home], ""), 8710);
        assert_eq!(resolve(Flags::default(), &[home], file).unwrap().lock_timeout, Duration::from_millis(7));
    }

    #[test]
    fn the_settings_file_is_found_in_the_documented_order() {
        type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, bool);
        let table: [Row<'_>; 4] = [
            (&[(FILE, "/f/x.json"), (OH_DIRECTORY, "/oh")], "/f/x.json", false),
            (&[(OH_DIRECTORY, "/oh"), ("HOME", "/h")], "/oh/settings.json", true),
            (&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")], "/x/mcp-settings/settings.json", false),
            (&[("HOME", "/h")], "/h/.config/mcp-settings/settings.json", false),
        ];
        for (variables, path, is_openhands) in table {
            let config = resolve(Flags::default(), variables, "").unwrap();
            assert_eq!((config.settings, config.is_openhands), (PathBuf::from(path), is_openhands));
        }
        assert!(matches!(resolve(Flags::default(), &[], ""), Err(ConfigError::NoPlace)));
    }

    #[test]
    fn the_secret_key_is_found_in_the_documented_order() {
        let all = [
            (SECRET_KEY, "one"),
            (OH_SECRET_KEY, "two"),
            (SESSION_API_KEY, "three"),
            ("OH_SESSION_API_KEYS_0", "four"),
            ("HOME", "/h"),
        ];
        for first in 0..4 {
            let config = resolve(Flags::default(), &all[first..], "").unwrap();
            assert_eq!(config.secret_key.unwrap().text, all[first].1);
        }
        assert!(resolve(Flags::default(), &all[4..], "").unwrap().secret_key.is_none());
    }

    #[test]
    fn session_keys_administer_beside_configured_ones_and_run_only_where_that_is_said() {
        let variables = [
            (API_KEYS, r#"[{"name":"a","key":"0123456789abcdef","scopes":["read"]}]"#),
            ("OH_SESSION_API_KEYS_0", "s0"),
            ("OH_SESSION_API_KEYS_1", "s1"),
            ("HOME", "/h"),
        ];
        let config = resolve(Flags::default(), &variables, "").unwrap();
        let found: Vec<_> = config.api_keys.iter().map(|key| (key.key.as_str(), key.scopes)).collect();
        let [read, admin, all] =
            [&[Scope::Read][..], &[Scope::Admin], &Scope::ALL].map(|scopes| scopes.iter().copied().collect());
        assert_eq!(found, [("0123456789abcdef", read), ("s0", admin), ("s1", admin)]);
        let variables: Vec<_> = variables.into_iter().chain([(OPENHANDS_KEYS_MAY_RUN, "true")]).collect();
        let config = resolve(Flags::default(), &variables, "").unwrap();
        let found: Vec<_> = config.api_keys.iter().map(|key| key.scopes).collect();
        assert_eq!(found, [read, all, all]);
    }

    #[test]
    fn an_error_names_the_place_that_gave_the_value() {
        let home = ("HOME", "/h");
        let flags = Flags { listen: Some("nowhere".into()), ..Flags::default() };
        for (result, place) in [
            (resolve(flags, &[home], ""), "`--listen`"),
            (resolve(Flags::default(), &[home, (LISTEN, "nowhere")], ""), "`MCP_SETTINGS_LISTEN`"),
            (resolve(Flags::default(), &[home], "listen = 'nowhere'"), "`listen` of the configuration file"),
            (resolve(Flags::default(), &[home], "auth = 'maybe'"), "`auth` of the configuration file"),
            (
                resolve(Flags::default(), &[home], "[[api_keys]]\nname='n'\nkey='k'\nscopes=[]"),
                "`api_keys` of the configuration file",
            ),
        ] {
            let error = result.unwrap_err().to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }

    #[test]
    fn the_usual_place_of_the_configuration_file_is_beside_that_of_the_settings() {
        let file = |variables: &[(&str, &str)]| {
            default_file(|name| {
                variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let expected = |path: &str| Some(PathBuf::from(path));
        assert_eq!(
            file(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]),
            expected("/x/mcp-settings/config.toml")
        );
        assert_eq!(file(&[("HOME", "/h")]), expected("/h/.config/mcp-settings/config.toml"));
        assert_eq!(file(&[("XDG_CONFIG_HOME", " "), ("OH_PERSISTENCE_DIR", "/oh")]), None);
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_showing_secrets() {
        let home = ("HOME", "/h");
        let cases: [&[(&str, &str)]; 10] = [
            &[home, (LISTEN, "nowhere")],
            &[home, (AUTH, "maybe")],
            &[home, (AUTH, "off"), (LISTEN, "0.0.0.0:1"), (ALLOWED_HOSTS, "h")],
            &[home, (LISTEN, "0.0.0.0:1")],
            &[home, (API_KEYS, "canary")],
            &[home, (API_KEYS, r#"[{"name":"n","key":"canary ","scopes":["read"]}]"#)],
            &[home, (API_KEYS, r#"[{"name":"n","key":"canary-0123456789","scopes":["root"]}]"#)],
            &[home, (PREVIOUS_SECRET_KEYS, "canary")],
            &[home, (LOCK_TIMEOUT_MS, "soon")],
            &[home, (MAX_DOCUMENT_BYTES, "64 MiB")],
        ];
        for variables in cases {
            let error = resolve(Flags::default(), variables, "").unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
        }
        let files = [
            "secret_key = canary",
            "previous_secret_keys = \"canary\"",
            "api_keys = [\"canary\"]",
            "secret_key = 4242424242",
            "lock_timeout_ms = \"canary\"",
        ];
        for file in files {
            let error = resolve(Flags::default(), &[home], file).unwrap_err().to_string();
            assert!(!error.contains("canary") && !error.contains("42424"), "{error}");
            assert!(error.contains("line 1"), "{error}");
        }
        assert!(resolve(Flags::default(), &[home], "listne = \"x\"").is_err());
    }
}
