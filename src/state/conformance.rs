//! What every state store must hold, as claims that are tried on each of them. It does not know which one it is given.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proptest::prelude::*;
use tokio::runtime;
use tokio::time::timeout;

use crate::secrets::Scope;

use super::{
    Change, Kept, MemoryState, Remembered, Serving, Session, SessionId, SqliteState, StateStore, UnixTime,
};

/// Tries each claim on each place.
macro_rules! claims {
    ($($module:ident: $place:ident),+ => $claims:tt) => { $(claims!(@ $module $place $claims);)+ };
    (@ $module:ident $place:ident ($($claim:ident),+ $(,)?)) => {
        mod $module {
            $(#[test] fn $claim() { super::$claim::<super::$place>(); })+
        }
    };
}

pub(super) mod authors;
pub(super) mod bags;
pub(super) mod origins;
pub(super) mod runs;

/// Far longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// A place on which stores are opened, one after the other or several at a time.
trait Place {
    /// What becomes of what is written.
    const KEPT: Kept;

    fn new() -> Self;

    /// A store of its own on the place.
    fn open(&self) -> Box<dyn StateStore>;
}

struct InMemory;

impl Place for InMemory {
    const KEPT: Kept = Kept::InMemory;

    fn new() -> Self {
        Self
    }

    fn open(&self) -> Box<dyn StateStore> {
        Box::new(MemoryState::default())
    }
}

struct OnDisk(tempfile::TempDir);

impl Place for OnDisk {
    const KEPT: Kept = Kept::Stored;

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> Box<dyn StateStore> {
        let store = SqliteState::in_folder(self.0.path());
        store.start().unwrap();
        Box::new(store)
    }
}

/// On a file system of another machine, as far as the store knows.
struct OnRemoteDisk(tempfile::TempDir);

impl Place for OnRemoteDisk {
    const KEPT: Kept = Kept::Stored;

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> Box<dyn StateStore> {
        let store = SqliteState::in_remote_folder(self.0.path());
        store.start().unwrap();
        Box::new(store)
    }
}

pub(super) fn session(number: u8) -> (SessionId, Session) {
    let at = UnixTime::from_seconds(1_000 + i64::from(number));
    let session = Session {
        bond: [number; 32],
        name: format!("page {number} \u{fc}"),
        scopes: [Scope::Read, Scope::Write].into_iter().collect(),
        address: format!("127.0.0.1:{number}"),
        began: at,
        used: at,
    };
    (SessionId([number; 32]), session)
}

pub(super) fn begin(number: u8) -> Change {
    let (id, session) = session(number);
    Change::Begin(id, session)
}

pub(super) fn end(number: u8) -> Change {
    Change::End(session(number).0)
}

/// A service at this address, which began then.
fn serve(address: &str, since: i64, at: i64) -> Change {
    let [since, last, at] = [since, since - 2, at].map(UnixTime::from_seconds);
    Change::Serve(Serving { address: address.to_owned(), since, last, at })
}

pub(super) fn wait<T>(future: BoxFuture<'_, T>) -> T {
    let runtime = runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async { timeout(PATIENCE, future).await.expect("it takes too long") })
}

#[track_caller]
fn within_a_second(what: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(1);
    while !what() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert!(what(), "others' changes are not seen");
}

pub(super) fn opened(store: &dyn StateStore) -> Remembered {
    (*wait(store.opened())).clone()
}

fn what_is_written_is_seen_at_once_and_said_to_be_kept<P: Place>() {
    let place = P::new();
    let store = place.open();
    assert_eq!(opened(&*store), Remembered::default());
    let (id, expected) = session(1);
    let kept = store.write(vec![begin(1), begin(2), end(2)]);
    let seen = store.peek().unwrap();
    assert_eq!(seen.sessions.get(&id), Some(&expected));
    assert_eq!(seen.sessions.len(), 1, "changes are made in their order");
    assert_eq!(wait(kept), P::KEPT);
    assert_eq!(store.troubles(), []);
}

fn a_change_that_is_made_again_changes_nothing<P: Place>() {
    let place = P::new();
    let store = place.open();
    let (id, first) = session(1);
    let later = UnixTime::from_seconds(5_000);
    let again = Session { name: "another".to_owned(), ..first.clone() };
    for change in [
        Change::Begin(id, first.clone()),
        Change::Use(id, later),
        Change::Use(id, UnixTime::from_seconds(4_000)),
        Change::Begin(id, again),
        serve("a", 0, 5_000),
        serve("a", 0, 9),
    ] {
        for _ in 0..2 {
            wait(store.write(vec![change.clone()]));
        }
    }
    let seen = store.peek().unwrap();
    assert_eq!(seen.sessions[&id], Session { used: later, ..first });
    assert_eq!(seen.served["a"], later);
    for _ in 0..2 {
        wait(store.write(vec![Change::End(id), Change::Forget("a".to_owned())]));
    }
    wait(store.write(vec![Change::Use(id, later)]));
    assert_eq!(*store.peek().unwrap(), Remembered::default(), "a session that has ended stays ended");
}

