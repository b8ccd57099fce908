//! The rules one by one: what is called, what is remembered, and what is left alone.

use super::sim::{Fault, World};
use crate::downstream::FailureKind;
use crate::downstream::core::LATE_MS;
use crate::state::EntryState;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

fn state(world: &World, name: &str) -> Option<EntryState> {
    world.row(name).map(|row| row.state)
}

#[test]
fn a_wanted_server_is_registered_with_one_call_after_a_look_at_its_id() {
    let world = World::new();
    let ask = world.want("a", Some("u1"));
    world.run(&mut world.round(), 0);
    assert_eq!(world.take_calls(), ["GET", "GET a", "POST a u1"]);
    let row = world.row("a").unwrap();
    assert_eq!((row.state, row.ask, row.failure), (EntryState::Confirmed, ask, None));
    assert_eq!(world.groups()[0], world.wanted());
}

#[test]
fn an_update_removes_and_registers() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    world.want("a", Some("u2"));
    world.take_calls();
    world.run(&mut round, 0);
    assert_eq!(world.take_calls(), ["GET a", "DELETE a", "POST a u2"]);
    assert_eq!(world.groups()[0], world.wanted());
}

#[test]
fn what_is_not_wanted_is_removed_and_its_row_forgotten_when_no_late_call_can_bring_it_back() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    world.want("a", None);
    world.run(&mut round, 0);
    assert!(world.groups()[0].is_empty());
    assert_eq!(state(&world, "a"), Some(EntryState::Gone));
    world.run(&mut round, LATE_MS - SECOND);
    assert_eq!(state(&world, "a"), Some(EntryState::Gone));
    world.run(&mut round, MINUTE + SECOND);
    assert_eq!(state(&world, "a"), None);
}

#[test]
fn a_late_call_brings_nothing_back() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.lock().faults = [Fault::None, Fault::None, Fault::Late(3 * MINUTE)].into();
    world.run(&mut round, 0);
    assert_eq!(world.failure("a"), Some(FailureKind::Timeout));
    world.want("a", None);
    world.run(&mut round, 0);
    assert_eq!(state(&world, "a"), Some(EntryState::Gone));
    world.pass(3 * MINUTE);
    assert_eq!(world.groups()[0].len(), 1, "it came late");
    world.run(&mut round, 2 * MINUTE);
    assert!(world.groups()[0].is_empty());
}

#[test]
fn a_gateway_that_forgets_is_given_it_again() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    world.lock().groups.clear();
    world.run(&mut round, MINUTE);
    assert_eq!(world.groups()[0], world.wanted());
}

#[test]
fn what_somebody_else_has_put_there_is_left_alone_and_said_to_be_in_the_way() {
    let world = World::new();
    let mut round = world.round();
    world.put_foreign("a", "theirs");
    world.put_foreign("b", "theirs");
    world.want("a", Some("ours"));
    world.run(&mut round, 0);
    assert_eq!(world.failure("a"), Some(FailureKind::AlreadyExists));
    world.want("a", None);
    world.run(&mut round, 20 * MINUTE);
    assert_eq!(world.groups()[1].len(), 2);
    assert_eq!(state(&world, "a"), None);
    assert!(!world.take_calls().iter().any(|call| call.starts_with("DELETE")));
}

#[test]
fn what_somebody_has_put_in_the_place_of_ours_is_left_alone() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("ours"));
    world.run(&mut round, 0);
    world.put_foreign("a", "theirs");
    world.run(&mut round, 10 * MINUTE);
    assert_eq!(world.failure("a"), Some(FailureKind::AlreadyExists));
    world.want("a", None);
    world.run(&mut round, MINUTE);
    assert_eq!(state(&world, "a"), Some(EntryState::Gone));
    assert_eq!(world.groups()[1].len(), 1);
}

#[test]
fn a_refused_registration_leaves_nothing_and_is_said_to_be_refused() {
    for fault in [Fault::StoredInPart, Fault::Status(400), Fault::Status(500)] {
        let world = World::new();
        let ask = world.want("a", Some("u1"));
        world.lock().faults = [Fault::None, Fault::None, fault].into();
        world.run(&mut world.round(), 0);
        assert!(matches!(world.failure("a"), Some(FailureKind::Refused(400 | 500))), "{fault:?}");
        assert_eq!(world.row("a").unwrap().ask, ask);
        assert!(world.groups()[0].is_empty(), "{fault:?}");
    }
}

#[test]
fn while_a_gateway_is_down_each_new_request_is_tried_and_answered_and_nothing_else_is() {
    let world = World::new();
    let mut round = world.round();
    world.lock().is_down = true;
    world.want("a", Some("u1"));
    world.run(&mut round, SECOND);
    let first = world.row("a").unwrap();
    assert_eq!(first.failure.map(|failure| failure.kind), Some(FailureKind::Unreachable));
    let ask = world.want("a", Some("u1"));
    world.run(&mut round, SECOND);
    assert_eq!(world.row("a").unwrap().ask, ask);
    world.want("a", None);
    world.run(&mut round, SECOND);
    assert_eq!(state(&world, "a"), None, "nothing was called for it");
    world.lock().is_down = false;
    world.run(&mut round, SECOND);
    assert_eq!(world.take_calls(), Vec::<String>::new(), "the outage is waited out");
    world.want("b", Some("u2"));
    world.run(&mut round, SECOND);
    assert_eq!(world.take_calls(), ["GET", "GET b", "POST b u2"]);
}

