//! The use-cases: the only place that orders check, decide, seal and commit. It does not know how
//! requests and answers travel.

pub mod access;
mod approvals;
pub mod audit;
pub mod authentication;
mod authors;
mod bags;
mod body_application;
mod catalog;
mod change_view;
mod commit;
mod copy;
mod delete;
mod drafts;
mod dry_run;
mod effect;
mod error;
mod export;
mod import;
mod key_rules;
mod launching;
mod listing;
mod new_name;
mod note_keeper;
mod origin_view;
mod origins;
mod outside;
mod patch_application;
mod permit;
mod policies;
mod precondition_failed;
mod read;
mod read_model;
mod readiness;
mod registrations;
mod rename;
mod replay;
mod rotate;
mod runnable;
#[cfg(test)]
mod samples;
mod server_write;
pub mod sessions;
mod settings;
mod settings_answer;
mod settings_patch;
mod state_context;
mod state_sealer;
mod static_servers;
mod tag_cache;
mod update;
mod update_request;
mod variables;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::authors::LastChange;
pub use self::change_view::Differing;
pub use self::drafts::ServerDraft;
pub use self::error::{Conflict, ServiceError, TextFault};
pub use self::export::{ExportRequest, Exported, KEPT_IS_NOT_SHOWN};
pub use self::import::{ChosenAction, ImportChoice, ImportRequest, Imported};
pub use self::key_rules::KeyProvisioner;
pub use self::listing::{Listing, Page, Rows};
pub use self::note_keeper::StateKeeper;
pub use self::origin_view::OriginNews;
pub use self::outside::masked;
pub use self::policies::{PolicyState, PolicyWrite};
pub use self::read_model::{Item, ReadModel};
pub use self::readiness::Degradation;
pub use self::registrations::{Forward, GatewayFailure, Registered, RegistrationError, RemovalError, Wanted};
pub use self::rotate::Rotation;
pub use self::runnable::Runnable;
pub use self::server_write::{Operation, ServerWrite, Words};
pub use self::settings::{Settled, WrittenServer};
pub use self::state_sealer::StateSealer;
pub use self::static_servers::StaticServers;
use crate::model::SettingsKey;
use crate::model::plain_names::PlainNames;
use crate::model::reference::ReferenceRules;
use crate::projection::{EntityTag, Precondition};
use crate::secrets::Keys;
use crate::state::{MemoryState, StateStore};
use crate::store::Store;
use access::Caller;
use bytes::Bytes;
use commit::WriteContext;
use read::ReadCache;

/// The use-cases over one store.
pub struct Service {
    store: Arc<dyn Store>,
    reads: Arc<ReadCache>,
    writes: WriteContext,
    found_at_start: Vec<Degradation>,
    state: Arc<dyn StateStore>,
    gateways: Vec<String>,
}

/// What can be chosen about the use-cases.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether a write without a precondition is refused.
    pub require_preconditions: bool,
    /// How long a write waits for the store's lock.
    pub lock_timeout: Duration,
}

/// Who writes to which server, and under which condition.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which server. Under a name that is not legal only an existing server can be changed.
    pub key: SettingsKey,
    /// Under which condition.
    pub precondition: Precondition,
    /// Who.
    pub caller: Caller,
}

impl Write {
    /// A write under no condition.
    fn unconditional(key: SettingsKey, caller: &Caller) -> Self {
        Self { key, precondition: Precondition::default(), caller: caller.clone() }
    }
}

/// What a write has come to.
#[derive(Clone, Debug)]
pub struct Written {
    /// Whether the server is new.
    pub is_created: bool,
    /// The tag before, if the server existed.
    pub before: Option<EntityTag>,
    /// The tag after, if the server exists; none after a dry run that may not tell it.
    pub after: Option<EntityTag>,
    /// Whether the configuration is now, in the clear, exactly what was sent.
    pub is_verbatim: bool,
    /// The answer that shows the server, redacted; none after a deletion.
    pub body: Option<Bytes>,
}

impl Service {
    /// The use-cases over this store with these keys.
    pub fn new(store: Arc<dyn Store>, keys: Arc<Keys>, options: Options) -> Self {
        let state: Arc<dyn StateStore> = Arc::new(MemoryState::default());
        Self {
            store,
            reads: Arc::new(ReadCache::new(&keys, Arc::default())),
            writes: WriteContext {
                keys,
                tag_cache: Arc::default(),
                plain_names: Arc::default(),
                references: Arc::default(),
                options,
                state: Arc::clone(&state),
            },
            found_at_start: Vec::new(),
            state,
            gateways: Vec::new(),
        }
    }

    /// The same with other names whose values the view `named` shows.
    #[must_use]
    pub fn with_plain_names(self, patterns: Vec<String>) -> Self {
        let plain_names = Arc::new(PlainNames::new(patterns));
        Self { writes: WriteContext { plain_names, ..self.writes }, ..self }
    }

    /// The same with other references that are no secrets; what is stored, and every tag, stays the same.
    #[must_use]
    pub fn with_references(self, references: Arc<ReferenceRules>) -> Self {
        let reads = Arc::new(ReadCache::new(&self.writes.keys, Arc::clone(&references)));
        Self { reads, writes: WriteContext { references, ..self.writes }, ..self }
    }

    /// The same with this to remember what does not belong into the settings; else it is remembered in memory.
    #[must_use]
    pub fn with_state(self, state: Arc<dyn StateStore>) -> Self {
        let writes = WriteContext { state: Arc::clone(&state), ..self.writes };
        Self { state, writes, ..self }
    }

    /// The names whose values the view `named` shows.
    pub fn plain_names(&self) -> &PlainNames {
        &self.writes.plain_names
    }

    /// Takes no more writes; those that still wait at `deadline` are given up.
    pub fn close(&self, deadline: Instant) {
        self.store.close(deadline);
    }
}
