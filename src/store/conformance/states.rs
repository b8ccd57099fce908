//! The claims about states: what is read after a change, by whom, and what is known of its past.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::Opener;
use super::actions::{
    append, change, current_value, edits, key, listed, pair, past, put, read, rename, run, section, set,
    value, values, wait,
};
use crate::model::{Author, Edit};
use crate::store::{Change, Current, Decision, Names, Store};

pub(super) fn a_new_place_is_empty<S: Store>(place: &Opener<S>) {
    let store = place();
    assert_eq!(listed(&store), []);
    assert!(store.peek().is_none_or(|seen| seen.is_ok_and(|snapshot| snapshot.servers.is_empty())));
}

pub(super) fn a_put_is_read_back<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    assert_eq!(listed(&other), []);
    run(&store, edits(vec![put("a", "1")]));
    assert_eq!(listed(&store), [pair("a", "1")]);
    assert_eq!(listed(&other), [pair("a", "1")]);
    run(&other, edits(vec![put("a", "2")]));
    assert_eq!(listed(&store), [pair("a", "2")]);
    assert_eq!(listed(&place()), [pair("a", "2")]);
}

pub(super) fn edits_are_made_together<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "2")]));
    let mut changes = store.changes();
    changes.mark_unchanged();
    run(&store, edits(vec![rename("a", "c"), Edit::Remove { key: key("b") }, put("d", "4"), put("c", "3")]));
    assert_eq!(listed(&store), [pair("c", "3"), pair("d", "4")]);
    let published = changes.borrow_and_update().clone();
    assert_eq!(published.as_deref().map(values).ok(), Some(vec![pair("c", "3"), pair("d", "4")]));
}

pub(super) fn edits_are_never_seen_apart<S: Store>(place: &Opener<S>) {
    let is_over = AtomicBool::new(false);
    let both = |number: usize| {
        let number = number.to_string();
        edits(vec![put("a", &number), set("misc_settings", &number), put("b", &number)])
    };
    run(&place(), both(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let store = place();
                while !is_over.load(Ordering::SeqCst) {
                    let seen = read(&store);
                    let parts =
                        [value(&seen, "a"), value(&seen, "b"), section(&seen.outside, "misc_settings")];
                    assert!(parts.iter().all(|part| *part == parts[0]), "half of a change: {parts:?}");
                }
            });
        }
        let store = place();
        (1..=30).for_each(|number| drop(run(&store, both(number))));
        is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(listed(&place()), [pair("a", "30"), pair("b", "30")]);
}

pub(super) fn nothing_is_changed<S: Store>(place: &Opener<S>) {
    let store = place();
    let head = run(&store, edits(vec![put("a", "1")])).head;
    let before = read(&store);
    for change in [change(|_| Decision::keep()), edits(vec![])] {
        let kept = run(&store, change);
        assert!(Arc::ptr_eq(&before, &kept.snapshot), "another state was returned");
        assert_eq!(kept.head, head, "the same state has another position");
    }
    assert!(Arc::ptr_eq(&before, &read(&store)), "the same state is another snapshot");
}

pub(super) fn commits_are_published<S: Store>(place: &Opener<S>) {
    let store = place();
    let mut changes = store.changes();
    changes.mark_unchanged();
    run(&store, change(|_| Decision::keep()));
    assert!(!changes.has_changed().is_ok_and(|has| has), "nothing was committed");
    run(&store, edits(vec![put("a", "1")]));
    assert!(changes.has_changed().is_ok_and(|has| has), "nothing was published");
    let published = changes.borrow_and_update().clone();
    assert!(
        published.is_ok_and(|published| Arc::ptr_eq(&published, &read(&store))),
        "something else was published"
    );
}

pub(super) fn snapshots_are_immutable<S: Store>(place: &Opener<S>) {
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "1")]));
    let before = read(&store);
    run(&store, edits(vec![put("a", "2")]));
    assert_eq!(values(&before), [pair("a", "1"), pair("b", "1")]);
    let after = read(&store);
    let same = before.servers.get(&key("b")).zip(after.servers.get(&key("b")));
    assert!(same.is_some_and(|(old, new)| Arc::ptr_eq(old, new)), "an untouched server was built again");
}

pub(super) fn replaced_states_are_remembered<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    run(&store, edits(vec![put("a", "1"), put("b", "1")]));
    run(&store, edits(vec![put("a", "2")]));
    run(&other, edits(vec![put("a", "3")]));
    run(&store, edits(vec![put("a", "4")]));
    run(&store, edits(vec![Edit::Remove { key: key("a") }, rename("b", "c")]));
    let look = change(|current| {
        let states = ["a", "b", "c"].map(|name| past(current, name));
        if states.contains(&None) { Decision::NeedPast } else { Decision::Keep(Box::new(states)) }
    });
    let states = run(&store, look).answer.downcast::<[Option<Vec<String>>; 3]>();
    let expected = [vec!["4", "3", "2", "1"], vec!["1"], vec![]];
    let expected = expected.map(|states| Some(states.into_iter().map(str::to_owned).collect()));
    assert_eq!(states.ok().as_deref(), Some(&expected));
}

