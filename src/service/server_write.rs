//! A write of one server, and what it makes of a state before anything judges it: in the words of its document,
//! merged, masks read. Whether it may be is for [`body_application`](super::body_application) to say.

use std::borrow::Cow;

use crate::json::{Json, Object, Pointer};
use crate::model::config::Config;
use crate::model::convert::{BodyKind, to_closed};
use crate::model::enablement::without_opposite;
use crate::model::json_patch::JsonPatch;
use crate::model::merge::{Merged, Reading, merge_patch, replace};
use crate::model::{Dialect, openhands};
use crate::projection::{Request, changed};

use super::ServiceError;
use super::patch_application::patched;
use super::state_context::StateContext;

/// A write of one server: what is done, and in whose words it is said.
#[derive(Clone, Debug)]
pub struct ServerWrite {
    /// What is done.
    pub operation: Operation,
    /// In whose words.
    pub words: Words,
}

/// What a write does to a server.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Makes a server that must be new.
    Create(Object),
    /// Makes or replaces the whole configuration (PUT).
    Replace(Object),
    /// Merges into the configuration (PATCH, RFC 7396).
    Merge(Object),
    /// Patches what the caller is shown, redacted (PATCH, RFC 6902).
    Patch(JsonPatch),
}

/// Whose words a configuration is said in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Ours, which are those of FastMCP.
    Own,
    /// Those of OpenHands' settings routes.
    OpenHands,
}

impl ServerWrite {
    /// Replaces, in our own words.
    pub fn replace(config: Object) -> Self {
        Operation::Replace(config).in_words(Words::Own)
    }

    /// Merges, in our own words.
    pub fn merge(patch: Object) -> Self {
        Operation::Merge(patch).in_words(Words::Own)
    }

    /// Patches, in our own words.
    pub fn patch(patch: JsonPatch) -> Self {
        Operation::Patch(patch).in_words(Words::Own)
    }

    /// Whether it changes what is stored, so that there must be a server that can be read.
    pub(super) fn is_patch(&self) -> bool {
        matches!(self.operation, Operation::Merge(_) | Operation::Patch(_))
    }

    /// What distinguishes it from every other write: its operation, its form and its content.
    pub(super) fn marked(&self) -> (u8, Json) {
        let (kind, body) = match &self.operation {
            Operation::Replace(body) => (0, body.clone().into()),
            Operation::Merge(patch) => (1, patch.clone().into()),
            Operation::Patch(patch) => (2, patch.to_json()),
            Operation::Create(body) => (3, body.clone().into()),
        };
        let words = match self.words {
            Words::Own => 0,
            Words::OpenHands => 4,
        };
        (words + kind, body)
    }

    /// The stored configuration in the words of this write.
    pub(super) fn in_its_words<'a>(&self, stored: Option<&'a Config>) -> Option<Cow<'a, Config>> {
        Some(match (&self.operation, self.words) {
            (Operation::Merge(patch), Words::OpenHands) => Cow::Owned(openhands::for_patch(stored?, patch)),
            _ => Cow::Borrowed(stored?),
        })
    }
}

impl Operation {
    /// This, said in these words.
    pub fn in_words(self, words: Words) -> ServerWrite {
        ServerWrite { operation: self, words }
    }
}

impl StateContext<'_> {
    /// What a write makes of a state in its words, whether it may or not.
    pub(super) fn merge(&self, write: &ServerWrite, before: Option<&Config>) -> Result<Merged, ServiceError> {
        let Self { layout, ring, may_reveal, references, .. } = *self;
        let reading = Reading { sealing: layout.sealing, ring, may_reveal, references };
        let state = || before.ok_or(ServiceError::UnknownServer);
        let converted = |body: &Object, kind| self.converted(body, kind, write.words, before);
        Ok(match &write.operation {
            Operation::Create(body) | Operation::Replace(body) => {
                replace(converted(body, BodyKind::Whole), before, &reading)
            }
            Operation::Merge(patch) => {
                merge_patch(converted(patch, BodyKind::MergePatch), state()?, &reading)
            }
            Operation::Patch(patch) => {
                let patched = patched(patch, state()?)?;
                replace(converted(&patched.config, BodyKind::Whole), before, &reading)
                    .with_refusals(patched.displaced)
            }
        })
    }

    /// What was merged in the words of a request, in those of the document.
    pub(super) fn in_words_of_document(
        &self,
        write: &ServerWrite,
        merged: Config,
        before: Option<&Config>,
    ) -> Config {
        match (write, before) {
            (ServerWrite { operation: Operation::Merge(_), words: Words::OpenHands }, Some(before)) => {
                openhands::restore(merged, before, self.layout.dialect, self.may_reveal)
            }
            _ => merged,
        }
    }

    /// Where a write and a state differ.
    pub(super) fn differences(&self, write: &ServerWrite, state: &Config) -> Vec<Pointer> {
        let converted = |body: &Object, kind| self.converted(body, kind, write.words, Some(state));
        let own = write.in_its_words(Some(state)).unwrap_or(Cow::Borrowed(state));
        let changed = |request: Request<'_>| changed(request, &own, self.layout.dialect, self.may_reveal);
        match &write.operation {
            Operation::Create(body) | Operation::Replace(body) => {
                changed(Request::Replace(&converted(body, BodyKind::Whole)))
            }
            Operation::Merge(patch) => changed(Request::MergePatch(&converted(patch, BodyKind::MergePatch))),
            Operation::Patch(patch) => match patched(patch, state) {
                Ok(patched) if patched.displaced.is_empty() => {
                    changed(Request::Replace(&converted(&patched.config, BodyKind::Whole)))
                }
                _ => patch.paths(),
            },
        }
    }

    /// A whole configuration in our words, in those of the document.
    pub(super) fn in_own_words(&self, config: &Object) -> Object {
        self.converted(config, BodyKind::Whole, Words::Own, None)
    }

    /// What was said in these words, in those that are merged into the document. OpenHands' are already.
    fn converted(&self, body: &Object, kind: BodyKind, words: Words, before: Option<&Config>) -> Object {
        let body = match (words, kind) {
            (Words::OpenHands, _) => return body.clone(),
            (Words::Own, BodyKind::Whole) => body.clone(),
            (Words::Own, BodyKind::MergePatch) => without_opposite(body.clone()),
        };
        match self.layout.dialect {
            Dialect::Open => body,
            Dialect::Closed => to_closed(body, kind, before),
        }
    }
}
