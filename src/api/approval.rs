//! What would be executed for a server, and whether it is approved.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::server::StoredConfig;
use super::words;
use crate::json::Pointer;
use crate::model::Kind;
use crate::projection::EntityTag;

/// What would be executed for a server, and whether that is approved.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LaunchApproval {
    /// The server's name.
    pub name: String,
    /// The tag of the server's state that this is of.
    pub etag: EntityTag,
    /// An opaque id of what would be executed: to be sent to approve it. Null where nothing can be.
    pub launch: Option<String>,
    /// The member that keeps the server from being started: it is missing, has a wrong type, or can't be decrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Pointer")]
    pub fault: Option<Pointer>,
    /// Whether it needs an approval: a program does, and a remote server whose configuration has references.
    pub needs_approval: bool,
    /// Whether it is approved as it is.
    pub approved: bool,
    /// Why it is not approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ApprovalReason")]
    pub reason: Option<ApprovalReason>,
    /// Who approved what was approved last, be it this or not; null where nothing was.
    pub last: Option<ApprovedBy>,
    pub kind: Kind,
    /// The program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LaunchCommand")]
    pub command: Option<LaunchCommand>,
    /// Its arguments, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<LaunchValue>,
    /// Where it is started; absent for a private folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LaunchValue")]
    pub cwd: Option<LaunchValue>,
    /// What is set in its environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<LaunchVariable>,
    /// Where the server is. Secrets in it are masked unless they are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LaunchValue")]
    pub url: Option<LaunchValue>,
    /// What is sent with each request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<LaunchVariable>,
    /// How it is spoken to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LaunchValue")]
    pub transport: Option<LaunchValue>,
    /// How the client proves who it is: the members `auth` and `authentication`, secrets masked unless they are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "StoredConfig<'static>")]
    pub auth: Option<StoredConfig<'static>>,
    /// The tool that would be called to see how the server is, as JSON. It counts once it is approved with the launch, and
    /// where no policy says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LaunchValue")]
    pub health_check: Option<LaunchValue>,
    /// Variables with a reference that is refused when the server is started, since their values decide which code runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Pointer>,
}

/// Why a launch is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = words::list)]
pub enum ApprovalReason {
    /// Nothing of this name is approved.
    NoApproval,
    /// Another launch is.
    LaunchChanged,
    /// It is, with its command in another place.
    PathChanged,
    /// Nothing can be started.
    NotLaunchable,
}

/// Who approved something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ApprovedBy {
    /// The name of the key.
    pub by: String,
    /// When: seconds since 1970.
    pub at: i64,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LaunchCommand {
    /// As it is configured.
    pub command: String,
    /// Where it was found; null where that is not known yet. An approval is for this place, or for the first one that is found.
    pub path: Option<String>,
    /// The same, every link followed.
    pub real_path: Option<String>,
    /// Whether it differs from what was approved last.
    pub changed: bool,
}

/// A member of a launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LaunchValue {
    /// Its text; null where it can't be decrypted.
    pub value: Option<String>,
    /// Whether it differs from what was approved last.
    pub changed: bool,
}

/// A variable or header of a launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LaunchVariable {
    /// Its name.
    pub name: String,
    /// Its value: null where it is set and not shown.
    pub value: Option<String>,
    /// Whether it differs from what was approved last.
    pub changed: bool,
    /// Whether its value decides which code runs; it is always shown then.
    pub decides_code: bool,
}

/// What is to be approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct LaunchId {
    /// The id that was shown with it.
    pub launch: String,
}
