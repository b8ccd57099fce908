//! What every [`Store`] must do, as claims that are run over it. Compiled always and public, because the
//! stores that come later live in other rooms and crates, and their tests need the same claims. It knows
//! the trait only: nothing here is about files.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::{Change, Current, Decision, Names, Snapshot, Store, StoreError};
use crate::json::{Json, Object};
use crate::model::{Author, Edit, SettingsKey};

/// Opens one more store on one and the same place, as another process would.
pub type Opener<S> = Box<dyn Fn() -> S + Send + Sync>;

/// A claim, its name and what checks it.
pub type Claim<S> = (&'static str, fn(&Opener<S>));

/// Checks all claims, each on a new and empty place.
///
/// # Panics
///
/// Where a claim does not hold; its name is printed by the thread that panics.
pub fn holds<S: Store>(new_place: impl Fn() -> Opener<S>) {
    for (name, check) in claims::<S>() {
        let place = new_place();
        let outcome = thread::scope(|scope| {
            let thread = thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, || check(&place));
            thread.map(|thread| thread.join())
        });
        assert!(matches!(outcome, Ok(Ok(()))), "the store does not hold that {name}");
    }
}

/// All claims.
pub fn claims<S: Store>() -> Vec<Claim<S>> {
    vec![
        ("a new place is empty", a_new_place_is_empty),
        ("a put is read back by every store on the place", a_put_is_read_back),
        ("the edits of one change are made together", edits_are_made_together),
        ("a change that rejects or keeps changes nothing", nothing_is_changed),
        ("changes run in the order in which they came", changes_run_in_order),
        ("no two decisions are made on one state", decisions_are_exclusive),
        ("of many guarded writers exactly one wins", one_guarded_writer_wins),
        ("a change that panics fails alone", a_panic_is_its_own),
        ("a change past its deadline is never run", a_late_change_is_not_run),
        ("a change that needs a key is asked twice and no more", a_missing_key_rejects),
        ("what was committed is told", commits_are_told),
        ("a snapshot never changes", snapshots_are_immutable),
        ("replaced states are remembered, newest first", replaced_states_are_remembered),
        ("whoever only looks sees the newest state and its past", looking_changes_nothing),
        ("the author of a state is kept with it", authors_are_kept),
        ("who took a name away is told, and which name its server has", departures_are_told),
        ("what is outside the servers is set beside them", outside_is_set_beside_servers),
        ("a closed store takes no changes", a_closed_store_takes_nothing),
    ]
}

fn a_new_place_is_empty<S: Store>(place: &Opener<S>) {
    let store = place();
    assert_eq!(listed(&store), []);
    assert!(store.peek().is_none_or(|seen| seen.is_ok_and(|snapshot| snapshot.servers.is_empty())));
}

fn a_put_is_read_back<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    assert_eq!(listed(&other), []);
    run(&store, edits(vec![put("a", "1")]));
    assert_eq!(listed(&store), [pair("a", "1")]);
    assert_eq!(listed(&other), [pair("a", "1")]);
    run(&other, edits(vec![put("a", "2")]));
    assert_eq!(listed(&store), [pair("a", "2")]);
    assert_eq!(listed(&place()), [pair("a", "2")]);
}

fn edits_are_made_together<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "2")]));
    let mut changes = store.changes();
    changes.mark_unchanged();
    run(&store, edits(vec![rename("a", "c"), Edit::Remove { key: key("b") }, put("d", "4"), put("c", "3")]));
    assert_eq!(listed(&store), [pair("c", "3"), pair("d", "4")]);
    let told = changes.borrow_and_update().clone();
    assert_eq!(told.as_deref().map(values).ok(), Some(vec![pair("c", "3"), pair("d", "4")]));
}

fn nothing_is_changed<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1")]));
    let before = read(&store);
    run(&store, change(|_| Decision::Keep));
    run(&store, change(|_| Decision::Reject));
    run(&store, edits(vec![]));
    assert!(Arc::ptr_eq(&before, &read(&store)), "the same state is another snapshot");
}

