//! API keys as they are configured, and which can't be used: keys that no request could present, and keys or
//! names that mean two things. It does not know what a scope allows.

use crate::secrets::{Scope, Scopes};

use super::error::{ConfigError, Origin};

/// The shortest key that is not warned about. Characters.
const SHORT: usize = 16;

/// An API key as it is written down.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeySetting {
    name: String,
    key: String,
    scopes: Vec<String>,
}

/// An API key that can be used.
pub struct ApiKey {
    /// What audit events call it.
    pub name: String,
    /// What callers present.
    pub key: String,
    /// What it allows.
    pub scopes: Scopes,
}

/// The configured keys, if all of them can be used.
pub(super) fn parse(origin: Origin, keys: Vec<ApiKeySetting>) -> Result<Vec<ApiKey>, ConfigError> {
    let parse = |(at, key): (usize, ApiKeySetting)| {
        let number = at + 1;
        let place = format!("key {number} (`{}`)", key.name.escape_default());
        let is_visible = |text: &str| !text.trim().is_empty() && !text.contains(char::is_control);
        if !is_visible(&key.name) {
            return Err(origin.error(format!("has no usable name for key {number}")));
        }
        if !can_be_presented(&key.key) {
            return Err(origin.error(format!(
                "has a key that no request can present: {place} must be visible ASCII characters without blanks"
            )));
        }
        if key.scopes.is_empty() {
            return Err(origin.error(format!("gives {place} no scopes; they are {}", listed())));
        }
        let scopes: Result<Scopes, _> = key.scopes.iter().map(|word| word.parse::<Scope>()).collect();
        let scopes = scopes
            .map_err(|_| origin.error(format!("gives {place} an unknown scope; they are {}", listed())))?;
        Ok(ApiKey { name: key.name, key: key.key, scopes })
    };
    keys.into_iter().enumerate().map(parse).collect()
}

/// All keys together: none of them, and no name, twice. A session key that repeats another is one key.
pub(super) fn join(
    origin: Origin,
    keys: Vec<ApiKey>,
    sessions: &[String],
    session_scopes: Scopes,
) -> Result<Vec<ApiKey>, ConfigError> {
    let mut all: Vec<ApiKey> = Vec::new();
    for key in keys {
        if let Some(other) = all.iter().find(|other| other.key == key.key) {
            return Err(origin.error(format!(
                "has one key twice, as `{}` and as `{}`",
                other.name.escape_default(),
                key.name.escape_default()
            )));
        }
        if all.iter().any(|other| other.name == key.name) {
            return Err(origin.error(format!("has two keys of the name `{}`", key.name.escape_default())));
        }
        all.push(key);
    }
    let configured = all.len();
    for (number, key) in sessions.iter().enumerate() {
        let name = format!("session-{number}");
        match all.iter().position(|other| other.key == *key) {
            Some(at) if at < configured => {
                return Err(origin.error(format!(
                    "has a session key as `{}`: one key can't have two meanings",
                    all[at].name.escape_default()
                )));
            }
            Some(_) => {}
            None if all.iter().any(|other| other.name == name) => {
                return Err(origin.error(format!("has a key of the name `{name}`, as a session key has")));
            }
            None => {
                all.push(ApiKey { name, key: key.clone(), scopes: session_scopes });
            }
        }
    }
    Ok(all)
}

/// What is to be said of keys that work badly: those that can be guessed, and session keys that no request can
/// present. The latter may still encrypt.
pub(super) fn warnings(keys: &[ApiKey]) -> impl Iterator<Item = String> {
    keys.iter().filter_map(|key| {
        if !can_be_presented(&key.key) {
            Some(format!(
                "no request can present the API key `{}`: it has blanks or other than ASCII",
                key.name
            ))
        } else if key.key.len() < SHORT {
            Some(format!("the API key `{}` has fewer than {SHORT} characters and can be guessed", key.name))
        } else {
            None
        }
    })
}

/// Whether a header can carry this key and nothing of it is trimmed.
pub fn can_be_presented(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn listed() -> String {
    Scope::ALL.map(|scope| format!("`{}`", scope.as_str())).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Origin = Origin::Variable("MCP_SETTINGS_API_KEYS");

    fn key(name: &str, key: &str, scopes: &[&str]) -> ApiKeySetting {
        ApiKeySetting {
            name: name.to_owned(),
            key: key.to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        }
    }

    #[test]
    fn a_key_that_no_request_can_present_or_that_allows_nothing_is_refused_by_name() {
        for (bad, expected) in [
            (key("ci", "canary-0123456789 ", &["read"]), "`ci`"),
            (key("ci", "canary 0123456789", &["read"]), "`ci`"),
            (key("ci", "canary-0123456789\n", &["read"]), "`ci`"),
            (key("ci", "canäry-0123456789", &["read"]), "`ci`"),
            (key("ci", "", &["read"]), "`ci`"),
            (key("ci", "canary-0123456789", &[]), "`ci`"),
            (key("ci", "canary-0123456789", &["Read"]), "`ci`"),
            (key(" ", "canary-0123456789", &["read"]), "key 2"),
            (key("a\nb", "canary-0123456789", &["read"]), "key 2"),
        ] {
            let keys = [key("fine", "0123456789abcdef", &["read"]), bad];
            let error = parse(ORIGIN, keys.into()).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(expected) && error.contains("MCP_SETTINGS_API_KEYS"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn neither_a_key_nor_a_name_means_two_things() {
        let one = || key("one", "canary-0123456789", &["read"]);
        for (keys, sessions, expected) in [
            (vec![one(), key("two", "canary-0123456789", &["admin"])], &[][..], "`one` and as `two`"),
            (vec![one(), key("one", "another-0123456789", &["read"])], &[], "`one`"),
            (vec![one()], &["canary-0123456789"], "`one`"),
            (vec![key("session-0", "canary-0123456789", &["read"])], &["session-key"], "`session-0`"),
        ] {
            let sessions: Vec<String> = sessions.iter().map(|&text| text.to_owned()).collect();
            let keys = parse(ORIGIN, keys).unwrap();
            let error = join(ORIGIN, keys, &sessions, Scopes::default())
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(error.contains(expected) && !error.contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_session_key_that_is_given_twice_is_one_key() {
        let sessions = ["same".to_owned(), "same".to_owned(), "other".to_owned()];
        let names: Vec<String> = join(ORIGIN, Vec::new(), &sessions, Scopes::default())
            .unwrap()
            .into_iter()
            .map(|key| key.name)
            .collect();
        assert_eq!(names, ["session-0", "session-2"]);
    }

    #[test]
    fn a_key_that_can_be_guessed_is_warned_about_by_name() {
        let keys = [key("long", "0123456789abcdef", &["read"]), key("short", "0123456789abcde", &["read"])];
        let warnings: Vec<String> = warnings(&parse(ORIGIN, keys.into()).unwrap()).collect();
        assert!(warnings.len() == 1 && warnings[0].contains("`short`"), "{warnings:?}");
        assert!(!warnings[0].contains("0123456789"), "{warnings:?}");
        let sessions = ["session-key-0123456789\n".to_owned()];
        let sessions = join(ORIGIN, Vec::new(), &sessions, Scopes::default()).unwrap();
        let warnings: Vec<String> = super::warnings(&sessions).collect();
        assert!(warnings.len() == 1 && warnings[0].contains("no request"), "{warnings:?}");
    }
}
