//! What the events of the stream of changes say: the `data` of each. There is no value of a configuration in it.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json::Pointer;
use crate::projection::EntityTag;

use super::words;

/// What holds where the reader begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct Opened<'a> {
    /// The tag of the list of servers at this position.
    pub etag: EntityTag,
    pub access: DocumentAccess,
    /// Why servers can't be written, for people; null where they can.
    pub reason: Option<String>,
    /// The last change of each server that is there, where it is known: also from before this process.
    pub recent: Vec<RecentChange<'a>>,
}

/// The last change of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RecentChange<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// When: milliseconds of Unix time. The change was seen then, where its author is not known.
    pub at_ms: u64,
    /// The name of the API key that made the present state; null where that is not known, since another program did.
    pub by: Option<Cow<'a, str>>,
}

/// What has become of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ServerChange<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    pub change: ChangeKind,
    /// Its tag before: that of the last event with this name. Null where it was not there.
    pub old_etag: Option<EntityTag>,
    /// Its tag now; null where it is gone.
    pub new_etag: Option<EntityTag>,
    /// Where the configuration differs, secrets included, as far as it was there before and still is. One empty pointer
    /// where too much does. Empty where only the keys of the service are others, which changes tags. All secrets as soon
    /// as one differs, comes or goes, unless the reader may see secrets and so may the keys that made both states.
    #[schemars(with = "Vec<Pointer>")]
    pub members: Cow<'a, [Pointer]>,
    /// The name of the API key that changed it; null where another process did, or where only the keys of the service are
    /// others.
    pub by: Option<Cow<'a, str>>,
    /// When the change was seen: milliseconds of Unix time.
    pub at_ms: u64,
    /// The tag of the list after all changes that were seen together with this.
    pub collection_etag: EntityTag,
    /// How many events follow that were seen together with this. The list has the tag `collection_etag` behind the last of them.
    pub more: u32,
    /// The name that the server had before, where it was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub renamed_from: Option<Cow<'a, str>>,
    /// The name that the server has now, where it was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub renamed_to: Option<Cow<'a, str>>,
}

/// How the document may be used now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct DocumentChange {
    pub access: DocumentState,
    /// Why servers can't be written or read, for people; null where they can.
    pub reason: Option<String>,
    /// The type of the problem that reads are answered; null where it can be read.
    pub problem: Option<String>,
}

/// Whether servers may be written; `no-servers`: the agent variant has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline, transform = words::list)]
pub enum DocumentAccess {
    /// They may be.
    Writable,
    /// They may only be read.
    ReadOnly,
    /// The agent variant has none.
    NoServers,
}

/// The same, or `unreadable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline, transform = words::list)]
pub enum DocumentState {
    /// Servers may be written.
    Writable,
    /// They may only be read.
    ReadOnly,
    /// The agent variant has none.
    NoServers,
    /// The document can't be used.
    Unreadable,
}

/// What has become of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It is another state.
    Changed,
    /// It is gone.
    Removed,
}

impl From<DocumentAccess> for DocumentState {
    fn from(access: DocumentAccess) -> Self {
        match access {
            DocumentAccess::Writable => Self::Writable,
            DocumentAccess::ReadOnly => Self::ReadOnly,
            DocumentAccess::NoServers => Self::NoServers,
        }
    }
}
