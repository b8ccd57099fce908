//! What an import is asked for.

#![expect(dead_code, reason = "types that are described, and never made")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::SERVER_NAME;
use crate::api::ImportAction;
use crate::formats::Format;

/// A text with servers, and what is to become of them.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct ImportRequest {
    /// The text: the file of a client, or lines with links and commands.
    text: String,
    /// Its format; it is detected where nothing is said.
    #[schemars(default, with = "Format")]
    format: Option<Format>,
    /// The name or the path of its file, as a hint.
    #[schemars(default, with = "String")]
    file: Option<String>,
    /// What is chosen for its servers, by the names that are offered for them.
    #[schemars(default)]
    choices: BTreeMap<String, ImportChoice>,
    /// The servers whose launches are approved, by the names under which they are stored. Needs the scope `run`.
    #[schemars(default)]
    approve: Vec<String>,
    /// Leave out the entries that can't become servers, also those whose values no server may have. One for which an action is chosen, or whose launch is approved, is not left out.
    #[schemars(default)]
    skip_refused: bool,
    /// In a dry run only: show the configurations in clear, as the text has them. What is stored is redacted all the same.
    #[schemars(default)]
    in_clear: bool,
}

/// What is chosen for a server of a text.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::http) struct ImportChoice {
    /// What becomes of it. Where nothing is said it is added if it is new.
    #[schemars(default, with = "ImportAction")]
    action: Option<ImportAction>,
    /// The name under which it is added. With `rename` only.
    #[schemars(default, with = "String", length(min = 1, max = 128), regex(pattern = SERVER_NAME))]
    name: Option<String>,
    /// Go on only where one of these tags is that of what is stored under its name, as in `If-Match`.
    #[schemars(default, with = "String")]
    if_match: Option<String>,
    /// The values of its inputs, by their ids.
    #[schemars(default)]
    inputs: BTreeMap<String, String>,
}
