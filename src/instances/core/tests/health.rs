//! Probes and what follows from them (health contract, C to E).

use super::*;

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
fn one_that_is_made_again_meanwhile_starts_after_that_and_is_another() {
    for restored in [true, false] {
        let (mut bench, _) = Bench::with(StartMode::Always);
        let attempt = bench.initialize("x");
        bench.demand("x");
        bench.step(Input::Gone(key("x")));
        let again = Wanted { generation: 2, ..wanted(StartMode::OnDemand) };
        match restored {
            true => bench.step(Input::Restore(key("x"), again, None, Vec::new())),
            false => bench.want("x", again),
        };
        let (_, actions) = bench.demand("x");
        assert!(actions.iter().all(|action| matches!(action, Action::Show(_))), "{actions:?}");
        // What comes of the old one is not of the new one.
        bench.step(Input::Done(attempt, outcome(Some(fault()))));
        bench.step(Input::Probed(attempt, outcome(Some(fault()))));
        let actions = bench.step(Input::Exited(attempt, fault(), "no database".to_owned()));
        assert_eq!(starts(&actions), ["x"]);
        let started = bench.initialize("x");
        assert!(bench.step(Input::Tick).is_empty() && started != attempt);
        let own = bench.get("x");
        assert_eq!((own.starts, own.calls, own.failed_calls, own.retry.is_some()), (1, 0, 0, false));
        assert_eq!(own.health.events().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::Start]);
    }
}
