//! What a reader receives. Names, places, tags and times: no value of any configuration has a way in here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Access, SettingsKey};
use crate::projection::EntityTag;
use crate::service::{Differing, ServiceError};

/// One event.
#[derive(Clone, Debug)]
pub enum Event {
    /// A server differs.
    Server(Box<ServerChange>),
    /// The document may be used in another way, or can't be used: for this reason.
    Access(Result<Access, ServiceError>),
}

/// A server that differs between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerChange {
    /// Which.
    pub name: SettingsKey,
    /// What has become of it.
    pub kind: Kind,
    /// Its tag before, if it was there.
    pub old: Option<EntityTag>,
    /// Its tag now, if it is there.
    pub new: Option<EntityTag>,
    /// Where its configuration differs, if it was there and still is.
    pub members: Differing,
    /// The name of the API key that changed it; none where another process did.
    pub by: Option<String>,
    /// When this process saw it. Milliseconds of Unix time.
    pub at_ms: u64,
    /// Under which name it was before.
    pub renamed_from: Option<SettingsKey>,
    /// Under which name it is now.
    pub renamed_to: Option<SettingsKey>,
    /// The collection's tag after all differences between the two states.
    pub collection: EntityTag,
    /// How many events are still to come until then.
    pub more: usize,
}

/// What has become of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is new.
    Created,
    /// It is another state.
    Changed,
    /// It is gone.
    Removed,
}

/// What holds at a position.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// The collection's tag.
    pub(super) tag: EntityTag,
    /// How the document may be used, if it can be.
    pub(super) access: Access,
    /// Why it can't be used.
    pub(super) trouble: Option<ServiceError>,
}

/// The last change of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// When. Milliseconds of Unix time.
    pub at_ms: u64,
    /// The name of the API key; none where it is not known who made it.
    pub by: Option<Arc<str>>,
}

/// What a reader receives first.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The collection's tag at the position where the reader begins.
    pub tag: EntityTag,
    /// How the document may be used, or could be when it last could.
    pub access: Access,
    /// Why it can't be used, where a reader begins at a position at which it could not.
    pub trouble: Option<ServiceError>,
    /// The last change of each server that is there, where it is known.
    pub recent: BTreeMap<SettingsKey, Recent>,
}
