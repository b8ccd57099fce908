//! Runs rounds: all writers begin at once, somebody may be killed, all calls end; then each server's
//! history is checked alone, against the file and against what a service shows.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use super::chain;
use super::counters::Counters;
use super::fleet::Fleet;
use super::history::{Answer, Call, State, Value};
use super::plan::{self, Intent, Kind, NAMES, Plan};
use super::seeded_rng::SeededRng;
use super::sequential::{self, WIDTH};
use super::writer::{Held, Noted, Part, Writer};
use crate::server::item;
use crate::test_budget::number;
use crate::wire::Request;

/// How much is run.
pub(super) struct Size {
    rounds: usize,
    processes: usize,
    writers: usize,
    seed: u64,
}

impl Size {
    /// `ROUNDS`, `PROCESSES`, `WRITERS` and `SEED`, or what a test run has time for.
    pub(super) fn from_environment() -> Self {
        let size = Self {
            rounds: number("ROUNDS", 2_000),
            processes: number("PROCESSES", 3),
            writers: number("WRITERS", 12),
            seed: number("SEED", 1),
        };
        assert!(0 < size.processes && 1 < size.writers, "rounds need a service and two writers");
        size
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, processes, writers, seed } = self;
        write!(formatter, "{rounds} rounds, {processes} processes, {writers} writers, seed {seed}")
    }
}

/// Runs the rounds; panics at the first that is not as it must be.
pub(super) fn run(size: &Size) -> Counters {
    let mut arena = Arena::new(size);
    for round in 0..size.rounds {
        arena.round(round);
    }
    arena.end(size)
}

struct Arena {
    fleet: Fleet,
    writers: Vec<Writer>,
    dice: SeededRng,
    states: Vec<State>,
    held: Vec<Held>,
    tags: Tags,
    counters: Counters,
    /// How long the last round without a kill took.
    usual: Duration,
}

impl Arena {
    fn new(size: &Size) -> Self {
        let fleet = Fleet::start(size.processes);
        let mut tags = Tags::default();
        let mut held = Vec::new();
        for (server, name) in NAMES.iter().enumerate() {
            let put = Request::new(fleet.address(0), "PUT", &item(name)).key(crate::server::ADMIN);
            put.json(&super::fleet::config_of(&format!("start-{name}"))).send().expect(201);
            let (state, tag) = fleet.shown(0, server);
            let (value, tag) = state.zip(tag).expect("it was just made");
            tags.note(server, &value, &tag);
            held.push(Held { value, tag });
        }
        Self {
            writers: (0..size.writers).map(|_| Writer::new()).collect(),
            dice: SeededRng::new(size.seed),
            states: held.iter().map(|held| Some(held.value.clone())).collect(),
            held,
            tags,
            counters: Counters::new(),
            usual: Duration::from_millis(10),
            fleet,
        }
    }

    fn round(&mut self, number: usize) {
        let processes = self.fleet.len();
        let is_there: Vec<_> = self.states.iter().map(Option::is_some).collect();
        let plan = plan::draw(&mut self.dice, self.writers.len(), processes, &is_there);
        let notes = self.play(number, &plan);
        for (call, tag) in &notes {
            self.counters.call(plan.kind, call);
            let state = call.answer().and_then(Answer::state).and_then(Option::as_ref);
            if let Some((value, tag)) = state.zip(tag.as_ref()) {
                self.tags.note(call.server, value, tag);
            }
            assert!(
                plan.victim.is_some() || call.end.is_some(),
                "round {number}: no answer to {:?}",
                call.ask
            );
        }
        self.counters.round(plan.kind, plan.victim.is_some());
        let calls: Vec<_> = notes.into_iter().map(|(call, _)| call).collect();
        let stored = self.fleet.stored();
        let witness = self.dice.below(processes);
        let mut chains = Vec::new();
        for (server, stored) in stored.iter().enumerate() {
            let own: Vec<_> = calls.iter().filter(|call| call.server == server).cloned().collect();
            chains.push(self.check(number, &plan, &own, &self.states[server].clone(), stored));
        }
        if plan.kind == Kind::Move
            && let Some(from) = plan.intents.iter().find_map(Intent::moves_from)
            && let Some(value) = &self.states[from]
        {
            let others: Vec<&[State]> =
                (0..chains.len()).filter(|server| *server != from).map(|server| &*chains[server]).collect();
            if let Err(what) = chain::check_move(value, &chains[from], &others) {
                panic!("round {number}: {what}\n{}", shown(&calls));
            }
        }
        for (server, stored) in stored.into_iter().enumerate() {
            let (shown, tag) = self.fleet.shown(witness, server);
            assert_eq!(shown, stored, "round {number}: a service shows another state than is stored");
            if let Some((value, tag)) = shown.zip(tag) {
                self.tags.note(server, &value, &tag);
                self.held[server] = Held { value, tag };
            }
            self.states[server] = stored;
        }
    }

