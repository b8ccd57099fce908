//! The world of these tests: one gateway and the rows of one state, both in memory, and a clock that only tests move.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::downstream::core::{Aim, Ask, Digest, Forward, Made};
use crate::downstream::round::Round;
use crate::downstream::{Base, Failure, FailureKind, Gateway, Known, Rows, Sight, ToolGroup};
use crate::model::SettingsKey;

pub(super) const PROVIDER: &str = "model-context-protocol";

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing.
    None,
    /// It never arrives.
    Lost,
    /// It is carried out, and the answer is lost.
    AnswerLost,
    /// It is not answered, and carried out after so many milliseconds.
    Late(i64),
    /// It is answered with this status and not carried out.
    Status(u16),
    /// A registration is answered with 400 and leaves a toolgroup without an endpoint.
    StoredInPart,
    /// The gateway forgets all of ours before it.
    Forgets,
    /// The service is killed before the call arrives.
    KilledBefore,
    /// The service is killed when it was carried out.
    KilledAfter,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) provider_id: String,
    pub(super) url: Option<String>,
    pub(super) is_foreign: bool,
}

#[derive(Clone, Debug)]
enum Write {
    Register { id: String, provider_id: String, url: String },
    Unregister { id: String },
}

#[derive(Default)]
pub(super) struct State {
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) faults: VecDeque<Fault>,
    late: Vec<(i64, Write)>,
    /// Every call that arrived, such as `POST a`.
    pub(super) calls: Vec<String>,
    /// Whether every call is lost.
    pub(super) is_down: bool,
    rows: BTreeMap<SettingsKey, Made>,
    aims: BTreeMap<SettingsKey, Aim>,
    asks: u64,
    /// Whether rows are not stored.
    pub(super) is_disk_full: bool,
    /// Whether it can't be read what is wanted.
    pub(super) is_unreadable: bool,
    /// What was noted of the gateway.
    pub(super) unknown: Vec<String>,
    pub(super) trouble: Option<FailureKind>,
}

/// The world.
pub(super) struct World {
    state: Mutex<State>,
    now: AtomicI64,
}

/// When each test begins. Milliseconds.
const BEGIN: i64 = 1_700_000_000_000;

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), now: AtomicI64::new(BEGIN) })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Moves the clock, and carries out what is late by then.
    pub(super) fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
        self.lock().settle(self.now());
    }

    /// What is wanted under a name from now on; a new request each time.
    pub(super) fn want(&self, name: &str, url: Option<&str>) -> Ask {
        let mut state = self.lock();
        state.asks += 1;
        let forward = url.map(|url| Forward {
            provider_id: PROVIDER.to_owned(),
            url: url.to_owned(),
            digest: digest_of(name, PROVIDER, Some(url)),
        });
        let ask: Ask = Some(state.asks.to_string().into());
        state.aims.insert(SettingsKey::new(name), Aim { ask: ask.clone(), forward });
        ask
    }

    /// Somebody else registers something.
    pub(super) fn put_foreign(&self, id: &str, url: &str) {
        let group = Group { provider_id: PROVIDER.to_owned(), url: Some(url.to_owned()), is_foreign: true };
        self.lock().groups.insert(id.to_owned(), group);
    }

    pub(super) fn row(&self, name: &str) -> Option<Made> {
        self.lock().rows.get(&SettingsKey::new(name)).cloned()
    }

    pub(super) fn failure(&self, name: &str) -> Option<FailureKind> {
        self.row(name)?.failure.map(|failure| failure.kind)
    }

    /// What the gateway has: ids with URLs, ours and then the others.
    pub(super) fn groups(&self) -> [BTreeMap<String, String>; 2] {
        let state = self.lock();
        [false, true].map(|is_foreign| {
            let own = state.groups.iter().filter(|(_, group)| group.is_foreign == is_foreign);
            own.map(|(id, group)| (id.clone(), group.url.clone().unwrap_or_default())).collect()
        })
    }

    /// What is wanted, as the gateway is to have it.
    pub(super) fn wanted(&self) -> BTreeMap<String, String> {
        let state = self.lock();
        let forwards = state.aims.iter().filter_map(|(name, aim)| Some((name, aim.forward.as_ref()?)));
        forwards.map(|(name, forward)| (name.as_str().to_owned(), forward.url.clone())).collect()
    }

    pub(super) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().calls)
    }

    /// A service that has just started.
    pub(super) fn round(self: &Arc<Self>) -> Round {
        let clock = Arc::clone(self);
        let base = Base::parse("http://gateway").unwrap();
        Round::new(base, Arc::clone(self) as _, Arc::clone(self) as _, Arc::new(move || clock.now()), || 0.0)
    }

    /// Runs the service for so long, and starts it again when it is killed.
    pub(super) fn run(self: &Arc<Self>, round: &mut Round, ms: i64) {
        let end = self.now() + ms;
        let mut turns = 0;
        while self.now() <= end {
            let next = match round.turn().now_or_never() {
                Some(next) => next,
                None => {
                    *round = self.round();
                    self.now()
                }
            };
            turns += 1;
            assert!(turns < 10_000, "it never rests: {:?}", self.lock().calls.iter().rev().take(9));
            if self.now() < next {
                self.pass(next.min(end + 1) - self.now());
            }
        }
    }

    /// Takes the next fault; none where the service is killed.
    fn meet(&self, call: &str) -> Option<Result<Fault, Failure>> {
        let mut state = self.lock();
        let now = self.now();
        state.settle(now);
        let fault = state.faults.pop_front().unwrap_or(Fault::None);
        if fault == Fault::KilledBefore {
            return None;
        }
        if state.is_down || fault == Fault::Lost {
            return Some(Err(failed(FailureKind::Unreachable)));
        }
        state.calls.push(call.to_owned());
        if fault == Fault::Forgets {
            state.groups.retain(|_, group| group.is_foreign);
        }
        if let Fault::Status(status) = fault {
            return Some(Err(failed(FailureKind::Refused(status))));
        }
        Some(Ok(fault))
    }

    async fn write(&self, call: String, write: Write) -> Result<(), Failure> {
        let Some(met) = self.meet(&call) else { return pending().await };
        match met? {
            Fault::Late(ms) => {
                self.lock().late.push((self.now() + ms, write));
                Err(failed(FailureKind::Timeout))
            }
            Fault::AnswerLost => {
                drop(self.lock().apply(&write));
                Err(failed(FailureKind::Unreachable))
            }
            Fault::KilledAfter => {
                drop(self.lock().apply(&write));
                pending().await
            }
            Fault::StoredInPart => {
                let mut state = self.lock();
                let Write::Register { id, provider_id, .. } = &write else { return state.apply(&write) };
                if state.groups.contains_key(id) {
                    return state.apply(&write);
                }
                let group = Group { provider_id: provider_id.clone(), url: None, is_foreign: false };
                state.groups.insert(id.clone(), group);
                Err(failed(FailureKind::Refused(400)))
            }
            _ => self.lock().apply(&write),
        }
    }

    async fn read<T>(&self, call: String, read: impl FnOnce(&State) -> T) -> Result<T, Failure> {
        let Some(met) = self.meet(&call) else { return pending().await };
        match met? {
            Fault::Late(_) => Err(failed(FailureKind::Timeout)),
            Fault::AnswerLost => Err(failed(FailureKind::Unreachable)),
            Fault::KilledAfter => pending().await,
            _ => Ok(read(&self.lock())),
        }
    }
}

