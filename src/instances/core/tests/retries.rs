//! When a failed start is tried again, and what counts as one (health contract, B).

use super::*;

#[test]
fn b1_a_failed_attempt_leaves_its_count_its_times_and_its_error() {
    let (mut bench, actions) = Bench::with(StartMode::Always);
    assert_eq!(starts(&actions), ["x"]);
    let actions = bench.fail("x");
    assert!(is_saved(&actions));
    let instance = bench.get("x");
    let retry = instance.retry.as_ref().unwrap();
    assert_eq!(instance.phase, Phase::Failed);
    assert_eq!((retry.count, retry.last, retry.next), (1, bench.now, bench.now.after(30 * SECOND)));
    assert_eq!(retry.fault, fault());
}

#[test]
fn b2_five_short_delays_are_followed_by_long_ones() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    let mut delays = Vec::new();
    for _ in 0..8 {
        bench.fail("x");
        let next = bench.get("x").retry.as_ref().unwrap().next;
        delays.push((next.instant - bench.now.instant).as_secs());
        bench.pass(next.instant - bench.now.instant);
    }
    assert_eq!(delays, [30, 30, 30, 30, 30, 300, 300, 300]);
}

#[test]
fn b3_and_b4_while_the_next_attempt_waits_nothing_is_started_ended_or_probed() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    bench.fail("x");
    for _ in 0..29 {
        assert_eq!(bench.pass(SECOND), []);
    }
    let (id, actions) = bench.demand("x");
    let next = bench.now.after(SECOND);
    assert_eq!(actions, [Action::Answer(id, Err(Refusal::Failed(fault(), next)))]);
    assert_eq!(bench.want("x", wanted(StartMode::Always)), []);
    assert_eq!(starts(&bench.pass(SECOND)), ["x"]);
}

#[test]
fn b5_the_same_instance_is_tried_again_and_its_count_goes_on() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    for count in 1..=7 {
        let before = bench.attempt("x");
        bench.fail("x");
        assert_eq!(bench.get("x").retry.as_ref().unwrap().count, count);
        assert_eq!(bench.get("x").wanted.generation, 1);
        let actions = bench.pass(300 * SECOND);
        assert_eq!(starts(&actions), ["x"]);
        assert!(before < bench.attempt("x"));
    }
}

#[test]
fn b6_whatever_fails_in_an_attempt_is_followed_by_the_same_delays() {
    for kind in [FaultKind::Resolution, FaultKind::Spawn, FaultKind::Connect, FaultKind::Timeout] {
        let (mut bench, _) = Bench::with(StartMode::Always);
        let attempt = bench.attempt("x");
        bench.step(Input::Failed(attempt, kind.because("it does not work"), String::new()));
        let retry = bench.get("x").retry.clone().unwrap();
        assert_eq!((retry.count, retry.next), (1, bench.now.after(30 * SECOND)), "{kind:?}");
    }
}

#[test]
fn b7_a_success_clears_the_count_and_only_a_success_does() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    for _ in 0..3 {
        bench.fail("x");
        bench.pass(30 * SECOND);
    }
    // An answer to `initialize` alone proves nothing: many servers end right after it.
    let attempt = bench.initialize("x");
    bench.step(Input::Exited(attempt, fault(), String::new()));
    assert_eq!(bench.get("x").retry.as_ref().unwrap().count, 4);
    bench.pass(30 * SECOND);
    let attempt = bench.initialize("x");
    let actions = bench.step(Input::Probed(attempt, outcome(None)));
    assert!(is_saved(&actions) && bench.get("x").retry.is_none());
    bench.step(Input::Exited(attempt, fault(), String::new()));
    bench.fail("x");
    let retry = bench.get("x").retry.as_ref().unwrap();
    assert_eq!((retry.count, retry.next), (1, bench.now.after(30 * SECOND)));
}

#[test]
fn b7_thirty_seconds_of_running_are_a_success_too() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    bench.fail("x");
    bench.pass(30 * SECOND);
    bench.initialize("x");
    bench.pass(29 * SECOND);
    assert!(bench.get("x").retry.is_some());
    bench.pass(SECOND);
    assert!(bench.get("x").retry.is_none());
}

