//! Audit events: who did what to which server, from where, and what came of it. Never a value, never a
//! header. One event for a request that is about one server; `target: "audit"` in the log. A request that writes
//! several leaves one for each of them. However long the names are, and however many, what one request leaves
//! is bounded by its own size.

use std::borrow::Cow;

use crate::json::{Json, to_compact};
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
    /// The servers of a text were imported.
    Import,
    /// A server was deleted.
    Delete,
    /// A server was renamed.
    Rename,
    /// An instance was probed.
    Probe,
    /// An instance was started again.
    Restart,
    /// A tool was called.
    CallTool,
    /// A server was tested.
    Test,
    /// The tools of a server were accepted.
    AcceptTools,
    /// A server was copied.
    Copy,
    /// Secrets were asked for.
    Reveal(Exposure),
    /// A one-time code was exchanged for the key of a session.
    Login,
    /// A session was ended.
    Logout,
    /// A link with a one-time code was made.
    Link,
    /// What would be executed for a server was approved.
    Approve,
    /// An approval was withdrawn.
    Withdraw,
    /// It was chosen how a server is to be run.
    SetPolicy,
    /// A server was registered.
    Register,
    /// A registration was ended, and its server deleted.
    Unregister,
    /// A server was installed through the catalog.
    Install,
    /// A server was uninstalled through the catalog.
    Uninstall,
    /// What a gateway has is looked after from then on.
    Adopt,
    /// What was made at a gateway is no longer looked after.
    Disown,
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
    /// Further names, of a request that has several: a list of [`quoted`] ones.
    pub servers: Option<&'a str>,
    /// The name that it, or its copy, was to get.
    pub new_name: Option<&'a str>,
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

/// The longest name that is written in full. Bytes. A file may hold any, and one that is asked for may be as long as a URL.
const LONGEST_NAME: usize = 256;

/// How much of a list of names is written. Bytes.
const LONGEST_LIST: usize = 1 << 14;

/// A list of names in which no name looks like several, or like the end of the line: each is a JSON string. What is too
/// long for one event is counted.
pub fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut list = String::new();
    let mut names = names.into_iter();
    while let Some(name) = names.next() {
        let separator = if list.is_empty() { "" } else { ", " };
        let name = to_compact(&Json::string(shortened(name)));
        if LONGEST_LIST < list.len() + name.len() {
            let more = 1 + names.count();
            return Some(format!("{list}{separator}and {more} more"));
        }
        list.push_str(separator);
        list.push_str(&name);
    }
    (!list.is_empty()).then_some(list)
}

/// The beginning of a name that is too long.
fn shortened(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST_NAME {
        return Cow::Borrowed(name);
    }
    let end = (0..=LONGEST_NAME).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
    Cow::Owned(format!("{}… ({} bytes)", &name[..end], name.len()))
}

/// Writes the event to the log.
pub fn record(event: &Event<'_>) {
    let (action, exposure) = match event.action {
        Action::Replace => ("replace", None),
        Action::Patch => ("patch", None),
        Action::PatchSettings => ("patch-settings", None),
        Action::Import => ("import", None),
        Action::Delete => ("delete", None),
        Action::Rename => ("rename", None),
        Action::Copy => ("copy", None),
        Action::Reveal(exposure) => ("reveal", Some(exposure.as_str())),
        Action::Login => ("login", None),
        Action::Logout => ("logout", None),
        Action::Link => ("link", None),
        Action::Probe => ("probe", None),
        Action::Restart => ("restart", None),
        Action::CallTool => ("call-tool", None),
        Action::Test => ("test", None),
        Action::AcceptTools => ("accept-tools", None),
        Action::Approve => ("approve", None),
        Action::Withdraw => ("withdraw", None),
        Action::SetPolicy => ("set-policy", None),
        Action::Register => ("register", None),
        Action::Unregister => ("unregister", None),
        Action::Install => ("install", None),
        Action::Uninstall => ("uninstall", None),
        Action::Adopt => ("adopt", None),
        Action::Disown => ("disown", None),
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
        server = event.server.map(shortened).as_deref(),
        servers = event.servers,
        renamed_to = event.new_name.filter(|_| event.action == Action::Rename),
        copied_to = event.new_name.filter(|_| event.action == Action::Copy),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_looks_like_several_or_like_more_of_the_line() {
        let names = ["a", "b, c", "d\", \"e", "f\ng", "h\u{1b}[0m"];
        let expected = "\"a\", \"b, c\", \"d\\\", \\\"e\", \"f\\ng\", \"h\\u001b[0m\"";
        assert_eq!(quoted(names).as_deref(), Some(expected));
        assert_eq!(quoted([]), None);
    }

    #[test]
    fn what_is_too_long_is_cut_and_counted() {
        let long = "ü".repeat(200);
        let short = shortened(&long);
        assert_eq!(&*short, format!("{}… (400 bytes)", "ü".repeat(128)));
        assert_eq!(shortened(&"n".repeat(LONGEST_NAME)), "n".repeat(LONGEST_NAME));
        let list = quoted(std::iter::repeat_n(&*long, 50_000)).unwrap();
        assert!(list.len() < LONGEST_LIST + 32 && list.ends_with("more"), "{}", list.len());
        let count = list.matches('…').count();
        assert!(list.ends_with(&format!(", and {} more", 50_000 - count)));
    }
}