fn a_service_that_was_away_for_too_long_finds_no_sessions_of_its_own<P: Place>() {
    let place = P::new();
    let store = place.open();
    let [of_one, of_two] = [1, 2].map(|number| session(number).1.address);
    let write = |change: Change| {
        wait(store.write(vec![change]));
        store.peek().unwrap().sessions.keys().map(|id| id.0[0]).collect::<Vec<_>>()
    };
    wait(store.write(vec![serve(&of_one, 900, 1_005), begin(1), begin(2)]));
    // `last` of such a one is two seconds before it begins.
    assert_eq!(write(serve(&of_one, 1_007, 1_007)), [1, 2]);
    assert_eq!(write(serve(&of_one, 1_010, 1_010)), [2]);
    assert_eq!(write(begin(1)), [1, 2], "one that began while it serves stays");
    assert_eq!(write(serve(&of_two, 1_002, 1_002)), [1, 2]);
    assert_eq!(write(Change::Forget(of_two)), [1]);
}

fn the_key_is_one_and_random<P: Place>() {
    let place = P::new();
    let store = place.open();
    opened(&*store);
    let key = store.state_key().unwrap();
    assert_eq!(store.state_key(), Some(key.clone()));
    let other = P::new();
    let other = other.open();
    opened(&*other);
    assert_ne!(other.state_key(), Some(key.clone()));
    assert!(key.expose().iter().any(|byte| *byte != 0));
}

fn a_write_can_be_made_without_waiting_for_it<P: Place>() {
    let place = P::new();
    let store = place.open();
    let began = Instant::now();
    for number in 0..200 {
        drop(store.write(vec![begin(number)]));
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    wait(store.opened());
    wait(store.write(Vec::new()));
    assert_eq!(store.peek().unwrap().sessions.len(), 200);
}

claims!(in_memory: InMemory, on_disk: OnDisk, on_remote_disk: OnRemoteDisk => (
    what_is_written_is_seen_at_once_and_said_to_be_kept,
    a_change_that_is_made_again_changes_nothing,
    a_service_that_was_away_for_too_long_finds_no_sessions_of_its_own,
    the_key_is_one_and_random,
    a_write_can_be_made_without_waiting_for_it,
));

claims!(stored_on_disk: OnDisk, stored_on_remote_disk: OnRemoteDisk => (
    what_is_stored_is_there_for_the_next_store_and_for_others_within_a_second,
    what_waits_when_a_store_is_closed_is_stored,
));

fn what_is_stored_is_there_for_the_next_store_and_for_others_within_a_second<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    assert_eq!(one.state_key(), other.state_key());
    let sees = |store: &dyn StateStore, number: u8| {
        store.peek().is_some_and(|seen| seen.sessions.contains_key(&session(number).0))
    };
    assert_eq!(wait(one.write(vec![begin(1)])), Kept::Stored);
    within_a_second(|| sees(&*other, 1));
    assert_eq!(wait(other.write(vec![end(1), begin(2)])), Kept::Stored);
    within_a_second(|| !sees(&*one, 1) && sees(&*one, 2));
    let key = one.state_key();
    one.close(Instant::now() + PATIENCE);
    other.close(Instant::now() + PATIENCE);
    let next = place.open();
    assert_eq!(opened(&*next).sessions.into_keys().collect::<Vec<_>>(), [session(2).0]);
    assert_eq!(next.state_key(), key);
}

fn what_waits_when_a_store_is_closed_is_stored<P: Place>() {
    let place = P::new();
    let store = place.open();
    let kept = store.write(vec![begin(1)]);
    store.close(Instant::now() + PATIENCE);
    assert_eq!(kept.now_or_never(), Some(Kept::Stored));
    assert_eq!(opened(&*place.open()).sessions.len(), 1);
}

fn any_change() -> impl Strategy<Value = Change> {
    let number = 0_u8..4;
    let time = (995_i64..1_009).prop_map(UnixTime::from_seconds);
    let address = prop_oneof![Just(1), Just(2)].prop_map(|number| session(number).1.address);
    prop_oneof![
        number.clone().prop_map(begin),
        (number.clone(), time.clone()).prop_map(|(number, at)| Change::Use(session(number).0, at)),
        number.prop_map(end),
        (address.clone(), 1_000_i64..1_006, 998_i64..1_008)
            .prop_map(|(address, since, at)| serve(&address, since, at)),
        address.prop_map(Change::Forget),
        runs::any_run_change(),
        origins::any_origin_change(),
        bags::any_bag_change(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_store_remembers_the_same(changes in proptest::collection::vec(any_change(), 0..24), split in 1_usize..5) {
        let place = OnDisk::new();
        let (memory, disk) = (MemoryState::default(), place.open());
        for group in changes.chunks(split) {
            wait(memory.write(group.to_vec()));
            drop(disk.write(group.to_vec()));
        }
        prop_assert_eq!(wait(disk.write(Vec::new())), Kept::Stored);
        prop_assert_eq!(memory.peek(), disk.peek());
        disk.close(Instant::now() + PATIENCE);
        prop_assert_eq!(opened(&memory), opened(&*place.open()));
    }
}