impl State {
    fn settle(&mut self, now: i64) {
        let (due, later): (Vec<_>, Vec<_>) = self.late.drain(..).partition(|(at, _)| *at <= now);
        self.late = later;
        for (_, write) in due {
            drop(self.apply(&write));
        }
    }

    fn apply(&mut self, write: &Write) -> Result<(), Failure> {
        match write {
            Write::Register { id, provider_id, url } => {
                let group =
                    Group { provider_id: provider_id.clone(), url: Some(url.clone()), is_foreign: false };
                match self.groups.get(id) {
                    Some(there) if (&there.provider_id, &there.url) == (&group.provider_id, &group.url) => {
                        Ok(())
                    }
                    Some(_) => Err(failed(FailureKind::AlreadyExists)),
                    None => {
                        self.groups.insert(id.clone(), group);
                        Ok(())
                    }
                }
            }
            Write::Unregister { id } => {
                let gone = self.groups.remove(id);
                assert!(gone.is_none_or(|group| !group.is_foreign), "{id} was not ours");
                Ok(())
            }
        }
    }
}

impl Gateway for World {
    fn register<'a>(
        &'a self,
        id: &'a str,
        provider_id: &'a str,
        url: &'a str,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        let write =
            Write::Register { id: id.to_owned(), provider_id: provider_id.to_owned(), url: url.to_owned() };
        Box::pin(self.write(format!("POST {id} {url}"), write))
    }

    fn unregister<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.write(format!("DELETE {id}"), Write::Unregister { id: id.to_owned() }))
    }

    fn read<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<ToolGroup>, Failure>> {
        Box::pin(World::read(self, format!("GET {id}"), move |state| {
            state.groups.get(id).map(|group| tool_group(id, group))
        }))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<ToolGroup>, Failure>> {
        Box::pin(World::read(self, "GET".to_owned(), |state| {
            state.groups.iter().map(|(id, group)| tool_group(id, group)).collect()
        }))
    }
}

impl Rows for World {
    fn load<'a>(&'a self, _: &'a Base) -> BoxFuture<'a, Option<Known>> {
        let state = self.lock();
        let known = Known { aims: state.aims.clone(), made: Arc::new(state.rows.clone()) };
        let known = (!state.is_unreadable).then_some(known);
        Box::pin(async move { known })
    }

    fn record<'a>(&'a self, _: &'a Base, rows: Vec<(SettingsKey, Option<Made>)>) -> BoxFuture<'a, bool> {
        let mut state = self.lock();
        for (name, row) in rows {
            match row {
                Some(row) => drop(state.rows.insert(name, row)),
                None => drop(state.rows.remove(&name)),
            }
        }
        let is_stored = !state.is_disk_full;
        Box::pin(async move { is_stored })
    }

    fn see(&self, _: &Base, sight: Sight) {
        let mut state = self.lock();
        if let Some(unknown) = sight.unknown {
            state.unknown = unknown;
        }
        state.trouble = sight.trouble;
    }

    fn settled(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn changes(&self) -> BoxStream<'static, ()> {
        stream::empty().boxed()
    }

    fn digest(&self, name: &str, provider_id: &str, url: Option<&str>) -> Option<Digest> {
        Some(digest_of(name, provider_id, url))
    }
}

fn tool_group(id: &str, group: &Group) -> ToolGroup {
    ToolGroup {
        id: id.to_owned(),
        provider_id: group.provider_id.clone(),
        url: group.url.clone(),
        has_args: false,
    }
}

fn failed(kind: FailureKind) -> Failure {
    Failure { kind, error_id: "id".into() }
}

/// Different for different contents of these tests, whose texts are short.
fn digest_of(name: &str, provider_id: &str, url: Option<&str>) -> Digest {
    let text = format!("{name}\0{}\0{}", provider_id.len(), url.unwrap_or("\0"));
    let mut bytes = [0; 32];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    Digest(bytes)
}
