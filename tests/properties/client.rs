//! The service over a document in memory, as a client meets it: views, tags and writes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use mcp_settings::json::{Json, Object, Rules, parse};
use mcp_settings::model::SettingsKey;
use mcp_settings::model::settings::SettingsPatch;
use mcp_settings::projection::Precondition;
use mcp_settings::secrets::{CredentialDigest, Exposure, Keys, Scope};
use mcp_settings::service::access::Caller;
use mcp_settings::service::{Body, Options, Service, ServiceError, Write, Written};

use crate::memory::MemoryStore;
use crate::tokens;

/// A service and its document.
pub(crate) struct Client {
    service: Service,
    store: Arc<MemoryStore>,
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
        let store = Arc::new(MemoryStore::of(text));
        let options = Options { require_preconditions: false, lock_timeout: Duration::from_secs(1) };
        Self { service: Service::new(Arc::clone(&store) as _, Arc::new(keys), options), store }
    }

    /// The same with these patterns of names whose values the view `named` shows.
    pub(crate) fn with_plain_names(self, patterns: &[&str]) -> Self {
        let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Self { service: self.service.with_plain_names(patterns), ..self }
    }

    /// How many changes were written, those that say nothing new among them.
    pub(crate) fn writes(&self) -> usize {
        self.store.writes()
    }

    /// The document's text as it is now.
    pub(crate) fn text(&self) -> String {
        self.store.text()
    }

    /// What a server's entity-tag is.
    pub(crate) fn tag(&self, name: &str) -> Option<String> {
        let projected = self.service.load().expect("memory can be read");
        projected.item(&SettingsKey::new(name)).map(|item| item.tag().as_str().to_owned())
    }

    /// The `config` of a server's answer.
    pub(crate) fn get(&self, name: &str, exposure: Exposure) -> Result<Object, ServiceError> {
        let projected = self.service.load()?;
        let answer = projected.exposed(&SettingsKey::new(name), exposure)?;
        Ok(config_of(&answer))
    }

    /// The same of the answer with the view `named`.
    pub(crate) fn named(&self, name: &str) -> Result<Object, ServiceError> {
        let projected = self.service.load()?;
        let answer = projected.named(&SettingsKey::new(name), self.service.plain_names())?;
        Ok(config_of(&answer))
    }

    /// The servers as OpenHands' settings show them.
    pub(crate) fn settings(&self, exposure: Exposure) -> Result<Object, ServiceError> {
        let answer = read(&self.service.load()?.settings(exposure)?);
        Ok(member(member(&answer, "agent_settings"), "mcp_config").clone())
    }

    /// Patches a server in OpenHands' words, and gives the servers as the answer shows them.
    pub(crate) fn patch_in_settings(
        &self,
        name: &str,
        patch: &Object,
        who: Who,
    ) -> Result<Object, ServiceError> {
        let body = Body::OpenHandsPatch(patch.clone());
        let settled = self.service.update_in_settings(write(name, who), body).now_or_never();
        let answer = read(&self.service.settled(settled.expect("memory does not block")?)?);
        Ok(member(member(&answer, "agent_settings"), "mcp_config").clone())
    }

    /// All settings as they are shown, redacted.
    pub(crate) fn all_settings(&self) -> Object {
        let projected = self.service.load().expect("memory can be read");
        read(&projected.settings(Exposure::Redacted).expect("the settings can be shown"))
    }

    /// The agent's settings outside the servers.
    pub(crate) fn settings_around(&self, exposure: Exposure) -> Object {
        let projected = self.service.load().expect("memory can be read");
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
        let settled = self.service.patch_settings(caller, patch).now_or_never();
        Ok(read(&self.service.settled(settled.expect("memory does not block")?)?))
    }

    pub(crate) fn update(&self, name: &str, body: Body, who: Who) -> Result<Written, ServiceError> {
        self.service.update(write(name, who), body).now_or_never().expect("memory does not block")
    }

    pub(crate) fn try_update(&self, name: &str, body: Body, who: Who) -> Result<Written, ServiceError> {
        self.service.try_update(write(name, who), body)
    }

    pub(crate) fn put(&self, name: &str, body: &Object, who: Who) -> Result<Written, ServiceError> {
        self.update(name, Body::Whole(body.clone()), who)
    }

    pub(crate) fn patch(&self, name: &str, body: &Object, who: Who) -> Result<Written, ServiceError> {
        self.update(name, Body::MergePatch(body.clone()), who)
    }

    pub(crate) fn rename(&self, name: &str, to: &str, who: Who) -> Result<Written, ServiceError> {
        let to = to.parse().expect("the test names servers well");
        self.service.rename(write(name, who), to).now_or_never().expect("memory does not block")
    }

    pub(crate) fn delete(&self, name: &str) -> Result<Written, ServiceError> {
        self.service.delete(write(name, Who::Writer)).now_or_never().expect("memory does not block")
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
