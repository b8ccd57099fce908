//! What every state store must hold of runs: an approval is for one launch, in doubt there is no approval, and a withdrawal
//! is effective at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use proptest::prelude::*;

use super::authors::name;
use super::{InMemory, OnDisk, OnRemoteDisk, PATIENCE, Place, opened, wait, within_a_second};
use crate::model::{Feature, LaunchDigest};
use crate::state::{
    Approval, Attempts, Change, Kept, LocatedPath, Premise, Run, StateStore, ToolDigests, Unapproved,
    UnixTime,
};

pub(in crate::state) fn launch(number: u8) -> LaunchDigest {
    LaunchDigest::new([number; 32])
}

pub(in crate::state) fn located(path: &str) -> LocatedPath {
    LocatedPath { path: path.to_owned(), real_path: format!("/real{path}") }
}

/// An approval of the launch of this number. Every second launch has the command of the one before.
pub(in crate::state) fn approval(number: u8, path: Option<&str>) -> Approval {
    let members =
        BTreeMap::from([("/command".to_owned(), [number / 2; 32]), ("/args/0".to_owned(), [number; 32])]);
    let (by, at) = ("ann \u{fc}".to_owned(), UnixTime::from_seconds(7));
    Approval { launch: launch(number), located: path.map(located), by, at, members }
}

pub(in crate::state) fn observe(place: usize, number: u8, path: Option<&str>) -> Change {
    Change::Observe { name: name(place), launch: launch(number), located: path.map(located) }
}

pub(in crate::state) fn approve(place: usize, number: u8, path: Option<&str>, premise: Premise) -> Change {
    Change::Approve { name: name(place), approval: approval(number, path), premise }
}

pub(in crate::state) fn withdraw(place: usize) -> Change {
    Change::Withdraw { name: name(place) }
}

pub(in crate::state) fn attempted(place: usize, number: u8, count: u32) -> Change {
    let attempts = Attempts {
        count,
        last_at_ms: 1,
        next_at_ms: 30_001,
        kind: "spawn".to_owned(),
        error: "not found \u{fc}".to_owned(),
        stderr: "line\n".to_owned(),
    };
    let attempts = (0 < count).then_some(attempts);
    let (has_run, version) = (count == 0, (count == 0).then(|| "2025-11-25".to_owned()));
    Change::Attempted { name: name(place), launch: launch(number), attempts, has_run, version }
}

pub(in crate::state) fn policy(place: usize, expected: Option<&str>, text: Option<&str>) -> Change {
    let [expected, policy] = [expected, text].map(|text| text.map(str::to_owned));
    Change::SetPolicy { name: name(place), expected, policy }
}

/// Tools of which the first differs by this number.
pub(in crate::state) fn tools(number: u8) -> Arc<ToolDigests> {
    Arc::new(BTreeMap::from([("a".to_owned(), [number; 32]), ("\u{fc}".to_owned(), [9; 32])]))
}

pub(in crate::state) fn list(place: usize, launched: u8, number: u8, is_pinned: bool) -> Change {
    Change::List { name: name(place), launch: launch(launched), tools: tools(number), is_pinned }
}

pub(in crate::state) fn accept(place: usize, number: u8) -> Change {
    Change::AcceptTools { name: name(place), tools: tools(number) }
}

fn gone(place: usize, at: i64) -> Change {
    Change::Drop { name: name(place), at: UnixTime::from_seconds(at) }
}

fn moved(from: usize, to: usize) -> Change {
    Change::Move { from: name(from), to: name(to) }
}

fn run(store: &dyn StateStore, place: usize) -> Option<Arc<Run>> {
    store.peek()?.runs.get(&name(place)).cloned()
}

/// Whether the launch of this number may be started, its command at this place.
fn judged(store: &dyn StateStore, place: usize, number: u8, path: Option<&str>) -> Result<(), Unapproved> {
    let run = run(store, place).ok_or(Unapproved::NoApproval)?;
    run.approval_of(&launch(number), path.map(located).as_ref())
}

/// A store, and a way to make a change twice.
fn store<P: Place>() -> (P, Box<dyn StateStore>) {
    let place = P::new();
    let store = place.open();
    opened(&*store);
    (place, store)
}

fn make(store: &dyn StateStore, changes: impl IntoIterator<Item = Change>) {
    for change in changes {
        for _ in 0..2 {
            wait(store.write(vec![change.clone()]));
        }
    }
}

