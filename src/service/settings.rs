//! OpenHands' own settings routes (OPENHANDS §5). The store, the decisions and the laws are those of
//! the servers' own resources. What differs: the words, that no condition is required since its clients know
//! none, and that every answer shows the whole settings as the write left them.

use std::sync::Arc;

use bytes::Bytes;

use crate::json::{Json, to_compact};
use crate::model::{Author, Edit, SettingsKey, StoredServer};
use crate::projection::EntityTag;
use crate::secrets::{Exposure, Keys};
use crate::store::{Names, Snapshot};

use super::commit::Step;
use super::read_model::ReadModel;
use super::settings_answer::outside;
use super::update::{Update, WriteContext, check_access};
use super::{Body, Options, Service, ServiceError, Write, Written, delete, update};

/// What a write has come to, and the state that it left.
pub struct Settled {
    /// What has become of the server.
    pub written: Written,
    /// What has become of each server that was written, where there may be several.
    pub servers: Vec<WrittenServer>,
    /// None where it must be read to be known.
    pub(super) state: Option<Arc<Snapshot>>,
}

/// One of several servers that were written together.
#[derive(Clone, Debug)]
pub struct WrittenServer {
    /// Which.
    pub key: SettingsKey,
    /// Its tag before, if it was there.
    pub before: Option<EntityTag>,
    /// Its tag now, if it is there.
    pub after: Option<EntityTag>,
}

impl Service {
    /// Creates or patches a server.
    pub async fn update_in_settings(&self, write: Write, body: Body) -> Result<Settled, ServiceError> {
        let (keys, last, options) = (Arc::clone(&self.keys), Arc::clone(&self.tag_cache), self.lenient());
        let plain_names = Arc::clone(&self.plain_names);
        let names = Names::These(vec![write.key.clone()]);
        let update = Arc::new(Update { write, body, dry_run: None });
        let author = Some(update.author(&keys.ring()));
        self.run(names, author.clone(), move |current| {
            let context = WriteContext::of(&keys, &last, &plain_names, options);
            let step =
                showable(current.snapshot, &keys).and_then(|()| update::decide(current, &update, &context));
            settled(step.unwrap_or_else(Step::Refuse), current.snapshot, author.as_ref())
        })
        .await
    }

    /// Deletes a server, a malformed one too.
    pub async fn delete_in_settings(&self, write: Write) -> Result<Settled, ServiceError> {
        let (keys, options) = (Arc::clone(&self.keys), self.lenient());
        let names = Names::These(vec![write.key.clone()]);
        let author = Some(write.caller.author.clone());
        self.run(names, author, move |current| {
            let step = showable(current.snapshot, &keys)
                .and_then(|()| delete::decide(current, &write, &keys, options));
            settled(step.unwrap_or_else(Step::Refuse), current.snapshot, None)
        })
        .await
    }

    /// The settings as a write left them, redacted. Blocks on decryption.
    pub fn settled(&self, settled: Settled) -> Result<Bytes, ServiceError> {
        let Some(state) = settled.state else { return self.load()?.settings(Exposure::Redacted) };
        let known = self.projected.load_full();
        ReadModel::new(state, self.keys.ring(), known.as_deref()).settings(Exposure::Redacted)
    }

    pub(super) fn lenient(&self) -> Options {
        Options { require_preconditions: false, ..self.options }
    }
}

/// Whether the answer can be given that a write has. It must be known before the write is made.
fn showable(snapshot: &Snapshot, keys: &Keys) -> Result<(), ServiceError> {
    check_access(snapshot)?;
    outside(snapshot, &keys.ring()).map(drop)
}

/// The same step, with the state that it leaves beside its answer.
fn settled(step: Step<Written>, before: &Snapshot, author: Option<&Author>) -> Step<Settled> {
    let unchanged = |written| Settled { written, servers: Vec::new(), state: Some(Arc::new(before.clone())) };
    match step {
        Step::Edit(edits, written) => {
            let state = Some(Arc::new(after(before, &edits, author)));
            Step::Edit(edits, Settled { written, servers: Vec::new(), state })
        }
        Step::Keep(written) => Step::Keep(unchanged(written)),
        Step::Rewrite { edits, judged, answer } => Step::Rewrite { edits, judged, answer: unchanged(answer) },
        Step::Later(later) => {
            let state = Some(Arc::new(before.clone()));
            Step::Later(Box::new(move || Ok(Settled { written: later()?, servers: Vec::new(), state })))
        }
        Step::Refuse(reason) => Step::Refuse(reason),
        Step::NeedKey(reason) => Step::NeedKey(reason),
    }
}

/// The state that edits leave. Its texts are not the document's, but they say the same.
pub(super) fn after(before: &Snapshot, edits: &[Edit], author: Option<&Author>) -> Snapshot {
    let mut state = before.clone();
    for edit in edits {
        match edit {
            Edit::Put { key, config } => {
                let text = to_compact(&Json::Object(config.clone())).into();
                let server = StoredServer { text, config: Ok(config.clone()), author: author.cloned() };
                state.servers.insert(key.clone(), Arc::new(server));
            }
            Edit::Remove { key } => drop(state.servers.remove(key)),
            Edit::Outside { member, value } => state.outside = Arc::new(state.outside.with(member, value)),
            Edit::Rename { .. } | Edit::Reseal { .. } => {}
        }
    }
    state
}
