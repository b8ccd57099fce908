//! What every state store must hold of authors: who made the newest state of a name, for that state and no other.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{InMemory, OnDisk, OnRemoteDisk, PATIENCE, Place, opened, within_a_second};
use crate::model::{SettingsKey, StateDigest};
use crate::state::{AuthorNote, Authorship, Made, StateStore};

const NAMES: [&str; 3] = ["a", "\u{fc} \u{0}b", ""];

pub(in crate::state) fn name(number: usize) -> SettingsKey {
    SettingsKey::new(NAMES[number])
}

fn state(number: u8) -> StateDigest {
    StateDigest::new([number; 32])
}

/// That this author made the state of this number then.
pub(in crate::state) fn made(name: SettingsKey, number: u8, by: &str, at_ms: i64) -> AuthorNote {
    AuthorNote { name, at_ms, made: Some(Made { state: state(number), by: by.into() }) }
}

fn gone(name: SettingsKey, at_ms: i64) -> AuthorNote {
    AuthorNote { name, at_ms, made: None }
}

/// Who made the state of this number, and when.
pub(in crate::state) fn found(
    store: &dyn StateStore,
    name: &SettingsKey,
    number: u8,
) -> Option<(String, i64)> {
    let author = store.author_of(name, &state(number));
    author.map(|Authorship { by, at_ms }| (by.to_string(), at_ms))
}

fn by(name: &str, at_ms: i64) -> Option<(String, i64)> {
    Some((name.to_owned(), at_ms))
}

