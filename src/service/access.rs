//! Who may do what (DESIGN §9.1): API keys, kept as digests, and the scopes that they carry.
//! It refuses to know how a key is sent.

use std::sync::Arc;
use std::time::Instant;

use crate::model::Author;
use crate::secrets::CredentialDigest;

/// What an API key allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Reading, redacted.
    Read,
    /// Writing servers; includes reading.
    Write,
    /// Seeing secrets, encrypted or in the clear; includes reading.
    Reveal,
    /// Everything, also outside the server map.
    Admin,
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

/// Who makes a request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The name of the API key, for audit events.
    pub name: Arc<str>,
    /// What the caller may do.
    pub scopes: Scopes,
    /// How the store remembers this caller's changes.
    pub author: Author,
    /// When the key ends; none for one that does not end by itself.
    pub expires: Option<Instant>,
}

/// An API key as it is configured.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// What audit events call it.
    pub name: String,
    /// What is presented.
    pub key: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

/// All API keys.
pub struct ApiKeys {
    keys: Vec<(CredentialDigest, Caller)>,
}

impl Scope {
    /// The word of the configuration and of problems.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Reveal => "reveal",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Write => 2,
            Self::Reveal => 4,
            Self::Admin => 8,
        }
    }
}

impl Scopes {
    /// Every scope.
    pub const ALL: Self = Self(15);

    /// Whether this scope is in the set, or included by another that is.
    pub fn allow(self, scope: Scope) -> bool {
        let included_by = match scope {
            Scope::Read => 15,
            Scope::Write => Scope::Write.bit() | Scope::Admin.bit(),
            Scope::Reveal => Scope::Reveal.bit() | Scope::Admin.bit(),
            Scope::Admin => Scope::Admin.bit(),
        };
        self.0 & included_by != 0
    }

    /// The scopes that are allowed, in a fixed order.
    pub fn list(self) -> Vec<Scope> {
        [Scope::Read, Scope::Write, Scope::Reveal, Scope::Admin]
            .into_iter()
            .filter(|scope| self.allow(*scope))
            .collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | scope.bit()))
    }
}

impl Caller {
    /// A caller known by the digest of what was presented.
    pub fn new(name: &str, scopes: Scopes, digest: &CredentialDigest) -> Self {
        let author = Author::of_key(name, &digest.short(), scopes.allow(Scope::Reveal));
        Self { name: name.into(), scopes, author, expires: None }
    }

    /// Whoever calls where no keys are asked for.
    pub fn anyone() -> Self {
        let author = Author::of_key("anyone", "", true);
        Self { name: "anyone".into(), scopes: Scopes::ALL, author, expires: None }
    }

    /// The same, with a key that ends then.
    #[must_use]
    pub fn until(self, end: Instant) -> Self {
        Self { expires: Some(end), ..self }
    }

    /// Whether this caller may see secrets.
    pub fn may_reveal(&self) -> bool {
        self.scopes.allow(Scope::Reveal)
    }
}

impl ApiKeys {
    /// Takes the configured keys; only their digests are kept.
    pub fn new(keys: impl IntoIterator<Item = ApiKey>) -> Self {
        let entry = |key: ApiKey| {
            let digest = CredentialDigest::of(&key.key);
            let caller = Caller::new(&key.name, key.scopes.into_iter().collect(), &digest);
            (digest, caller)
        };
        Self { keys: keys.into_iter().map(entry).collect() }
    }

    /// Who presents this credential. Every key is compared, so that the time tells nothing.
    pub fn caller(&self, presented: &CredentialDigest) -> Option<Caller> {
        let mut found = None;
        for (digest, caller) in &self.keys {
            if digest.matches(presented) {
                found = Some(caller);
            }
        }
        found.cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_include_one_another_as_the_design_says() {
        let table: [(&[Scope], &[Scope]); 5] = [
            (&[Scope::Read], &[Scope::Read]),
            (&[Scope::Write], &[Scope::Read, Scope::Write]),
            (&[Scope::Reveal], &[Scope::Read, Scope::Reveal]),
            (&[Scope::Admin], &[Scope::Read, Scope::Write, Scope::Reveal, Scope::Admin]),
            (&[], &[]),
        ];
        for (given, allowed) in table {
            assert_eq!(given.iter().copied().collect::<Scopes>().list(), allowed, "{given:?}");
        }
    }

    #[test]
    fn the_store_remembers_the_name_of_the_key_and_whether_it_reveals() {
        let author = |name: &str, scope, key: &str| {
            Caller::new(name, [scope].into_iter().collect(), &CredentialDigest::of(key)).author
        };
        for (scope, expected) in [(Scope::Write, false), (Scope::Reveal, true), (Scope::Admin, true)] {
            let author = author("ci", scope, "k");
            for author in [&author, &author.with_mark(7)] {
                assert_eq!((author.name(), author.may_reveal()), ("ci", expected), "{scope:?}");
            }
        }
        assert_eq!(author("ci", Scope::Write, "k"), author("ci", Scope::Write, "k"));
        assert_ne!(
            author("ci", Scope::Write, "k"),
            author("ci", Scope::Write, "l"),
            "another key of the name"
        );
        assert!(Caller::anyone().author.may_reveal());
    }

    #[test]
    fn a_caller_is_who_presents_the_key() {
        let key =
            |name: &str, key: &str| ApiKey { name: name.into(), key: key.into(), scopes: vec![Scope::Read] };
        let keys = ApiKeys::new([key("one", "k1"), key("two", "k2")]);
        assert_eq!(&*keys.caller(&CredentialDigest::of("k2")).unwrap().name, "two");
        assert!(keys.caller(&CredentialDigest::of("k3")).is_none());
        assert!(keys.caller(&CredentialDigest::of("")).is_none());
    }
}
