//! Who calls (DESIGN §9.1): API keys, kept as digests, and what each allows.
//! It does not know how a key is sent.

use std::sync::Arc;
use std::time::Instant;

use crate::model::Author;
use crate::secrets::{CredentialDigest, Scope, Scopes};
use crate::state::{SessionId, UnixTime};

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
    /// The API key that was presented, or that the session came from; none where none is asked for.
    pub key: Option<CredentialDigest>,
    /// The session whose key was presented, and when it began; none for an API key.
    pub session: Option<(SessionId, UnixTime)>,
}

/// All API keys. Only their digests are kept.
#[derive(Default)]
pub struct ApiKeys {
    keys: Vec<(CredentialDigest, Caller)>,
}

impl Caller {
    /// A caller known by the digest of what was presented.
    pub fn new(name: &str, scopes: Scopes, digest: &CredentialDigest) -> Self {
        let author = Author::of_key(name, &digest.short(), scopes.allow(Scope::Reveal));
        Self { name: name.into(), scopes, author, expires: None, key: Some(digest.clone()), session: None }
    }

    /// Every caller, where no keys are asked for. It may not run what others configured: any local account
    /// could.
    pub fn anyone() -> Self {
        Self::without_key("anyone")
    }

    /// The account of this machine that runs a command on the document itself. It may do what it could do to the file,
    /// and run nothing.
    pub fn local(account: &str) -> Self {
        Self::without_key(&format!("local:{account}"))
    }

    fn without_key(name: &str) -> Self {
        let author = Author::of_key(name, "", true);
        let scopes = [Scope::Admin].into_iter().collect();
        Self { name: name.into(), scopes, author, expires: None, key: None, session: None }
    }

    /// The same, in a session that came from this API key.
    #[must_use]
    pub fn in_session(self, id: SessionId, began: UnixTime, creator: &CredentialDigest) -> Self {
        Self { key: Some(creator.clone()), session: Some((id, began)), ..self }
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
    /// Adds a key, and what it allows.
    pub fn add(&mut self, name: &str, key: &str, scopes: Scopes) {
        let digest = CredentialDigest::of(key);
        let caller = Caller::new(name, scopes, &digest);
        self.keys.push((digest, caller));
    }

    /// Who presents this credential. Every key is compared, so that the time reveals nothing.
    pub fn caller(&self, presented: &CredentialDigest) -> Option<Caller> {
        let mut found = None;
        for (digest, caller) in &self.keys {
            if digest.matches(presented) {
                found = Some(caller);
            }
        }
        found.cloned()
    }

    /// The key that this is true of, and its holder.
    pub fn find(&self, is_it: impl Fn(&CredentialDigest) -> bool) -> Option<(&CredentialDigest, &Caller)> {
        self.keys.iter().find(|(digest, _)| is_it(digest)).map(|(digest, caller)| (digest, caller))
    }

    /// The first key that allows this, else the first.
    pub fn first(&self, scope: Scope) -> Option<(&CredentialDigest, &Caller)> {
        let with_scope = self.keys.iter().find(|(_, caller)| caller.scopes.allow(scope));
        with_scope.or(self.keys.first()).map(|(digest, caller)| (digest, caller))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_local_account_has_every_scope_but_run() {
        let caller = Caller::local("ann");
        assert_eq!((&*caller.name, caller.author.name()), ("local:ann", "local:ann"));
        for scope in Scope::ALL {
            assert_eq!(caller.scopes.allow(scope), scope != Scope::Run, "{scope:?}");
        }
    }

    #[test]
    fn a_caller_is_who_presents_the_key() {
        let mut keys = ApiKeys::default();
        for (name, key) in [("one", "k1"), ("two", "k2")] {
            keys.add(name, key, [Scope::Read].into_iter().collect());
        }
        assert_eq!(&*keys.caller(&CredentialDigest::of("k2")).unwrap().name, "two");
        assert!(keys.caller(&CredentialDigest::of("k3")).is_none());
        assert!(keys.caller(&CredentialDigest::of("")).is_none());
    }
}
