//! The events of the stream of changes, each as it is sent: its `id`, its name, and what its `data` says.

#![expect(dead_code, reason = "types that are described, and never made")]

use schemars::JsonSchema;

use super::server::{EntityTag, JsonPointer};

/// Always the first event: where the reader begins.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct OpenedEvent {
    id: EventId,
    #[schemars(extend("const" = "opened"))]
    event: String,
    data: Opened,
}

/// A server differs from what it was before.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct ServerEvent {
    id: EventId,
    #[schemars(extend("const" = "server"))]
    event: String,
    data: ServerChange,
}

/// The document may be used in another way, became unreadable, or can be read again.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct DocumentEvent {
    id: EventId,
    #[schemars(extend("const" = "document"))]
    event: String,
    data: DocumentChange,
}

/// A position in the stream: the process, and the number of the event.
#[derive(JsonSchema)]
pub(in crate::http) struct EventId(#[schemars(regex(pattern = r"^[0-9a-f]{16}-(0|[1-9][0-9]*)$"))] String);

/// What holds where the reader begins.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct Opened {
    /// The tag of the list of servers at this position.
    etag: EntityTag,
    access: DocumentAccess,
    /// Why servers can't be written, for people; null where they can.
    reason: Option<String>,
    /// The last change of each server that is there, where this process saw it.
    recent: Vec<RecentChange>,
}

/// The last change of a server.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct RecentChange {
    /// Its name.
    name: String,
    /// When the change was seen: milliseconds of Unix time.
    at_ms: u64,
    /// The name of the API key that made it; null where another process did.
    by: Option<String>,
}

/// What has become of a server.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct ServerChange {
    /// Its name.
    name: String,
    change: ChangeKind,
    /// Its tag before: that of the last event with this name. Null where it was not there.
    old_etag: Option<EntityTag>,
    /// Its tag now; null where it is gone.
    new_etag: Option<EntityTag>,
    /// Where the configuration differs, secrets included, as far as it was there before and still is. One empty pointer
    /// where too much does. Empty where only the keys of the service are others, which changes tags. All secrets as soon
    /// as one differs, comes or goes, unless the reader may see secrets and so may the keys that made both states.
    members: Vec<JsonPointer>,
    /// The name of the API key that changed it; null where another process did, or where only the keys of the service are
    /// others.
    by: Option<String>,
    /// When the change was seen: milliseconds of Unix time.
    at_ms: u64,
    /// The tag of the list when all is told that was seen together with this.
    collection_etag: EntityTag,
    /// How many events follow that were seen together with this. The list has the tag `collection_etag` behind the last of them.
    more: u32,
    /// The name that the server had before, where it was renamed.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String", default)]
    renamed_from: Option<String>,
    /// The name that the server has now, where it was renamed.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String", default)]
    renamed_to: Option<String>,
}

/// How the document may be used now.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct DocumentChange {
    access: DocumentState,
    /// Why servers can't be written or read, for people; null where they can.
    reason: Option<String>,
    /// The type of the problem that reads are answered; null where it can be read.
    problem: Option<String>,
}

/// Whether servers may be written; `no-servers`: the agent variant has none.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "kebab-case")]
enum DocumentAccess {
    Writable,
    ReadOnly,
    NoServers,
}

/// The same, or `unreadable`.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "kebab-case")]
pub(super) enum DocumentState {
    Writable,
    ReadOnly,
    NoServers,
    Unreadable,
}

/// What has become of a server.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
enum ChangeKind {
    Created,
    Changed,
    Removed,
}
