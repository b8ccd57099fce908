//! The link that a terminal prints: a one-time code, exchanged for a key that lives as long as a page
//! (DESIGN §9.1). Everything here is in memory and ends with the process.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::secrets::{CredentialDigest, Scope, Scopes, random_token};

use super::access::Caller;

/// How long a printed code is good.
pub const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// How long a key is good that a code was exchanged for.
pub const KEY_LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

/// How many such keys live at once; the oldest ends for a new one.
const MOST_KEYS: usize = 64;

/// The code and the keys that came of codes.
#[derive(Default)]
pub struct Logins {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    codes: Vec<(CredentialDigest, Instant)>,
    keys: Vec<(CredentialDigest, Caller, Instant)>,
}

/// A key that a code was exchanged for.
pub struct PageKey {
    /// What the page presents.
    pub key: String,
    /// What it allows.
    pub scopes: Scopes,
}

impl Logins {
    /// A new code, good once until its lifetime is over.
    pub fn new_code(&self, now: Instant) -> String {
        let code = random_token();
        self.locked().codes.push((CredentialDigest::of(&code), now + CODE_LIFETIME));
        code
    }

    /// Exchanges a code for a key. The code is spent, whatever comes of it.
    pub fn exchange(&self, code: &str, now: Instant) -> Option<PageKey> {
        let presented = CredentialDigest::of(code);
        let mut state = self.locked();
        state.codes.retain(|(_, end)| now < *end);
        let at = state.codes.iter().position(|(digest, _)| digest.matches(&presented))?;
        state.codes.remove(at);
        let key = random_token();
        let digest = CredentialDigest::of(&key);
        let scopes = [Scope::Admin].into_iter().collect();
        let caller = Caller::new("page", scopes, &digest);
        state.keys.retain(|(.., end)| now < *end);
        if MOST_KEYS <= state.keys.len() {
            state.keys.remove(0);
        }
        state.keys.push((digest, caller, now + KEY_LIFETIME));
        Some(PageKey { key, scopes })
    }

    /// Who presents this key.
    pub fn caller(&self, presented: &CredentialDigest, now: Instant) -> Option<Caller> {
        let state = self.locked();
        let mut found = None;
        for (digest, caller, end) in &state.keys {
            if digest.matches(presented) && now < *end {
                found = Some(caller.clone().until(*end));
            }
        }
        found
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing under this lock can panic half way through a change.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_once_and_for_a_minute() {
        let (logins, now) = (Logins::default(), Instant::now());
        let code = logins.new_code(now);
        assert!(logins.exchange("guess", now).is_none());
        let page = logins.exchange(&code, now).unwrap();
        assert!(logins.exchange(&code, now).is_none(), "a code is good once");
        let caller = logins.caller(&CredentialDigest::of(&page.key), now).unwrap();
        assert_eq!(caller.expires, Some(now + KEY_LIFETIME));
        assert!(logins.caller(&CredentialDigest::of(&page.key), now + KEY_LIFETIME).is_none());
        let late = logins.new_code(now);
        assert!(logins.exchange(&late, now + CODE_LIFETIME).is_none());
    }
}
