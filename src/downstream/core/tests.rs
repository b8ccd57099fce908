//! The decisions as tables: what follows from one row, one aim and one entry of a list.

use std::collections::BTreeMap;

use super::*;
use crate::downstream::{Failure, FailureKind};
use crate::model::SettingsKey;
use crate::state::EntryState;

const NOW: i64 = 1_700_000_000_000;

fn digest(number: u8) -> Digest {
    Digest([number; 32])
}

fn ask(number: u8) -> Ask {
    Some(number.to_string().into())
}

fn row(state: EntryState, digests: &[u8]) -> Made {
    let digests = digests.iter().copied().map(digest).collect();
    Made { state, digests, ask: ask(1), at_ms: NOW, failures: 0, next_ms: NOW, failure: None }
}

fn aim(number: Option<u8>) -> Option<Aim> {
    let forward =
        |number| Forward { provider_id: "p".to_owned(), url: format!("u{number}"), digest: digest(number) };
    number.map(|number| Aim { ask: ask(1), forward: Some(forward(number)) })
}

fn one<T>(value: Option<T>) -> BTreeMap<SettingsKey, T> {
    value.into_iter().map(|value| (SettingsKey::new("a"), value)).collect()
}

#[test]
fn each_row_and_each_aim_have_one_step() {
    use EntryState::{Attempted, Confirmed, Gone};
    let register = Some("register");
    let unregister = Some("unregister");
    let table: [(Option<Made>, Option<u8>, Option<&str>); 15] = [
        (None, None, None),
        (None, Some(1), register),
        (Some(row(Attempted, &[])), None, Some("forget")),
        (Some(row(Attempted, &[])), Some(1), register),
        (Some(row(Attempted, &[1])), None, unregister),
        (Some(row(Attempted, &[1])), Some(1), register),
        (Some(row(Attempted, &[1])), Some(2), unregister),
        (Some(row(Attempted, &[2, 1])), Some(2), unregister),
        (Some(row(Confirmed, &[1])), None, unregister),
        (Some(row(Confirmed, &[1])), Some(1), None),
        (Some(row(Confirmed, &[1])), Some(2), unregister),
        (Some(row(Confirmed, &[2, 1])), Some(1), None),
        (Some(row(Gone, &[1])), None, None),
        (Some(row(Gone, &[1])), Some(1), register),
        (Some(row(Gone, &[1])), Some(2), register),
    ];
    for (row, wanted, expected) in table {
        let plan = plan(&one(aim(wanted)), &one(row.clone()), 0, NOW);
        let step = plan.steps.first().map(|(_, _, step)| match step {
            Step::Register(forward) => {
                assert_eq!(Some(forward.digest), wanted.map(digest));
                "register"
            }
            Step::Unregister => "unregister",
            Step::Forget => "forget",
        });
        assert_eq!((step, plan.next_ms), (expected, None), "{row:?} {wanted:?}");
    }
}

#[test]
fn a_list_corrects_the_rows() {
    use EntryState::{Attempted, Confirmed, Gone};
    /// What is listed under the name, if anything: a content of ours, or none.
    type Entry = Option<Option<u8>>;
    type Row = (Made, Option<u8>, Entry, Option<Option<EntryState>>);
    let changed = |state| Some(Some(state));
    let table: [Row; 13] = [
        (row(Confirmed, &[1]), Some(1), Some(Some(1)), None),
        (row(Confirmed, &[1]), Some(1), None, changed(Attempted)),
        (row(Confirmed, &[1]), None, None, changed(Gone)),
        (row(Confirmed, &[1]), None, Some(Some(1)), None),
        (row(Confirmed, &[2, 1]), Some(1), Some(Some(2)), changed(Attempted)),
        (row(Confirmed, &[1]), Some(1), Some(None), changed(Attempted)),
        (row(Confirmed, &[1]), None, Some(Some(3)), changed(Attempted)),
        (row(Attempted, &[1]), Some(1), None, None),
        (row(Attempted, &[1]), None, Some(Some(1)), None),
        (row(Gone, &[1]), None, None, None),
        (row(Gone, &[1]), None, Some(Some(1)), changed(Attempted)),
        (row(Gone, &[1]), None, Some(Some(2)), None),
        (Made { at_ms: NOW - LATE_MS, ..row(Gone, &[1]) }, None, Some(Some(2)), Some(None)),
    ];
    for (row, wanted, entry, expected) in table {
        let listed = one(entry.map(|number| number.map(digest)));
        let changes = observe(&one(aim(wanted)), &one(Some(row.clone())), &listed, 0, NOW);
        let change = changes.first().map(|(_, row)| row.as_ref().map(|row| row.state));
        assert_eq!(change, expected, "{row:?} {wanted:?} {entry:?}");
    }
}

