//! What a service holds of the machine: memory, descriptors, processes.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::world::World;

/// What memory may grow by, in a build without optimization: less than what a hundred programs write to stderr.
const GROWTH_KB: u64 = 20_000;

/// Connections of clients that are being closed.
const DESCRIPTORS: usize = 4;

/// Threads that wait for the next thing that blocks; each ends by itself after a while.
const THREADS: usize = 16;

/// How long what has just ended may take to be gone.
const SETTLING: Duration = Duration::from_secs(10);

/// Figures of a moment at which everything runs and nothing happens.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    resident_kb: u64,
    descriptors: usize,
    threads: usize,
    /// Of the service itself, ended ones that it has not reaped too.
    children: usize,
    /// Of each server, with its supervisor.
    processes: Vec<(String, usize)>,
}

impl Figures {
    /// Once they stay the same for a second.
    pub(super) fn of(world: &World) -> Self {
        let deadline = Instant::now() + SETTLING;
        let mut figures = Self::at_once(world);
        loop {
            thread::sleep(Duration::from_secs(1));
            let next = Self::at_once(world);
            let is_same = (next.descriptors, next.children, &next.processes)
                == (figures.descriptors, figures.children, &figures.processes);
            figures = next;
            if is_same || deadline < Instant::now() {
                return figures;
            }
        }
    }

    fn at_once(world: &World) -> Self {
        let service = world.server.pid();
        let folder = |name: &str| format!("/proc/{service}/{name}");
        let entries = |name: &str| fs::read_dir(folder(name)).expect("it runs").count();
        let status = fs::read_to_string(folder("status")).expect("it runs");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has memory");
        let bearers = world.mark.bearers();
        let count = |name: &String| bearers.iter().filter(|bearer| bearer.name == *name).count();
        Self {
            resident_kb: resident.trim().trim_end_matches(" kB").parse().expect("a number"),
            descriptors: entries("fd"),
            threads: entries("task"),
            children: children(service),
            processes: world.quick().iter().map(|name| (name.clone(), count(name))).collect(),
        }
    }

    #[track_caller]
    pub(super) fn expect_no_more_than(&self, before: &Self) {
        assert_eq!(self.processes, before.processes, "processes are left or missing");
        assert!(self.children <= before.children, "children: {} and then {}", before.children, self.children);
        let (then, now) = (before.descriptors, self.descriptors);
        assert!(now <= then + DESCRIPTORS, "descriptors: {then} and then {now}");
        let (then, now) = (before.threads, self.threads);
        assert!(now <= then + THREADS, "threads: {then} and then {now}");
        let (then, now) = (before.resident_kb, self.resident_kb);
        assert!(now <= then + GROWTH_KB, "memory: {then} kB and then {now} kB");
    }
}

/// How many processes have this one as parent.
fn children(parent: u32) -> usize {
    let entries = fs::read_dir("/proc").expect("a table of processes").flatten();
    let is_child = |entry: &fs::DirEntry| {
        let statistics = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // After the name, which may hold anything, come the state and the parent.
        let own =
            statistics.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        own == Some(parent)
    };
    entries.filter(is_child).count()
}
