//! What the service says of itself, the exchange of codes for keys, and the types of problems.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::secrets::Scope;

use super::event::DocumentState;
use super::words;

/// How the service is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct Status {
    pub status: StatusWord,
}

/// `ok`: it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = words::list)]
pub enum StatusWord {
    /// It answers.
    Ok,
}

/// Whether the service can do what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct Readiness {
    pub status: ReadinessWord,
    /// Why it is degraded. Absent where it is ready.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<DegradedReason>,
}

/// `ready`: it can read the settings. `degraded`: it can, but something else is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = words::list)]
pub enum ReadinessWord {
    /// It can read the settings.
    Ready,
    /// It can, but something else is wrong.
    Degraded,
}

/// One reason why the service is degraded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct DegradedReason {
    /// Which reason it is, such as `wrong-key`. More will come.
    pub code: Cow<'static, str>,
    /// What it means and what to do.
    pub detail: Cow<'static, str>,
}

/// Which versions are spoken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ServerInfo {
    /// The version of the OpenHands agent-server whose settings API is spoken.
    pub version: Cow<'static, str>,
    pub mcp_settings: OwnVersion,
}

/// This service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct OwnVersion {
    /// Its version.
    pub version: Cow<'static, str>,
}

/// A one-time code.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct LoginCode {
    /// What is behind `#code=` in a link to the page.
    pub code: String,
}

/// A link to the page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct PageLink {
    /// Where to go, with the one-time code behind `#`.
    pub link: String,
    /// In how many seconds the code ends; null where the link has none, since no keys are asked for.
    pub expires_in: Option<u32>,
}

/// The key of a session.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct SessionKey {
    /// Send it as any other key.
    pub key: String,
    /// In how many seconds it ends if it is not used.
    pub expires_in: u32,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

/// Who calls, and what may be done with the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct Session<'a> {
    /// The name of the key; `anyone` where the service asks for no keys, `page` for a session that came from the printed link, `page of …` for one that came from a link of that key.
    pub name: Cow<'a, str>,
    /// What the key allows, included scopes too.
    pub scopes: Vec<Scope>,
    /// In how many seconds the session ends if it is not used; null for an API key, which does not end by itself.
    pub expires_in: Option<u32>,
    /// The version of this service.
    pub version: Cow<'static, str>,
    pub access: SettingsAccess,
    /// Where the settings document is. Only for the scope `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub document: Option<Cow<'a, str>>,
}

/// How the settings document may be used now, whatever the key allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct SettingsAccess {
    pub state: DocumentState,
    /// Why servers can't be written or read, for people; null where they can.
    pub reason: Option<String>,
}

/// What a type of problem means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ProblemType {
    /// The type's URI.
    pub r#type: Cow<'static, str>,
    /// Its title.
    pub title: Cow<'static, str>,
    /// The status that it has unless an operation says otherwise.
    pub status: u16,
    /// What to do.
    pub advice: Cow<'static, str>,
}
