//! What the service says of itself, the exchange of codes for keys, and the types of problems.

#![expect(dead_code, reason = "types that are described, and never made")]

use schemars::JsonSchema;

use super::event::DocumentState;

/// How the service is.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct Status {
    status: StatusWord,
}

/// `ok`: it answers.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum StatusWord {
    Ok,
}

/// Whether the service can do what it is for.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct Readiness {
    status: ReadinessWord,
    /// Why it is degraded. Absent where it is ready.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Vec<DegradedReason>", default)]
    reasons: Option<Vec<DegradedReason>>,
}

/// `ready`: it can read the settings. `degraded`: it can, but something else is amiss.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum ReadinessWord {
    Ready,
    Degraded,
}

/// One reason why the service is degraded.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct DegradedReason {
    /// Which reason it is, such as `wrong-key`. More will come.
    code: String,
    /// What it means and what to do.
    detail: String,
}

/// Which versions are spoken.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct ServerInfo {
    /// The version of the OpenHands agent-server whose settings API is spoken.
    version: String,
    mcp_settings: OwnVersion,
}

/// This service.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct OwnVersion {
    /// Its version.
    version: String,
}

/// A one-time code.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct LoginCode {
    /// What is behind `#code=` in a link to the page.
    code: String,
}

/// A link to the page.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct PageLink {
    /// Where to go, with the one-time code behind `#`.
    link: String,
    /// In how many seconds the code ends; null where the link has none, since no keys are asked for.
    expires_in: Option<u32>,
}

/// The key of a session.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct SessionKey {
    /// Send it as any other key.
    key: String,
    /// In how many seconds it ends if it is not used.
    expires_in: u32,
    /// What it allows.
    scopes: Vec<Scope>,
}

/// Who calls, and what may be done with the settings.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct Session {
    /// The name of the key; `anyone` where the service asks for no keys, `page` for a session that came from the printed link, `page of …` for one that came from a link of that key.
    name: String,
    /// What the key allows, included scopes too.
    scopes: Vec<Scope>,
    /// In how many seconds the session ends if it is not used; null for an API key, which does not end by itself.
    expires_in: Option<u32>,
    /// The version of this service.
    version: String,
    access: SettingsAccess,
    /// Where the settings document is. Only for the scope `admin`.
    #[schemars(skip_serializing_if = "Option::is_none", with = "String", default)]
    document: Option<String>,
}

/// How the settings document may be used now, whatever the key allows.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct SettingsAccess {
    state: DocumentState,
    /// Why servers can't be written or read, for people; null where they can.
    reason: Option<String>,
}

/// What a key allows. `write`, `reveal` and `run` include `read`; `admin` includes all but `run`.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Scope {
    Read,
    Write,
    Reveal,
    Use,
    Run,
    Admin,
}

/// What a type of problem means.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub(in crate::http) struct ProblemType {
    /// The type's URI.
    r#type: String,
    /// Its title.
    title: String,
    /// The status that it has unless an operation says otherwise.
    status: u16,
    /// What to do.
    advice: String,
}