    /// Has the writers do their parts, each at one of the services, all at the same moment.
    fn play(&mut self, number: usize, plan: &Plan) -> Vec<Noted> {
        let began = Instant::now();
        let start = Arc::new(Barrier::new(plan.intents.len()));
        let held = Arc::new(self.held.clone());
        for (writer, intent) in plan.intents.iter().enumerate() {
            self.writers[writer].begin(Part {
                intent: *intent,
                address: self.fleet.address(self.dice.below(self.fleet.len())),
                held: Arc::clone(&held),
                label: format!("{number}-{writer}"),
                start: Arc::clone(&start),
            });
        }
        if let Some(victim) = plan.victim {
            // Any moment of a round will do, so this waits for none in particular.
            thread::sleep(self.usual.mul_f64(self.dice.below(100) as f64 / 100.0));
            self.fleet.kill(victim);
        }
        let notes = self.writers[..plan.intents.len()].iter().flat_map(Writer::finish).collect();
        match plan.victim {
            Some(victim) => self.fleet.replace(victim),
            None => self.usual = began.elapsed(),
        }
        notes
    }

    /// Gives the states that the server went through.
    fn check(
        &mut self,
        number: usize,
        plan: &Plan,
        calls: &[Call],
        start: &State,
        stored: &State,
    ) -> Vec<State> {
        let chain = chain::check(start, calls, stored).unwrap_or_else(|what| {
            panic!("round {number} ({:?}): {what}\n{}", plan.kind, shown(calls));
        });
        if calls.is_empty() || WIDTH < calls.len() {
            return chain;
        }
        self.counters.history(plan.kind);
        assert!(
            sequential::is_linearizable(start, calls, stored),
            "round {number} ({:?}): not linearizable from {start:?} to {stored:?}\n{}",
            plan.kind,
            shown(calls)
        );
        chain
    }

    /// The last look: nothing lies about after a write of a service that saw no crash.
    fn end(self, size: &Size) -> Counters {
        for service in 0..self.fleet.len() {
            let name = format!("last-{service}");
            let put =
                Request::new(self.fleet.address(service), "PUT", &item(&name)).key(crate::server::ADMIN);
            put.clone().json(&super::fleet::config_of("last")).send().expect(201);
            Request::new(self.fleet.address(service), "DELETE", &item(&name))
                .key(crate::server::ADMIN)
                .send()
                .expect(204);
        }
        assert_eq!(self.fleet.stored(), self.states, "the last document is not what the winners describe");
        assert_eq!(self.fleet.folder(), [".mcp-settings.etag-key", ".settings.lock", "settings.json"]);
        assert!(
            size.rounds < 20 || 0 < self.counters.histories(),
            "no round was narrow enough to be checked"
        );
        self.counters
    }
}

/// Every tag that a response had, and its state: each determines the other, at every service and for ever.
#[derive(Default)]
struct Tags {
    of_state: HashMap<(usize, Value), String>,
    of_tag: HashMap<String, (usize, Value)>,
}

impl Tags {
    fn note(&mut self, server: usize, value: &Value, tag: &str) {
        let state = (server, value.clone());
        let known = self.of_state.entry(state.clone()).or_insert_with(|| tag.to_owned());
        assert_eq!(known, tag, "{state:?} has two tags");
        let named = self.of_tag.entry(tag.to_owned()).or_insert_with(|| state.clone());
        assert_eq!(*named, state, "{tag} names two states");
    }
}

/// The calls, as the message of a failure shows them: in the order of their starts, in microseconds.
fn shown(calls: &[Call]) -> String {
    let mut calls: Vec<_> = calls.iter().collect();
    calls.sort_by_key(|call| call.began);
    let Some(first) = calls.first().map(|call| call.began) else { return String::new() };
    let line = |call: &&Call| {
        let from = (call.began - first).as_micros();
        let to = call.end.as_ref().map(|(ended, _)| (*ended - first).as_micros());
        format!("{from:>8} .. {to:>8?} {:?} -> {:?}\n", call.ask, call.answer())
    };
    calls.iter().map(line).collect()
}
