//! What an API key allows, defined once: the words, and which of them include others. It does not know which
//! request needs which.

use std::str::FromStr;

/// What an API key allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Reading, redacted.
    Read,
    /// Writing servers.
    Write,
    /// Seeing secrets, encrypted or in the clear.
    Reveal,
    /// Calling tools of the configured servers. Alone it reads no configuration: an agent must not.
    Use,
    /// Approving what a configuration starts, and starting it to test it.
    Run,
    /// All of the settings, also what is outside the servers.
    Admin,
}

/// A set of scopes, with all that its members include.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

/// A word that is not the name of a scope.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownScope;

impl Scope {
    /// Every scope, in the order in which they are listed.
    pub const ALL: [Self; 6] = [Self::Read, Self::Write, Self::Reveal, Self::Use, Self::Run, Self::Admin];

    /// The word of the configuration and of problems.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Reveal => "reveal",
            Self::Use => "use",
            Self::Run => "run",
            Self::Admin => "admin",
        }
    }

    /// What it includes. `run` starts programs on this machine, so it is always named: `admin` does not
    /// include it.
    const fn includes(self) -> &'static [Self] {
        match self {
            Self::Read | Self::Use => &[],
            Self::Write | Self::Reveal | Self::Run => &[Self::Read],
            Self::Admin => &[Self::Read, Self::Write, Self::Reveal, Self::Use],
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or(UnknownScope)
    }
}

impl Scopes {
    /// Whether this scope is in the set, or included by another that is.
    pub fn allow(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// What both sets allow.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes that are allowed, in a fixed order.
    pub fn list(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.allow(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let with_included = |scope: Scope| scope.includes().iter().copied().chain([scope]);
        Self(scopes.into_iter().flat_map(with_included).fold(0, |set, scope| set | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::Scope::{Admin, Read, Reveal, Run, Use, Write};
    use super::*;

    #[test]
    fn a_scope_includes_what_the_manual_says_and_run_is_always_named() {
        let table: [(&[Scope], &[Scope]); 9] = [
            (&[], &[]),
            (&[Read], &[Read]),
            (&[Write], &[Read, Write]),
            (&[Reveal], &[Read, Reveal]),
            (&[Use], &[Use]),
            (&[Run], &[Read, Run]),
            (&[Admin], &[Read, Write, Reveal, Use, Admin]),
            (&[Use, Write], &[Read, Write, Use]),
            (&[Admin, Run], &Scope::ALL),
        ];
        for (given, allowed) in table {
            let scopes: Scopes = given.iter().copied().collect();
            assert_eq!(scopes.list().collect::<Vec<_>>(), allowed, "{given:?}");
            assert_eq!(scopes.list().collect::<Scopes>(), scopes, "{given:?}");
        }
    }

    #[test]
    fn what_two_sets_have_in_common_is_what_both_allow() {
        let set = |scopes: &[Scope]| scopes.iter().copied().collect::<Scopes>();
        for (one, other, expected) in [
            (&[Admin][..], &[Write][..], &[Read, Write][..]),
            (&[Write], &[Reveal], &[Read]),
            (&[Admin, Run], &[Admin], &[Read, Write, Reveal, Use, Admin]),
            (&[Admin], &[], &[]),
        ] {
            assert_eq!(set(one).common(set(other)).list().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn every_scope_has_a_word_of_its_own() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        for word in ["", "Read", "all", "read "] {
            assert_eq!(word.parse::<Scope>(), Err(UnknownScope), "{word:?}");
        }
    }
}
