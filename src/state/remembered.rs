//! What is remembered, and the changes to it. Each change can be made again without harm: where the first try may have
//! reached the disk, it is repeated. It does not know how it is stored, and when a session is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bags::{self, BagBook, BagChange};
use super::origins::{OriginChange, Origins};
use super::runs::{Attempted, RunChange, Runs};
use super::{Approval, Attempts, LocatedPath, Premise, Run, ToolDigests, UnixTime};
use crate::model::{LaunchDigest, SettingsKey};
use crate::secrets::Scopes;

/// Which session: the SHA-256 of its key. The key itself is stored nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub [u8; 32]);

/// One session of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// What its creator's key and its own make together, so that the creator can be recognised and not be guessed.
    pub bond: [u8; 32],
    /// What audit events call it.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// The address of the service that it was made at.
    pub address: String,
    /// When it began.
    pub began: UnixTime,
    /// When it was used last, as far as that is stored.
    pub used: UnixTime,
}

/// One change of what is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session begins.
    Begin(SessionId, Session),
    /// A session is used. One that has ended stays ended.
    Use(SessionId, UnixTime),
    /// A session ends.
    End(SessionId),
    /// A service serves at an address.
    Serve(Serving),
    /// Nothing has served at this address for long: its sessions end.
    Forget(String),
    /// This launch of this name is there. Where it is another one than was seen last, a new generation begins: attempts
    /// and what was known of the program are forgotten. A dormant name comes back if it is the same, and begins again if
    /// it is not.
    Observe {
        /// Which server.
        name: SettingsKey,
        /// What it starts.
        launch: LaunchDigest,
        /// Where the command was found, if that was looked for.
        located: Option<LocatedPath>,
    },
    /// The command of an approved launch was found here, which was not known before: the approval is for this place.
    Bind {
        /// Which server.
        name: SettingsKey,
        /// Which launch.
        launch: LaunchDigest,
        /// Where.
        located: LocatedPath,
    },
    /// A server has another name.
    Move {
        /// Which one it had.
        from: SettingsKey,
        /// Which one it has.
        to: SettingsKey,
    },
    /// No server has this name any more: what is remembered of it is dormant.
    Drop {
        /// Which name.
        name: SettingsKey,
        /// Since when.
        at: UnixTime,
    },
    /// A launch is approved, if the premise is true.
    Approve {
        /// Of which server.
        name: SettingsKey,
        /// By whom, and what.
        approval: Approval,
        /// On what it depends.
        premise: Premise,
    },
    /// Nothing of this name is approved any more.
    Withdraw {
        /// Which name.
        name: SettingsKey,
    },
    /// An attempt to start this launch has failed, or all that failed no longer count.
    Attempted {
        /// Which server.
        name: SettingsKey,
        /// Which launch.
        launch: LaunchDigest,
        /// The attempts that failed.
        attempts: Option<Attempts>,
        /// Whether it has run.
        has_run: bool,
        /// The version of MCP that it spoke, if that is known.
        version: Option<String>,
    },
    /// How a server is to be run.
    SetPolicy {
        /// Which server.
        name: SettingsKey,
        /// What it is to replace. Where something else was chosen meanwhile nothing changes.
        expected: Option<String>,
        /// How, as JSON; none where nothing is chosen.
        policy: Option<String>,
    },
    /// A launch has listed these tools.
    List {
        /// Of which server.
        name: SettingsKey,
        /// Which launch.
        launch: LaunchDigest,
        /// A digest of each.
        tools: Arc<ToolDigests>,
        /// Whether they are to be as they were accepted, whatever launch lists them.
        is_pinned: bool,
    },
    /// Somebody accepts these tools.
    AcceptTools {
        /// Of which server.
        name: SettingsKey,
        /// A digest of each.
        tools: Arc<ToolDigests>,
    },
    /// What is dormant since before this time is forgotten.
    ForgetDormant {
        /// Which time.
        before: UnixTime,
    },
    /// Where servers came from, and what gateways know of them.
    Origin(OriginChange),
    /// What servers keep for other clients.
    Bags(BagChange),
}

/// That a service serves at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// Where.
    pub address: String,
    /// When it began to.
    pub since: UnixTime,
    /// The sessions of the address that are older than `since` end, unless it was served at this time or later.
    pub last: UnixTime,
    /// When it was seen to serve last.
    pub at: UnixTime,
}

/// All that is held in memory of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The sessions that have not ended.
    pub sessions: BTreeMap<SessionId, Session>,
    /// When the service at each address served last.
    pub served: BTreeMap<String, UnixTime>,
    /// What is known of running each server.
    pub runs: BTreeMap<SettingsKey, Arc<Run>>,
    /// How servers are to be run, where that was chosen. JSON.
    pub policies: BTreeMap<SettingsKey, String>,
    /// Where servers came from, and what gateways know of them.
    pub origins: Arc<Origins>,
    /// What servers keep for other clients, where the document has no member for it. JSON.
    pub bags: BagBook,
    /// The last number that was given to a launch.
    pub(super) generation: u64,
}

