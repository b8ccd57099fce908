//! What an import finds in a text, and what becomes of it. Values are redacted. It does not know how a text is read.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::problem::Fault;
use super::server::{Finding, StoredConfig};
use super::words;
use crate::formats::{Format, ReferenceKind};
use crate::json::Pointer;
use crate::projection::EntityTag;

/// What an import found, and what became of it, or would.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ImportResult {
    /// The format that the text was read in.
    pub format: Format,
    /// The formats that fit as well: where there are any, the request should say which is meant.
    pub also_fits: Vec<Format>,
    /// Whether nothing was stored, because that was asked for.
    pub is_dry_run: bool,
    /// The servers of the text, in its order.
    pub servers: Vec<ImportedServer>,
    /// The entries that can't become servers.
    pub refused: Vec<RefusedEntry>,
    /// The parts of the text that are neither servers nor faults.
    pub ignored: Vec<IgnoredPart>,
    /// What should be known before the servers are used.
    pub notes: Vec<ImportNote>,
}

/// A server of an imported text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ImportedServer {
    /// The name that is offered: legal, and unique in the text. Choices are made under it.
    pub name: String,
    /// The name in the text, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub original_name: Option<String>,
    pub place: TextPlace,
    /// The client in whose words the entry is.
    pub client: Format,
    /// The configuration, its secrets masked, and also what only seems to be one.
    pub config: StoredConfig<'static>,
    /// The members of the entry that only the client understands. They are kept for it.
    pub kept: Vec<String>,
    /// The references in the configuration.
    pub references: Vec<ImportedReference>,
    /// The values that have to be entered before the server can be stored.
    pub inputs: Vec<ImportInput>,
    /// What seems to be a secret in a place where none is masked or encrypted, such as an argument.
    pub findings: Vec<Finding>,
    pub stored: StoredWord,
    /// The tag of what is stored under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EntityTag")]
    pub etag: Option<EntityTag>,
    /// Where what is stored and what was chosen differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub difference: Vec<ImportDifference>,
    /// What becomes of the entry; null where nothing does, or where a choice is needed.
    pub action: Option<ImportAction>,
    /// Whether the import is refused until something is chosen.
    pub needs_choice: bool,
    /// The name under which the server is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub stored_as: Option<String>,
    /// The tag that the server has then; missing from a dry run without the scope `reveal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EntityTag")]
    pub etag_after: Option<EntityTag>,
    /// Why the import would be refused on account of this entry, or why `skip_refused` leaves it out. Pointers that begin with `/servers` lead into this answer, others into the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// A place in an imported text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct TextPlace {
    /// The place as the syntax of the text writes it, such as a JSON Pointer, `[table] key` or `line 3`.
    pub at: String,
    pub pointer: Pointer,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// A reference in the configuration of an imported server. Nothing is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ImportedReference {
    /// The place of the text that it is in: a JSON Pointer into `config`.
    pub pointer: Pointer,
    pub kind: ReferenceKind,
    /// The name of what it leads to.
    pub name: String,
}

/// A value that has to be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ImportInput {
    /// Its name in the request.
    pub id: String,
    /// The texts that it is in: JSON Pointers into `config`.
    pub pointers: Vec<Pointer>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub description: Option<String>,
    /// Whether it is a secret.
    pub is_secret: bool,
    /// The value that the text proposes. That of a secret is not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub default: Option<String>,
    /// The values to choose from, where there are some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// What is stored under the name of an imported server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum StoredWord {
    /// Nothing.
    New,
    /// The same configuration.
    Same,
    /// Another configuration, or one of which this key may not know whether its secrets are the same.
    Differs,
}

/// A difference between what is stored and what was chosen.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ImportDifference {
    /// Where: a JSON Pointer into a configuration.
    pub pointer: Pointer,
    pub change: DifferenceWord,
    /// What is stored, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub before: Option<Box<RawValue>>,
    /// What would be stored, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub after: Option<Box<RawValue>>,
}

/// Which kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum DifferenceWord {
    /// Only the import has it.
    Added,
    /// Only what is stored has it.
    Removed,
    /// Both have it.
    Changed,
}

/// What becomes of an imported server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum ImportAction {
    /// It is new.
    Add,
    /// It replaces what is stored, as PUT does.
    Replace,
    /// It is merged into what is stored, as a merge patch.
    Merge,
    /// It is added under another name.
    Rename,
    /// It is left out.
    Skip,
}

/// An entry of a text that can't become a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct RefusedEntry {
    /// Its name in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub name: Option<String>,
    pub place: TextPlace,
    /// Why.
    pub why: Cow<'static, str>,
}

/// A part of a text that is neither a server nor a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct IgnoredPart {
    pub place: TextPlace,
    /// What it is.
    pub what: Cow<'static, str>,
}

/// Something that should be known of a server before it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ImportNote {
    /// The name that is offered for the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub server: Option<String>,
    pub place: TextPlace,
    /// What it is about.
    pub about: Cow<'static, str>,
}
