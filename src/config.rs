//! What can be configured: flags over environment over file over defaults, resolved once into one
//! [`Config`]. Every variable is documented here and nowhere else. It knows no other room.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

/// Where to listen, `HOST:PORT`; port 0 picks a free one. Default `127.0.0.1:8710`.
pub const LISTEN: &str = "MCP_SETTINGS_LISTEN";
/// The document. Default `$OH_PERSISTENCE_DIR/settings.json` if that is set, else
/// `$XDG_CONFIG_HOME/mcp-settings/settings.json`, else `~/.config/mcp-settings/settings.json`.
pub const FILE: &str = "MCP_SETTINGS_FILE";
/// The secret that new values are encrypted with; then `OH_SECRET_KEY`, `SESSION_API_KEY` and
/// `OH_SESSION_API_KEYS_0` are asked, then the key file beside the document.
pub const SECRET_KEY: &str = "MCP_SETTINGS_SECRET_KEY";
/// Older secrets, newest first: a JSON array of strings. Then `OH_PREVIOUS_SECRET_KEYS` is asked, in the
/// same form or as `OH_PREVIOUS_SECRET_KEYS_0`, `_1`, …
pub const PREVIOUS_SECRET_KEYS: &str = "MCP_SETTINGS_PREVIOUS_SECRET_KEYS";
/// What the entity-tags are keyed by. Default: derived from the oldest secret.
pub const ETAG_KEY: &str = "MCP_SETTINGS_ETAG_KEY";
/// API keys: a JSON array of `{"name","key","scopes"}`, scopes of `read`, `write`, `reveal`, `admin`.
/// `SESSION_API_KEY` and `OH_SESSION_API_KEYS_0`, `_1`, … give further keys with every scope. Without any,
/// the first start creates one.
pub const API_KEYS: &str = "MCP_SETTINGS_API_KEYS";
/// `off` serves without keys, on a loopback address only. Default `keys`.
pub const AUTH: &str = "MCP_SETTINGS_AUTH";
/// Web origins that may call, beside our own: a comma-separated list of `scheme://host[:port]`.
pub const ALLOWED_ORIGINS: &str = "MCP_SETTINGS_ALLOWED_ORIGINS";
/// Values of `Host` that are answered, beside our own address: a comma-separated list of `host[:port]`.
/// Required where the listen address is a wildcard.
pub const ALLOWED_HOSTS: &str = "MCP_SETTINGS_ALLOWED_HOSTS";
/// Whether a write without a precondition is answered 428. Default `false`.
pub const REQUIRE_PRECONDITIONS: &str = "MCP_SETTINGS_REQUIRE_PRECONDITIONS";
/// How long a write waits for another process, in milliseconds. Default 5000.
pub const LOCK_TIMEOUT_MS: &str = "MCP_SETTINGS_LOCK_TIMEOUT_MS";
/// What is logged: `error`, `warn`, `info`, `debug` or `trace`, or a list of `target=level`. Default `info`.
pub const LOG: &str = "MCP_SETTINGS_LOG";

const OH_DIRECTORY: &str = "OH_PERSISTENCE_DIR";
const OH_SECRET_KEY: &str = "OH_SECRET_KEY";
const OH_PREVIOUS_SECRET_KEYS: &str = "OH_PREVIOUS_SECRET_KEYS";
const SESSION_API_KEY: &str = "SESSION_API_KEY";
const OH_SESSION_API_KEYS: &str = "OH_SESSION_API_KEYS";

/// Everything that is configured.
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The document.
    pub settings: PathBuf,
    /// Whether the document's place came from `OH_PERSISTENCE_DIR`: a new one is then OpenHands' kind.
    pub is_openhands: bool,
    /// The newest secret.
    pub secret_key: Option<String>,
    /// Older secrets, newest first.
    pub previous_secret_keys: Vec<String>,
    /// What the entity-tags are keyed by.
    pub etag_key: Option<String>,
    /// API keys.
    pub api_keys: Vec<ApiKeySetting>,
    /// Whether keys are asked for.
    pub is_auth_off: bool,
    /// Further web origins.
    pub allowed_origins: Vec<String>,
    /// Further hosts.
    pub allowed_hosts: Vec<String>,
    /// Whether writes need a precondition.
    pub require_preconditions: bool,
    /// How long a write waits for the lock.
    pub lock_timeout: Duration,
    /// The log filter.
    pub log: String,
    /// The log's form.
    pub log_format: LogFormat,
}

