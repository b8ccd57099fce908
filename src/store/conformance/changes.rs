//! The claims about changes: in which order they run, on what they decide, what they may touch, how they fail, and what
//! they give back.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Instant, SystemTime};

use futures_util::future::join;

use super::Opener;
use super::actions::{
    PATIENCE, append, change, current_value, edits, key, listed, pair, past, put, read, refused, rename, run,
    set, value, wait,
};
use crate::model::Edit;
use crate::state::Present;
use crate::store::{
    Change, Current, Decision, Head, Names, NotNoted, Note, NoteKeeper, OriginNote, Store, StoreErrorKind,
};

pub(super) fn changes_run_in_order<S: Store>(place: &Opener<S>) {
    let store = place();
    let outcomes = wait(async {
        let commits: Vec<_> =
            (0..20).map(|number| store.commit(append("a", &format!("{number},")))).collect();
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

pub(super) fn decisions_are_exclusive<S: Store>(place: &Opener<S>) {
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

pub(super) fn one_guarded_writer_wins<S: Store>(place: &Opener<S>) {
    let winners = Mutex::new(BTreeSet::new());
    run(&place(), edits(vec![put("a", "start")]));
    thread::scope(|scope| {
        for writer in 0..8 {
            let winners = &winners;
            scope.spawn(move || {
                let guarded = change(move |current| {
                    let is_current = current_value(current, "a").as_deref() == Some("start");
                    let edits = is_current.then(|| put("a", &writer.to_string())).into_iter().collect();
                    Decision::Edit { edits, notes: Vec::new(), answer: Box::new(is_current) }
                });
                if run(&place(), guarded).answer.downcast::<bool>().is_ok_and(|has_won| *has_won) {
                    winners.lock().expect("no writer panics with the set").insert(writer.to_string());
                }
            });
        }
    });
    let winners = winners.into_inner().expect("no writer panics with the set");
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(value(&read(&place()), "a"), winners.into_iter().next());
}

pub(super) fn a_panic_is_its_own<S: Store>(place: &Opener<S>) {
    let store = place();
    let outcomes = wait(async {
        let commits = [
            append("a", "1"),
            change(|_| panic!("a claim is being checked: this panic is meant")),
            append("a", "2"),
        ];
        let [first, second, third] = commits.map(|change| store.commit(change));
        [first.await, second.await, third.await]
            .map(|outcome| outcome.map(drop).map_err(|error| error.kind()))
    });
    assert_eq!(outcomes, [Ok(()), Err(StoreErrorKind::Panicked), Ok(())]);
    assert_eq!(listed(&store), [pair("a", "12")]);
}

pub(super) fn a_late_change_is_not_run<S: Store>(place: &Opener<S>) {
    let store = place();
    let late = Change { deadline: Instant::now(), ..append("a", "late") };
    assert_eq!(refused(&store, late).0, StoreErrorKind::Busy);
    run(&store, append("a", "in time"));
    assert_eq!(listed(&store), [pair("a", "in time")]);
}

pub(super) fn a_missing_key_is_asked_for_once<S: Store>(place: &Opener<S>) {
    let store = place();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let needy = change(move |_| {
        let asked = 1 + count.fetch_add(1, Ordering::SeqCst);
        Decision::NeedKey(Box::new(asked))
    });
    let answer = run(&store, needy).answer.downcast::<usize>();
    assert_eq!(answer.ok().as_deref(), Some(&2), "the last answer counts");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(listed(&store), []);
}

pub(super) fn the_past_is_given_once<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1")]));
    run(&store, edits(vec![put("a", "2")]));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let ask = |decide: fn(Option<Vec<String>>) -> Decision| {
        let log = Arc::clone(&asked);
        change(move |current: &Current<'_>| {
            let past = past(current, "a");
            log.lock().expect("nobody panics with the list").push(past.clone());
            decide(past)
        })
    };
    let log = || std::mem::take(&mut *asked.lock().expect("nobody panics with the list"));
    let satisfied = ask(|past| if past.is_some() { Decision::keep() } else { Decision::NeedPast });
    run(&store, satisfied);
    assert_eq!(log(), [None, Some(vec!["1".to_owned()])]);
    let greedy = ask(|_| Decision::NeedPast);
    assert_eq!(refused(&store, greedy).0, StoreErrorKind::Panicked);
    assert_eq!(log().len(), 2);
    assert_eq!(listed(&store), [pair("a", "2")]);
}

pub(super) fn what_is_not_named_is_refused<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "1"), set("misc_settings", "1")]));
    let before = read(&store);
    let of_a = |names: Names, list: Vec<Edit>| Change { names, ..edits(list) };
    let a = || Names::these([key("a")]);
    for (names, list) in [
        (a(), vec![put("b", "2")]),
        (a(), vec![put("a", "2"), put("c", "2")]),
        (a(), vec![Edit::Remove { key: key("b") }]),
        (a(), vec![rename("a", "c")]),
        (a(), vec![rename("b", "a")]),
        (a(), vec![set("misc_settings", "2")]),
        (a(), vec![Edit::Reseal { tokens: Vec::new() }]),
        (a().and_outside(), vec![set("misc_settings", "2"), put("b", "2")]),
    ] {
        let case = format!("{list:?}");
        let (refused, beside) = wait(async {
            let refused = store.commit(of_a(names.clone(), list.clone()));
            let beside = store.commit(change(|_| Decision::keep()));
            (refused.await.map(drop).map_err(|error| error.kind()), beside.await.is_ok())
        });
        assert_eq!(refused, Err(StoreErrorKind::Panicked), "{case}");
        assert!(beside, "{case}: another change failed with it");
        let looked = wait(store.examine(of_a(names, list)));
        assert_eq!(looked.map(drop).map_err(|error| error.kind()), Err(StoreErrorKind::Panicked), "{case}");
        assert!(Arc::ptr_eq(&before, &read(&store)), "{case}");
    }
    run(&store, of_a(a().and_outside(), vec![set("misc_settings", "2"), put("a", "2")]));
    assert_eq!(listed(&store), [pair("a", "2"), pair("b", "1")]);
}