fn changes_run_in_order<S: Store>(place: &Opener<S>) {
    let store = place();
    let commits: Vec<_> = (0..20).map(|number| store.commit(append("a", &format!("{number},")))).collect();
    let outcomes = wait(async {
        let mut outcomes = Vec::new();
        for commit in commits {
            outcomes.push(commit.await);
        }
        outcomes
    });
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let expected: String = (0..20).map(|number| format!("{number},")).collect();
    assert_eq!(listed(&store), [pair("a", &expected)]);
}

fn decisions_are_exclusive<S: Store>(place: &Opener<S>) {
    let writers = 4;
    thread::scope(|scope| {
        for _ in 0..writers {
            scope.spawn(|| {
                let store = place();
                for _ in 0..10 {
                    run(&store, append("a", "x"));
                }
            });
        }
    });
    assert_eq!(listed(&place()), [pair("a", &"x".repeat(writers * 10))]);
}

fn one_guarded_writer_wins<S: Store>(place: &Opener<S>) {
    let winners = Mutex::new(BTreeSet::new());
    run(&place(), edits(vec![put("a", "start")]));
    thread::scope(|scope| {
        for writer in 0..8 {
            let winners = &winners;
            scope.spawn(move || {
                let won = Arc::new(AtomicUsize::new(0));
                let verdict = Arc::clone(&won);
                let guarded = change(move |current| {
                    let is_current = value(current.snapshot, "a").as_deref() == Some("start");
                    verdict.store(usize::from(is_current), Ordering::SeqCst);
                    if is_current {
                        Decision::Edit(vec![put("a", &writer.to_string())])
                    } else {
                        Decision::Reject
                    }
                });
                run(&place(), guarded);
                if won.load(Ordering::SeqCst) == 1 {
                    winners.lock().expect("no writer panics with the set").insert(writer.to_string());
                }
            });
        }
    });
    let winners = winners.into_inner().expect("no writer panics with the set");
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(value(&read(&place()), "a"), winners.into_iter().next());
}

fn a_panic_is_its_own<S: Store>(place: &Opener<S>) {
    let store = place();
    let commits = [
        append("a", "1"),
        change(|_| panic!("a claim is being checked: this panic is meant")),
        append("a", "2"),
    ];
    let [first, second, third] = commits.map(|change| store.commit(change));
    assert!(wait(first).is_ok());
    assert!(matches!(wait(second), Err(StoreError::Panicked)));
    assert!(wait(third).is_ok());
    assert_eq!(listed(&store), [pair("a", "12")]);
}

fn a_late_change_is_not_run<S: Store>(place: &Opener<S>) {
    let store = place();
    let late = Change { deadline: Instant::now(), ..append("a", "late") };
    assert!(matches!(wait(store.commit(late)), Err(StoreError::Busy { .. })));
    run(&store, append("a", "in time"));
    assert_eq!(listed(&store), [pair("a", "in time")]);
}

fn a_missing_key_rejects<S: Store>(place: &Opener<S>) {
    let store = place();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let needy = change(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Decision::NeedKey
    });
    run(&store, needy);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(listed(&store), []);
}

fn commits_are_told<S: Store>(place: &Opener<S>) {
    let store = place();
    let mut changes = store.changes();
    changes.mark_unchanged();
    run(&store, change(|_| Decision::Reject));
    assert!(!changes.has_changed().is_ok_and(|has| has), "nothing was committed");
    run(&store, edits(vec![put("a", "1")]));
    assert!(changes.has_changed().is_ok_and(|has| has), "nobody was told");
    let told = changes.borrow_and_update().clone();
    assert!(told.is_ok_and(|told| Arc::ptr_eq(&told, &read(&store))), "something else was told");
}