fn an_approval_is_for_one_launch_in_one_place<P: Place>() {
    let (_place, store) = store::<P>();
    assert_eq!(judged(&*store, 0, 1, None), Err(Unapproved::NoApproval));
    make(&*store, [observe(0, 1, Some("/bin/x")), approve(0, 1, Some("/bin/x"), Premise::Located)]);
    assert_eq!(judged(&*store, 0, 1, Some("/bin/x")), Ok(()));
    assert_eq!(judged(&*store, 0, 1, Some("/bin/y")), Err(Unapproved::PathChanged));
    assert_eq!(judged(&*store, 0, 1, None), Err(Unapproved::PathChanged));
    assert_eq!(judged(&*store, 0, 2, Some("/bin/x")), Err(Unapproved::LaunchChanged));
    assert_eq!(judged(&*store, 1, 1, Some("/bin/x")), Err(Unapproved::NoApproval));
    make(&*store, [observe(0, 2, None)]);
    assert_eq!(judged(&*store, 0, 2, None), Err(Unapproved::LaunchChanged));
    make(&*store, [observe(0, 1, Some("/bin/x"))]);
    assert_eq!(judged(&*store, 0, 1, Some("/bin/x")), Ok(()), "it is the approved one again");
    make(&*store, [withdraw(0)]);
    assert_eq!(judged(&*store, 0, 1, Some("/bin/x")), Err(Unapproved::NoApproval));
}

fn the_first_place_of_a_command_is_bound_and_no_other<P: Place>() {
    let (_place, store) = store::<P>();
    let bind = |number, path| Change::Bind { name: name(0), launch: launch(number), located: located(path) };
    make(
        &*store,
        [approve(0, 1, None, Premise::None), bind(2, "/bin/z"), bind(1, "/bin/x"), bind(1, "/bin/y")],
    );
    assert_eq!(judged(&*store, 0, 1, Some("/bin/x")), Ok(()));
    assert_eq!(judged(&*store, 0, 1, Some("/bin/y")), Err(Unapproved::PathChanged));
    // The launch 0 has another command, and 2 too.
    make(&*store, [approve(0, 0, None, Premise::Approved(launch(1)))]);
    assert_eq!(judged(&*store, 0, 0, Some("/bin/x")), Ok(()), "the same command stays where it was approved");
    assert_eq!(judged(&*store, 0, 0, Some("/bin/y")), Err(Unapproved::PathChanged));
    make(&*store, [approve(0, 2, None, Premise::Approved(launch(0)))]);
    assert_eq!(judged(&*store, 0, 2, Some("/bin/y")), Ok(()));
}

fn a_premise_is_judged_on_what_is_stored<P: Place>() {
    let (_place, store) = store::<P>();
    let refused = |number| judged(&*store, 0, number, None).unwrap_err();
    make(&*store, [approve(0, 2, None, Premise::Approved(launch(1)))]);
    assert_eq!(refused(2), Unapproved::NoApproval);
    make(&*store, [approve(0, 1, None, Premise::None), approve(0, 3, None, Premise::Approved(launch(2)))]);
    assert_eq!(refused(3), Unapproved::LaunchChanged);
    make(&*store, [approve(0, 2, None, Premise::Approved(launch(1)))]);
    assert_eq!(judged(&*store, 0, 2, None), Ok(()));
    make(&*store, [approve(1, 3, None, Premise::ApprovedOf(name(0), launch(1)))]);
    assert_eq!(judged(&*store, 1, 3, None), Err(Unapproved::NoApproval));
    make(&*store, [approve(1, 3, None, Premise::ApprovedOf(name(0), launch(2)))]);
    assert_eq!(judged(&*store, 1, 3, None), Ok(()));
    make(&*store, [withdraw(0), approve(0, 4, None, Premise::Approved(launch(2)))]);
    assert_eq!(refused(4), Unapproved::NoApproval);
    make(&*store, [observe(0, 5, Some("/bin/x")), approve(0, 5, None, Premise::Located)]);
    make(&*store, [approve(0, 5, Some("/bin/y"), Premise::Located)]);
    make(&*store, [approve(0, 6, Some("/bin/x"), Premise::Located)]);
    assert_eq!(refused(5), Unapproved::NoApproval, "it is not where it was shown");
    make(&*store, [approve(0, 5, Some("/bin/x"), Premise::Located)]);
    assert_eq!(judged(&*store, 0, 5, Some("/bin/x")), Ok(()));
}