/// An API key as it is configured.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeySetting {
    /// What audit events call it.
    pub name: String,
    /// What callers present.
    pub key: String,
    /// What it allows, by word.
    pub scopes: Vec<String>,
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
    /// `--log-format`
    pub log_format: Option<LogFormat>,
}

/// What the configuration file can say.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    listen: Option<String>,
    settings: Option<PathBuf>,
    secret_key: Option<String>,
    previous_secret_keys: Option<Vec<String>>,
    etag_key: Option<String>,
    api_keys: Option<Vec<ApiKeySetting>>,
    auth: Option<String>,
    allowed_origins: Option<Vec<String>>,
    allowed_hosts: Option<Vec<String>>,
    require_preconditions: Option<bool>,
    lock_timeout_ms: Option<u64>,
    log: Option<String>,
    log_format: Option<LogFormat>,
}

/// Why the configuration can't be used. Names what is wrong, never a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file is not what it should be.
    #[error("the configuration file is not valid: {0}")]
    File(String),
    /// A setting can't be read.
    #[error("`{setting}` {problem}")]
    Setting {
        /// Which.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no place for the document.
    #[error("there is no place for the settings document: set `{FILE}`, or `HOME`")]
    NoPlace,
    /// Keys are off where others could call.
    #[error("`{AUTH}=off` serves without keys and so listens on a loopback address only; `{LISTEN}` is {0}")]
    OpenToAll(SocketAddr),
    /// A wildcard address says nothing about the host that clients name.
    #[error("the listen address is a wildcard: set `{ALLOWED_HOSTS}` to the names under which clients call")]
    NoHosts,
}

impl File {
    /// Reads the text of a configuration file (TOML).
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        // The parser's own messages quote lines and values, which may be keys.
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            ConfigError::File(format!(
                "line {line} is no TOML, or a setting there is unknown or of the wrong type"
            ))
        })
    }
}

impl Config {
    /// Resolves all layers. `variable` reads the environment; blank variables are as good as unset.
    pub fn resolve(
        flags: Flags,
        variable: impl Fn(&str) -> Option<String>,
        file: File,
    ) -> Result<Self, ConfigError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let numbered =
            |name: &str| (0..).map_while(|number| variable(&format!("{name}_{number}"))).collect::<Vec<_>>();
        let session_keys: Vec<String> =
            variable(SESSION_API_KEY).into_iter().chain(numbered(OH_SESSION_API_KEYS)).collect();

        let (settings, is_openhands) = place(flags.settings, file.settings, &variable)?;
        let previous_secret_keys = match (variable(PREVIOUS_SECRET_KEYS), file.previous_secret_keys) {
            (Some(text), _) => strings(PREVIOUS_SECRET_KEYS, &text)?,
            (None, Some(keys)) => keys,
            (None, None) => match variable(OH_PREVIOUS_SECRET_KEYS) {
                Some(text) => strings(OH_PREVIOUS_SECRET_KEYS, &text)?,
                None => numbered(OH_PREVIOUS_SECRET_KEYS),
            },
        };
        let mut api_keys = match variable(API_KEYS) {
            Some(text) => serde_json::from_str(&text).map_err(|_| {
                setting(API_KEYS, "is no JSON array of objects with `name`, `key` and `scopes`")
            })?,
            None => file.api_keys.unwrap_or_default(),
        };
        check_api_keys(&api_keys)?;
        api_keys.extend(session_keys.iter().enumerate().map(|(number, key)| ApiKeySetting {
            name: format!("session-{number}"),
            key: key.clone(),
            scopes: vec!["admin".to_owned()],
        }));
        let listen = address(
            &flags
                .listen
                .or_else(|| variable(LISTEN))
                .or(file.listen)
                .unwrap_or_else(|| "127.0.0.1:8710".to_owned()),
        )?;
        let is_auth_off = match variable(AUTH).or(file.auth).as_deref() {
            None | Some("keys" | "on") => false,
            Some("off") => true,
            Some(_) => return Err(setting(AUTH, "is neither `keys` nor `off`")),
        };
        let lock_timeout_ms = match variable(LOCK_TIMEOUT_MS) {
            Some(text) => {
                text.trim().parse().map_err(|_| setting(LOCK_TIMEOUT_MS, "is no number of milliseconds"))?
            }
            None => file.lock_timeout_ms.unwrap_or(5_000),
        };
        let listed = |name: &str| {
            variable(name).map(|text| {
                text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            })
        };
        let config = Self {
            listen,
            settings,
            is_openhands,
            secret_key: variable(SECRET_KEY)
                .or(file.secret_key)
                .or_else(|| variable(OH_SECRET_KEY))
                .or_else(|| session_keys.first().cloned()),
            previous_secret_keys,
            etag_key: variable(ETAG_KEY).or(file.etag_key),
            api_keys,
            is_auth_off,
            allowed_origins: listed(ALLOWED_ORIGINS).or(file.allowed_origins).unwrap_or_default(),
            allowed_hosts: listed(ALLOWED_HOSTS).or(file.allowed_hosts).unwrap_or_default(),
            require_preconditions: match variable(REQUIRE_PRECONDITIONS).as_deref() {
                Some("true" | "1") => true,
                Some("false" | "0") => false,
                Some(_) => return Err(setting(REQUIRE_PRECONDITIONS, "is neither `true` nor `false`")),
                None => file.require_preconditions.unwrap_or(false),
            },
            lock_timeout: Duration::from_millis(lock_timeout_ms),
            log: variable(LOG).or(file.log).unwrap_or_else(|| "info".to_owned()),
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
}

/// Never prints what is configured: some of it is secret.
impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").field("listen", &self.listen).finish_non_exhaustive()
    }
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
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".config"));
    let base = variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home).ok_or(ConfigError::NoPlace)?;
    Ok((base.join("mcp-settings").join("settings.json"), false))
}

