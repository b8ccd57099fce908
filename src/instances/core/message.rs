//! What the core is given and what it gives back: what happens, what to do, and why a client gets no instance. It does not
//! know what follows from what.

use std::time::Duration;

use super::Now;
use super::health::{Event, Outcome};
use super::instance::{Attempt, DemandId};
use super::retry::Retry;
use super::wanted::{UnapprovedReason, Wanted};
use crate::instances::Fault;
use crate::model::SettingsKey;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// This is wanted of a server.
    Want(SettingsKey, Wanted),
    /// A server is gone.
    Gone(SettingsKey),
    /// A server has another name. What is wanted of it under that name follows.
    Move {
        /// Its old name.
        from: SettingsKey,
        /// Its new name.
        to: SettingsKey,
    },
    /// This is wanted of a server that is new here, and what an earlier process knew of it.
    Restore(SettingsKey, Wanted, Option<Retry>, Vec<Event>),
    /// A client needs an instance. It is answered by [`Action::Answer`], and gives back what it got by
    /// [`Input::Done`].
    Demand(SettingsKey, DemandId),
    /// A client waits no longer.
    GiveUp(DemandId),
    /// A start has come as far as the answer to `initialize`, after so many milliseconds.
    Initialized(Attempt, u64),
    /// A start has failed, and nothing is left of it. With the last lines of its stderr.
    Failed(Attempt, Fault, String),
    /// A start was given up, since what was to be started is no longer wanted. Nothing is left of it, and nothing is
    /// started until [`Input::Want`] says again what is wanted.
    Outdated(Attempt),
    /// The session of an instance is over, and [`Input::Exited`] follows.
    Lost(Attempt),
    /// An instance has ended by itself, and nothing is left of it. With the last lines of its stderr.
    Exited(Attempt, Fault, String),
    /// An instance that was to end has ended.
    Ended(Attempt),
    /// A call has come to an end.
    Done(Attempt, Outcome),
    /// What a client got was not used for a call.
    Unused(Attempt),
    /// The tools of an instance are others than those that are known.
    Drifted(SettingsKey),
    /// A probe has come to an end.
    Probed(Attempt, Outcome),
    /// A client wants a probe now. It is answered by [`Action::Reading`].
    Probe(SettingsKey, DemandId),
    /// A client wants an attempt now, or a running instance to start again.
    Restart(SettingsKey),
    /// Whether the settings can't be read. Then what runs goes on, and nothing starts.
    Freeze(bool),
    /// Everything ends, and nothing starts.
    Stop,
    /// Time has passed.
    Tick,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start this.
    Start(SettingsKey, Attempt),
    /// End this. Calls in flight may go on for so long.
    Stop(Attempt, Duration),
    /// Probe this.
    Probe(SettingsKey, Attempt),
    /// Answer a client that needs an instance.
    Answer(DemandId, Result<Attempt, Refusal>),
    /// Answer a client that wants a probe.
    Reading(DemandId, Result<Outcome, Refusal>),
    /// What is known of the attempts of this is to be remembered.
    Save(SettingsKey),
    /// This looks different now.
    Show(SettingsKey),
}

/// Why a client gets no instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no such server.
    Gone,
    /// It is not enabled.
    Disabled,
    /// It is not approved.
    Unapproved(UnapprovedReason),
    /// Its configuration can't be used.
    Unusable(Fault),
    /// The last attempt failed, and the next is not made before this time.
    Failed(Fault, Now),
    /// It does not run.
    NotRunning,
    /// The service stops.
    Stopping,
}
