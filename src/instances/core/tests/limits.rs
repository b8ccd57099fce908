//! What may run, how much of it at once, and what ends it.

use super::*;

#[test]
fn an_edit_that_changes_no_launch_restarts_nothing() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    bench.initialize("x");
    let other = Wanted { etag: "\"b\"".to_owned(), idle: SECOND, ..wanted(StartMode::Always) };
    let actions = bench.want("x", other);
    assert!(starts(&actions).is_empty() && stops(&actions).is_empty(), "{actions:?}");
}

#[test]
fn another_launch_ends_the_old_one_at_once_but_for_calls_in_flight() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    let attempt = bench.initialize("x");
    let next = |generation| Wanted { generation, ..wanted(StartMode::Always) };
    assert_eq!(stops(&bench.want("x", next(2))), [(attempt, Duration::ZERO)]);
    assert_eq!(starts(&bench.step(Input::Ended(attempt))), ["x"]);
    let attempt = bench.initialize("x");
    let (id, actions) = bench.demand("x");
    assert!(actions.contains(&Action::Answer(id, Ok(attempt))));
    assert_eq!(stops(&bench.want("x", next(3))), [(attempt, 2 * SECOND)]);
}

#[test]
fn what_may_not_run_is_not_started_and_what_runs_ends_at_once() {
    let refused = [
        (Permission::Disabled, Refusal::Disabled),
        (
            Permission::Unapproved(UnapprovedReason::NoApproval),
            Refusal::Unapproved(UnapprovedReason::NoApproval),
        ),
        (Permission::Unusable(fault()), Refusal::Unusable(fault())),
    ];
    for (permission, refusal) in refused {
        let (mut bench, _) = Bench::with(StartMode::Always);
        let attempt = bench.initialize("x");
        bench.demand("x");
        let actions = bench.want("x", Wanted { permission, ..wanted(StartMode::Always) });
        assert_eq!(stops(&actions), [(attempt, Duration::ZERO)]);
        bench.step(Input::Ended(attempt));
        for _ in 0..3 {
            assert_eq!(bench.pass(600 * SECOND), []);
        }
        assert_eq!(refusals(&bench.demand("x").1), [&refusal]);
        assert_eq!(starts(&bench.step(Input::Restart(key("x")))), [""; 0]);
        assert_eq!(starts(&bench.want("x", wanted(StartMode::Always))), ["x"]);
    }
}

#[test]
fn starts_are_as_many_at_once_as_there_are_permits_and_clients_come_first() {
    let mut bench = Bench::new(2, 32);
    for name in ["a", "b", "c", "d"] {
        bench.want(name, wanted(StartMode::Always));
    }
    bench.want("e", wanted(StartMode::OnDemand));
    bench.demand("e");
    let running = |bench: &Bench| -> Vec<String> {
        let starting = bench.table.iter().filter(|(_, own)| own.attempt().is_some());
        starting.map(|(name, _)| name.as_str().to_owned()).collect()
    };
    assert_eq!(running(&bench), ["a", "b"]);
    bench.initialize("b");
    assert_eq!(running(&bench), ["a", "b", "e"]);
    // A start that takes long holds the others up for five seconds only.
    bench.pass(5 * SECOND);
    assert_eq!(running(&bench), ["a", "b", "c", "d", "e"]);
    let remote = Wanted { is_process: false, ..wanted(StartMode::Always) };
    assert_eq!(starts(&bench.want("remote", remote)), ["remote"], "without a permit");
}

#[test]
fn beyond_the_limit_the_process_that_was_idle_for_longest_ends() {
    let mut bench = Bench::new(9, 2);
    for name in ["a", "b"] {
        bench.want(name, wanted(StartMode::OnDemand));
        bench.demand(name);
        let attempt = bench.initialize(name);
        bench.step(Input::Done(attempt, outcome(None)));
        bench.pass(SECOND);
    }
    bench.want("c", wanted(StartMode::OnDemand));
    let oldest = bench.attempt("a");
    let (_, actions) = bench.demand("c");
    assert_eq!((stops(&actions), starts(&actions)), (vec![(oldest, Duration::ZERO)], vec![]));
    assert_eq!(stops(&bench.pass(SECOND)), [], "one at a time");
    assert_eq!(starts(&bench.step(Input::Ended(oldest))), ["c"]);
    // What is in use is not ended for another.
    bench.initialize("c");
    bench.demand("b");
    bench.want("d", wanted(StartMode::OnDemand));
    let (_, actions) = bench.demand("d");
    assert!(stops(&actions).is_empty() && starts(&actions).is_empty());
}

#[test]
fn a_rename_ends_nothing() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    let attempt = bench.initialize("x");
    bench.probe(None);
    let actions = bench.step(Input::Move { from: key("x"), to: key("y") });
    assert!(stops(&actions).is_empty() && bench.table.get(&key("x")).is_none());
    assert_eq!(bench.table.name_of(attempt), Some(&key("y")));
    assert_eq!(bench.get("y").health.now.status, HealthStatus::Healthy);
}

#[test]
fn at_the_end_everything_ends_and_nothing_starts() {
    let mut bench = Bench::new(9, 9);
    for name in ["a", "b"] {
        bench.want(name, wanted(StartMode::Always));
        bench.initialize(name);
    }
    let actions = bench.step(Input::Stop);
    assert_eq!(stops(&actions).len(), 2);
    let attempts = [bench.attempt("a"), bench.attempt("b")];
    for attempt in attempts {
        assert_eq!(starts(&bench.step(Input::Ended(attempt))), [""; 0]);
    }
    assert!(bench.table.is_quiet());
    assert_eq!(refusals(&bench.demand("a").1), [&Refusal::Stopping]);
}

#[test]
fn while_the_settings_cannot_be_read_what_runs_goes_on_and_nothing_starts() {
    let mut bench = Bench::new(9, 9);
    bench.want("a", wanted(StartMode::Always));
    bench.initialize("a");
    bench.want("b", wanted(StartMode::OnDemand));
    assert_eq!(bench.step(Input::Freeze(true)), []);
    let (_, actions) = bench.demand("b");
    assert!(starts(&actions).is_empty() && stops(&actions).is_empty());
    assert!(matches!(bench.get("a").phase, Phase::Running { .. }));
    assert_eq!(starts(&bench.step(Input::Freeze(false))), ["b"]);
}

#[test]
fn what_is_needed_while_a_lost_instance_ends_waits_for_the_next() {
    let (mut bench, _) = Bench::with(StartMode::OnDemand);
    bench.demand("x");
    let attempt = bench.initialize("x");
    bench.step(Input::Done(attempt, outcome(None)));
    bench.step(Input::Lost(attempt));
    let (id, actions) = bench.demand("x");
    assert_eq!(actions, []);
    assert_eq!(starts(&bench.step(Input::Exited(attempt, fault(), String::new()))), ["x"]);
    let attempt = bench.attempt("x");
    assert!(bench.step(Input::Initialized(attempt, 7)).contains(&Action::Answer(id, Ok(attempt))));
}

#[test]
fn an_outdated_start_is_not_tried_again_before_it_is_known_what_is_wanted() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    let attempt = bench.attempt("x");
    assert_eq!(starts(&bench.step(Input::Outdated(attempt))), [""; 0]);
    assert_eq!(starts(&bench.pass(SECOND)), [""; 0]);
    assert_eq!(starts(&bench.want("x", wanted(StartMode::Always))), ["x"]);
}
