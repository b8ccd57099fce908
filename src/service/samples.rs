//! A service on a document on disk, for tests of the use-cases: short words for what they do again and again.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::document::NewDocument;
use crate::json::{Rules, parse};
use crate::model::json_patch::{self, JsonPatch};
use crate::model::samples::object;
use crate::model::{ServerName, SettingsKey};
use crate::projection::{Condition, Precondition};
use crate::secrets::{CredentialDigest, KeyFile, KeySources, Keys, Scope, SecretKey};
use crate::state::{MemoryState, StateStore};
use crate::store::file::{FileStore, FileStoreOptions};

use super::access::Caller;
use super::{KeyProvisioner, Options, ServerWrite, Service, ServiceError, StateKeeper, Write, Written};

/// A service, its folder and its document.
pub(super) struct Site {
    _folder: tempfile::TempDir,
    pub(super) path: PathBuf,
    pub(super) service: Service,
}

/// What is written under: nothing, or the two conditional headers, each empty for absent.
#[derive(Clone, Copy, Default)]
pub(super) struct If<'a> {
    pub(super) matches: &'a str,
    pub(super) none_match: &'a str,
}

impl Site {
    /// On one of our own documents that holds these servers (`{…}`), sealed by the key of
    /// [`crate::model::samples`].
    pub(super) fn with(servers: &str) -> Self {
        Self::on(&format!(
            r#"{{"agent_settings":{{"mcp_config":{{"mcpServers":{}}}}}}}"#,
            crate::json::to_compact(&object(servers).into())
        ))
    }

    pub(super) fn on(document: &str) -> Self {
        Self::start(Some(document), Some("ours"), false)
    }

    pub(super) fn start(document: Option<&str>, key: Option<&str>, require_preconditions: bool) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = folder.path().join("settings.json");
        if let Some(document) = document {
            fs::write(&path, document).expect("the folder can be written");
        }
        let key_file = folder.path().join("key");
        let keys = Keys::load(KeySources {
            key_file: KeyFile { places: vec![key_file.clone()], made_at: Some(key_file) },
            acceptance_file: Some(folder.path().join("note")),
            ..KeySources::without_files(key.and_then(SecretKey::new), vec![])
        });
        let keys = Arc::new(keys.expect("no key file is malformed"));
        let state: Arc<dyn StateStore> = Arc::new(MemoryState::default());
        let store = FileStore::open(FileStoreOptions {
            provisioner: Some(Arc::new(KeyProvisioner(Arc::clone(&keys)))),
            notes: Some(Arc::new(StateKeeper::new(Arc::clone(&state)))),
            ..FileStoreOptions::new(&path, NewDocument::Own)
        });
        let store = Arc::new(store.expect("the system gives a thread"));
        let options = Options { require_preconditions, lock_timeout: Duration::from_secs(60) };
        Self { _folder: folder, path, service: Service::new(store, keys, options).with_state(state) }
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }

    pub(super) fn has_key_file(&self) -> bool {
        self.path.with_file_name("key").exists()
    }

    /// The tag of the server `x`.
    pub(super) fn tag(&self) -> String {
        let projected = wait(self.service.load()).expect("the document can be read");
        let item = projected.item(&crate::model::SettingsKey::new("x")).expect("`x` is there");
        item.tag().as_str().to_owned()
    }

    /// Replaces the server `x`.
    pub(super) fn put(&self, body: &str, condition: If<'_>, who: &Caller) -> Result<Written, ServiceError> {
        self.update(ServerWrite::replace(object(body)), condition, who)
    }

    /// Patches the server `x`.
    pub(super) fn patch(
        &self,
        patch: &str,
        condition: If<'_>,
        who: &Caller,
    ) -> Result<Written, ServiceError> {
        self.update(ServerWrite::merge(object(patch)), condition, who)
    }

    /// Runs the operations of a JSON Patch on the server `x`.
    pub(super) fn run(&self, patch: &str, condition: If<'_>, who: &Caller) -> Result<Written, ServiceError> {
        self.update(ServerWrite::patch(json_patch(patch)), condition, who)
    }

    /// Tries to replace the server `x`.
    pub(super) fn try_put(
        &self,
        body: &str,
        condition: If<'_>,
        who: &Caller,
    ) -> Result<Written, ServiceError> {
        wait(self.service.try_update(write(condition, who), ServerWrite::replace(object(body))))
    }

    pub(super) fn delete(&self, condition: If<'_>, who: &Caller) -> Result<Written, ServiceError> {
        wait(self.service.delete(write(condition, who)))
    }

    /// Renames the server `x`.
    pub(super) fn rename(&self, to: &str, condition: If<'_>, who: &Caller) -> Result<Written, ServiceError> {
        wait(self.service.rename(write(condition, who), named(to)))
    }

    /// Copies the server `x`.
    pub(super) fn copy(&self, to: &str, condition: If<'_>, who: &Caller) -> Result<Written, ServiceError> {
        wait(self.service.copy(write(condition, who), named(to)))
    }

    /// Tries to copy the server `x`.
    pub(super) fn try_copy(
        &self,
        to: &str,
        condition: If<'_>,
        who: &Caller,
    ) -> Result<Written, ServiceError> {
        wait(self.service.try_copy(write(condition, who), named(to)))
    }

    /// Tries to rename the server `x`.
    pub(super) fn try_rename(
        &self,
        to: &str,
        condition: If<'_>,
        who: &Caller,
    ) -> Result<Written, ServiceError> {
        wait(self.service.try_rename(write(condition, who), named(to)))
    }

    fn update(&self, body: ServerWrite, condition: If<'_>, who: &Caller) -> Result<Written, ServiceError> {
        wait(self.service.update(write(condition, who), body))
    }
}