pub(super) fn a_commit_returns_its_state<S: Store>(place: &Opener<S>) {
    let store = place();
    let numbered = |number: usize| {
        change(move |_| Decision::Edit {
            edits: vec![put(&number.to_string(), "x")],
            notes: Vec::new(),
            answer: Box::new(number),
        })
    };
    let outcomes = wait(async {
        let commits: Vec<_> = (0..10).map(|number| store.commit(numbered(number))).collect();
        let mut outcomes = Vec::new();
        for commit in commits {
            outcomes.push(commit.await.unwrap_or_else(|error| panic!("{error:?}")));
        }
        outcomes
    });
    let mut newest = Head::default();
    for (number, committed) in outcomes.into_iter().enumerate() {
        for earlier in 0..=number {
            assert!(value(&committed.snapshot, &earlier.to_string()).is_some(), "{number} without {earlier}");
        }
        assert!(newest <= committed.head, "a later state has an earlier position");
        newest = committed.head;
        assert_eq!(committed.answer.downcast::<usize>().ok().as_deref(), Some(&number));
        if number == 9 {
            assert!(Arc::ptr_eq(&committed.snapshot, &read(&store)), "the last one is not what is read");
        }
    }
    assert!(newest < run(&store, numbered(10)).head, "another state has the same position");
}

pub(super) fn the_runtime_is_not_blocked<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1")]));
    for is_look in [true, false] {
        // It decides when it hears from a task that only a free runtime runs.
        let (send, receive) = channel();
        let receive = Mutex::new(receive);
        let patient = change(move |_| {
            let receiver = receive.lock().expect("nobody panics with it");
            Decision::Keep(Box::new(receiver.recv_timeout(PATIENCE).is_ok()))
        });
        let (outcome, ()) = wait(async {
            let outcome = if is_look { store.examine(patient) } else { store.commit(patient) };
            join(outcome, async move { send.send(()).unwrap_or_default() }).await
        });
        let answer = outcome.map(|committed| committed.answer.downcast::<bool>());
        assert!(matches!(answer, Ok(Ok(is_free)) if *is_free), "the runtime was blocked");
    }
}

