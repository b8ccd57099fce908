//! Sessions of the page: the one-time code of a link is exchanged for a key that lives as long as the page is
//! used. A session allows at most what the API key allows that it came from, and ends with it. What is in doubt is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

use crate::secrets::{CredentialDigest, Scope, Scopes, random_token};
use crate::state::{Change, Kept, Remembered, Serving, Session, SessionId, StateStore, UnixTime};

use super::access::{ApiKeys, Caller};

/// How long a code is good.
pub const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// How long a session lasts that is not used.
pub const IDLE: Duration = Duration::from_secs(8 * 60 * 60);

/// How long a session lasts at most.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often the last use of a session is stored.
const USE_STORED: Duration = Duration::from_secs(5 * 60);

/// How long the service may have been away without another program having taken its address meanwhile.
const ABSENCE: Duration = Duration::from_secs(10 * 60);

/// How far clocks may differ.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// How long a request waits until the sessions are known.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many sessions there are at once; the one that was not used for longest ends for a new one.
const MOST_SESSIONS: usize = 64;

/// What the key of a session begins with, which distinguishes it from an API key.
const PREFIX: &str = "mcp-session-";

/// The sessions, and the codes that lead to new ones.
pub struct Sessions {
    state: Arc<dyn StateStore>,
    /// Where this service listens.
    address: String,
    since: UnixTime,
    /// Whether it is known which sessions are over because nothing served here.
    is_open: watch::Sender<bool>,
    codes: Mutex<Vec<Code>>,
    uses: Mutex<Uses>,
}

/// What only this process knows of the time.
#[derive(Default)]
struct Uses {
    /// When sessions were used here last.
    last: HashMap<SessionId, UnixTime>,
    /// When [`Sessions::tend`] was called last.
    tended: Option<UnixTime>,
}

struct Code {
    digest: CredentialDigest,
    end: Instant,
    grant: Grant,
}

/// What a session is made of.
#[derive(Clone)]
pub struct Grant {
    /// What audit events call it.
    name: String,
    scopes: Scopes,
    /// The API key without which it is over.
    creator: CredentialDigest,
    /// When the session began that this one is made in: it is not prolonged by that.
    began: Option<UnixTime>,
}

/// A session that was just made.
pub struct PageKey {
    /// What the page presents.
    pub key: String,
    /// What it allows.
    pub scopes: Scopes,
    /// What audit events call it.
    pub name: String,
}

/// Who presents a key that is no API key.
pub enum Found {
    /// A session.
    Caller(Caller),
    /// Nobody that is known.
    Unknown,
    /// The sessions could not be read yet.
    NotYet,
}

impl Grant {
    /// For the printed link: what the first key with `admin` allows, else the first key.
    pub fn of_first_key(keys: &ApiKeys) -> Option<Self> {
        let (creator, caller) = keys.first(Scope::Admin)?;
        Some(Self { name: "page".to_owned(), scopes: caller.scopes, creator: creator.clone(), began: None })
    }

    /// For a link that this caller asks for, where that is the holder of a key.
    pub fn of_caller(caller: &Caller) -> Option<Self> {
        let creator = caller.key.clone()?;
        let name = match caller.session {
            Some(_) => caller.name.to_string(),
            None => format!("page of {}", caller.name),
        };
        Some(Self { name, scopes: caller.scopes, creator, began: caller.session.map(|(_, began)| began) })
    }
}

impl Sessions {
    /// The sessions of a service at this address.
    pub fn new(state: Arc<dyn StateStore>, address: String) -> Self {
        let is_open = watch::Sender::new(false);
        let since = UnixTime::now();
        Self { state, address, since, is_open, codes: Mutex::default(), uses: Mutex::default() }
    }

    /// Waits until the state can be read, and ends what has ended while the service was away.
    pub async fn open(&self) {
        self.state.opened().await;
        self.tend();
        self.is_open.send_replace(true);
    }

    /// Notes that the service serves, and takes away what is over. To be called every minute, and at the end.
    pub fn tend(&self) {
        let (now, state) = (UnixTime::now(), self.state.peek().unwrap_or_default());
        let mut uses = locked(&self.uses);
        // After this machine has slept, the others may not have been able to say that they serve either.
        let was_awake = uses.tended.is_some_and(|before| before.until(now) < ABSENCE / 2);
        uses.tended = Some(now);
        let mut changes = vec![self.serving(now)];
        if was_awake {
            let is_gone = |at: &UnixTime| ABSENCE < at.until(now);
            let others = state.served.iter().filter(|(address, at)| **address != self.address && is_gone(at));
            changes.extend(others.map(|(address, _)| Change::Forget(address.clone())));
        }
        for (id, session) in &state.sessions {
            match uses.last_of(id, session) {
                used if is_over(session, used, now) => changes.push(Change::End(*id)),
                used if USE_STORED <= session.used.until(used) => changes.push(Change::Use(*id, used)),
                _ => {}
            }
        }
        uses.last.retain(|id, _| state.sessions.contains_key(id));
        drop(uses);
        // Whether it is stored, the store says itself.
        drop(self.state.write(changes));
    }