fn address(text: &str) -> Result<SocketAddr, ConfigError> {
    let found = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| setting(LISTEN, "is no address of the form `HOST:PORT`"))
}

fn strings(name: &'static str, text: &str) -> Result<Vec<String>, ConfigError> {
    serde_json::from_str(text).map_err(|_| setting(name, "is no JSON array of strings"))
}

fn check_api_keys(keys: &[ApiKeySetting]) -> Result<(), ConfigError> {
    for key in keys {
        if key.key.trim().is_empty() {
            return Err(setting(API_KEYS, "has a blank key"));
        }
        if key.scopes.iter().any(|scope| !["read", "write", "reveal", "admin"].contains(&scope.as_str())) {
            return Err(setting(API_KEYS, "has a scope that is none of `read`, `write`, `reveal`, `admin`"));
        }
    }
    Ok(())
}

fn setting(setting: &'static str, problem: &str) -> ConfigError {
    ConfigError::Setting { setting, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(flags: Flags, variables: &[(&str, &str)], file: &str) -> Result<Config, ConfigError> {
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
    fn the_document_stands_where_the_design_says() {
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
    fn the_secret_is_found_in_the_order_of_the_design() {
        let all = [
            (SECRET_KEY, "one"),
            (OH_SECRET_KEY, "two"),
            (SESSION_API_KEY, "three"),
            ("OH_SESSION_API_KEYS_0", "four"),
            ("HOME", "/h"),
        ];
        for first in 0..4 {
            let config = resolve(Flags::default(), &all[first..], "").unwrap();
            assert_eq!(config.secret_key.as_deref(), Some(all[first].1));
        }
        assert_eq!(resolve(Flags::default(), &all[4..], "").unwrap().secret_key, None);
    }

    #[test]
    fn session_keys_have_every_scope_and_stand_beside_configured_ones() {
        let variables = [
            (API_KEYS, r#"[{"name":"a","key":"0123456789abcdef","scopes":["read"]}]"#),
            ("OH_SESSION_API_KEYS_0", "s0"),
            ("OH_SESSION_API_KEYS_1", "s1"),
            ("HOME", "/h"),
        ];
        let config = resolve(Flags::default(), &variables, "").unwrap();
        let found: Vec<_> =
            config.api_keys.iter().map(|key| (key.key.as_str(), key.scopes.join(","))).collect();
        assert_eq!(
            found,
            [("0123456789abcdef", "read".to_owned()), ("s0", "admin".to_owned()), ("s1", "admin".to_owned())]
        );
    }

    #[test]
    fn what_can_not_be_used_is_refused_without_telling_secrets() {
        let home = ("HOME", "/h");
        let cases: [&[(&str, &str)]; 9] = [
            &[home, (LISTEN, "nowhere")],
            &[home, (AUTH, "maybe")],
            &[home, (AUTH, "off"), (LISTEN, "0.0.0.0:1"), (ALLOWED_HOSTS, "h")],
            &[home, (LISTEN, "0.0.0.0:1")],
            &[home, (API_KEYS, "canary")],
            &[home, (API_KEYS, r#"[{"name":"canary","key":" ","scopes":[]}]"#)],
            &[home, (API_KEYS, r#"[{"name":"n","key":"canary-0123456789","scopes":["root"]}]"#)],
            &[home, (PREVIOUS_SECRET_KEYS, "canary")],
            &[home, (LOCK_TIMEOUT_MS, "soon")],
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