#[test]
fn what_failed_while_a_gateway_was_down_is_done_when_it_is_back() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    world.lock().is_down = true;
    world.want("a", None);
    world.run(&mut round, 20 * MINUTE);
    assert_eq!(state(&world, "a"), Some(EntryState::Confirmed));
    world.lock().is_down = false;
    world.run(&mut round, 331 * SECOND);
    assert!(world.groups()[0].is_empty());
}

#[test]
fn a_gateway_that_refuses_is_tried_less_and_less_and_a_new_request_at_once() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    let refusals = |world: &World| {
        let mut state = world.lock();
        let calls = state.calls.drain(..).filter(|call| call.starts_with("POST")).count();
        // Each attempt looks at what it left.
        state.faults.clear();
        calls
    };
    for _ in 0..40 {
        world.lock().faults.extend([Fault::None]);
    }
    let mut posts = Vec::new();
    for _ in 0..4 {
        world.lock().faults = std::iter::repeat_n(Fault::StoredInPart, 400).collect();
        world.run(&mut round, 5 * MINUTE);
        posts.push(refusals(&world));
    }
    assert_eq!(posts, [6, 1, 1, 1]);
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    assert_eq!(world.groups()[0], world.wanted());
}

#[test]
fn what_somebody_else_has_made_is_not_ours_where_it_is_the_same() {
    let world = World::new();
    let mut round = world.round();
    world.put_foreign("a", "u1");
    let ask = world.want("a", Some("u1"));
    world.run(&mut round, MINUTE);
    assert_eq!((world.failure("a"), world.row("a").unwrap().ask), (Some(FailureKind::AlreadyExists), ask));
    world.want("a", None);
    world.run(&mut round, MINUTE);
    assert!(world.take_calls().iter().all(|call| call.starts_with("GET")));
    assert_eq!((world.groups()[1].len(), state(&world, "a")), (1, None));
}

#[test]
fn nothing_is_called_that_could_not_be_recorded_before() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.lock().is_disk_full = true;
    world.run(&mut round, MINUTE);
    assert!(world.take_calls().iter().all(|call| call == "GET" || call == "GET a"));
    world.lock().is_disk_full = false;
    world.run(&mut round, SECOND);
    assert_eq!(world.groups()[0], world.wanted());
}

#[test]
fn while_it_is_not_known_what_is_wanted_nothing_is_called() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    world.take_calls();
    world.lock().is_unreadable = true;
    world.want("a", None);
    world.run(&mut round, 5 * MINUTE);
    assert_eq!(world.take_calls(), Vec::<String>::new());
}

#[test]
fn what_is_seen_at_a_gateway_is_noted() {
    let world = World::new();
    let mut round = world.round();
    world.put_foreign("x/y", "theirs");
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    {
        let mut state = world.lock();
        assert_eq!((state.unknown.clone(), state.trouble), (vec!["x/y".to_owned()], None));
        state.is_down = true;
    }
    world.run(&mut round, 61 * SECOND);
    let state = world.lock();
    assert_eq!((state.unknown.len(), state.trouble), (1, Some(FailureKind::Unreachable)));
}

#[test]
fn a_time_that_was_stored_is_not_believed_beyond_what_can_be() {
    let world = World::new();
    world.want("a", Some("u1"));
    world.lock().faults = [Fault::None, Fault::Status(500)].into();
    world.run(&mut world.round(), 0);
    // The calendar was a day ahead when it was stored.
    world.pass(-24 * 60 * MINUTE);
    world.run(&mut world.round(), 331 * SECOND);
    assert_eq!(world.groups()[0], world.wanted());
}

#[test]
fn what_another_process_could_not_reach_is_tried_once_the_gateway_is_reached() {
    let world = World::new();
    let mut round = world.round();
    world.want("a", Some("u1"));
    world.run(&mut round, 0);
    world.lock().is_down = true;
    world.want("a", None);
    // Until the list that is due shows that it is down.
    world.run(&mut round, 61 * SECOND);
    assert_eq!(world.failure("a"), Some(FailureKind::Unreachable));
    world.lock().is_down = false;
    world.run(&mut world.round(), 0);
    assert!(world.groups()[0].is_empty());
}

#[test]
fn a_restart_neither_forgets_the_failures_nor_tries_early() {
    let world = World::new();
    world.want("a", Some("u1"));
    world.lock().faults = [Fault::None, Fault::Status(500)].into();
    world.run(&mut world.round(), 0);
    world.take_calls();
    world.run(&mut world.round(), 29 * SECOND);
    assert_eq!(world.take_calls(), ["GET"]);
    assert_eq!(world.row("a").unwrap().failures, 1);
    world.run(&mut world.round(), SECOND);
    assert_eq!(world.groups()[0], world.wanted());
}
