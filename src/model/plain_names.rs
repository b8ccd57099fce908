//! Names of variables and headers that the view `named` shows in clear: what everybody sets and nobody hides. A value
//! that looks like a secret is masked under such a name too.

use super::config::{Config, Node, Secret, SecretValue};
use super::secret_shapes::{has_known_prefix, is_random};
use super::url_parts::has_secret;

/// The names where nothing else is configured.
pub const DEFAULT: [&str; 13] = [
    "LOG_LEVEL",
    "NODE_ENV",
    "DEBUG",
    "TZ",
    "LANG",
    "LC_*",
    "REGION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "PORT",
    "Accept",
    "Content-Type",
    "User-Agent",
];

/// Patterns of names: exact ones, and `*` for any characters.
#[derive(Clone, Debug)]
pub struct PlainNames(Vec<String>);

impl PlainNames {
    /// Takes patterns.
    pub fn new(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    /// Marks what the view `named` shows of a stored configuration.
    pub fn mark(&self, config: &mut Config) {
        for (map, node) in config.iter_mut() {
            let Node::Object(entries) = node else { continue };
            for (name, entry) in entries.iter_mut() {
                if let Node::Secret(secret) = entry {
                    secret.is_shown = self.shows(map, name, secret);
                }
            }
        }
    }

    /// Whether the entry of this name of the top-level member `map` may be shown in clear. Names of `env` count as
    /// they are written, those of `headers` in any case.
    fn shows(&self, map: &str, name: &str, secret: &Secret) -> bool {
        let matches = |pattern: &String| match map {
            "env" => matches(pattern, name),
            "headers" => matches(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase()),
            _ => false,
        };
        let is_harmless = || match &secret.value {
            SecretValue::Text(plaintext) => !looks_like_a_secret(plaintext.expose()),
            SecretValue::Number(_) | SecretValue::Bool(_) => true,
            SecretValue::Unreadable => false,
        };
        self.0.iter().any(matches) && is_harmless()
    }
}

impl Default for PlainNames {
    fn default() -> Self {
        Self(DEFAULT.map(str::to_owned).to_vec())
    }
}

/// Whether a name is of a pattern, in which `*` is any characters. Takes time in proportion to the product of both.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = name.find(piece) else { return false };
        name = &name[at + piece.len()..];
    }
    name.ends_with(end)
}

/// A known prefix, userinfo or a secret parameter in a URL, or random text, in any of its words.
fn looks_like_a_secret(text: &str) -> bool {
    let has_url_secret = |text: &str| match text.split_once("://") {
        // In a sentence nothing says where a URL ends, and userinfo may contain white space.
        Some((_, rest)) if text.contains(char::is_whitespace) => rest.contains('@'),
        Some(_) => has_secret(text),
        None => false,
    };
    let is_secret = |word: &str| has_known_prefix(word) || is_random(word) || has_url_secret(word);
    text.split(|character: char| character.is_whitespace() || ",;".contains(character)).any(is_secret)
        || is_secret(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::{AtRest, Node};
    use crate::model::samples::config;
    use crate::secrets::Plaintext;

    fn shown(map: &str, name: &str, value: &str) -> bool {
        let secret = Secret::found(SecretValue::Text(Plaintext::new(value.to_owned())), AtRest::Clear);
        PlainNames::default().shows(map, name, &secret)
    }

    #[test]
    fn names_count_as_written_in_env_and_in_any_case_in_headers() {
        for (map, name, expected) in [
            ("env", "LOG_LEVEL", true),
            ("env", "log_level", false),
            ("env", "LC_ALL", true),
            ("env", "LC_", true),
            ("env", "XLC_ALL", false),
            ("env", "MY_LOG_LEVEL", false),
            ("headers", "accept", true),
            ("headers", "CONTENT-TYPE", true),
            ("headers", "Authorization", false),
            ("http_headers", "Accept", false),
        ] {
            assert_eq!(shown(map, name, "debug"), expected, "{map}.{name}");
        }
        for (pattern, name, expected) in [
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b", "ab", true),
            ("a*a", "a", false),
            ("a*bc*c", "abc", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_value_that_looks_like_a_secret_is_not_shown_under_any_name() {
        for value in [
            "ghp_abcdefghij0123456789",
            "https://u:p@h/",
            "https://h/?token=x",
            "mV3kq9TzR7pLw2XbN8dY",
            "debug mV3kq9TzR7pLw2XbN8dY",
            "debug,sk-abcdefghij0123",
            "see https://u:p w@h/",
            "see https://h/?token=x",
        ] {
            assert!(!shown("env", "DEBUG", value), "{value}");
        }
        for value in ["", "debug", "eu-central-1", "express:*,app:http", "https://h/", "see https://h/ (x)"] {
            assert!(shown("env", "DEBUG", value), "{value}");
        }
        let Some(Node::Object(env)) = config(r#"{"env":{"PORT":"foreign s"}}"#).get("env").cloned() else {
            panic!("it is an object")
        };
        let Some(Node::Secret(lost)) = env.get("PORT") else { panic!("it is a secret") };
        assert!(!PlainNames::default().shows("env", "PORT", lost), "what no key opens is not shown");
    }
}
