//! What is remembered of running each server (DESIGN §13.3): which launch was seen, which is approved, how starting it
//! went. Everything in doubt is not approved. It does not know what a launch is, and how it is started.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::UnixTime;
use crate::model::{LaunchDigest, SettingsKey};

/// Where an open document says how the health of a server is checked. It is no part of the launch.
pub const AT_HEALTH_CHECK: &str = "/healthCheck";

/// What is remembered of the run of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which launch of all that the store has seen: one counter for all names, so that a number never comes back.
    pub generation: u64,
    /// The launch that was seen last.
    pub launch: LaunchDigest,
    /// Where its command was found.
    pub located: Option<LocatedPath>,
    /// What was approved last. It is no approval of another launch.
    pub approval: Option<Approval>,
    /// Attempts to start it that failed one after the other.
    pub attempts: Option<Attempts>,
    /// Whether it has run.
    pub has_run: bool,
    /// The version of MCP that it spoke last.
    pub version: Option<String>,
    /// Since when no server has the name.
    pub gone: Option<UnixTime>,
    /// The launch whose lists are kept: this one, or an earlier one as long as this one has listed nothing.
    pub listed: Option<u64>,
    /// The tools that were seen first, or accepted.
    pub known_tools: Option<KnownTools>,
    /// Whether the tools that were listed last differ from those.
    pub has_drifted: bool,
}

/// The tools with which later lists are compared (DESIGN §13.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTools {
    /// The launch that listed them.
    pub generation: u64,
    /// Whether somebody accepted them. Else they are those that were seen first.
    pub is_accepted: bool,
    /// A digest of each by its name.
    pub tools: Arc<ToolDigests>,
}

/// A digest of each tool by its name, as far as a list says.
pub type ToolDigests = BTreeMap<String, [u8; 32]>;

/// Where a command was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedPath {
    /// The absolute path.
    pub path: String,
    /// The same with every link followed.
    pub real_path: String,
}

/// That somebody approved a launch.
#[derive(Clone, PartialEq, Eq)]
pub struct Approval {
    /// Which one.
    pub launch: LaunchDigest,
    /// Where its command is. None where that was not known: the first path that is found counts.
    pub located: Option<LocatedPath>,
    /// The name of the caller.
    pub by: String,
    /// When.
    pub at: UnixTime,
    /// A digest of each member by its pointer.
    pub members: BTreeMap<String, [u8; 32]>,
}

/// Attempts to start a launch that failed one after the other. The texts hold no secret that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub count: u32,
    /// When the last one failed. Milliseconds since 1970.
    pub last_at_ms: i64,
    /// When the next one is due. Milliseconds since 1970.
    pub next_at_ms: i64,
    /// What kind of fault it was.
    pub kind: String,
    /// What was wrong.
    pub error: String,
    /// The end of what the program wrote to its standard error.
    pub stderr: String,
}

/// On what an approval depends, judged in the transaction that stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Premise {
    /// On nothing.
    None,
    /// On this launch of the same name being approved.
    Approved(LaunchDigest),
    /// On this launch of another name being approved.
    ApprovedOf(SettingsKey, LaunchDigest),
    /// On the command being found where it was shown.
    Located,
}

/// Why a launch may not be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unapproved {
    /// Nothing of this name is approved.
    NoApproval,
    /// Another launch is.
    LaunchChanged,
    /// It is, with its command in another place.
    PathChanged,
}

