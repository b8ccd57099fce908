//! The requirements of the health contract that the core holds alone, on a clock that the tests move.

use std::time::{Duration, Instant};

use super::*;
use crate::instances::{Fault, FaultKind};
use crate::model::SettingsKey;

const SECOND: Duration = Duration::from_secs(1);

/// A table, its clock, and what it wants done.
struct Bench {
    table: Table,
    now: Now,
    ids: DemandId,
}

fn key(name: &str) -> SettingsKey {
    SettingsKey::new(name)
}

fn wanted(start: StartMode) -> Wanted {
    Wanted {
        generation: 1,
        etag: "\"a\"".to_owned(),
        permission: Permission::Allowed,
        is_process: true,
        start,
        idle: Duration::from_secs(300),
        start_timeout: Duration::from_secs(60),
        probe: ProbePlan::default(),
    }
}

fn fault() -> Fault {
    FaultKind::Exited.because("exited with status 3")
}

fn outcome(fault: Option<Fault>) -> Outcome {
    Outcome { fault, ms: 0 }
}

impl Bench {
    fn new(permits: usize, most: usize) -> Self {
        let now = Now { instant: Instant::now(), unix_ms: 1_000_000 };
        Self { table: Table::new(permits, most, || 0.0), now, ids: 0 }
    }

    fn with(start: StartMode) -> (Self, Vec<Action>) {
        let mut bench = Self::new(4, 32);
        let actions = bench.want("x", wanted(start));
        (bench, actions)
    }

    fn step(&mut self, input: Input) -> Vec<Action> {
        self.table.step(input, self.now)
    }

    fn want(&mut self, name: &str, wanted: Wanted) -> Vec<Action> {
        self.step(Input::Want(key(name), wanted))
    }

    fn pass(&mut self, time: Duration) -> Vec<Action> {
        self.now = self.now.after(time);
        self.step(Input::Tick)
    }

    fn demand(&mut self, name: &str) -> (DemandId, Vec<Action>) {
        self.ids += 1;
        (self.ids, self.step(Input::Demand(key(name), self.ids)))
    }

    fn get(&self, name: &str) -> &Instance {
        self.table.get(&key(name)).unwrap()
    }

    fn attempt(&self, name: &str) -> Attempt {
        self.get(name).attempt().unwrap()
    }

    /// Brings what starts to where it runs.
    fn initialize(&mut self, name: &str) -> Attempt {
        let attempt = self.attempt(name);
        self.step(Input::Initialized(attempt, 7));
        attempt
    }

    fn fail(&mut self, name: &str) -> Vec<Action> {
        let attempt = self.attempt(name);
        self.step(Input::Failed(attempt, fault(), String::new()))
    }

    fn probe(&mut self, fault: Option<Fault>) -> HealthStatus {
        let attempt = self.attempt("x");
        self.step(Input::Probed(attempt, outcome(fault)));
        self.get("x").health.now.status
    }
}

fn starts(actions: &[Action]) -> Vec<&str> {
    let start = |action: &'_ Action| matches!(action, Action::Start(..));
    actions.iter().filter(|action| start(action)).map(name_of).collect()
}

fn name_of(action: &Action) -> &str {
    match action {
        Action::Start(name, _) | Action::Probe(name, _) | Action::Save(name) | Action::Show(name) => {
            name.as_str()
        }
        Action::Stop(..) | Action::Answer(..) | Action::Reading(..) => "",
    }
}

fn probes(actions: &[Action]) -> usize {
    actions.iter().filter(|action| matches!(action, Action::Probe(..))).count()
}

fn stops(actions: &[Action]) -> Vec<(Attempt, Duration)> {
    let mut stops = Vec::new();
    for action in actions {
        if let Action::Stop(attempt, patience) = action {
            stops.push((*attempt, *patience));
        }
    }
    stops
}

fn refusals(actions: &[Action]) -> Vec<&Refusal> {
    let mut refusals = Vec::new();
    for action in actions {
        if let Action::Answer(_, Err(refusal)) = action {
            refusals.push(refusal);
        }
    }
    refusals
}

