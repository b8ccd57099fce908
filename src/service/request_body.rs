//! What writes send, and what that makes of a state before anybody judges it: in the words of its document,
//! merged, masks read. Whether it may be is for [`update`](super::update) to say.

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
use super::update::StateContext;

/// What a write sends.
#[derive(Clone, Debug)]
pub enum Body {
    /// The whole configuration (PUT).
    Whole(Object),
    /// A merge patch (PATCH, RFC 7396).
    MergePatch(Object),
    /// A JSON Patch of what the caller is shown, redacted (PATCH, RFC 6902).
    JsonPatch(JsonPatch),
    /// A server that is to be new, in OpenHands' words.
    OpenHandsServer(Object),
    /// A merge patch in those words.
    OpenHandsPatch(Object),
}

impl Body {
    /// Whether there must be a server already.
    pub(super) fn is_patch(&self) -> bool {
        match self {
            Self::Whole(_) | Self::OpenHandsServer(_) => false,
            Self::MergePatch(_) | Self::JsonPatch(_) | Self::OpenHandsPatch(_) => true,
        }
    }

    /// What tells it from every other body: what kind it is, and what it says.
    pub(super) fn marked(&self) -> (u8, Json) {
        match self {
            Self::Whole(body) => (0, body.clone().into()),
            Self::MergePatch(patch) => (1, patch.clone().into()),
            Self::OpenHandsServer(body) => (2, body.clone().into()),
            Self::OpenHandsPatch(patch) => (3, patch.clone().into()),
            Self::JsonPatch(patch) => (4, patch.to_json()),
        }
    }

    /// The stored configuration in the words of this body.
    pub(super) fn in_its_words<'a>(&self, stored: Option<&'a Config>) -> Option<Cow<'a, Config>> {
        Some(match self {
            Self::OpenHandsPatch(patch) => Cow::Owned(openhands::for_patch(stored?, patch)),
            Self::Whole(_) | Self::MergePatch(_) | Self::JsonPatch(_) | Self::OpenHandsServer(_) => {
                Cow::Borrowed(stored?)
            }
        })
    }
}

impl StateContext<'_> {
    /// What a sent body makes of a state in its words, whether it may or not.
    pub(super) fn merge(&self, sent: &Body, before: Option<&Config>) -> Result<Merged, ServiceError> {
        let reading = Reading { sealing: self.layout.sealing, ring: self.ring, may_reveal: self.may_reveal };
        let state = || before.ok_or(ServiceError::UnknownServer);
        let whole = |body: Object| replace(body, before, &reading);
        Ok(match sent {
            Body::Whole(body) => whole(self.in_dialect(body.clone(), BodyKind::Whole, before)),
            Body::MergePatch(patch) => {
                merge_patch(self.in_dialect(patch.clone(), BodyKind::MergePatch, before), state()?, &reading)
            }
            Body::JsonPatch(patch) => {
                let patched = patched(patch, state()?)?;
                whole(self.in_dialect(patched.config, BodyKind::Whole, before))
                    .with_refusals(patched.displaced)
            }
            Body::OpenHandsServer(body) => whole(body.clone()),
            Body::OpenHandsPatch(patch) => merge_patch(patch.clone(), state()?, &reading),
        })
    }

    /// What was merged in the words of a request, in those of the document.
    pub(super) fn in_words_of_document(
        &self,
        sent: &Body,
        merged: Config,
        before: Option<&Config>,
    ) -> Config {
        match (sent, before) {
            (Body::OpenHandsPatch(_), Some(before)) => {
                openhands::restore(merged, before, self.layout.dialect, self.may_reveal)
            }
            _ => merged,
        }
    }

    /// Where a sent body and a state differ.
    pub(super) fn differences(&self, sent: &Body, state: &Config) -> Vec<Pointer> {
        let in_dialect = |body: &Object, kind| self.in_dialect(body.clone(), kind, Some(state));
        let own = sent.in_its_words(Some(state)).unwrap_or(Cow::Borrowed(state));
        let changed = |request: Request<'_>| changed(request, &own, self.layout.dialect, self.may_reveal);
        match sent {
            Body::Whole(body) => changed(Request::Replace(&in_dialect(body, BodyKind::Whole))),
            Body::MergePatch(patch) => changed(Request::MergePatch(&in_dialect(patch, BodyKind::MergePatch))),
            Body::JsonPatch(patch) => match patched(patch, state) {
                Ok(patched) if patched.displaced.is_empty() => {
                    changed(Request::Replace(&in_dialect(&patched.config, BodyKind::Whole)))
                }
                _ => patch.paths(),
            },
            Body::OpenHandsServer(body) => changed(Request::Replace(body)),
            Body::OpenHandsPatch(patch) => changed(Request::MergePatch(patch)),
        }
    }

    fn in_dialect(&self, body: Object, kind: BodyKind, before: Option<&Config>) -> Object {
        let body = match kind {
            BodyKind::Whole => body,
            BodyKind::MergePatch => without_opposite(body),
        };
        match self.layout.dialect {
            Dialect::Open => body,
            Dialect::Closed => to_closed(body, kind, before),
        }
    }
}
