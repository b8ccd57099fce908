//! The requirements of the health contract that the core holds alone, on a clock that the tests move.

mod health;
mod limits;
mod retries;

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
