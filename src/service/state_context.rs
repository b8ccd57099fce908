//! How a decision sees a stored server: opened, with its tag.

use crate::model::config::{self, Config};
use crate::model::plain_names::PlainNames;
use crate::model::reference::ReferenceRules;
use crate::model::{Layout, SettingsKey, StateDigest, StoredServer};
use crate::projection::{EntityTag, canonical, server_tag, state_digest, unreadable_server_tag};
use crate::secrets::KeyRing;
use crate::store::Current;

use super::access::Caller;
use super::commit::WriteContext;
use super::key_rules::BatchKeys;

/// What a decision depends on beside the states: fixed for one request and one set of keys.
pub(super) struct StateContext<'a> {
    pub(super) layout: &'a Layout,
    pub(super) ring: &'a KeyRing,
    pub(super) may_reveal: bool,
    /// The names whose values the view `named` shows, where a state is compared with what a request sends.
    pub(super) plain_names: Option<&'a PlainNames>,
    /// Which references are no secrets.
    pub(super) references: &'a ReferenceRules,
}

/// A server as a decision sees it.
pub(super) struct State {
    pub(super) tag: EntityTag,
    /// The configuration, or why it can't be read.
    pub(super) config: Result<Config, crate::json::Fault>,
}

impl<'a> StateContext<'a> {
    /// Without the names that are plain.
    pub(super) fn of(
        current: &Current<'a>,
        keys: &'a BatchKeys,
        context: &'a WriteContext,
        caller: &Caller,
    ) -> Self {
        let (layout, may_reveal) = (current.facts().layout(), caller.may_reveal());
        Self { layout, ring: &keys.ring, may_reveal, plain_names: None, references: &context.references }
    }

    /// A stored server as a decision sees it.
    pub(super) fn state(&self, key: &SettingsKey, server: &StoredServer) -> State {
        match &server.config {
            Ok(stored) => {
                let mut config = config::open(stored, self.layout.sealing, self.ring);
                self.references.mark(&mut config);
                if let Some(plain_names) = self.plain_names {
                    plain_names.mark(&mut config);
                }
                State { tag: self.tag(key, &config), config: Ok(config) }
            }
            Err(fault) => {
                let tag = unreadable_server_tag(self.ring.etag_key(), key, &server.text);
                State { tag, config: Err(fault.clone()) }
            }
        }
    }

    /// The tag of this configuration under this name.
    pub(super) fn tag(&self, key: &SettingsKey, config: &Config) -> EntityTag {
        server_tag(self.ring.etag_key(), key, &canonical(config, self.layout.dialect))
    }

    /// The tag of this configuration under this name, and what identifies the state without a key.
    pub(super) fn identify(&self, key: &SettingsKey, config: &Config) -> (EntityTag, StateDigest) {
        let form = canonical(config, self.layout.dialect);
        (server_tag(self.ring.etag_key(), key, &form), state_digest(key, &form))
    }
}