fn generations_and_attempts_belong_to_one_launch<P: Place>() {
    let (_place, store) = store::<P>();
    let generation = || run(&*store, 0).unwrap().generation;
    make(&*store, [observe(0, 1, None), observe(1, 1, None)]);
    let first = generation();
    assert_ne!(first, run(&*store, 1).unwrap().generation);
    make(&*store, [attempted(0, 1, 0), attempted(0, 1, 3), attempted(0, 2, 9)]);
    let seen = run(&*store, 0).unwrap();
    assert_eq!((seen.attempts.as_ref().unwrap().count, seen.has_run), (3, true));
    assert_eq!(seen.attempts.as_ref().unwrap().error, "not found \u{fc}");
    assert_eq!(seen.version.as_deref(), Some("2025-11-25"));
    make(&*store, [observe(0, 2, None)]);
    let second = generation();
    let seen = run(&*store, 0).unwrap();
    assert!(first < second && seen.attempts.is_none() && !seen.has_run && seen.version.is_none());
    make(&*store, [observe(0, 1, None)]);
    assert!(second < generation(), "a generation never comes back");
}

fn what_is_dormant_comes_back_by_its_own_name_and_launch_only<P: Place>() {
    for (back, expected) in [
        (vec![observe(0, 1, None)], Ok(())),
        (vec![observe(0, 2, None), observe(0, 1, None)], Err(Unapproved::NoApproval)),
        (vec![moved(0, 1), observe(1, 1, None), moved(1, 0)], Err(Unapproved::NoApproval)),
        (vec![approve(0, 2, None, Premise::Approved(launch(1))), observe(0, 1, None)], Ok(())),
        (vec![withdraw(0), observe(0, 1, None)], Err(Unapproved::NoApproval)),
        (
            vec![Change::ForgetDormant { before: UnixTime::from_seconds(11) }, observe(0, 1, None)],
            Err(Unapproved::NoApproval),
        ),
        (vec![Change::ForgetDormant { before: UnixTime::from_seconds(10) }, observe(0, 1, None)], Ok(())),
    ] {
        let (_place, store) = store::<P>();
        make(
            &*store,
            [policy(0, None, Some("{}")), approve(0, 1, None, Premise::None), gone(0, 10), gone(0, 20)],
        );
        assert_eq!(judged(&*store, 0, 1, None), Err(Unapproved::NoApproval), "it is gone");
        let what = format!("{back:?}");
        make(&*store, back);
        assert_eq!(judged(&*store, 0, 1, None), expected, "{what}");
        let has_policy = store.peek().unwrap().policies.contains_key(&name(0));
        assert!(has_policy || expected.is_err(), "{what}");
    }
}

fn a_rename_takes_the_run_and_the_policy_along<P: Place>() {
    let (_place, store) = store::<P>();
    make(
        &*store,
        [
            approve(0, 1, Some("/bin/x"), Premise::None),
            attempted(0, 1, 2),
            policy(0, None, Some("{\"a\":1}")),
        ],
    );
    make(&*store, [approve(1, 2, None, Premise::None), policy(1, None, Some("{\"b\":1}")), gone(1, 5)]);
    let before = run(&*store, 0);
    make(&*store, [moved(0, 1)]);
    assert_eq!((run(&*store, 0), run(&*store, 1)), (None, before));
    let policies = store.peek().unwrap().policies.clone();
    assert_eq!(policies, BTreeMap::from([(name(1), "{\"a\":1}".to_owned())]));
    make(&*store, [policy(1, None, None)]);
    assert!(!store.peek().unwrap().policies.is_empty(), "another one was expected");
    make(&*store, [policy(1, Some("{\"a\":1}"), None)]);
    assert!(store.peek().unwrap().policies.is_empty());
    make(&*store, [policy(2, None, Some("{}")), gone(2, 5)]);
    assert!(store.peek().unwrap().policies.is_empty(), "of what never ran nothing is dormant");
}

fn tools_are_compared_with_the_first_or_the_accepted_ones<P: Place>() {
    let (_place, store) = store::<P>();
    let seen = || {
        let run = run(&*store, 0).unwrap();
        let known = run.known_tools.clone().map(|known| (known.tools["a"][0], known.is_accepted));
        (run.listed == Some(run.generation), known, run.has_drifted)
    };
    make(&*store, [observe(0, 1, None), list(0, 2, 1, false)]);
    assert_eq!(seen(), (false, None, false), "it is of another launch");
    make(&*store, [list(0, 1, 1, false)]);
    assert_eq!(seen(), (true, Some((1, false)), false));
    make(&*store, [list(0, 1, 2, false)]);
    assert_eq!(seen(), (true, Some((1, false)), true));
    make(&*store, [accept(0, 2)]);
    assert_eq!(seen(), (true, Some((2, true)), false));
    // Another launch has a first list of its own, but where tools are pinned.
    make(&*store, [observe(0, 2, None)]);
    assert_eq!(seen(), (false, Some((2, true)), false));
    make(&*store, [list(0, 2, 3, true)]);
    assert_eq!(seen(), (true, Some((2, true)), true));
    make(&*store, [list(0, 2, 3, false)]);
    assert_eq!(seen(), (true, Some((3, false)), false));
    make(&*store, [moved(0, 1), moved(1, 0)]);
    assert_eq!(seen(), (true, Some((3, false)), false));
    // Of what was gone nothing is taken over by another server.
    make(&*store, [gone(0, 1), observe(0, 3, None)]);
    assert_eq!(seen(), (false, None, false));
}