fn snapshots_are_immutable<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "1")]));
    let before = read(&store);
    run(&store, edits(vec![put("a", "2")]));
    assert_eq!(values(&before), [pair("a", "1"), pair("b", "1")]);
    let after = read(&store);
    let same = before.servers.get(&key("b")).zip(after.servers.get(&key("b")));
    assert!(same.is_some_and(|(old, new)| Arc::ptr_eq(old, new)), "an untouched server was built anew");
}

fn replaced_states_are_remembered<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    run(&store, edits(vec![put("a", "1"), put("b", "1")]));
    run(&store, edits(vec![put("a", "2")]));
    run(&other, edits(vec![put("a", "3")]));
    run(&store, edits(vec![put("a", "4")]));
    run(&store, edits(vec![Edit::Remove { key: key("a") }, rename("b", "c")]));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let states = Arc::clone(&seen);
    let look = change(move |current| {
        let mut states = states.lock().expect("nobody panics with the list");
        *states = ["a", "b", "c"].map(|name| past(current, name)).to_vec();
        Decision::Keep
    });
    run(&store, look);
    let expected = [vec!["4", "3", "2", "1"], vec!["1"], vec![]];
    assert_eq!(*seen.lock().expect("nobody panics with the list"), expected);
}

fn looking_changes_nothing<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "1")]));
    run(&store, edits(vec![put("a", "2"), put("b", "2")]));
    let before = read(&store);
    let mut seen = None;
    let names = Names::These(vec![key("a")]);
    let outcome = store.examine(&names, &mut |current| {
        seen = Some((values(current.snapshot), past(current, "a"), past(current, "b")));
        Decision::Edit(vec![put("a", "3")])
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    let expected = (vec![pair("a", "2"), pair("b", "2")], vec!["1".to_owned()], vec![]);
    assert_eq!(seen, Some(expected));
    assert!(Arc::ptr_eq(&before, &read(&store)), "a look made a new state");
}

fn authors_are_kept<S: Store>(place: &Opener<S>) {
    let store = place();
    let by = |author: &str, name: &str| Change { author: Some(Author::new(author)), ..append(name, "1") };
    run(&store, by("ann", "a"));
    run(&store, by("bob", "b"));
    run(&store, append("c", "1"));
    let snapshot = read(&store);
    let author = |name| snapshot.servers.get(&key(name)).and_then(|server| server.author.clone());
    assert_eq!(author("a"), Some(Author::new("ann")));
    assert_eq!(author("b"), Some(Author::new("bob")));
    assert_eq!(author("c"), None);
}

fn departures_are_told<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    run(&store, edits(vec![put("a", "1"), put("b", "1"), put("c", "1")]));
    let by_ann = edits(vec![Edit::Remove { key: key("a") }, rename("b", "d")]);
    run(&store, Change { author: Some(Author::new("ann")), ..by_ann });
    run(&other, edits(vec![Edit::Remove { key: key("c") }]));
    let told = |name: &str| {
        let tombstone = read(&store).tombstones.of(&key(name)).cloned()?;
        Some((tombstone.author?.name().to_owned(), tombstone.now.map(|now| now.as_str().to_owned())))
    };
    assert_eq!(told("a"), Some(("ann".to_owned(), None)));
    assert_eq!(told("b"), Some(("ann".to_owned(), Some("d".to_owned()))));
    assert_eq!(told("c"), None, "nobody here took it away");
    run(&other, edits(vec![Edit::Remove { key: key("d") }, put("a", "2")]));
    assert_eq!(told("a"), None, "it is there again");
    assert_eq!(told("b"), Some(("ann".to_owned(), None)));
}