fn is_saved(actions: &[Action]) -> bool {
    actions.contains(&Action::Save(key("x")))
}

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
fn b2_chance_adds_a_tenth_at_most() {
    for (count, shortest) in [(1, 30), (5, 30), (6, 300), (u32::MAX, 300)] {
        let shortest = Duration::from_secs(shortest);
        assert_eq!(delay(count, 0.0), shortest);
        assert_eq!(delay(count, 1.0), shortest + shortest / 10);
        assert_eq!(delay(count, 7.0), delay(count, 1.0));
    }
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
        bench.table.step(Input::Want(key("x"), wanted(StartMode::OnDemand)), bench.now);
        bench.step(Input::Restore(key("x"), Some(retry), Vec::new()));
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
fn c2_probes_start_nothing_and_ten_of_them_use_one_instance() {
    let (mut bench, _) = Bench::with(StartMode::OnDemand);
    let actions = bench.step(Input::Probe(key("x"), 77));
    assert_eq!(actions, [Action::Reading(77, Err(Refusal::NotRunning))]);
    let (_, actions) = bench.demand("x");
    assert_eq!(starts(&actions), ["x"]);
    let attempt = bench.initialize("x");
    for _ in 0..10 {
        bench.step(Input::Probe(key("x"), 1));
        bench.step(Input::Probed(attempt, outcome(None)));
    }
    assert_eq!((bench.get("x").starts, bench.attempt("x")), (1, attempt));
}

#[test]
fn probes_do_not_keep_an_instance_alive() {
    let (mut bench, _) = Bench::with(StartMode::OnDemand);
    let (_, actions) = bench.demand("x");
    assert_eq!(starts(&actions), ["x"]);
    let attempt = bench.initialize("x");
    bench.step(Input::Done(attempt, outcome(None)));
    for _ in 0..299 {
        assert_eq!(stops(&bench.pass(SECOND)), []);
        bench.step(Input::Probed(attempt, outcome(None)));
    }
    assert_eq!(stops(&bench.pass(SECOND)), [(attempt, Duration::ZERO)]);
    bench.step(Input::Ended(attempt));
    let health = &bench.get("x").health;
    assert_eq!(health.now.status, HealthStatus::Unknown);
    assert_eq!(health.last.as_ref().unwrap().1.status, HealthStatus::Healthy);
}

#[test]
fn d1_and_d3_what_runs_is_probed_and_nothing_else() {
    let (mut bench, actions) = Bench::with(StartMode::Always);
    assert_eq!(probes(&actions), 0);
    assert_eq!(probes(&bench.pass(10 * SECOND)), 0, "while it starts");
    let attempt = bench.attempt("x");
    let actions = bench.step(Input::Initialized(attempt, 7));
    assert_eq!(probes(&actions), 1, "at once, where chance adds nothing");
    assert_eq!(probes(&bench.pass(60 * SECOND)), 0, "while the first is made");
    bench.step(Input::Probed(attempt, outcome(None)));
    assert_eq!(probes(&bench.pass(59 * SECOND)), 0);
    assert_eq!(probes(&bench.pass(SECOND)), 1);
    bench.step(Input::Exited(attempt, fault(), String::new()));
    bench.fail("x");
    assert_eq!(probes(&bench.pass(20 * SECOND)), 0, "after a failed attempt");
    let actions = bench.want("x", Wanted { permission: Permission::Disabled, ..wanted(StartMode::Always) });
    assert_eq!(probes(&actions) + probes(&bench.pass(600 * SECOND)), 0);
}

#[test]
fn e1_and_e2_failures_in_a_row_degrade_and_a_success_heals() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    bench.initialize("x");
    let failed = || Some(FaultKind::Timeout.because("no answer within 10 s"));
    let statuses =
        [failed(), failed(), failed(), None, failed(), failed(), None].map(|fault| bench.probe(fault));
    use HealthStatus::{Degraded, Healthy, Unhealthy};
    assert_eq!(statuses, [Degraded, Degraded, Unhealthy, Healthy, Degraded, Degraded, Healthy]);
}

#[test]
fn a_server_that_wants_credentials_is_not_merely_unhealthy() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    bench.initialize("x");
    assert_eq!(bench.probe(Some(FaultKind::Auth.because("status 401"))), HealthStatus::AuthRequired);
    assert_eq!(bench.probe(None), HealthStatus::Healthy);
}

#[test]
fn e3_interval_and_threshold_are_those_of_the_server() {
    let mut bench = Bench::new(4, 32);
    let plan = |interval, threshold| ProbePlan {
        interval: Duration::from_secs(interval),
        threshold,
        ..ProbePlan::default()
    };
    for (name, plan) in [("slow", plan(600, 1)), ("x", plan(10, 2))] {
        bench.want(name, Wanted { probe: plan, ..wanted(StartMode::Always) });
        let attempt = bench.initialize(name);
        bench.step(Input::Probed(attempt, outcome(None)));
    }
    let mut counts = (0, 0);
    for _ in 0..60 {
        for action in bench.pass(10 * SECOND) {
            let Action::Probe(name, attempt) = action else { continue };
            let count = if name == key("x") { &mut counts.0 } else { &mut counts.1 };
            *count += 1;
            bench.step(Input::Probed(attempt, outcome(Some(FaultKind::Timeout.because("late")))));
            let status = bench.table.get(&name).unwrap().health.now.status;
            let expected = if name == key("x") && *count == 1 { "degraded" } else { "unhealthy" };
            assert_eq!(status.as_str(), expected);
        }
    }
    assert_eq!(counts, (60, 1));
}

#[test]
fn e4_the_last_fifty_events_are_kept() {
    let now = Now { instant: Instant::now(), unix_ms: 5 };
    let mut health = Health::unknown(now);
    for _ in 0..60 {
        health.observe(EventKind::Probe, 1, &outcome(None), 3, now);
    }
    let numbers: Vec<u64> = health.events().map(|event| event.n).collect();
    assert_eq!(numbers, (11..=60).collect::<Vec<_>>());
    let mut restored = Health::unknown(now).with_events(health.events().cloned().collect());
    restored.observe(EventKind::Probe, 1, &outcome(None), 3, now);
    let numbers: Vec<u64> = restored.events().map(|event| event.n).collect();
    assert_eq!(numbers, (12..=61).collect::<Vec<_>>());
}

#[test]
fn e5_nothing_is_kept_of_an_instance_that_is_gone() {
    let (mut bench, _) = Bench::with(StartMode::Always);
    let attempt = bench.initialize("x");
    bench.probe(None);
    let (id, _) = bench.demand("x");
    let actions = bench.step(Input::Gone(key("x")));
    assert_eq!(stops(&actions), [(attempt, Duration::ZERO)]);
    assert!(bench.table.get(&key("x")).is_none() && !bench.table.is_quiet());
    assert_eq!(bench.step(Input::Demand(key("x"), id + 1)), [Action::Answer(id + 1, Err(Refusal::Gone))]);
    bench.step(Input::Ended(attempt));
    assert!(bench.table.is_quiet());
    bench.want("x", wanted(StartMode::OnDemand));
    assert_eq!(bench.get("x").health.events().count(), 0);
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
