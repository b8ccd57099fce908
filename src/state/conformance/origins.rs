//! What every state store must hold of where servers came from: nothing of it is made twice, one reservation of a name wins
//! among all processes, and what others store wakes who waits.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::timeout;

use super::authors::name;
use super::{InMemory, OnDisk, OnRemoteDisk, PATIENCE, Place, opened, wait};
use crate::model::registration::{Origin, Registration};
use crate::state::{
    Change, Destination, EntryState, GatewayEntry, Kept, Leaving, OriginChange, OriginRow, Present,
    Remembered, Reservation, SeenGateway, UnixTime,
};

fn at(number: u8) -> Destination {
    Destination([number; 32])
}

fn row(number: u8) -> OriginRow {
    let registration = Registration {
        provider_id: "p \u{fc}".to_owned(),
        authorization_headers: vec![("Authorization".to_owned(), " client ".to_owned())],
        headers: vec!["x-a".to_owned()],
        timeout: (number == 1).then_some(30),
    };
    let origin = if number == 0 { Origin::Catalog } else { Origin::Registered(registration) };
    let leaving = (number == 3).then(|| Leaving { ask: "a".to_owned(), by: "ann \u{fc}".to_owned() });
    OriginRow { origin, order: 0, destination: at(number), leaving }
}

fn intend(place: usize, before: Present, after: Option<u8>, number: Option<u8>) -> Change {
    let (after, row) = (after.map(at), number.map(row));
    Change::Origin(OriginChange::Intend { name: name(place), before, after, row })
}

fn settle(place: usize, after: Option<u8>) -> Change {
    Change::Origin(OriginChange::Settle { name: name(place), after: after.map(at) })
}

fn reserve(place: usize, ask: &str, now: i64) -> Change {
    let time = UnixTime::from_seconds;
    let reservation = Reservation {
        ask: ask.to_owned(),
        until: time(now + 60),
        provider_id: "p".to_owned(),
        url: "https://h/\u{fc}".to_owned(),
    };
    Change::Origin(OriginChange::Reserve { name: name(place), reservation, now: time(now) })
}

fn enter(gateway: &str, place: usize, number: Option<u8>) -> Change {
    let entry = number.map(|number| GatewayEntry {
        digests: (0..number).map(|digest| [digest; 32]).collect(),
        state: EntryState::ALL[usize::from(number) % 3],
        ask: (number == 1).then(|| "a".to_owned()),
        failures: number.into(),
        kind: (number == 2).then(|| "timeout".to_owned()),
        error_id: (number == 2).then(|| "id".to_owned()),
        next_at_ms: -1,
        at_ms: 9,
    });
    Change::Origin(OriginChange::Enter { key: (gateway.to_owned(), name(place)), entry })
}

fn see(gateway: &str, trouble: Option<&str>) -> Change {
    let (trouble, unknown) = (trouble.map(str::to_owned), vec!["a/\u{fc}".to_owned()]);
    let seen = SeenGateway { trouble, since_ms: 5, unknown };
    Change::Origin(OriginChange::See { gateway: gateway.to_owned(), seen })
}

/// One of each kind.
pub(in crate::state) fn some_of_each() -> Vec<Change> {
    vec![
        intend(0, Present::Absent, Some(1), Some(1)),
        settle(0, Some(1)),
        intend(0, Present::At(at(1)), Some(2), Some(3)),
        reserve(1, "a", 7),
        enter("http://g", 0, Some(1)),
        see("http://g", Some("unreachable")),
    ]
}

pub(super) fn any_origin_change() -> impl Strategy<Value = Change> {
    let (place, number) = (0_usize..3, 0_u8..4);
    let present = prop_oneof![
        2 => Just(Present::Absent),
        4 => number.clone().prop_map(|number| Present::At(at(number))),
        1 => Just(Present::Unreadable),
    ];
    let maybe = proptest::option::weighted(0.7, number);
    let ask = prop_oneof![Just("a"), Just("b")];
    let gateway = prop_oneof![Just("http://g"), Just("http://h")];
    prop_oneof![
        4 => (place.clone(), present, maybe.clone(), maybe.clone())
            .prop_map(|(place, before, after, row)| intend(place, before, after, row)),
        4 => (place.clone(), maybe.clone()).prop_map(|(place, after)| settle(place, after)),
        2 => (place.clone(), ask.clone(), 0_i64..200).prop_map(|(place, ask, now)| reserve(place, ask, now)),
        1 => (place.clone(), ask.clone()).prop_map(|(place, ask)| Change::Origin(OriginChange::Release {
            name: name(place),
            ask: ask.to_owned(),
        })),
        1 => (place.clone(), ask).prop_map(|(place, ask)| Change::Origin(OriginChange::Leave {
            name: name(place),
            leaving: Leaving { ask: ask.to_owned(), by: "bob".to_owned() },
        })),
        2 => (gateway.clone(), place, maybe).prop_map(|(gateway, place, number)| enter(gateway, place, number)),
        1 => (gateway, proptest::option::of(Just("timeout"))).prop_map(|(gateway, trouble)| see(gateway, trouble)),
    ]
}

fn one_reservation_of_a_name_wins<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    let both = [one.write(vec![reserve(0, "one", 0)]), other.write(vec![reserve(0, "other", 0)])];
    both.into_iter().for_each(|kept| assert_eq!(wait(kept), P::KEPT));
    if P::KEPT == Kept::InMemory {
        return;
    }
    let winners = [&one, &other].map(|store| {
        wait(store.write(Vec::new()));
        store.peek().unwrap().origins.reservations[&name(0)].ask.clone()
    });
    assert_eq!(winners[0], winners[1]);
}

fn who_waits_is_woken_by_every_store_of_the_place<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    let writer = if P::KEPT == Kept::InMemory { &one } else { &other };
    let woken = async {
        let mut seen = one.watch();
        writer.write(vec![enter("http://g", 0, Some(1))]).await;
        let has_it = |seen: &Option<std::sync::Arc<Remembered>>| {
            seen.as_ref().is_some_and(|seen| seen.origins.entries.len() == 1)
        };
        seen.wait_for(has_it).await.map(drop).is_ok()
    };
    let woken = async { timeout(PATIENCE.min(Duration::from_secs(5)), woken).await };
    assert_eq!(wait(Box::pin(woken)), Ok(true));
}

claims!(in_memory: InMemory, on_disk: OnDisk, on_another_machine: OnRemoteDisk => (
    one_reservation_of_a_name_wins,
    who_waits_is_woken_by_every_store_of_the_place,
));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A change of which the first try may have reached the disk is made again.
    #[test]
    fn a_change_of_an_origin_that_is_made_again_changes_nothing(changes in proptest::collection::vec(any_origin_change(), 0..24)) {
        let mut remembered = Remembered::default();
        for change in changes {
            remembered.apply(&change);
            let once = remembered.clone();
            remembered.apply(&change);
            prop_assert_eq!(&remembered, &once, "{:?}", change);
        }
    }
}