    /// A new code, good once until its lifetime is over.
    pub fn new_code(&self, grant: Grant) -> String {
        let (code, now) = (random_token(), Instant::now());
        let mut codes = locked(&self.codes);
        codes.retain(|code| now < code.end);
        codes.push(Code { digest: CredentialDigest::of(&code), end: now + CODE_LIFETIME, grant });
        code
    }

    /// Exchanges a code for the key of a session. The code is spent, whatever comes of it.
    pub async fn exchange(&self, code: &str) -> Option<PageKey> {
        let Grant { name, scopes, creator, began } = self.spend(code)?;
        let (key, now) = (format!("{PREFIX}{}", random_token()), UnixTime::now());
        let id = id_of(&key);
        let session = Session {
            bond: creator.bond(&id.0),
            name: name.clone(),
            scopes,
            address: self.address.clone(),
            began: began.unwrap_or(now),
            used: now,
        };
        let mut changes = self.make_room();
        changes.push(Change::Begin(id, session));
        // It is good from now on. That it is stored is waited for, so that it outlives a crash; but not for ever.
        timeout(PATIENCE, self.state.write(changes)).await.ok();
        Some(PageKey { key, scopes, name })
    }

    /// Who presents this key, of which this is the digest, and which is not an API key.
    pub async fn find(&self, key: &str, presented: &CredentialDigest, keys: &ApiKeys) -> Found {
        if !key.starts_with(PREFIX) {
            return Found::Unknown;
        }
        if !*self.is_open.borrow() {
            let mut is_open = self.is_open.subscribe();
            let opened = timeout(PATIENCE, is_open.wait_for(|is_open| *is_open)).await;
            if !matches!(opened, Ok(Ok(_))) {
                return Found::NotYet;
            }
        }
        self.use_now(presented, keys).map_or(Found::Unknown, Found::Caller)
    }

    /// Whether this caller still is one: a session may have ended meanwhile.
    pub fn is_current(&self, caller: &Caller) -> bool {
        let Some((id, _)) = caller.session else { return true };
        let state = self.state.peek().unwrap_or_default();
        let used = |session| locked(&self.uses).last_of(&id, session);
        state.sessions.get(&id).is_some_and(|session| !is_over(session, used(session), UnixTime::now()))
    }

    /// Ends a session. It is over when this returns; what is answered says whether it is so for good, or until that is
    /// stored for this process only.
    pub async fn end(&self, id: SessionId) -> bool {
        let stored = timeout(PATIENCE, self.state.write(vec![Change::End(id)])).await;
        matches!(stored, Ok(Kept::Stored | Kept::InMemory))
    }

    fn use_now(&self, presented: &CredentialDigest, keys: &ApiKeys) -> Option<Caller> {
        let id = SessionId(presented.bytes());
        let (state, now) = (self.state.peek()?, UnixTime::now());
        let session = state.sessions.get(&id)?;
        let (creator, of_creator) = keys.find(|key| key.bond(&id.0) == session.bond)?;
        let mut uses = locked(&self.uses);
        let used = uses.last_of(&id, session);
        if is_over(session, used, now) {
            return None;
        }
        uses.last.insert(id, used.max(now));
        drop(uses);
        let left = now.until(session.began.plus(LONGEST)).min(IDLE);
        let caller = Caller::new(&session.name, session.scopes.common(of_creator.scopes), presented);
        Some(caller.in_session(id, session.began, creator).until(Instant::now() + left))
    }

    fn spend(&self, code: &str) -> Option<Grant> {
        let (presented, now) = (CredentialDigest::of(code), Instant::now());
        let mut codes = locked(&self.codes);
        codes.retain(|code| now < code.end);
        let at = codes.iter().position(|code| code.digest.matches(&presented))?;
        Some(codes.remove(at).grant)
    }

    /// Ends sessions where there are too many for one more.
    fn make_room(&self) -> Vec<Change> {
        let state = self.state.peek().unwrap_or_default();
        let Remembered { sessions, .. } = &*state;
        let uses = locked(&self.uses);
        let mut by_use: Vec<_> =
            sessions.iter().map(|(id, session)| (uses.last_of(id, session), *id)).collect();
        by_use.sort_unstable();
        let over = (by_use.len() + 1).saturating_sub(MOST_SESSIONS);
        by_use.into_iter().take(over).map(|(_, id)| Change::End(id)).collect()
    }

    fn serving(&self, now: UnixTime) -> Change {
        let last = UnixTime::from_seconds(self.since.seconds().saturating_sub_unsigned(ABSENCE.as_secs()));
        Change::Serve(Serving { address: self.address.clone(), since: self.since, last, at: now })
    }
}

impl Uses {
    fn last_of(&self, id: &SessionId, session: &Session) -> UnixTime {
        self.last.get(id).map_or(session.used, |used| session.used.max(*used))
    }
}

/// Whether a session has ended by itself. One from the future is in doubt: a clock was set back.
fn is_over(session: &Session, used: UnixTime, now: UnixTime) -> bool {
    let is_ahead = |at: UnixTime| SKEW < now.until(at);
    is_ahead(session.began) || is_ahead(used) || session.began.plus(LONGEST) <= now || used.plus(IDLE) <= now
}

fn id_of(key: &str) -> SessionId {
    SessionId(CredentialDigest::of(key).bytes())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks can panic half way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
