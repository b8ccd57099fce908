//! Servers written for another client. It does not know how they are written.

#![expect(missing_docs, reason = "a member without a text has that of its type in the OpenAPI document")]

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;
use crate::formats::Format;
use crate::json::Pointer;

/// Servers in the form of a client.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ExportResult {
    pub format: Format,
    /// The usual name of the client's file; missing where the servers are lines or links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub file: Option<Cow<'static, str>>,
    /// The media type of the text.
    pub media_type: Cow<'static, str>,
    /// The whole file, or the lines.
    pub text: String,
    /// What of the servers is not written, or not in the same way.
    pub losses: Vec<ExportLoss>,
    /// The variables that were written in the place of secrets: they have to be set where the client runs.
    pub variables: Vec<ExportVariable>,
}

/// A variable that was written in the place of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ExportVariable {
    /// The variable's name.
    pub name: String,
    /// The server's name.
    pub server: String,
    /// Where the secret is in its configuration: a JSON Pointer, of a secret part of a URL with the name of that.
    pub pointer: Pointer,
}

/// Something of a server that is not written, or not in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ExportLoss {
    /// The server's name.
    pub server: String,
    /// Where in its configuration: a JSON Pointer, empty for all of it.
    pub pointer: Pointer,
    /// What becomes of it.
    pub about: Cow<'static, str>,
}

/// What is written in the place of secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = words::list)]
pub enum ExportedSecrets {
    /// References to variables, in the form of the client.
    #[default]
    References,
    /// Placeholders that have to be replaced.
    Placeholders,
    /// The secrets themselves.
    #[serde(rename = "plaintext")]
    Clear,
}