fn a_list_is_kept_for_its_launch_as_long_as_a_run_refers_to_it<P: Place>() {
    let (_place, store) = store::<P>();
    make(&*store, [observe(0, 1, None), list(0, 1, 1, false)]);
    let first = run(&*store, 0).unwrap().generation;
    let read = |generation, feature| wait(store.read_list((generation, feature)));
    assert_eq!(read(first, Feature::Tools), None);
    store.keep_list((first, Feature::Tools), "[1]".into());
    store.keep_list((first, Feature::Prompts), "[2]".into());
    store.keep_list((first, Feature::Tools), "[3]".into());
    assert_eq!(read(first, Feature::Tools).as_deref(), Some("[3]"));
    assert_eq!(read(first, Feature::Prompts).as_deref(), Some("[2]"));
    assert_eq!(read(first, Feature::Resources), None);
    make(&*store, [observe(0, 2, None), moved(0, 1)]);
    let second = run(&*store, 1).unwrap().generation;
    store.keep_list((second, Feature::Prompts), "[4]".into());
    assert_eq!(read(first, Feature::Tools).as_deref(), Some("[3]"), "the new launch has listed no tools yet");
    make(&*store, [list(1, 2, 1, false)]);
    store.keep_list((second, Feature::Tools), "[5]".into());
    within_a_second(|| read(first, Feature::Tools).is_none());
    assert_eq!(read(second, Feature::Tools).as_deref(), Some("[5]"));
}

fn views_are_published_at_once_and_one_runs<P: Place>() {
    let (place, store) = store::<P>();
    store.publish_instances(vec![(name(0), Some("{\"a\":1}".to_owned())), (name(1), Some("{}".to_owned()))]);
    store.publish_instances(vec![(name(1), None)]);
    assert_eq!(store.published_instances(), [(name(0), "{\"a\":1}".into())]);
    assert!(store.can_approve());
    let lock = store.try_run_lock().unwrap();
    assert!(lock.is_some());
    if P::KEPT == Kept::Stored {
        let other = place.open();
        assert!(other.try_run_lock().unwrap().is_none());
        drop(lock);
        assert!(other.try_run_lock().unwrap().is_some());
    }
}

claims!(in_memory: InMemory, on_disk: OnDisk, on_remote_disk: OnRemoteDisk => (
    an_approval_is_for_one_launch_in_one_place,
    the_first_place_of_a_command_is_bound_and_no_other,
    a_premise_is_judged_on_what_is_stored,
    generations_and_attempts_belong_to_one_launch,
    what_is_dormant_comes_back_by_its_own_name_and_launch_only,
    a_rename_takes_the_run_and_the_policy_along,
    tools_are_compared_with_the_first_or_the_accepted_ones,
    a_list_is_kept_for_its_launch_as_long_as_a_run_refers_to_it,
    views_are_published_at_once_and_one_runs,
));

fn lists_are_read_by_others_and_later<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    assert_eq!(wait(one.write(vec![observe(0, 1, None), list(0, 1, 1, false)])), Kept::Stored);
    let generation = run(&*one, 0).unwrap().generation;
    one.keep_list((generation, Feature::Tools), "[1]".into());
    let read = |store: &dyn StateStore| wait(store.read_list((generation, Feature::Tools)));
    within_a_second(|| read(&*other).as_deref() == Some("[1]"));
    within_a_second(|| run(&*other, 0).is_some_and(|run| run.known_tools.is_some()));
    one.close(Instant::now() + PATIENCE);
    other.close(Instant::now() + PATIENCE);
    let next = place.open();
    opened(&*next);
    assert_eq!(read(&*next).as_deref(), Some("[1]"));
}