/// One change of what is remembered of runs. The variants are documented at [`Change`](super::Change).
pub(super) enum RunChange<'a> {
    Observe { name: &'a SettingsKey, launch: LaunchDigest, located: Option<&'a LocatedPath> },
    Bind { name: &'a SettingsKey, launch: LaunchDigest, located: &'a LocatedPath },
    Move { from: &'a SettingsKey, to: &'a SettingsKey },
    Drop { name: &'a SettingsKey, at: UnixTime },
    Approve { name: &'a SettingsKey, approval: &'a Approval, premise: &'a Premise },
    Withdraw { name: &'a SettingsKey },
    Attempted(Attempted<'a>),
    SetPolicy { name: &'a SettingsKey, expected: Option<&'a str>, policy: Option<&'a str> },
    List { name: &'a SettingsKey, launch: LaunchDigest, tools: &'a Arc<ToolDigests>, is_pinned: bool },
    AcceptTools { name: &'a SettingsKey, tools: &'a Arc<ToolDigests> },
    ForgetDormant { before: UnixTime },
}

/// How an attempt went.
#[derive(Clone, Copy)]
pub(super) struct Attempted<'a> {
    pub(super) name: &'a SettingsKey,
    pub(super) launch: LaunchDigest,
    pub(super) attempts: Option<&'a Attempts>,
    pub(super) has_run: bool,
    pub(super) version: Option<&'a str>,
}

impl Run {
    /// Whether this launch, its command in this place, may be started.
    ///
    /// # Errors
    ///
    /// Why it may not.
    pub fn approval_of(
        &self,
        launch: &LaunchDigest,
        located: Option<&LocatedPath>,
    ) -> Result<(), Unapproved> {
        let approval =
            self.approval.as_ref().filter(|_| self.gone.is_none()).ok_or(Unapproved::NoApproval)?;
        if approval.launch != *launch {
            return Err(Unapproved::LaunchChanged);
        }
        match &approval.located {
            Some(approved) if located != Some(approved) => Err(Unapproved::PathChanged),
            _ => Ok(()),
        }
    }

    /// Whether this launch is approved, and this member beside it that is no part of the launch.
    pub fn approves_member(&self, launch: &LaunchDigest, pointer: &str, digest: &[u8; 32]) -> bool {
        let approval = self.approval.as_ref().filter(|_| self.gone.is_none());
        approval.is_some_and(|approval| {
            approval.launch == *launch && approval.members.get(pointer) == Some(digest)
        })
    }

    fn first(generation: u64, launch: LaunchDigest, located: Option<LocatedPath>) -> Self {
        let (approval, attempts, version, gone) = (None, None, None, None);
        let (has_run, listed, known_tools, has_drifted) = (false, None, None, false);
        Self {
            generation,
            launch,
            located,
            approval,
            attempts,
            has_run,
            version,
            gone,
            listed,
            known_tools,
            has_drifted,
        }
    }

    /// It has listed these tools. Those of a launch that nobody accepted are compared with the first of that launch; where
    /// the policy is that tools are as they were accepted, with the same as before.
    pub fn list(&mut self, tools: &Arc<ToolDigests>, is_pinned: bool) {
        self.listed = Some(self.generation);
        let is_known = |known: &KnownTools| is_pinned || known.generation == self.generation;
        if !self.known_tools.as_ref().is_some_and(is_known) {
            let tools = Arc::clone(tools);
            self.known_tools = Some(KnownTools { generation: self.generation, is_accepted: false, tools });
        }
        self.has_drifted = self.known_tools.as_ref().is_some_and(|known| known.tools != *tools);
    }
}

impl Approval {
    /// Leaves the health check out, unless it is the one of these members.
    pub fn keep_health_check_of(&mut self, members: &BTreeMap<String, [u8; 32]>) {
        if self.members.get(AT_HEALTH_CHECK) != members.get(AT_HEALTH_CHECK) {
            self.members.remove(AT_HEALTH_CHECK);
        }
    }

    /// The same with the place of the command as it was approved before, where the command and its `PATH` are the same.
    fn beside(mut self, before: &Self) -> Self {
        // A member that is no part of the launch is approved only if it was.
        self.keep_health_check_of(&before.members);
        let is_same = |pointer: &str| self.members.get(pointer) == before.members.get(pointer);
        if self.located.is_none() && self.members.contains_key("/command") {
            let is_at_its_place = is_same("/command") && is_same("/env/PATH");
            self.located = before.located.clone().filter(|_| is_at_its_place);
        }
        self
    }
}

/// What is remembered of all runs.
pub(super) struct Runs<'a> {
    pub(super) runs: &'a mut BTreeMap<SettingsKey, Arc<Run>>,
    pub(super) policies: &'a mut BTreeMap<SettingsKey, String>,
    /// The last number that was given to a launch.
    pub(super) generation: &'a mut u64,
}

impl Runs<'_> {
    /// Makes a change. Made again, it changes nothing.
    pub(super) fn apply(&mut self, change: &RunChange<'_>) {
        match *change {
            RunChange::Observe { name, launch, located } => self.observe(name, launch, located),
            RunChange::Bind { name, launch, located } => self.change_run(name, |run| {
                if let Some(approval) = run.approval.as_mut().filter(|approval| approval.launch == launch) {
                    approval.located.get_or_insert_with(|| located.clone());
                }
                if run.launch == launch {
                    run.located = Some(located.clone());
                }
            }),
            RunChange::Move { from, to } => self.move_run(from, to),
            RunChange::Drop { name, at } => match self.runs.get_mut(name) {
                Some(run) => drop(Arc::make_mut(run).gone.get_or_insert(at)),
                None => drop(self.policies.remove(name)),
            },
            RunChange::Approve { name, approval, premise } => self.approve(name, approval, premise),
            RunChange::Withdraw { name } => self.change_run(name, |run| run.approval = None),
            RunChange::Attempted(Attempted { name, launch, attempts, has_run, version }) => {
                self.change_run(name, |run| {
                    if run.launch == launch {
                        run.attempts = attempts.cloned();
                        run.has_run |= has_run;
                        run.version = version.map(str::to_owned).or(run.version.take());
                    }
                });
            }
            RunChange::SetPolicy { name, expected, .. }
                if self.policies.get(name).map(String::as_str) != expected => {}
            RunChange::SetPolicy { name, policy, .. } => match policy {
                Some(policy) => drop(self.policies.insert(name.clone(), policy.to_owned())),
                None => drop(self.policies.remove(name)),
            },
            RunChange::List { name, launch, tools, is_pinned } => self.change_run(name, |run| {
                if run.launch == launch {
                    run.list(tools, is_pinned);
                }
            }),
            RunChange::AcceptTools { name, tools } => self.change_run(name, |run| {
                let (generation, tools) = (run.generation, Arc::clone(tools));
                run.known_tools = Some(KnownTools { generation, is_accepted: true, tools });
                run.has_drifted = false;
            }),
            RunChange::ForgetDormant { before } => {
                let is_over = |run: &Arc<Run>| run.gone.is_some_and(|gone| gone < before);
                let over = self.runs.iter().filter(|(_, run)| is_over(run));
                let over: Vec<SettingsKey> = over.map(|(name, _)| name.clone()).collect();
                for name in over {
                    self.runs.remove(&name);
                    self.policies.remove(&name);
                }
            }
        }
    }

    fn change_run(&mut self, name: &SettingsKey, change: impl FnOnce(&mut Run)) {
        if let Some(run) = self.runs.get_mut(name) {
            change(Arc::make_mut(run));
        }
    }

    fn next_generation(&mut self) -> u64 {
        *self.generation += 1;
        *self.generation
    }

    fn observe(&mut self, name: &SettingsKey, launch: LaunchDigest, located: Option<&LocatedPath>) {
        if self.runs.get(name).is_some_and(|run| run.launch == launch) {
            return self.change_run(name, |run| {
                run.gone = None;
                run.located = located.cloned().or(run.located.take());
            });
        }
        let generation = self.next_generation();
        let before = self.runs.remove(name);
        let mut run = Run::first(generation, launch, located.cloned());
        if let Some(before) = before {
            // Another launch under a name that was gone is another server: nothing of the old one is its.
            match before.gone {
                None => {
                    run.approval = before.approval.clone();
                    run.listed = before.listed;
                    run.known_tools = before.known_tools.clone();
                    run.has_drifted = before.has_drifted;
                }
                Some(_) => drop(self.policies.remove(name)),
            }
        }
        self.runs.insert(name.clone(), Arc::new(run));
    }

    fn move_run(&mut self, from: &SettingsKey, to: &SettingsKey) {
        if from == to {
            return;
        }
        let (run, policy) = (self.runs.remove(from), self.policies.remove(from));
        if run.is_none() && policy.is_none() {
            return;
        }
        self.runs.remove(to);
        self.policies.remove(to);
        if let Some(mut run) = run {
            let moved = Arc::make_mut(&mut run);
            // What is dormant comes back under its own name only.
            if moved.gone.take().is_some() {
                moved.approval = None;
            }
            self.runs.insert(to.clone(), run);
        }
        self.policies.extend(policy.map(|policy| (to.clone(), policy)));
    }

    fn approve(&mut self, name: &SettingsKey, approval: &Approval, premise: &Premise) {
        let approved = |name: &SettingsKey, launch: &LaunchDigest| {
            let run = self.runs.get(name).filter(|run| run.gone.is_none())?;
            run.approval.as_ref().filter(|approval| approval.launch == *launch)
        };
        let own = self.runs.get(name);
        let approval = match premise {
            Premise::None => approval.clone(),
            Premise::Approved(launch) => match approved(name, launch) {
                Some(before) => approval.clone().beside(before),
                None => return,
            },
            Premise::ApprovedOf(other, launch) => match approved(other, launch) {
                Some(before) => approval.clone().beside(before),
                None => return,
            },
            Premise::Located => {
                let own = own.filter(|run| run.launch == approval.launch);
                let located = own.and_then(|run| run.located.as_ref());
                if located != approval.located.as_ref() {
                    return;
                }
                approval.clone()
            }
        };
        if own.is_none_or(|run| run.gone.is_some()) {
            self.observe(name, approval.launch, approval.located.as_ref());
        }
        self.change_run(name, |run| run.approval = Some(approval));
    }
}

/// The digests of the members print nothing.
impl fmt::Debug for Approval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<_> = self.members.keys().collect();
        formatter
            .debug_struct("Approval")
            .field("located", &self.located)
            .field("by", &self.by)
            .field("at", &self.at)
            .field("members", &members)
            .finish_non_exhaustive()
    }
}