fn listed(store: &dyn StateStore) -> Vec<(SettingsKey, Authorship)> {
    let mut all = store.authors();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

fn an_author_is_known_at_once_and_for_the_state_that_was_made_only<P: Place>() {
    let place = P::new();
    let store = place.open();
    for name in [0, 1, 2].map(name) {
        store.note_authors(vec![made(name.clone(), 1, "ann", 10)]);
        assert_eq!(found(&*store, &name, 1), by("ann", 10));
        assert_eq!(found(&*store, &name, 2), None, "another state is somebody else's");
        store.note_authors(vec![made(name.clone(), 2, "bob", 11), made(name.clone(), 3, "eve \u{fc}", 12)]);
        assert_eq!([1, 2].map(|number| found(&*store, &name, number)), [None, None]);
        assert_eq!(found(&*store, &name, 3), by("eve \u{fc}", 12));
    }
    opened(&*store);
    assert_eq!(listed(&*store).len(), 3);
    store.note_authors(vec![gone(name(0), 13)]);
    assert_eq!((found(&*store, &name(0), 3), found(&*store, &name(1), 3)), (None, by("eve \u{fc}", 12)));
    assert_eq!(listed(&*store).len(), 2);
}

fn an_older_note_says_nothing_beside_a_newer_one<P: Place>() {
    let place = P::new();
    let store = place.open();
    let note = |note| store.note_authors(vec![note]);
    note(made(name(0), 1, "ann", 20));
    note(made(name(0), 2, "bob", 19));
    assert_eq!([1, 2].map(|number| found(&*store, &name(0), number)), [by("ann", 20), None]);
    note(gone(name(0), 19));
    assert_eq!(found(&*store, &name(0), 1), by("ann", 20));
    note(made(name(0), 2, "bob", 20));
    assert_eq!([1, 2].map(|number| found(&*store, &name(0), number)), [None, by("bob", 20)]);
    note(gone(name(0), 20));
    assert_eq!(listed(&*store), []);
}

fn a_note_blocks_no_caller<P: Place>() {
    let place = P::new();
    let store = place.open();
    let began = Instant::now();
    for number in 0..2_000 {
        let name = SettingsKey::new(&number.to_string());
        store.note_authors(vec![made(name, 1, "ann", number)]);
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(store.authors().len(), 2_000);
}

claims!(in_memory: InMemory, on_disk: OnDisk, on_remote_disk: OnRemoteDisk => (
    an_author_is_known_at_once_and_for_the_state_that_was_made_only,
    an_older_note_says_nothing_beside_a_newer_one,
    a_note_blocks_no_caller,
));

fn authors_are_there_for_the_next_store_and_for_others_within_a_second<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    one.note_authors(vec![made(name(0), 1, "ann", 10), made(name(1), 1, "ann", 10)]);
    within_a_second(|| found(&*other, &name(0), 1) == by("ann", 10));
    other.note_authors(vec![made(name(0), 2, "bob", 11), gone(name(1), 11)]);
    within_a_second(|| found(&*one, &name(0), 2) == by("bob", 11) && one.authors().len() == 1);
    assert_eq!(found(&*one, &name(0), 1), None);
    other.note_authors(vec![made(name(2), 3, "bob", 12)]);
    one.close(Instant::now() + PATIENCE);
    other.close(Instant::now() + PATIENCE);
    let next = place.open();
    opened(&*next);
    assert_eq!(found(&*next, &name(0), 2), by("bob", 11));
    assert_eq!(found(&*next, &name(2), 3), by("bob", 12), "what waited when it was closed is stored");
    assert_eq!(next.authors().len(), 2);
}

/// Each stores when it will, so that an older note may be stored after a newer one.
fn of_two_processes_the_newer_note_counts_whichever_is_stored_last<P: Place>() {
    for [first, last] in [[0, 1], [1, 0]] {
        let place = P::new();
        let stores = [place.open(), place.open()];
        stores.iter().for_each(|store| drop(opened(&**store)));
        stores[0].note_authors(vec![made(name(0), 1, "ann", 10), gone(name(1), 10)]);
        stores[1].note_authors(vec![made(name(0), 2, "bob", 11), made(name(1), 2, "bob", 11)]);
        for number in [first, last] {
            stores[number].close(Instant::now() + PATIENCE);
        }
        let next = place.open();
        opened(&*next);
        let all = [found(&*next, &name(0), 1), found(&*next, &name(0), 2), found(&*next, &name(1), 2)];
        assert_eq!(all, [None, by("bob", 11), by("bob", 11)], "{first} first");
    }
}

claims!(stored_on_disk: OnDisk, stored_on_remote_disk: OnRemoteDisk => (
    authors_are_there_for_the_next_store_and_for_others_within_a_second,
    of_two_processes_the_newer_note_counts_whichever_is_stored_last,
));

/// As one process makes them: of two notes the later one is not older.
fn any_notes() -> impl Strategy<Value = Vec<AuthorNote>> {
    let author = prop_oneof![Just("ann"), Just("bob")];
    let note = (0_usize..3, 0_i64..3, proptest::option::weighted(0.75, (0_u8..3, author)));
    proptest::collection::vec(note, 0..24).prop_map(|notes| {
        let mut now = 0;
        let note = |(number, later, state)| {
            now += later;
            match state {
                Some((state, by)) => made(name(number), state, by, now),
                None => gone(name(number), now),
            }
        };
        notes.into_iter().map(note).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_store_knows_the_same_authors(
        notes in any_notes(),
        split in 1_usize..5,
        reopened in 0_usize..24,
    ) {
        let (memory, place) = (InMemory::new().open(), OnDisk::new());
        let mut disk = place.open();
        let known = |store: &dyn StateStore| {
            let of = |number| [0, 1, 2].map(|state| found(store, &name(number), state));
            (listed(store), [0, 1, 2].map(of))
        };
        for (number, group) in notes.chunks(split).enumerate() {
            memory.note_authors(group.to_vec());
            disk.note_authors(group.to_vec());
            opened(&*disk);
            if number == reopened {
                disk.close(Instant::now() + PATIENCE);
                disk = place.open();
                opened(&*disk);
            }
            prop_assert_eq!(known(&*memory), known(&*disk));
        }
        disk.close(Instant::now() + PATIENCE);
        let next = place.open();
        opened(&*next);
        prop_assert_eq!(known(&*memory), known(&*next));
    }
}
