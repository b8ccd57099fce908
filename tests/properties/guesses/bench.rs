//! A service on a state of its own, and who calls it. What it answers is kept in words that can be compared.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use mcp_settings::json::{Json, Object, Rules, parse, to_compact};
use mcp_settings::model::SettingsKey;
use mcp_settings::model::config::{self, Config};
use mcp_settings::model::settings::SettingsPatch;
use mcp_settings::projection::{Condition, Precondition};
use mcp_settings::secrets::{CredentialDigest, Keys, Scope};
use mcp_settings::service::access::Caller;
use mcp_settings::service::{
    Conflict, Options, ReadModel, ServerWrite, Service, ServiceError, Settled, Write, Written,
};
use mcp_settings::store::memory::{MemoryPlace, MemoryStoreOptions};
use mcp_settings::store::{Snapshot, Store};

use crate::client::config_of;

/// A service and its document.
pub(super) struct Bench {
    pub(super) place: MemoryPlace,
    pub(super) keys: Arc<Keys>,
    service: Service,
}

/// What is asked of it.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    /// A write of one server.
    Update(ServerWrite),
    /// A write of one server that is only tried.
    TryUpdate(ServerWrite),
    /// A write of one server by OpenHands' routes.
    UpdateInSettings(ServerWrite),
    /// A patch of everything.
    PatchSettings(Object),
    /// A new name.
    Rename(String),
    /// A new name that is only tried.
    TryRename(String),
}

/// Under which condition.
#[derive(Clone, Debug, Default)]
pub(super) struct If {
    pub(super) matches: Option<String>,
    pub(super) none_match: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// Everything in the response except the tag after a write.
    pub(super) visible: String,
    /// As much of it as the status alone shows.
    pub(super) status: String,
    /// Whether it was done.
    pub(super) is_done: bool,
    pub(super) is_too_large: bool,
}

/// A caller that may write, and see no secret.
pub(super) fn writer() -> Caller {
    Caller::new("writer", [Scope::Write].into_iter().collect(), &CredentialDigest::of("writer"))
}

/// A caller that may do everything.
pub(super) fn owner() -> Caller {
    Caller::new("owner", [Scope::Admin].into_iter().collect(), &CredentialDigest::of("owner"))
}

impl Bench {
    pub(super) fn on(place: MemoryPlace, keys: &Arc<Keys>) -> Self {
        let options = Options { require_preconditions: false, lock_timeout: Duration::from_secs(1) };
        let service =
            Service::new(Arc::new(place.open(MemoryStoreOptions::default())), Arc::clone(keys), options);
        Self { place, keys: Arc::clone(keys), service }
    }

    pub(super) fn projected(&self) -> Arc<ReadModel> {
        now(self.service.load()).expect("memory can be read")
    }

    pub(super) fn tag(&self, name: &str) -> Option<String> {
        let projected = self.projected();
        projected.item(&SettingsKey::new(name)).map(|item| item.tag().as_str().to_owned())
    }

    /// What is stored.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        now(self.place.open(MemoryStoreOptions::default()).read()).expect("memory can be read")
    }

    /// The document's text.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.place.document()).expect("a document is UTF-8")
    }

    /// The configuration of a server, opened; none where it can't be read.
    pub(super) fn config(&self, name: &str) -> Option<Config> {
        let snapshot = self.snapshot();
        let server = snapshot.servers.get(&SettingsKey::new(name))?;
        let stored = server.config.as_ref().ok()?;
        Some(config::open(stored, snapshot.layout.sealing, &self.keys.ring()))
    }

    /// What the view `named` shows every caller of a server that can be read.
    pub(super) fn named(&self, name: &str) -> Json {
        let answer = self.projected().named(&SettingsKey::new(name), self.service.plain_names());
        config_of(&answer.expect("it can be read")).into()
    }

    pub(super) fn ask(&self, name: &str, condition: &If, caller: &Caller, ask: &Ask) -> Answer {
        let write = Write {
            key: SettingsKey::new(name),
            precondition: condition.precondition(),
            caller: caller.clone(),
        };
        let outcome = match ask.clone() {
            Ask::Update(body) => now(self.service.update(write, body)).map(|written| (written, None)),
            Ask::TryUpdate(body) => now(self.service.try_update(write, body)).map(|written| (written, None)),
            Ask::Rename(to) => {
                let to = to.parse().expect("the test names servers well");
                now(self.service.rename(write, to)).map(|written| (written, None))
            }
            Ask::TryRename(to) => {
                let to = to.parse().expect("the test names servers well");
                now(self.service.try_rename(write, to)).map(|written| (written, None))
            }
            Ask::UpdateInSettings(body) => now(self.service.update_in_settings(write, body)).and_then(both),
            Ask::PatchSettings(body) => {
                let patch = SettingsPatch::read(body).expect("the test patches well");
                now(self.service.patch_settings(caller.clone(), patch)).and_then(both)
            }
        };
        match outcome {
            Ok((written, shown)) => Answer::of_success(&written, shown.as_deref()),
            Err(error) => Answer::of_failure(error),
        }
    }
}

impl If {
    fn precondition(&self) -> Precondition {
        let read = |line: &Option<String>| match line {
            None => Condition::Absent,
            Some(line) => Condition::parse([line.as_bytes()]).expect("the test writes conditions well"),
        };
        Precondition { if_match: read(&self.matches), if_none_match: read(&self.none_match) }
    }
}

impl Answer {
    fn of_success(written: &Written, shown: Option<&[u8]>) -> Self {
        let status = format!("created {}", written.is_created);
        let body = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("an answer is UTF-8");
        let visible = without_tags(&format!(
            "{status}, as sent {}, has a tag {}, {}, {}",
            written.is_verbatim,
            written.after.is_some(),
            written.body.as_deref().map_or_else(String::new, body),
            shown.map_or_else(String::new, body),
        ));
        Self { visible, status, is_done: true, is_too_large: false }
    }

    fn of_failure(error: ServiceError) -> Self {
        let visible = match &error {
            ServiceError::PreconditionFailed(conflict) => {
                let Conflict { verdict, current_tag, current, changed } = &**conflict;
                let current = current.as_ref().map(to_compact);
                format!("{verdict:?} {current_tag:?} {current:?} {changed:?}")
            }
            error => format!("{error:?}"),
        };
        let is_too_large = matches!(error, ServiceError::ResultTooLarge);
        let visible = without_tags(&visible);
        Self { status: visible.clone(), visible, is_done: false, is_too_large }
    }
}

/// The text without tags, which are 32 digits.
fn without_tags(text: &str) -> String {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let (mut kept, mut at) = (String::new(), 0);
    while let Some(start) = text[at..].find('"').map(|start| at + start + 1) {
        kept.push_str(&text[at..start]);
        let length = text.as_bytes()[start..].iter().take_while(|byte| is_digit(byte)).count();
        at = if length == 32 { start + length } else { start };
    }
    kept + &text[at..]
}

/// What a write of the settings has come to, and the settings as it left them.
fn both(settled: Settled) -> Result<(Written, Option<Bytes>), ServiceError> {
    Ok((settled.written, Some(settled.shown?)))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory does not block")
}

/// An object by its text.
pub(super) fn object(text: &str) -> Object {
    match parse(text, &Rules::STORED) {
        Ok(Json::Object(object)) => object,
        _ => panic!("no object: {text}"),
    }
}
