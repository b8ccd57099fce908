//! What is asked of an import: the text, and what is to become of its servers.

use indexmap::IndexMap;

use crate::formats::Format;
use crate::json::Text;
use crate::model::ServerName;
use crate::projection::Condition;

/// A text with servers that are to be stored.
#[derive(Clone, Debug, Default)]
pub struct ImportRequest {
    /// The text.
    pub text: Text,
    /// Its format, where that is known.
    pub format: Option<Format>,
    /// The name of its file, as a hint.
    pub file: Option<String>,
    /// What is chosen for its servers, by the names that are offered for them.
    pub choices: IndexMap<String, ImportChoice>,
    /// The servers whose launches are approved, by the names under which they are stored.
    pub approved: Vec<String>,
    /// Whether entries that can't become servers are left out.
    pub skips_refused: bool,
    /// Whether the answer shows the values of the text in clear. They are the caller's own.
    pub shows_values: bool,
}

/// What is chosen for a server of a text.
#[derive(Clone, Debug, Default)]
pub struct ImportChoice {
    /// What becomes of it; none where it is added if it is new, and left alone if it is stored already.
    pub action: Option<ChosenAction>,
    /// What must be stored under its name.
    pub if_match: Condition,
    /// The values that were entered.
    pub inputs: IndexMap<String, Text>,
}

/// What becomes of a server of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChosenAction {
    /// It is stored where nothing is.
    Add,
    /// It replaces what is stored.
    Replace,
    /// It is merged into what is stored.
    Merge,
    /// It is stored under this name, where nothing is.
    Rename(ServerName),
    /// It is left out.
    Skip,
}
