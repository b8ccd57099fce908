//! All instances, and what happens to them. Level-triggered: after each input it compares what is wanted with what is,
//! so that an input that is lost or comes twice does no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::time::{Duration, Instant};

use super::health::{EventKind, Outcome};
use super::instance::{Attempt, IN_FLIGHT, Instance, PROVEN, Phase};
use super::message::{Action, Input, Refusal};
use super::retry::Retry;
use super::wanted::{Permission, Wanted};
use super::{Health, Now};
use crate::instances::Fault;
use crate::model::SettingsKey;

/// Within which time instances that have started are probed first, so that those that started together are not probed
/// together.
const SPREAD: Duration = Duration::from_secs(5);

/// All instances.
pub struct Table {
    instances: BTreeMap<SettingsKey, Instance>,
    /// What is still being ended of servers that are gone, with the name that each had.
    leaving: Vec<(SettingsKey, Instance)>,
    permits: usize,
    most: usize,
    jitter: Box<dyn FnMut() -> f64 + Send>,
    last_attempt: u64,
    is_stopping: bool,
    is_frozen: bool,
    changed: BTreeSet<SettingsKey>,
    unsaved: BTreeSet<SettingsKey>,
    actions: Vec<Action>,
    answers: Vec<Action>,
}

impl Table {
    /// An empty one. At most `permits` processes start at once, and `most` run; `jitter` gives numbers from 0 to 1.
    pub fn new(permits: usize, most: usize, jitter: impl FnMut() -> f64 + Send + 'static) -> Self {
        Self {
            instances: BTreeMap::new(),
            leaving: Vec::new(),
            permits: permits.max(1),
            most: most.max(1),
            jitter: Box::new(jitter),
            last_attempt: 0,
            is_stopping: false,
            is_frozen: false,
            changed: BTreeSet::new(),
            unsaved: BTreeSet::new(),
            actions: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// One instance.
    pub fn get(&self, name: &SettingsKey) -> Option<&Instance> {
        self.instances.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&SettingsKey, &Instance)> {
        self.instances.iter()
    }

    /// The name of the instance that this start is of.
    pub fn name_of(&self, attempt: Attempt) -> Option<&SettingsKey> {
        self.instances.iter().find(|(_, own)| own.attempt() == Some(attempt)).map(|(name, _)| name)
    }

    /// Whether anything runs, or is being ended.
    #[cfg(test)]
    pub(super) fn is_quiet(&self) -> bool {
        self.all().all(|instance| instance.attempt().is_none())
    }

    /// When to look again, if nothing happens before.
    pub fn next_look(&self, now: Now) -> Option<Instant> {
        if self.is_stopping {
            return None;
        }
        self.instances.values().filter_map(|instance| instance.next_look(now)).min()
    }

    /// Something happened: what is to be done.
    pub fn step(&mut self, input: Input, now: Now) -> Vec<Action> {
        self.step_all([input], now)
    }

    /// The same of several things. What is wanted is compared once with what is, after the last of them.
    pub fn step_all(&mut self, inputs: impl IntoIterator<Item = Input>, now: Now) -> Vec<Action> {
        for input in inputs {
            self.take(input, now);
        }
        self.settle(now);
        let mut actions = take(&mut self.actions);
        actions.extend(take(&mut self.unsaved).into_iter().map(Action::Save));
        actions.extend(take(&mut self.changed).into_iter().map(Action::Show));
        // Who gets an answer may look at once at what it has changed.
        actions.extend(take(&mut self.answers));
        actions
    }

    fn take(&mut self, input: Input, now: Now) {
        match input {
            Input::Want(name, wanted) => self.want(name, wanted, now),
            Input::Gone(name) => self.gone(&name, now),
            Input::Move { from, to } => self.rename(&from, to),
            Input::Restore(name, wanted, retry, events) => {
                let mut instance = Instance::new(wanted, now);
                instance.health = Health::unknown(now).with_events(events);
                if retry.is_some() {
                    instance.enter(Phase::Failed, now);
                }
                instance.retry = retry;
                self.instances.entry(name.clone()).or_insert(instance);
                self.changed.insert(name);
            }
            Input::Demand(name, id) => match self.instances.get_mut(&name) {
                Some(instance) => instance.waiting.push(id),
                None => self.answers.push(Action::Answer(id, Err(Refusal::Gone))),
            },
            Input::GiveUp(id) => {
                for instance in self.instances.values_mut() {
                    instance.waiting.retain(|own| *own != id);
                    instance.probers.retain(|own| *own != id);
                }
            }
            Input::Initialized(attempt, ms) => self.initialized(attempt, ms, now),
            Input::Failed(attempt, fault, stderr) => match self.phase_of(attempt) {
                Some(Phase::Starting { .. }) => self.failed(attempt, EventKind::Start, fault, stderr, now),
                _ => self.ended(attempt, now),
            },
            Input::Outdated(attempt) => {
                if let Some((_, instance)) = self.find(attempt) {
                    instance.is_outdated = true;
                }
                self.ended(attempt, now);
            }
            Input::Ended(attempt) => self.ended(attempt, now),
            Input::Lost(attempt) => self.lost(attempt, now),
            Input::Exited(attempt, fault, stderr) => self.exited(attempt, fault, stderr, now),
            Input::Done(attempt, outcome) => self.done(attempt, &outcome, now),
            Input::Unused(attempt) => self.unused(attempt, now),
            Input::Drifted(name) => {
                if let Some(instance) = self.instances.get_mut(&name) {
                    instance.health.drifted(instance.wanted.generation, now);
                    self.changed.insert(name);
                }
            }
            Input::Probed(attempt, outcome) => self.probed(attempt, outcome, now),
            Input::Probe(name, id) => match self.instances.get_mut(&name) {
                Some(instance) => instance.probers.push(id),
                None => self.answers.push(Action::Reading(id, Err(Refusal::Gone))),
            },
            Input::Restart(name) => self.restart(&name, now),
            Input::Freeze(is_frozen) => self.is_frozen = is_frozen,
            Input::Stop => self.is_stopping = true,
            Input::Tick => {}
        }
    }

    fn want(&mut self, name: SettingsKey, wanted: Wanted, now: Now) {
        match self.instances.get_mut(&name) {
            Some(instance) => {
                instance.is_outdated = false;
                if instance.wanted == wanted {
                    return;
                }
                if instance.wanted.generation != wanted.generation {
                    // Another launch: what was wrong with the old one says nothing of it.
                    if instance.retry.take().is_some() {
                        self.unsaved.insert(name.clone());
                    }
                    if instance.phase == Phase::Failed {
                        instance.enter(Phase::Idle, now);
                    }
                    instance.exits.clear();
                    instance.health.forget(instance.wanted.generation, now);
                    // One that runs is judged by the launch that it has, until it has ended.
                    if instance.attempt().is_some() {
                        self.stop(&name, IN_FLIGHT, now);
                    }
                }
                if let Some(instance) = self.instances.get_mut(&name) {
                    instance.wanted = wanted;
                }
            }
            None => {
                self.instances.insert(name.clone(), Instance::new(wanted, now));
            }
        }
        self.changed.insert(name);
    }

    fn gone(&mut self, name: &SettingsKey, now: Now) {
        let Some(instance) = self.instances.get_mut(name) else { return };
        refuse(instance, &Refusal::Gone, &mut self.answers);
        self.stop(name, Duration::ZERO, now);
        if let Some((name, mut instance)) = self.instances.remove_entry(name)
            && let Some(attempt) = instance.attempt()
        {
            // However it ends, there is nothing that it says about a server.
            instance.enter(Phase::Stopping(attempt), now);
            self.leaving.push((name, instance));
        }
        self.changed.insert(name.clone());
    }

    fn rename(&mut self, from: &SettingsKey, to: SettingsKey) {
        if self.get(&to).is_some() {
            return;
        }
        if let Some(instance) = self.instances.remove(from) {
            self.changed.extend([from.clone(), to.clone()]);
            self.unsaved.insert(to.clone());
            self.instances.insert(to, instance);
        }
    }

    fn restart(&mut self, name: &SettingsKey, now: Now) {
        let Some(instance) = self.instances.get_mut(name) else { return };
        instance.is_asked = true;
        if let Some(retry) = instance.retry.as_mut().filter(|retry| retry.is_waiting(now)) {
            retry.next = now;
            self.unsaved.insert(name.clone());
        }
        if matches!(instance.phase, Phase::Starting { .. } | Phase::Running { .. }) {
            self.stop(name, IN_FLIGHT, now);
        }
        self.changed.insert(name.clone());
    }

    fn initialized(&mut self, attempt: Attempt, ms: u64, now: Now) {
        let spread = SPREAD.mul_f64((self.jitter)());
        let Some((name, instance)) = self.find(attempt) else { return };
        if !matches!(instance.phase, Phase::Starting { .. }) {
            return;
        }
        let next_probe = Some(now.instant + spread.min(instance.wanted.probe.interval));
        let (since, last_used) = (now.instant, now.instant);
        let running =
            Phase::Running { attempt, since, is_proven: false, last_used, in_flight: 0, next_probe };
        instance.enter(running, now);
        instance.starts += 1;
        instance.is_asked = false;
        instance.health.started(instance.wanted.generation, ms, now);
        self.changed.insert(name);
    }

    fn failed(&mut self, attempt: Attempt, kind: EventKind, fault: Fault, stderr: String, now: Now) {
        let jitter = (self.jitter)();
        let Some((name, instance)) = self.find(attempt) else { return };
        instance.health.failed(kind, instance.wanted.generation, &fault, now);
        let retry = Retry::after(instance.retry.as_ref(), fault, stderr, now, jitter);
        let refusal = Refusal::Failed(retry.fault.clone(), retry.next);
        instance.retry = Some(retry);
        instance.is_asked = false;
        instance.enter(Phase::Failed, now);
        let waiting = take(&mut instance.waiting);
        self.answers.extend(waiting.into_iter().map(|id| Action::Answer(id, Err(refusal.clone()))));
        self.unsaved.insert(name.clone());
        self.changed.insert(name);
    }

    /// What is needed from now on waits for the next start.
    fn lost(&mut self, attempt: Attempt, now: Now) {
        let Some((name, instance)) = self.find(attempt) else { return };
        if let Phase::Running { is_proven, .. } = instance.phase {
            instance.enter(Phase::Dying { attempt, is_proven }, now);
            self.changed.insert(name);
        }
    }

    fn exited(&mut self, attempt: Attempt, fault: Fault, stderr: String, now: Now) {
        let Some((name, instance)) = self.find(attempt) else { return };
        match instance.phase {
            Phase::Running { is_proven: true, .. } | Phase::Dying { is_proven: true, .. } => {
                if instance.note_exit(now) {
                    return self.failed(attempt, EventKind::Exit, fault, stderr, now);
                }
                instance.health.exited(instance.wanted.generation, &fault, now);
                instance.enter(Phase::Idle, now);
                self.changed.insert(name);
            }
            Phase::Stopping(_) => self.ended(attempt, now),
            _ => self.failed(attempt, EventKind::Exit, fault, stderr, now),
        }
    }

    fn ended(&mut self, attempt: Attempt, now: Now) {
        let Some((name, instance)) = self.find(attempt) else { return };
        instance.health.forget(instance.wanted.generation, now);
        instance.enter(Phase::Idle, now);
        self.changed.insert(name);
    }

    fn unused(&mut self, attempt: Attempt, now: Now) {
        let Some((name, instance)) = self.find(attempt) else { return };
        if let Phase::Running { in_flight, last_used, .. } = &mut instance.phase {
            *in_flight = in_flight.saturating_sub(1);
            *last_used = now.instant;
        }
        self.changed.insert(name);
    }

    fn done(&mut self, attempt: Attempt, outcome: &Outcome, now: Now) {
        self.unused(attempt, now);
        let Some((_, instance)) = self.find(attempt) else { return };
        instance.calls += 1;
        instance.failed_calls += u64::from(outcome.fault.is_some());
        if outcome.blames_instance() {
            let (generation, threshold) = (instance.wanted.generation, instance.wanted.probe.threshold);
            instance.health.observe(EventKind::Call, generation, outcome, threshold, now);
        }
        if outcome.is_answer() {
            self.prove(attempt);
        }
    }

    fn probed(&mut self, attempt: Attempt, outcome: Outcome, now: Now) {
        let Some((name, instance)) = self.find(attempt) else { return };
        let (generation, threshold) = (instance.wanted.generation, instance.wanted.probe.threshold);
        if let Phase::Running { next_probe, .. } = &mut instance.phase {
            // Counted from the beginning of the probe, but never at once.
            let took = Duration::from_millis(outcome.ms).min(instance.wanted.probe.interval);
            *next_probe = Some(now.instant + instance.wanted.probe.interval - took);
            instance.health.observe(EventKind::Probe, generation, &outcome, threshold, now);
        }
        let probers = take(&mut instance.probers);
        if outcome.is_answer() {
            self.prove(attempt);
        }
        self.answers.extend(probers.into_iter().map(|id| Action::Reading(id, Ok(outcome.clone()))));
        self.changed.insert(name);
    }

    /// The instance has answered, or has run for long enough: its start was successful.
    fn prove(&mut self, attempt: Attempt) {
        let Some((name, instance)) = self.find(attempt) else { return };
        if let Phase::Running { is_proven: is_proven @ false, .. } = &mut instance.phase {
            *is_proven = true;
            instance.retry = None;
            // Also where nothing failed: that it has run once is remembered.
            self.unsaved.insert(name);
        }
    }

    /// Ends what runs. Calls in flight are given so much time.
    fn stop(&mut self, name: &SettingsKey, patience: Duration, now: Now) {
        let Some(instance) = self.instances.get_mut(name) else { return };
        let (attempt, patience) = match instance.phase {
            Phase::Starting { attempt, .. } => (attempt, Duration::ZERO),
            Phase::Running { attempt, in_flight: 0, .. } => (attempt, Duration::ZERO),
            Phase::Running { attempt, .. } => (attempt, patience),
            _ => return,
        };
        instance.enter(Phase::Stopping(attempt), now);
        let probers = take(&mut instance.probers);
        self.actions.push(Action::Stop(attempt, patience));
        self.answers.extend(probers.into_iter().map(|id| Action::Reading(id, Err(Refusal::NotRunning))));
        self.changed.insert(name.clone());
    }

    /// Compares what is wanted with what is.
    fn settle(&mut self, now: Now) {
        let names: Vec<SettingsKey> = self.instances.keys().cloned().collect();
        for name in &names {
            self.settle_one(name, now);
        }
        self.leaving.retain(|(_, instance)| instance.attempt().is_some());
        self.admit(now);
    }

    fn settle_one(&mut self, name: &SettingsKey, now: Now) {
        let Some(instance) = self.instances.get_mut(name) else { return };
        let refusal = match &instance.wanted.permission {
            _ if self.is_stopping => Some(Refusal::Stopping),
            Permission::Disabled => Some(Refusal::Disabled),
            Permission::Unapproved(reason) => Some(Refusal::Unapproved(*reason)),
            Permission::Unusable(fault) => Some(Refusal::Unusable(fault.clone())),
            Permission::Allowed => None,
        };
        if let Some(refusal) = refusal {
            refuse(instance, &refusal, &mut self.answers);
            match instance.phase {
                Phase::Waiting(_) => {
                    instance.enter(Phase::Idle, now);
                    self.changed.insert(name.clone());
                }
                // What may not run ends at once.
                Phase::Starting { .. } | Phase::Running { .. } => self.stop(name, Duration::ZERO, now),
                Phase::Idle | Phase::Failed | Phase::Dying { .. } | Phase::Stopping(_) => {}
            }
            return;
        }
        match instance.phase {
            Phase::Idle | Phase::Failed => {
                let waiting = instance.retry.as_ref().filter(|retry| retry.is_waiting(now));
                let refusal = waiting.map(|retry| Refusal::Failed(retry.fault.clone(), retry.next));
                if let Some(refusal) = refusal {
                    let waiting = take(&mut instance.waiting);
                    self.actions
                        .extend(waiting.into_iter().map(|id| Action::Answer(id, Err(refusal.clone()))));
                } else if instance.is_needed() && !instance.is_outdated {
                    instance.enter(Phase::Waiting(now.instant), now);
                    self.changed.insert(name.clone());
                }
                not_running(instance, &mut self.answers);
            }
            Phase::Waiting(_) if !instance.is_needed() => {
                instance.enter(Phase::Idle, now);
                self.changed.insert(name.clone());
            }
            Phase::Waiting(_) | Phase::Starting { .. } | Phase::Stopping(_) => {
                not_running(instance, &mut self.answers);
            }
            Phase::Running { .. } => self.settle_running(name, now),
            // A probe in flight has still to say what it saw.
            Phase::Dying { .. } => {}
        }
    }

    fn settle_running(&mut self, name: &SettingsKey, now: Now) {
        let Some(instance) = self.instances.get_mut(name) else { return };
        let waiting = take(&mut instance.waiting);
        let is_probe_wanted = !instance.probers.is_empty();
        let Phase::Running { attempt, since, is_proven, last_used, in_flight, next_probe } =
            &mut instance.phase
        else {
            return;
        };
        let attempt = *attempt;
        let is_old = !*is_proven && *since + PROVEN <= now.instant;
        for id in waiting {
            *in_flight += 1;
            *last_used = now.instant;
            self.answers.push(Action::Answer(id, Ok(attempt)));
        }
        if next_probe.is_some_and(|at| is_probe_wanted || at <= now.instant) {
            *next_probe = None;
            self.actions.push(Action::Probe(name.clone(), attempt));
        }
        let is_over = |since: Instant| since + instance.wanted.idle <= now.instant;
        let is_idle = instance.idle_since().is_some_and(is_over);
        if is_old {
            self.prove(attempt);
        }
        if is_idle {
            self.stop(name, Duration::ZERO, now);
        }
    }

    /// Starts what waits, as far as there is room.
    fn admit(&mut self, now: Now) {
        if self.is_frozen {
            return;
        }
        let mut waiting: Vec<(bool, (u8, Instant), SettingsKey)> = Vec::new();
        for (name, instance) in &self.instances {
            // What had its name before may have its port.
            let is_free = || self.leaving.iter().all(|(other, _)| other != name);
            if let Phase::Waiting(since) = instance.phase
                && is_free()
            {
                waiting.push((instance.wanted.is_process, instance.priority(since), name.clone()));
            }
        }
        waiting.sort();
        for (is_process, _, name) in waiting {
            if is_process {
                let starting = self.all().filter(|own| own.holds_permit(now)).count();
                if self.permits <= starting {
                    break;
                }
                let running = self.all().filter(|own| own.has_process()).count();
                if self.most <= running {
                    self.make_room(now);
                    break;
                }
            }
            self.last_attempt += 1;
            let attempt = Attempt(self.last_attempt);
            if let Some(instance) = self.instances.get_mut(&name) {
                instance.enter(Phase::Starting { attempt, since: now.instant }, now);
                self.actions.push(Action::Start(name.clone(), attempt));
                self.changed.insert(name);
            }
        }
    }

    /// Ends the process that nobody has used for longest, unless one is being ended already.
    fn make_room(&mut self, now: Now) {
        let is_ending = |own: &Instance| {
            own.wanted.is_process && matches!(own.phase, Phase::Dying { .. } | Phase::Stopping(_))
        };
        if self.all().any(is_ending) {
            return;
        }
        let idle = self.instances.iter().filter(|(_, own)| own.wanted.is_process);
        let idle = idle.filter_map(|(name, own)| Some((own.idle_since()?, name.clone())));
        if let Some((_, name)) = idle.min() {
            self.stop(&name, Duration::ZERO, now);
        }
    }

    fn phase_of(&self, attempt: Attempt) -> Option<Phase> {
        self.all().find(|own| own.attempt() == Some(attempt)).map(|own| own.phase)
    }

    /// With those that are being ended.
    fn all(&self) -> impl Iterator<Item = &Instance> {
        self.instances.values().chain(self.leaving.iter().map(|(_, instance)| instance))
    }

    fn find(&mut self, attempt: Attempt) -> Option<(SettingsKey, &mut Instance)> {
        let leaving = self.leaving.iter_mut().map(|(name, instance)| (&*name, instance));
        let mut all = self.instances.iter_mut().chain(leaving);
        all.find(|(_, own)| own.attempt() == Some(attempt)).map(|(name, own)| (name.clone(), own))
    }
}

/// Answers all that wait for an instance, or for a probe of it, that they get nothing.
fn refuse(instance: &mut Instance, refusal: &Refusal, answers: &mut Vec<Action>) {
    instance.is_asked = false;
    let waiting = take(&mut instance.waiting);
    answers.extend(waiting.into_iter().map(|id| Action::Answer(id, Err(refusal.clone()))));
    let probers = take(&mut instance.probers);
    answers.extend(probers.into_iter().map(|id| Action::Reading(id, Err(refusal.clone()))));
}

/// A probe is no demand: where nothing runs it is refused.
fn not_running(instance: &mut Instance, answers: &mut Vec<Action>) {
    let probers = take(&mut instance.probers);
    answers.extend(probers.into_iter().map(|id| Action::Reading(id, Err(Refusal::NotRunning))));
}