#[test]
fn what_may_come_late_counts_from_when_the_gateway_was_reached_again() {
    let old = one(Some(Made { at_ms: NOW - 2 * LATE_MS, ..row(EntryState::Gone, &[1]) }));
    assert_eq!(observe(&BTreeMap::new(), &old, &Listed::new(), NOW - LATE_MS + 1, NOW), []);
    assert_eq!(observe(&BTreeMap::new(), &old, &Listed::new(), NOW - LATE_MS, NOW).len(), 1);
    let many = one(Some(Made { at_ms: NOW - LATE_MS, ..row(EntryState::Confirmed, &[2, 1]) }));
    let listed = one(Some(Some(digest(1))));
    let changes = observe(&one(aim(Some(1))), &many, &listed, 0, NOW);
    let kept = changes.into_iter().filter_map(|(_, row)| Some(row?.digests)).collect::<Vec<_>>();
    assert_eq!(kept, [[digest(1)]]);
}

#[test]
fn what_no_row_claims_is_unknown() {
    let listed: Listed = [("a", Some(1)), ("b", Some(1)), ("c", None), ("d", Some(4))]
        .map(|(id, number)| (SettingsKey::new(id), number.map(digest)))
        .into();
    let rows = [("a", 1), ("b", 2), ("c", 3)]
        .map(|(id, number)| (SettingsKey::new(id), row(EntryState::Confirmed, &[number])))
        .into();
    let found = unknown(&rows, &listed);
    assert_eq!(found.iter().map(SettingsKey::as_str).collect::<Vec<_>>(), ["b", "c", "d"]);
}

#[test]
fn a_request_waits_until_it_is_said_how_it_went() {
    let failure = Failure { kind: FailureKind::Timeout, error_id: "id".into() };
    let failed = Made::failed(Some(&row(EntryState::Attempted, &[1])), &ask(1), failure, NOW, 0.0);
    assert_eq!(demands(&one(aim(Some(1))), &one(Some(failed.clone()))), []);
    let again = one(aim(Some(1)).map(|aim| Aim { ask: ask(2), ..aim }));
    assert_eq!(demands(&again, &one(Some(failed.clone()))), [(SettingsKey::new("a"), ask(2))]);
    assert_eq!(plan(&again, &one(Some(failed.clone())), 0, NOW).steps.len(), 1);
    assert_eq!(plan(&one(aim(Some(1))), &one(Some(failed.clone())), 0, NOW).next_ms, Some(NOW + 30_000));
    assert_eq!(plan(&one(aim(Some(1))), &one(Some(failed)), NOW + 1, NOW + 1).steps.len(), 1);
}

#[test]
fn a_row_claims_no_more_than_it_can_keep_and_the_newest_always() {
    let mut made = row(EntryState::Attempted, &[1]);
    (2..=60).for_each(|number| made.claim(digest(number)));
    assert_eq!((made.digests.len(), made.newest()), (32, Some(digest(60))));
    made.claim_remnant(digest(61));
    assert_eq!(made.newest(), Some(digest(60)));
    assert!(made.has(Some(digest(61))) && !made.has(Some(digest(1))) && !made.has(None));
}
