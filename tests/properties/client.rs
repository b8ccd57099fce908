//! The service over a document in memory, as a client meets it: views, tags and writes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use mcp_settings::document::NewDocument;
use mcp_settings::json::{Json, Object, Rules, parse};
use mcp_settings::model::SettingsKey;
use mcp_settings::model::settings::SettingsPatch;
use mcp_settings::projection::Precondition;
use mcp_settings::secrets::{CredentialDigest, Exposure, Keys, Scope};
use mcp_settings::service::access::Caller;
use mcp_settings::service::{Operation, Options, ServerWrite, Service, ServiceError, Words, Write, Written};
use mcp_settings::store::memory::{MemoryPlace, MemoryStoreOptions};

use crate::tokens;

/// A service and its document.
pub(crate) struct Client {
    service: Service,
    place: MemoryPlace,
}

/// Who sits before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// May write, may not see secrets.
    Writer,
    /// May see secrets too.
    Revealer,
}

impl Client {
    pub(crate) fn of(text: &str) -> Self {
        Self::with_keys(text, tokens::keys())
    }

    pub(crate) fn with_keys(text: &str, keys: Keys) -> Self {
        let place = MemoryPlace::holding(text.as_bytes(), NewDocument::Own)
            .unwrap_or_else(|reason| panic!("the generated document is unreadable: {reason}\n{text}"));
        let options = Options { require_preconditions: false, lock_timeout: Duration::from_secs(1) };
        let service =
            Service::new(Arc::new(place.open(MemoryStoreOptions::default())), Arc::new(keys), options);
        Self { service, place }
    }

    /// The same with these patterns of names whose values the view `named` shows.
    pub(crate) fn with_plain_names(self, patterns: &[&str]) -> Self {
        let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Self { service: self.service.with_plain_names(patterns), ..self }
    }

    /// How many changes were written, those that say nothing new among them.
    pub(crate) fn writes(&self) -> usize {
        self.place.writes()
    }

    /// The document's text as it is now.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.place.document()).expect("a document is UTF-8")
    }

    /// What a server's entity-tag is.
    pub(crate) fn tag(&self, name: &str) -> Option<String> {
        let projected = now(self.service.load()).expect("memory can be read");
        projected.item(&SettingsKey::new(name)).map(|item| item.tag().as_str().to_owned())
    }

    /// The `config` of a server's answer.
    pub(crate) fn get(&self, name: &str, exposure: Exposure) -> Result<Object, ServiceError> {
        let projected = now(self.service.load())?;
        let answer = projected.exposed(&SettingsKey::new(name), exposure)?;
        Ok(config_of(&answer))
    }

    /// The same of the answer with the view `named`.
    pub(crate) fn named(&self, name: &str) -> Result<Object, ServiceError> {
        let projected = now(self.service.load())?;
        let answer = projected.named(&SettingsKey::new(name), self.service.plain_names())?;
        Ok(config_of(&answer))
    }

    /// The servers as OpenHands' settings show them.
    pub(crate) fn settings(&self, exposure: Exposure) -> Result<Object, ServiceError> {
        let answer = read(&now(self.service.load())?.settings(exposure)?);
        Ok(member(member(&answer, "agent_settings"), "mcp_config").clone())
    }

    /// Patches a server in OpenHands' words, and gives the servers as the answer shows them.
    pub(crate) fn patch_in_settings(
        &self,
        name: &str,
        patch: &Object,
        who: Who,
    ) -> Result<Object, ServiceError> {
        let body = Operation::Merge(patch.clone()).in_words(Words::OpenHands);
        let settled = now(self.service.update_in_settings(write(name, who), body))?;
        let answer = read(&settled.shown?);
        Ok(member(member(&answer, "agent_settings"), "mcp_config").clone())
    }

    /// All settings as they are shown, redacted.
    pub(crate) fn all_settings(&self) -> Object {
        let projected = now(self.service.load()).expect("memory can be read");
        read(&projected.settings(Exposure::Redacted).expect("the settings can be shown"))
    }

    /// The agent's settings outside the servers.
    pub(crate) fn settings_around(&self, exposure: Exposure) -> Object {
        let projected = now(self.service.load()).expect("memory can be read");
        let answer = read(&projected.settings(exposure).expect("the settings can be shown"));
        let mut agent = member(&answer, "agent_settings").clone();
        agent.remove("mcp_config");
        agent
    }

    /// Patches all settings as an admin, and gives what the answer shows.
    pub(crate) fn patch_settings(&self, body: &Object) -> Result<Object, ServiceError> {
        self.patch_all(
            Caller::new("admin", [Scope::Admin].into_iter().collect(), &CredentialDigest::of("admin")),
            body,
        )
    }

    /// The same as somebody else.
    pub(crate) fn patch_settings_as(&self, who: Who, body: &Object) -> Result<Object, ServiceError> {
        self.patch_all(caller(who), body)
    }

    fn patch_all(&self, caller: Caller, body: &Object) -> Result<Object, ServiceError> {
        let patch = SettingsPatch::read(body.clone()).unwrap_or_default();
        let settled = now(self.service.patch_settings(caller, patch))?;
        Ok(read(&settled.shown?))
    }

    pub(crate) fn update(&self, name: &str, body: ServerWrite, who: Who) -> Result<Written, ServiceError> {
        now(self.service.update(write(name, who), body))
    }

    pub(crate) fn try_update(
        &self,
        name: &str,
        body: ServerWrite,
        who: Who,
    ) -> Result<Written, ServiceError> {
        now(self.service.try_update(write(name, who), body))
    }

    pub(crate) fn put(&self, name: &str, body: &Object, who: Who) -> Result<Written, ServiceError> {
        self.update(name, ServerWrite::replace(body.clone()), who)
    }

    pub(crate) fn patch(&self, name: &str, body: &Object, who: Who) -> Result<Written, ServiceError> {
        self.update(name, ServerWrite::merge(body.clone()), who)
    }

    pub(crate) fn rename(&self, name: &str, to: &str, who: Who) -> Result<Written, ServiceError> {
        let to = to.parse().expect("the test names servers well");
        now(self.service.rename(write(name, who), to))
    }

    pub(crate) fn delete(&self, name: &str) -> Result<Written, ServiceError> {
        now(self.service.delete(write(name, Who::Writer)))
    }
}

/// The `config` of an answer.
pub(crate) fn config_of(answer: &[u8]) -> Object {
    member(&read(answer), "config").clone()
}

fn read(answer: &[u8]) -> Object {
    let text = std::str::from_utf8(answer).expect("an answer is UTF-8");
    match parse(text, &Rules::STORED) {
        Ok(Json::Object(answer)) => answer,
        _ => panic!("an answer is an object: {text}"),
    }
}

fn member<'a>(object: &'a Object, name: &str) -> &'a Object {
    match object.get(name) {
        Some(Json::Object(member)) => member,
        other => panic!("`{name}` is an object, not {other:?}"),
    }
}

fn write(name: &str, who: Who) -> Write {
    Write { key: SettingsKey::new(name), precondition: Precondition::default(), caller: caller(who) }
}

fn caller(who: Who) -> Caller {
    let scopes: &[Scope] = match who {
        Who::Writer => &[Scope::Write],
        Who::Revealer => &[Scope::Write, Scope::Reveal],
    };
    Caller::new("test", scopes.iter().copied().collect(), &CredentialDigest::of("test"))
}

/// What needs no time, as nothing does in memory and without a runtime.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory does not block")
}
