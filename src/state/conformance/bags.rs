//! What every state store must hold of what servers keep for other clients: it follows a server, and goes with it.

use std::sync::Arc;

use proptest::prelude::*;

use super::authors::name;
use super::{InMemory, OnDisk, OnRemoteDisk, Place, opened, wait, within_a_second};
use crate::state::{BagChange, Bags, Change, Kept, StateStore, UnixTime};

fn bags(number: u8) -> Arc<Bags> {
    Arc::new(Bags::new(format!("{{\"cursor\":{{\"n\":\"{number} \u{fc}\"}}}}")))
}

fn keep(place: usize, number: Option<u8>) -> Change {
    Change::Bags(BagChange::Keep { name: name(place), bags: number.map(bags) })
}

fn copy(from: usize, to: usize) -> Change {
    Change::Bags(BagChange::Copy { from: name(from), to: name(to) })
}

fn forget(place: usize, number: u8) -> Change {
    Change::Bags(BagChange::Forget { name: name(place), bags: bags(number) })
}

fn rename(from: usize, to: usize) -> Change {
    Change::Move { from: name(from), to: name(to) }
}

fn gone(place: usize) -> Change {
    Change::Drop { name: name(place), at: UnixTime::from_seconds(7) }
}

/// What version 6 of the file has more than version 5.
pub(in crate::state) fn some_bags() -> Vec<Change> {
    vec![keep(0, Some(1)), keep(1, Some(2))]
}

pub(super) fn any_bag_change() -> impl Strategy<Value = Change> {
    let (place, number) = (0_usize..3, 0_u8..3);
    prop_oneof![
        3 => (place.clone(), proptest::option::weighted(0.7, number.clone()))
            .prop_map(|(place, number)| keep(place, number)),
        1 => (place.clone(), place.clone()).prop_map(|(from, to)| copy(from, to)),
        1 => (place, number).prop_map(|(place, number)| forget(place, number)),
    ]
}

/// What is kept, by the number of the name.
fn kept(store: &dyn StateStore) -> Vec<(usize, String)> {
    let remembered = store.peek().unwrap_or_default();
    let of = |place: usize| Some((place, remembered.bags.get(&name(place))?.as_str().to_owned()));
    (0..3).filter_map(of).collect()
}

fn expected(bags_of: &[(usize, u8)]) -> Vec<(usize, String)> {
    bags_of.iter().map(|(place, number)| (*place, bags(*number).as_str().to_owned())).collect()
}

fn it_follows_a_server_and_goes_with_it<P: Place>() {
    let place = P::new();
    let store = place.open();
    opened(&*store);
    for (changes, expected_bags) in [
        (vec![keep(0, Some(1))], &[(0, 1)][..]),
        (vec![keep(0, Some(2)), rename(0, 1)], &[(1, 2)]),
        // What is made again changes nothing.
        (vec![rename(0, 1)], &[(1, 2)]),
        (vec![copy(1, 2), copy(1, 2)], &[(1, 2), (2, 2)]),
        (vec![keep(2, Some(0)), copy(0, 0)], &[(1, 2), (2, 0)]),
        (vec![gone(1)], &[(2, 0)]),
        (vec![forget(2, 1)], &[(2, 0)]),
        (vec![rename(2, 2)], &[(2, 0)]),
        (vec![forget(2, 0)], &[]),
        (vec![keep(0, Some(1)), keep(0, None)], &[]),
        (vec![keep(0, Some(1)), copy(1, 0)], &[]),
    ] {
        assert_eq!(wait(store.write(changes.clone())), P::KEPT);
        assert_eq!(kept(&*store), expected(expected_bags), "{changes:?}");
    }
}

fn it_is_there_for_the_next_store_and_for_others<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    assert_eq!(wait(one.write(some_bags())), Kept::Stored);
    within_a_second(|| kept(&*other) == expected(&[(0, 1), (1, 2)]));
    assert_eq!(wait(other.write(vec![rename(0, 2)])), Kept::Stored);
    within_a_second(|| kept(&*one) == expected(&[(1, 2), (2, 1)]));
    let next = place.open();
    opened(&*next);
    assert_eq!(kept(&*next), expected(&[(1, 2), (2, 1)]));
}

claims!(in_memory: InMemory, on_disk: OnDisk, on_remote_disk: OnRemoteDisk => (
    it_follows_a_server_and_goes_with_it,
));

claims!(stored_on_disk: OnDisk, stored_on_remote_disk: OnRemoteDisk => (
    it_is_there_for_the_next_store_and_for_others,
));

#[test]
fn nothing_of_it_is_printed() {
    assert!(!format!("{:?}", some_bags()).contains("cursor"));
}