impl<'a> If<'a> {
    pub(super) fn matches(tag: &'a str) -> Self {
        Self { matches: tag, ..Self::default() }
    }
}

fn json_patch(text: &str) -> JsonPatch {
    let document = parse(text, &Rules::BODY).expect("the test writes JSON");
    json_patch::parse(document).expect("the test writes patches well")
}

/// May see secrets.
pub(super) fn revealer() -> Caller {
    caller("revealer", &[Scope::Write, Scope::Reveal])
}

/// May write and not see secrets.
pub(super) fn writer(key: &str) -> Caller {
    caller(key, &[Scope::Write])
}

fn caller(key: &str, scopes: &[Scope]) -> Caller {
    Caller::new(key, scopes.iter().copied().collect(), &CredentialDigest::of(key))
}

fn write(condition: If<'_>, who: &Caller) -> Write {
    let read = |line: &str| match line {
        "" => Condition::Absent,
        line => Condition::parse([line.as_bytes()]).expect("the test writes conditions well"),
    };
    Write {
        key: SettingsKey::new("x"),
        precondition: Precondition {
            if_match: read(condition.matches),
            if_none_match: read(condition.none_match),
        },
        caller: who.clone(),
    }
}

fn named(name: &str) -> ServerName {
    name.parse().expect("it is a name")
}

pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("the machine has room for a runtime").block_on(future)
}

/// One word for what came of a write.
pub(super) fn word(outcome: &Result<Written, ServiceError>) -> &'static str {
    match outcome {
        Ok(Written { is_created: true, .. }) => "created",
        Ok(Written { before, after, .. }) if before == after => "unchanged",
        Ok(Written { after: None, .. }) => "deleted",
        Ok(_) => "changed",
        Err(ServiceError::UnknownServer) => "unknown",
        Err(ServiceError::NoMcpServers) => "no servers",
        Err(ServiceError::ReadOnly(_)) => "read-only",
        Err(ServiceError::MalformedServer(_)) => "malformed",
        Err(ServiceError::PreconditionRequired) => "required",
        Err(ServiceError::PreconditionFailed(_)) => "failed",
        Err(ServiceError::PatchConflict(_)) => "misfit",
        Err(ServiceError::Invalid(_)) => "invalid",
        Err(ServiceError::BeyondLimits(_)) => "beyond",
        Err(ServiceError::ResultTooLarge) => "too large",
        Err(ServiceError::Refused(_)) => "refused",
        Err(ServiceError::BoundSecrets(_)) => "bound",
        Err(ServiceError::KeyMissing | ServiceError::KeyElsewhere) => "no key",
        Err(ServiceError::WrongKey) => "wrong key",
        Err(ServiceError::NameTaken | ServiceError::NewNameTaken) => "taken",
        Err(ServiceError::UnusableName | ServiceError::UnusableNewName) => "unusable",
        Err(ServiceError::Store(_)) => "store",
        Err(_) => "another",
    }
}
