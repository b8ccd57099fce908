//! A write of one server with what it sends, and what its response shows where the state is kept.

use zeroize::Zeroizing;

use crate::json::to_compact;
use crate::model::config::Config;
use crate::model::registration::Origin;
use crate::model::{Author, SettingsKey};
use crate::projection::{EntityTag, is_verbatim};
use crate::secrets::{Exposure, KeyRing};

use super::read_model::body;
use super::server_write::{Operation, ServerWrite};
use super::{Write, Written};

/// A write with what it sends.
pub(super) struct Update {
    pub(super) write: Write,
    pub(super) change: ServerWrite,
    /// What its response may show, if it is only tried.
    pub(super) dry_run: Option<DryRun>,
    /// Where a new server comes from, if not from the settings.
    pub(super) origin: Option<Origin>,
    /// Whether it approves the launch that it leaves, where its caller may approve.
    pub(super) may_approve: bool,
}

impl Update {
    /// A write that is made.
    pub(super) fn new(write: Write, change: ServerWrite) -> Self {
        Self { write, change, dry_run: None, origin: None, may_approve: true }
    }

    /// The tag, if the response may show it.
    pub(super) fn shown_tag<'a>(&self, tag: &'a EntityTag) -> Option<&'a EntityTag> {
        Some(tag).filter(|_| self.dry_run.is_none_or(|dry_run| dry_run.shows_tag))
    }

    /// Whether this is exactly what was sent; a patch never is.
    pub(super) fn is_verbatim(&self, config: &Config) -> bool {
        matches!(&self.change.operation, Operation::Replace(body) if is_verbatim(config, body))
    }

    /// Who makes this change, and which: a repetition has the same author, another body has another one.
    pub(super) fn author(&self, ring: &KeyRing) -> Author {
        let (kind, body) = self.change.marked();
        let text = Zeroizing::new(to_compact(&body));
        let mark = ring.etag_key().authenticate(&[&[0, 3, kind], text.as_bytes()]);
        let mark = mark[..16].iter().fold(0_u128, |mark, byte| (mark << 8) | u128::from(*byte));
        self.write.caller.author.with_mark(mark)
    }
}

/// What the response to a dry run may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DryRun {
    /// Whether it shows the tag that the server would have.
    pub(super) shows_tag: bool,
}

impl Written {
    /// The outcome of a change of several servers, or of none: it says nothing of each of them.
    pub(super) fn of_many() -> Self {
        Self { is_created: false, before: None, after: None, is_verbatim: false, body: None }
    }

    /// The outcome of a write that left the state as it was.
    pub(super) fn unchanged(key: &SettingsKey, config: &Config, tag: EntityTag, update: &Update) -> Self {
        let shown = update.shown_tag(&tag);
        let body = Some(body(key, config, shown, Exposure::Redacted));
        let is_verbatim = update.is_verbatim(config);
        Self { is_created: false, after: shown.cloned(), before: Some(tag), is_verbatim, body }
    }
}
