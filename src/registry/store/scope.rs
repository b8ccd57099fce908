//! Scopes of agents, and which of our servers is which entry of them. `:` is legal in our names and in none of a
//! registry's, so that no two scopes have a server in common.

use std::str::FromStr;

use crate::model::SettingsKey;

use super::super::name::RegistryName;

/// What divides the scope from the name.
const DIVIDER: char = ':';

/// The scope of the servers whose names say none.
const DEFAULT: &str = "default";

/// The longest scope.
const LONGEST: usize = 64;

/// Which servers an agent mounts: 1 to 64 of `A-Z a-z 0-9 _ . @ -`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentScope(String);

/// The text is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope is 1 to 64 of A-Z a-z 0-9 _ . @ -")]
pub struct InvalidScope;

impl AgentScope {
    /// The server that is this entry.
    pub fn key(&self, name: &RegistryName) -> SettingsKey {
        match self.0.as_str() {
            DEFAULT => SettingsKey::new(name.as_str()),
            scope => SettingsKey::new(&format!("{scope}{DIVIDER}{name}")),
        }
    }

    /// The entry that is this server; none for a server of another scope, or of a name that no entry can have.
    pub fn name(&self, key: &SettingsKey) -> Option<RegistryName> {
        let name = match self.0.as_str() {
            DEFAULT => key.as_str(),
            scope => key.as_str().strip_prefix(scope)?.strip_prefix(DIVIDER)?,
        };
        // No entry has a divider in its name.
        RegistryName::parse(name).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AgentScope {
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

impl FromStr for AgentScope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte);
        let is_scope = (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_legal);
        if is_scope { Ok(Self(text.to_owned())) } else { Err(InvalidScope) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scope: &str, name: &str) -> String {
        scope.parse::<AgentScope>().unwrap().key(&RegistryName::parse(name).unwrap()).as_str().to_owned()
    }

    #[test]
    fn an_entry_is_one_server_and_a_server_at_most_one_entry() {
        assert_eq!(key("default", "a+b"), "a+b");
        assert_eq!(key("a", "b.c"), "a:b.c");
        assert_eq!(key("a.b", "c"), "a.b:c");
        for (scope, server, expected) in [
            ("default", "n", Some("n")),
            ("default", "s:n", None),
            ("default", "default:n", None),
            ("default", ".n", None),
            ("default", "a b", None),
            ("s", "s:n", Some("n")),
            ("s", "s:n:m", None),
            ("s", "s:.n", None),
            ("s", "s:", None),
            ("s", "n", None),
            ("s", "st:n", None),
            ("s.t", "s:t.n", None),
        ] {
            let name = scope.parse::<AgentScope>().unwrap().name(&SettingsKey::new(server));
            assert_eq!(name.as_ref().map(RegistryName::as_str), expected, "{scope} {server}");
        }
    }

    #[test]
    fn no_two_entries_are_the_same_server() {
        let parts = ["a", "b", "a.b", "b.c", "default", "a-b", "+", "@a"];
        let mut servers = std::collections::BTreeSet::new();
        let mut entries = 0;
        for scope in parts.iter().filter(|scope| !scope.contains('+')) {
            for name in parts {
                entries += 1;
                let server = key(scope, name);
                let back = scope.parse::<AgentScope>().unwrap().name(&SettingsKey::new(&server)).unwrap();
                assert_eq!(back.as_str(), name);
                servers.insert(server);
            }
        }
        assert_eq!(servers.len(), entries);
    }

    #[test]
    fn scopes_follow_the_rule() {
        let longest = "s".repeat(64);
        for good in ["default", "a", ".", "@x", "A.b_c-9", longest.as_str()] {
            assert_eq!(good.parse::<AgentScope>().unwrap().as_str(), good);
        }
        let too_long = "s".repeat(65);
        for bad in ["", "a:b", "a b", "a+b", "a/b", "é", "a\n", too_long.as_str()] {
            assert_eq!(bad.parse::<AgentScope>(), Err(InvalidScope), "{bad:?}");
        }
    }
}