pub(super) fn looking_changes_nothing<S: Store>(place: &Opener<S>) {
    type Shown = (Option<String>, Option<String>, Vec<String>);
    let store = place();
    run(&store, edits(vec![put("a", "1"), put("b", "1")]));
    run(&store, edits(vec![put("a", "2"), put("b", "2")]));
    let before = read(&store);
    let look = change(|current| {
        let Some(past) = past(current, "a") else { return Decision::NeedPast };
        let shown: Shown = (current_value(current, "a"), current_value(current, "b"), past);
        Decision::Edit { edits: vec![put("a", "3")], notes: Vec::new(), answer: Box::new(shown) }
    });
    let look = Change { names: Names::these([key("a")]), ..look };
    let looked = wait(store.examine(look)).unwrap_or_else(|error| panic!("{error:?}"));
    let expected: Shown = (Some("2".to_owned()), Some("2".to_owned()), vec!["1".to_owned()]);
    assert_eq!(looked.answer.downcast::<Shown>().ok().as_deref(), Some(&expected));
    assert!(Arc::ptr_eq(&before, &looked.snapshot), "it looked at another state");
    assert!(Arc::ptr_eq(&before, &read(&store)), "a look made a new state");
}

pub(super) fn authors_are_kept<S: Store>(place: &Opener<S>) {
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

pub(super) fn tombstones_are_kept<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    run(&store, edits(vec![put("a", "1"), put("b", "1"), put("c", "1")]));
    let by_ann = edits(vec![Edit::Remove { key: key("a") }, rename("b", "d")]);
    run(&store, Change { author: Some(Author::new("ann")), ..by_ann });
    run(&other, edits(vec![Edit::Remove { key: key("c") }]));
    let tombstone = |name: &str| {
        let tombstone = read(&store).tombstones.of(&key(name)).cloned()?;
        Some((tombstone.author?.name().to_owned(), tombstone.now.map(|now| now.as_str().to_owned())))
    };
    assert_eq!(tombstone("a"), Some(("ann".to_owned(), None)));
    assert_eq!(tombstone("b"), Some(("ann".to_owned(), Some("d".to_owned()))));
    assert_eq!(tombstone("c"), None, "nobody is known to have taken it away");
    run(&other, edits(vec![Edit::Remove { key: key("d") }, put("a", "2")]));
    assert_eq!(tombstone("a"), None, "it is there again");
    assert_eq!(tombstone("b"), Some(("ann".to_owned(), None)));
}

pub(super) fn outside_is_set_beside_servers<S: Store>(place: &Opener<S>) {
    let (store, other) = (place(), place());
    run(&store, edits(vec![set("misc_settings", "1"), put("x", "1"), set("conversation_settings", "2")]));
    let before = read(&store);
    for snapshot in [&before, &read(&other)] {
        assert_eq!(section(&snapshot.outside, "misc_settings").as_deref(), Some("1"));
        assert_eq!(section(&snapshot.outside, "conversation_settings").as_deref(), Some("2"));
        assert_eq!(values(snapshot), [pair("x", "1")]);
    }
    run(&other, edits(vec![put("y", "1")]));
    let shared = read(&other);
    run(&other, edits(vec![put("y", "2")]));
    assert!(Arc::ptr_eq(&shared.outside, &read(&other).outside), "what no edit touched was built again");
    run(&store, edits(vec![set("misc_settings", "3")]));
    assert_eq!(section(&read(&store).outside, "misc_settings").as_deref(), Some("3"));
    assert_eq!(values(&read(&store)), [pair("x", "1"), pair("y", "2")]);
    assert_eq!(section(&before.outside, "misc_settings").as_deref(), Some("1"));
    let same = read(&store);
    run(&store, edits(vec![set("misc_settings", "3")]));
    assert!(Arc::ptr_eq(&same.outside, &read(&store).outside), "what changes nothing made another version");
}

pub(super) fn a_section_is_seen_by_all<S: Store>(place: &Opener<S>) {
    let stores = [place(), place(), place()];
    for (number, writer) in stores.iter().enumerate() {
        let text = number.to_string();
        run(writer, edits(vec![set("misc_settings", &text)]));
        for (at, store) in stores.iter().enumerate() {
            let shown = section(&read(store).outside, "misc_settings");
            assert_eq!(shown.as_ref(), Some(&text), "{number} wrote, {at} reads");
            let look = |current: &Current<'_>| section(current.outside(), "misc_settings");
            let decided_on = run(store, change(move |current| Decision::Keep(Box::new(look(current)))));
            let decided_on = decided_on.answer.downcast::<Option<String>>();
            assert_eq!(decided_on.ok().as_deref(), Some(&shown), "{number} wrote, {at} decides");
        }
    }
}