fn approvals_and_views_are_seen_by_others_within_a_second<P: Place>() {
    let place = P::new();
    let (one, other) = (place.open(), place.open());
    opened(&*one);
    opened(&*other);
    assert_eq!(wait(one.write(vec![approve(0, 1, None, Premise::None)])), Kept::Stored);
    within_a_second(|| judged(&*other, 0, 1, None) == Ok(()));
    one.publish_instances(vec![(name(0), Some("{}".to_owned())), (name(2), Some("{}".to_owned()))]);
    within_a_second(|| other.published_instances().len() == 2);
    one.publish_instances(vec![(name(0), None)]);
    within_a_second(|| other.published_instances() == [(name(2), "{}".into())]);
    assert_eq!(wait(other.write(vec![withdraw(0)])), Kept::Stored);
    within_a_second(|| judged(&*one, 0, 1, None) == Err(Unapproved::NoApproval));
    one.close(Instant::now() + PATIENCE);
    other.close(Instant::now() + PATIENCE);
    let next = place.open();
    assert_eq!(opened(&*next).runs[&name(0)].approval, None);
    assert_eq!(next.published_instances().len(), 1);
}

/// What this process knows may be older than what is stored.
fn a_premise_is_judged_on_what_another_process_has_stored<P: Place>() {
    for _ in 0..20 {
        let place = P::new();
        let (one, other) = (place.open(), place.open());
        opened(&*one);
        opened(&*other);
        wait(one.write(vec![approve(0, 1, None, Premise::None)]));
        within_a_second(|| judged(&*other, 0, 1, None) == Ok(()));
        wait(one.write(vec![withdraw(0)]));
        let kept = wait(other.write(vec![approve(0, 2, None, Premise::Approved(launch(1)))]));
        assert_eq!(kept, Kept::Stored);
        assert_eq!(judged(&*other, 0, 2, None), Err(Unapproved::NoApproval));
        assert_eq!(other.peek().unwrap().runs, opened(&*place.open()).runs);
    }
}

claims!(stored_on_disk: OnDisk, stored_on_remote_disk: OnRemoteDisk => (
    approvals_and_views_are_seen_by_others_within_a_second,
    lists_are_read_by_others_and_later,
    a_premise_is_judged_on_what_another_process_has_stored,
));

pub(super) fn any_run_change() -> impl Strategy<Value = Change> {
    let (place, number) = (0_usize..3, 0_u8..4);
    let path = proptest::option::of(prop_oneof![Just("/a"), Just("/b")]);
    let premise = prop_oneof![
        3 => Just(Premise::None),
        1 => Just(Premise::Located),
        2 => number.clone().prop_map(|number| Premise::Approved(launch(number))),
        2 => (place.clone(), number.clone())
            .prop_map(|(place, number)| Premise::ApprovedOf(name(place), launch(number))),
    ];
    let time = 0_i64..9;
    prop_oneof![
        (place.clone(), number.clone(), path.clone())
            .prop_map(|(place, number, path)| observe(place, number, path)),
        (place.clone(), number.clone(), path, premise)
            .prop_map(|(place, number, path, premise)| approve(place, number, path, premise)),
        (place.clone(), number.clone()).prop_map(|(place, number)| Change::Bind {
            name: name(place),
            launch: launch(number),
            located: located("/c"),
        }),
        place.clone().prop_map(withdraw),
        (place.clone(), place.clone()).prop_map(|(from, to)| moved(from, to)),
        (place.clone(), time.clone()).prop_map(|(place, at)| gone(place, at)),
        (place.clone(), number.clone(), 0_u8..3, any::<bool>())
            .prop_map(|(place, number, tools, is_pinned)| list(place, number, tools, is_pinned)),
        (place.clone(), 0_u8..3).prop_map(|(place, number)| accept(place, number)),
        (place.clone(), number, 0_u32..3).prop_map(|(place, number, count)| attempted(place, number, count)),
        (place, proptest::option::of(Just("{}")), proptest::option::of(Just("{}")))
            .prop_map(|(place, expected, text)| policy(place, expected, text)),
        time.prop_map(|time| Change::ForgetDormant { before: UnixTime::from_seconds(time) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A change of which the first try may have reached the disk is made again.
    #[test]
    fn a_change_of_a_run_that_is_made_again_changes_nothing(changes in proptest::collection::vec(any_run_change(), 0..24)) {
        let mut remembered = crate::state::Remembered::default();
        for change in changes {
            remembered.apply(&change);
            let once = remembered.clone();
            remembered.apply(&change);
            prop_assert_eq!(&remembered, &once, "{:?}", change);
        }
    }

    /// What can't be stored yet approves nothing.
    #[test]
    fn nothing_is_approved_by_what_is_not_stored(changes in proptest::collection::vec(any_run_change(), 0..24)) {
        let mut remembered = crate::state::Remembered::default();
        changes.iter().for_each(|change| remembered.apply_unstored(change));
        prop_assert!(remembered.runs.values().all(|run| run.approval.is_none()));
    }
}
