//! Whatever goes wrong, and wherever the service is killed: in the end the gateway has exactly what is wanted of ours, and
//! all that is not ours.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;

use super::sim::{Fault, World};
use crate::downstream::round::Round;

const MINUTE: i64 = 60_000;

/// All that can go wrong with a call.
const FAULTS: [Fault; 9] = [
    Fault::None,
    Fault::Lost,
    Fault::AnswerLost,
    Fault::Late(1),
    Fault::Late(3 * MINUTE),
    Fault::StoredInPart,
    Fault::Forgets,
    Fault::KilledBefore,
    Fault::KilledAfter,
];

/// How many calls in a row the exhaustive test breaks.
const DEPTH: u32 = 4;

/// What somebody asks for: a name and a URL, or none.
type Request = (&'static str, Option<&'static str>);

/// Runs it without faults for so long, which is long enough for every delay, and looks at what it has come to.
fn settle(world: &Arc<World>, round: &mut Round, quiet: i64, story: &dyn std::fmt::Debug) {
    world.lock().faults.clear();
    world.run(round, quiet);
    let [ours, theirs] = world.groups();
    let mut wanted = world.wanted();
    // What is in the way of a name stays there.
    wanted.retain(|name, _| !theirs.contains_key(name));
    assert_eq!(ours, wanted, "{story:?}");
    for name in wanted.keys() {
        let row = world.row(name).unwrap();
        assert!(row.failure.is_none(), "{story:?}: {name} {row:?}");
    }
    world.take_calls();
    world.run(round, 2 * MINUTE);
    let writes = world.take_calls();
    let in_the_way = |call: &String| theirs.keys().any(|id| call.starts_with(&format!("POST {id} ")));
    assert!(
        writes.iter().all(|call| call.starts_with("GET") || in_the_way(call)),
        "it does not rest after {story:?}: {writes:?}"
    );
}

#[test]
fn every_way_in_which_some_calls_fail_ends_with_what_is_wanted() {
    const STORIES: [&[Request]; 5] = [
        &[("a", Some("u1"))],
        &[("a", Some("u1")), ("a", None)],
        &[("a", Some("u1")), ("a", Some("u2"))],
        &[("a", Some("u1")), ("a", None), ("a", Some("u2"))],
        &[("f", Some("u1")), ("f", None)],
    ];
    let mut cases = 0;
    for number in 0..FAULTS.len().pow(DEPTH) {
        let digits = (0..DEPTH).map(|place| number / FAULTS.len().pow(place) % FAULTS.len());
        let faults: Vec<Fault> = digits.map(|digit| FAULTS[digit]).collect();
        for story in STORIES {
            // Half of the stories go on while calls are still unanswered, the others wait for the end of each.
            for pause in [0, MINUTE] {
                let world = World::new();
                world.put_foreign("f", "theirs");
                world.lock().faults = faults.clone().into();
                let mut round = world.round();
                for (name, url) in story {
                    world.want(name, *url);
                    world.run(&mut round, pause);
                }
                settle(&world, &mut round, 6 * MINUTE, &(&faults, story));
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 9_usize.pow(DEPTH) * STORIES.len() * 2);
}

#[derive(Clone, Debug)]
enum Event {
    Request(Request),
    Wait(i64),
    Down(i64),
}

fn event() -> impl Strategy<Value = Event> {
    let name = select(vec!["a", "b", "f"]);
    let url = select(vec![None, Some("u1"), Some("u2"), Some("u3")]);
    prop_oneof![
        4 => (name, url).prop_map(Event::Request),
        2 => (0..3 * MINUTE).prop_map(Event::Wait),
        1 => (0..12 * MINUTE).prop_map(Event::Down),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_long_life_among_failures_ends_with_what_is_wanted(
        faults in prop::collection::vec(select(FAULTS.to_vec()), 0..60),
        events in prop::collection::vec(event(), 1..25),
    ) {
        let world = World::new();
        world.put_foreign("f", "theirs");
        world.put_foreign("g/h", "theirs");
        world.lock().faults = faults.clone().into();
        let mut round = world.round();
        for event in &events {
            match event {
                Event::Request((name, url)) => {
                    world.want(name, *url);
                    world.run(&mut round, 0);
                }
                Event::Wait(ms) => world.run(&mut round, *ms),
                Event::Down(ms) => {
                    world.lock().is_down = true;
                    world.run(&mut round, *ms);
                    world.lock().is_down = false;
                }
            }
        }
        settle(&world, &mut round, 40 * MINUTE, &(&faults, &events));
        for name in world.wanted().keys().filter(|name| *name != "f") {
            // What could come late is no longer claimed.
            prop_assert_eq!(world.row(name).unwrap().digests.len(), 1);
        }
        prop_assert_eq!(world.groups()[1].len(), 2);
    }
}