#[test]
fn b8_what_an_earlier_process_knew_goes_on_and_a_clock_that_was_set_does_not_stop_it() {
    for (stored_in, expected) in [(200_000, 200_000), (-5, 0), (10_000_000, 330_000)] {
        let mut bench = Bench::new(4, 32);
        let retry = Retry::restored(
            4,
            bench.now.unix_ms - 100,
            bench.now.unix_ms + stored_in,
            fault(),
            String::new(),
            bench.now,
        );
        bench.step(Input::Restore(key("x"), wanted(StartMode::OnDemand), Some(retry), Vec::new()));
        let left = Duration::from_millis(expected);
        if expected != 0 {
            bench.pass(left - SECOND);
            assert_eq!(refusals(&bench.demand("x").1).len(), 1);
            bench.pass(SECOND);
        }
        assert_eq!(starts(&bench.demand("x").1), ["x"], "{stored_in}");
        bench.fail("x");
        assert_eq!(bench.get("x").retry.as_ref().unwrap().count, 5);
    }
}

#[test]
fn b9_another_launch_ends_the_wait_and_the_count_a_restart_only_the_wait() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    bench.fail("x");
    let actions = bench.step(Input::Restart(key("x")));
    assert_eq!(starts(&actions), ["x"]);
    bench.fail("x");
    assert_eq!(bench.get("x").retry.as_ref().unwrap().count, 2);
    let actions = bench.want("x", Wanted { generation: 2, ..wanted(StartMode::Always) });
    assert_eq!(starts(&actions), ["x"]);
    assert!(is_saved(&actions));
    bench.fail("x");
    assert_eq!(bench.get("x").retry.as_ref().unwrap().count, 1);
}

#[test]
fn three_exits_in_ten_minutes_are_a_failed_attempt() {
    for (gap, is_failure) in [(100, true), (400, false)] {
        let (mut bench, _) = Bench::with(StartMode::Always);
        for _ in 0..2 {
            let attempt = bench.initialize("x");
            bench.step(Input::Done(attempt, outcome(None)));
            bench.pass(Duration::from_secs(gap));
            assert_eq!(starts(&bench.step(Input::Exited(attempt, fault(), String::new()))), ["x"]);
        }
        let attempt = bench.initialize("x");
        bench.step(Input::Done(attempt, outcome(None)));
        bench.pass(Duration::from_secs(gap));
        let actions = bench.step(Input::Exited(attempt, fault(), String::new()));
        assert_eq!(starts(&actions).is_empty(), is_failure, "{gap}");
        assert_eq!(bench.get("x").retry.is_some(), is_failure);
    }
}

#[test]
fn an_instance_that_is_used_on_demand_and_exits_is_idle_until_it_is_needed() {
    let (mut bench, _) = Bench::with(StartMode::OnDemand);
    bench.demand("x");
    let attempt = bench.initialize("x");
    bench.step(Input::Done(attempt, outcome(None)));
    let actions = bench.step(Input::Exited(attempt, fault(), String::new()));
    assert!(starts(&actions).is_empty() && bench.get("x").phase == Phase::Idle);
    assert_eq!(starts(&bench.demand("x").1), ["x"]);
}

#[test]
fn what_comes_twice_or_late_does_no_harm() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    let attempt = bench.initialize("x");
    for _ in 0..2 {
        assert_eq!(bench.step(Input::Initialized(attempt, 7)), []);
    }
    bench.step(Input::Exited(attempt, fault(), String::new()));
    let late = [
        Input::Exited(attempt, fault(), String::new()),
        Input::Ended(attempt),
        Input::Done(attempt, outcome(None)),
        Input::Probed(attempt, outcome(None)),
        Input::Failed(attempt, fault(), String::new()),
        Input::GiveUp(99),
    ];
    for input in late {
        assert_eq!(bench.step(input), []);
    }
    assert_eq!(bench.get("x").retry.as_ref().unwrap().count, 1);
}