pub(super) fn a_closed_store_takes_nothing<S: Store>(place: &Opener<S>) {
    let store = place();
    wait(async {
        let accepted = store.commit(append("a", "1"));
        store.close(Instant::now() + PATIENCE);
        let late = store.commit(append("a", "2")).await;
        assert!(matches!(late, Err(error) if error.kind() == StoreErrorKind::Closed));
        assert!(accepted.await.is_ok(), "what was accepted before is still done");
    });
    assert_eq!(listed(&store), [pair("a", "1")]);
}

/// Keeps notes in a list. One that is full takes nothing that must be known before.
#[derive(Default)]
struct Notebook {
    notes: Mutex<Vec<Note>>,
    prepared: Mutex<Vec<Note>>,
    is_full: AtomicBool,
}

impl NoteKeeper for Notebook {
    fn prepare(&self, notes: &[Note]) -> Result<(), NotNoted> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(NotNoted);
        }
        self.prepared.lock().expect("nobody panics with the list").extend_from_slice(notes);
        Ok(())
    }

    fn keep(&self, notes: Vec<Note>) {
        self.notes.lock().expect("nobody panics with the list").extend(notes);
    }
}

pub(super) fn notes_are_kept_with_their_changes<S: Store>(open: impl FnOnce(Arc<dyn NoteKeeper>) -> S) {
    let notebook = Arc::new(Notebook::default());
    let store = open(Arc::clone(&notebook) as _);
    let at = SystemTime::now();
    let note = move |name: &str| Note::Gone { name: key(name), at };
    let noting = |names: Names, name: &'static str| {
        let decide = change(move |_| Decision::Edit {
            edits: vec![put(name, "1")],
            notes: vec![note(name)],
            answer: Box::new(()),
        });
        Change { names, ..decide }
    };
    run(&store, noting(Names::everything(), "a"));
    refused(&store, noting(Names::these([key("x")]), "b"));
    drop(wait(store.examine(noting(Names::everything(), "c"))));
    run(&store, noting(Names::everything(), "d"));
    let kept = notebook.notes.lock().expect("nobody panics with the list").clone();
    assert_eq!(kept, [note("a"), note("d")]);
    assert_eq!(listed(&store), [pair("a", "1"), pair("d", "1")]);
    assert!(notebook.prepared.lock().expect("nobody panics with the list").is_empty());
}

pub(super) fn what_must_be_known_before_is_noted_or_refused<S: Store>(
    open: impl FnOnce(Arc<dyn NoteKeeper>) -> S,
) {
    let notebook = Arc::new(Notebook::default());
    let store = open(Arc::clone(&notebook) as _);
    let origin = |name: &str| Note::Origin(OriginNote::Removed { name: key(name), before: Present::Absent });
    let noting = |name: &'static str| {
        change(move |_| Decision::Edit {
            edits: vec![put(name, "1")],
            notes: vec![origin(name)],
            answer: Box::new(()),
        })
    };
    run(&store, noting("a"));
    notebook.is_full.store(true, Ordering::SeqCst);
    let outcomes = wait(async { join(store.commit(noting("b")), store.commit(append("c", "1"))).await });
    let (Err(error), Ok(_)) = outcomes else { panic!("one is refused, and the other is made: {outcomes:?}") };
    assert_eq!((error.kind(), error.may_pass()), (StoreErrorKind::Unavailable, true));
    let list = |list: &Mutex<Vec<Note>>| list.lock().expect("nobody panics with the list").clone();
    assert_eq!((list(&notebook.prepared), list(&notebook.notes)), (vec![origin("a")], vec![origin("a")]));
    assert_eq!(listed(&store), [pair("a", "1"), pair("c", "1")]);
}
