//! Audit events: who did what to which server, from where, and what came of it. Never a value, never a
//! header. One event a request; `target: "audit"` in the log.

use crate::projection::EntityTag;
use crate::secrets::{Exposure, random_token};

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A server was created or replaced.
    Replace,
    /// A server was patched.
    Patch,
    /// The settings were patched: those outside the servers, or any number of servers.
    PatchSettings,
    /// A server was deleted.
    Delete,
    /// A server was renamed.
    Rename,
    /// Secrets were asked for.
    Reveal(Exposure),
    /// A one-time code was exchanged for a key.
    Login,
}

/// One audit event.
#[derive(Debug)]
pub struct Event<'a> {
    /// What was tried.
    pub action: Action,
    /// Who tried it; none where that was refused before anyone was known.
    pub caller: Option<&'a str>,
    /// The server's name, as far as it is one.
    pub server: Option<&'a str>,
    /// The name that it was to get, of a renaming.
    pub renamed_to: Option<&'a str>,
    /// Whether it was to be tried only.
    pub is_dry_run: bool,
    /// The tag before.
    pub before: Option<&'a EntityTag>,
    /// The tag after.
    pub after: Option<&'a EntityTag>,
    /// Where the request came from.
    pub from: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// The status that was answered.
    pub status: u16,
    /// The problem's type, where there was one.
    pub problem: Option<&'a str>,
}

/// A random id of 72 bits, by which an answer and the log name the same thing.
pub fn new_id() -> String {
    let mut id = random_token();
    id.truncate(12);
    id
}

/// Writes to the log that keys were rotated, which no request did.
pub fn record_rotation(resealed: usize, is_old_key_lost: bool) {
    tracing::info!(target: "audit", action = "rotate-key", resealed, is_old_key_lost, "rotate-key done");
}

/// Writes the event to the log.
pub fn record(event: &Event<'_>) {
    let (action, exposure) = match event.action {
        Action::Replace => ("replace", None),
        Action::Patch => ("patch", None),
        Action::PatchSettings => ("patch-settings", None),
        Action::Delete => ("delete", None),
        Action::Rename => ("rename", None),
        Action::Reveal(exposure) => ("reveal", Some(exposure.as_str())),
        Action::Login => ("login", None),
    };
    let outcome = match event.status {
        400.. => "refused",
        _ if event.is_dry_run => "tried",
        _ => "done",
    };
    tracing::info!(
        target: "audit",
        action,
        exposure,
        caller = event.caller,
        server = event.server,
        renamed_to = event.renamed_to,
        dry_run = event.is_dry_run.then_some(true),
        tag.before = event.before.map(EntityTag::as_str),
        tag.after = event.after.map(EntityTag::as_str),
        from = event.from,
        request.id = event.request_id,
        status = event.status,
        problem = event.problem,
        "{action} {outcome}"
    );
}