fn outside_is_set_beside_servers<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    let set = |member: &str, text: &str| {
        let value = Json::from(Object::from_iter([("a", Json::string(text))]));
        Edit::Outside { member: member.to_owned(), value }
    };
    let told = |snapshot: &Snapshot, member: &str| -> Option<String> {
        let section = snapshot.outside.root().ok()?.get(member)?.as_object()?;
        Some(section.get("a")?.as_str()?.to_owned())
    };
    run(&store, edits(vec![set("misc_settings", "1"), put("x", "1"), set("conversation_settings", "2")]));
    let before = read(&store);
    for snapshot in [&before, &read(&other)] {
        assert_eq!(told(snapshot, "misc_settings").as_deref(), Some("1"));
        assert_eq!(told(snapshot, "conversation_settings").as_deref(), Some("2"));
        assert_eq!(values(snapshot), [pair("x", "1")]);
    }
    run(&other, edits(vec![put("y", "1")]));
    let shared = read(&other);
    run(&other, edits(vec![put("y", "2")]));
    assert!(Arc::ptr_eq(&shared.outside, &read(&other).outside), "what no edit touched was built anew");
    run(&store, edits(vec![set("misc_settings", "3")]));
    assert_eq!(told(&read(&store), "misc_settings").as_deref(), Some("3"));
    assert_eq!(values(&read(&store)), [pair("x", "1"), pair("y", "2")]);
    assert_eq!(told(&before, "misc_settings").as_deref(), Some("1"));
    let same = read(&store);
    run(&store, edits(vec![set("misc_settings", "3")]));
    assert!(Arc::ptr_eq(&same.outside, &read(&store).outside), "what changes nothing made another version");
}

fn a_closed_store_takes_nothing<S: Store>(place: &Opener<S>) {
    let store = place();
    let accepted = store.commit(append("a", "1"));
    store.close(Instant::now() + PATIENCE);
    assert!(matches!(wait(store.commit(append("a", "2"))), Err(StoreError::Closed)));
    assert!(wait(accepted).is_ok(), "what was accepted before is still done");
    assert_eq!(listed(&store), [pair("a", "1")]);
}

const PATIENCE: Duration = Duration::from_secs(60);

fn key(name: &str) -> SettingsKey {
    SettingsKey::new(name)
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn put(name: &str, value: &str) -> Edit {
    let config = [("command", Json::string(value))].into_iter().collect();
    Edit::Put { key: key(name), config }
}

fn rename(from: &str, to: &str) -> Edit {
    Edit::Rename { from: key(from), to: key(to) }
}

fn change(decide: impl Fn(&Current<'_>) -> Decision + Send + Sync + 'static) -> Change {
    Change { names: Names::All, author: None, deadline: Instant::now() + PATIENCE, decide: Box::new(decide) }
}

fn edits(edits: Vec<Edit>) -> Change {
    change(move |_| Decision::Edit(edits.clone()))
}

/// Adds to a server's value what only a change that sees the one before it adds rightly.
fn append(name: &str, more: &str) -> Change {
    let (name, more) = (name.to_owned(), more.to_owned());
    let names = Names::These(vec![key(&name)]);
    let append = change(move |current| {
        let value = value(current.snapshot, &name).unwrap_or_default();
        Decision::Edit(vec![put(&name, &(value + &more))])
    });
    Change { names, ..append }
}

fn command(config: &Object) -> Option<String> {
    config.get("command").and_then(Json::as_str).map(str::to_owned)
}

fn value(snapshot: &Snapshot, name: &str) -> Option<String> {
    snapshot.servers.get(&key(name)).and_then(|server| server.config.as_ref().ok().and_then(command))
}

fn values(snapshot: &Snapshot) -> Vec<(String, String)> {
    let names = snapshot.servers.keys().map(SettingsKey::as_str);
    names.map(|name| pair(name, &value(snapshot, name).unwrap_or_default())).collect()
}

fn past(current: &Current<'_>, name: &str) -> Vec<String> {
    let key = key(name);
    let states = current.history.states(&key);
    states.filter_map(|state| state.config.as_ref().ok().and_then(command)).collect()
}

fn read(store: &impl Store) -> Arc<Snapshot> {
    store.read().expect("the place of a claim can be read")
}

fn listed(store: &impl Store) -> Vec<(String, String)> {
    values(&read(store))
}

fn run(store: &impl Store, change: Change) {
    let outcome = wait(store.commit(change));
    assert!(outcome.is_ok(), "{outcome:?}");
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("the machine has room for a runtime").block_on(future)
}