impl Remembered {
    /// Makes a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Move { from, to } => bags::rename(&mut self.bags, from, to),
            Change::Drop { name, .. } => drop(self.bags.remove(name)),
            _ => {}
        }
        match change {
            Change::Begin(id, session) => {
                self.sessions.entry(*id).or_insert_with(|| session.clone());
            }
            Change::Use(id, at) => {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.used = session.used.max(*at);
                }
            }
            Change::End(id) => {
                self.sessions.remove(id);
            }
            Change::Serve(Serving { address, since, last, at }) => {
                if self.served.get(address).is_none_or(|served| served < last) {
                    self.sessions.retain(|_, session| session.address != *address || *since <= session.began);
                }
                let served = self.served.entry(address.clone()).or_insert(*at);
                *served = (*served).max(*at);
            }
            Change::Forget(address) => {
                self.sessions.retain(|_, session| session.address != *address);
                self.served.remove(address);
            }
            Change::Origin(change) => Arc::make_mut(&mut self.origins).apply(change),
            Change::Bags(change) => change.apply(&mut self.bags),
            of_run => of_run.of_run().iter().for_each(|change| self.run_book().apply(change)),
        }
    }

    fn run_book(&mut self) -> Runs<'_> {
        Runs { runs: &mut self.runs, policies: &mut self.policies, generation: &mut self.generation }
    }

    /// Makes a change that may not be stored yet. Until it is, nothing is approved by it.
    pub(super) fn apply_unstored(&mut self, change: &Change) {
        if !matches!(change, Change::Approve { .. } | Change::Bind { .. }) {
            self.apply(change);
        }
    }
}

impl Change {
    /// Whether an earlier change makes no difference once this one is made.
    pub(super) fn supersedes(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::End(id), Self::Begin(other, _) | Self::Use(other, _) | Self::End(other))
            | (Self::Use(id, _), Self::Use(other, _)) => id == other,
            (Self::Serve(serving), Self::Serve(other)) => serving.address == other.address,
            (
                Self::Withdraw { name },
                Self::Withdraw { name: other }
                | Self::Approve { name: other, .. }
                | Self::Bind { name: other, .. },
            )
            | (Self::Approve { name, premise: Premise::None, .. }, Self::Approve { name: other, .. }) => {
                name == other
            }
            (
                Self::Attempted { name, launch, version: Some(_), .. },
                Self::Attempted { name: other, launch: earlier, has_run: false, .. },
            )
            | (
                Self::Attempted { name, launch, .. },
                Self::Attempted { name: other, launch: earlier, has_run: false, version: None, .. },
            ) => name == other && launch == earlier,
            (Self::ForgetDormant { before }, Self::ForgetDormant { before: earlier }) => earlier <= before,
            (Self::Origin(change), Self::Origin(earlier)) => change.supersedes(earlier),
            _ => false,
        }
    }

    /// The names that change what they mean: an earlier change of them makes a difference although a later one of the
    /// same name is made.
    pub(super) fn moved(&self) -> Option<[&SettingsKey; 2]> {
        match self {
            Self::Move { from, to } => Some([from, to]),
            _ => None,
        }
    }

    /// The name whose run or policy it changes.
    pub(super) fn run_name(&self) -> Option<&SettingsKey> {
        match self {
            Self::Observe { name, .. }
            | Self::Bind { name, .. }
            | Self::Drop { name, .. }
            | Self::Approve { name, .. }
            | Self::Withdraw { name }
            | Self::Attempted { name, .. }
            | Self::SetPolicy { name, .. }
            | Self::List { name, .. }
            | Self::AcceptTools { name, .. } => Some(name),
            _ => None,
        }
    }

    /// What it changes of runs, if it is about them.
    pub(super) fn of_run(&self) -> Option<RunChange<'_>> {
        Some(match self {
            Self::Begin(..)
            | Self::Use(..)
            | Self::End(_)
            | Self::Serve(_)
            | Self::Forget(_)
            | Self::Origin(_)
            | Self::Bags(_) => return None,
            Self::Observe { name, launch, located } => {
                RunChange::Observe { name, launch: *launch, located: located.as_ref() }
            }
            Self::Bind { name, launch, located } => RunChange::Bind { name, launch: *launch, located },
            Self::Move { from, to } => RunChange::Move { from, to },
            Self::Drop { name, at } => RunChange::Drop { name, at: *at },
            Self::Approve { name, approval, premise } => RunChange::Approve { name, approval, premise },
            Self::Withdraw { name } => RunChange::Withdraw { name },
            Self::Attempted { name, launch, attempts, has_run, version } => RunChange::Attempted(Attempted {
                name,
                launch: *launch,
                attempts: attempts.as_ref(),
                has_run: *has_run,
                version: version.as_deref(),
            }),
            Self::SetPolicy { name, expected, policy } => {
                RunChange::SetPolicy { name, expected: expected.as_deref(), policy: policy.as_deref() }
            }
            Self::List { name, launch, tools, is_pinned } => {
                RunChange::List { name, launch: *launch, tools, is_pinned: *is_pinned }
            }
            Self::AcceptTools { name, tools } => RunChange::AcceptTools { name, tools },
            Self::ForgetDormant { before } => RunChange::ForgetDormant { before: *before },
        })
    }
}

/// Eight hex digits: enough to tell sessions apart.
impl std::fmt::Debug for SessionId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(formatter, "SessionId({:08x}…)", u32::from_be_bytes([a, b, c, d]))
    }
}
