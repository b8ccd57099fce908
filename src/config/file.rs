//! The configuration file (TOML): which members it can have, and what is wrong with one that can't be read.
//! It does not know where the file is, and never repeats a value of it.

use std::path::PathBuf;

use toml::de::DeTable;

use super::api_keys::ApiKeySetting;
use super::{ConfigError, LogFormat};

/// What the configuration file can say.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub(super) listen: Option<String>,
    pub(super) metrics_listen: Option<String>,
    pub(super) settings: Option<PathBuf>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) secret_key: Option<String>,
    pub(super) previous_secret_keys: Option<Vec<String>>,
    pub(super) etag_key: Option<String>,
    pub(super) api_keys: Option<Vec<ApiKeySetting>>,
    pub(super) openhands_keys_may_run: Option<bool>,
    pub(super) auth: Option<String>,
    pub(super) allowed_origins: Option<Vec<String>>,
    pub(super) allowed_hosts: Option<Vec<String>>,
    pub(super) plain_names: Option<Vec<String>>,
    pub(super) base_path: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) require_preconditions: Option<bool>,
    pub(super) lock_timeout_ms: Option<u64>,
    pub(super) max_document_bytes: Option<usize>,
    pub(super) static_servers: Option<PathBuf>,
    pub(super) downstream: Option<Vec<String>>,
    pub(super) run: Option<String>,
    pub(super) max_instances: Option<usize>,
    pub(super) child_env: Option<Vec<String>>,
    pub(super) child_path: Option<String>,
    pub(super) pid_namespace: Option<String>,
    pub(super) dial: Option<Vec<String>>,
    pub(super) https_proxy: Option<String>,
    pub(super) env_references: Option<Vec<String>>,
    pub(super) file_references: Option<Vec<String>>,
    pub(super) vault_references: Option<Vec<String>>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<LogFormat>,
}

const STRING: &str = "a string";
const STRINGS: &str = "an array of strings";

/// The members, each with what it must be.
const MEMBERS: [(&str, &str); 32] = [
    ("listen", STRING),
    ("metrics_listen", STRING),
    ("settings", STRING),
    ("state_dir", STRING),
    ("secret_key", STRING),
    ("previous_secret_keys", STRINGS),
    ("etag_key", STRING),
    ("api_keys", "an array of tables with `name`, `key` and `scopes`, and nothing else"),
    ("openhands_keys_may_run", "`true` or `false`"),
    ("auth", STRING),
    ("allowed_origins", STRINGS),
    ("allowed_hosts", STRINGS),
    ("plain_names", STRINGS),
    ("base_path", STRING),
    ("public_url", STRING),
    ("require_preconditions", "`true` or `false`"),
    ("lock_timeout_ms", "a whole number of milliseconds"),
    ("max_document_bytes", "a whole number of bytes"),
    ("static_servers", STRING),
    ("downstream", STRINGS),
    ("run", STRING),
    ("max_instances", "a whole number"),
    ("child_env", STRINGS),
    ("child_path", STRING),
    ("pid_namespace", STRING),
    ("dial", STRINGS),
    ("https_proxy", STRING),
    ("env_references", STRINGS),
    ("file_references", STRINGS),
    ("vault_references", STRINGS),
    ("log", STRING),
    ("log_format", "\"text\" or \"json\""),
];

impl File {
    /// Reads the text of a configuration file.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        // The parser's own messages quote lines and values, which may be keys.
        toml::from_str(text).map_err(|error| explain(text, error.span().map_or(0, |span| span.start)))
    }

    /// Whether it holds keys, so that nobody else may read it.
    pub fn has_keys(&self) -> bool {
        self.secret_key.is_some()
            || self.previous_secret_keys.is_some()
            || self.etag_key.is_some()
            || self.api_keys.is_some()
    }
}

/// What is wrong at this place of a text that is not a configuration.
fn explain(text: &str, at: usize) -> ConfigError {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let Ok(table) = DeTable::parse(text) else { return ConfigError::Syntax { line: line(at) } };
    let named = |name: &str| MEMBERS.iter().find(|(own, _)| *own == name);
    for name in table.get_ref().keys() {
        if named(name.get_ref()).is_none() {
            let known: Vec<String> = MEMBERS.iter().map(|(name, _)| format!("`{name}`")).collect();
            return ConfigError::Unknown {
                line: line(name.span().start),
                member: name.get_ref().to_string(),
                known: known.join(", "),
            };
        }
    }
    // A table header is part of no value's span, so the last member that begins before the fault has it.
    let mut members: Vec<_> =
        table.get_ref().keys().map(|name| (name.span().start, name.get_ref().as_ref())).collect();
    members.sort_unstable();
    let member = members.iter().rev().find(|(start, _)| *start <= at).or(members.first());
    match member.and_then(|(_, name)| named(name)) {
        Some((member, expected)) => ConfigError::Type { line: line(at), member, expected },
        None => ConfigError::Syntax { line: line(at) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_line_the_member_and_what_it_must_be() {
        for (text, expected) in [
            (
                "listen = \"x\"\nlistne = \"canary\"",
                "line 2 of the configuration file: `listne` is not a setting",
            ),
            ("listen =", "line 1 of the configuration file is not valid TOML"),
            ("secret_key = canary", "line 1 of the configuration file is not valid TOML"),
            ("secret_key = 4242", "line 1 of the configuration file: `secret_key` must be a string"),
            (
                "log = \"info\"\nlock_timeout_ms = \"canary\"",
                "line 2 of the configuration file: `lock_timeout_ms` must be a whole number of milliseconds",
            ),
            ("lock_timeout_ms = -1", "line 1 of the configuration file: `lock_timeout_ms` must be"),
            ("allowed_hosts = [\n\"a\",\n42]", "line 3 of the configuration file: `allowed_hosts` must be"),
            (
                "[[api_keys]]\nname = \"n\"\nkey = \"canary\"\nscope = [\"read\"]",
                "line 4 of the configuration file: `api_keys` must be an array of tables",
            ),
            ("api_keys = [\"canary\"]", "line 1 of the configuration file: `api_keys` must be an array"),
            ("log_format = \"canary\"", "line 1 of the configuration file: `log_format` must be"),
        ] {
            let error = File::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with(expected), "{text:?}: {error:?}");
            assert!(!error.contains("canary") && !error.contains("4242"), "{error}");
        }
    }

    #[test]
    fn the_table_has_every_member() {
        let source = include_str!("file.rs");
        let members = source.split("pub struct File {").nth(1).unwrap().split('}').next().unwrap();
        let members: Vec<&str> = members
            .lines()
            .filter_map(|line| Some(line.trim().strip_prefix("pub(super) ")?.split_once(':')?.0))
            .collect();
        assert_eq!(members, MEMBERS.map(|(name, _)| name));
    }
}
