//! Servers of several kinds are killed, edited, withdrawn, approved and called at random: in the end each of them is
//! healthy, and the service holds no more than it did at first. `make soak-instances` goes on for ten minutes.

mod figures;
mod world;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use self::figures::Figures;
use self::world::World;
use crate::soak::seeded_rng::SeededRng;
use crate::test_budget::number;

/// What is done each second.
const PACE: Duration = Duration::from_secs(1);

/// From so many seconds on there is a server that takes two minutes to start.
const LONG: u64 = 300;

#[test]
fn servers_that_are_killed_and_changed_at_random_are_healthy_in_the_end_and_leave_nothing() {
    let (seconds, seed) = (number("SOAK_SECONDS", 30), number("SEED", 1));
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let mut random = SeededRng::new(seed);
    let mut world = World::start(LONG <= seconds);
    world.settle(world.quick());
    let before = Figures::of(&world);
    let mut counters: BTreeMap<&str, usize> = BTreeMap::new();
    while Instant::now() < end {
        let second = Instant::now();
        *counters.entry(world.kill(&mut random)).or_default() += 1;
        for _ in 0..random.below(3) {
            *counters.entry(world.change(&mut random)).or_default() += 1;
        }
        thread::sleep(PACE.saturating_sub(second.elapsed()));
    }
    world.finish_calls();
    world.settle(world.all());
    let after = Figures::of(&world);
    #[expect(clippy::print_stdout, reason = "the figures are what `make soak-instances` is run for")]
    {
        println!("{seconds} s, seed {seed}: {counters:?}\nbefore {before:?}\nafter  {after:?}");
    }
    after.expect_no_more_than(&before);
    let log = world.server.log();
    assert!(!log.contains("panicked"), "something failed: {log}");
    let killed = json!(counters)["killed"].as_u64().unwrap_or(0);
    assert!(seconds / 4 < killed, "it killed only {killed} times in {seconds} s");
}
