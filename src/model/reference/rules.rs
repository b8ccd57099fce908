//! Which references the service resolves: lists of variables, folders and paths. A value that is nothing but such
//! references is no secret itself.

use super::{Piece, Reference, Source, Template};
use crate::model::config::{Members, Node, SecretValue};
use crate::model::plain_names::matches;

/// The variables that may be named where nothing else is configured.
pub const ENV_DEFAULT: &str = "MCP_SECRET_*";

/// The words before a credential in a header (RFC 9110 §11.1) that are no secret. In any case.
pub const SCHEMES: [&str; 4] = ["Bearer", "Basic", "Token", "ApiKey"];

/// What is a blank. A line break is not: in a header it would begin another one.
const BLANKS: [char; 2] = [' ', '\t'];

/// The variables that hold keys and settings of this service.
const OWN: [&str; 6] = [
    "MCP_SETTINGS_*",
    "OH_SECRET_KEY",
    "OH_PREVIOUS_SECRET_KEYS",
    "OH_SESSION_API_KEYS*",
    "SESSION_API_KEY",
    "VAULT_TOKEN*",
];

/// No references at all: where a text is always a secret.
pub static NO_REFERENCES: ReferenceRules =
    ReferenceRules { variables: Vec::new(), folders: Vec::new(), vault_paths: Vec::new() };

/// Which references the service resolves.
#[derive(Clone, Debug)]
pub struct ReferenceRules {
    variables: Vec<String>,
    folders: Vec<String>,
    vault_paths: Vec<String>,
}

impl ReferenceRules {
    /// Takes names of variables, `*` for any characters; folders; and beginnings of paths of Vault, by whole parts.
    pub fn new(variables: Option<Vec<String>>, folders: Vec<String>, vault_paths: Vec<String>) -> Self {
        let variables = variables.unwrap_or_else(|| vec![ENV_DEFAULT.to_owned()]);
        Self { variables, folders, vault_paths }
    }

    /// Whether the lists allow it.
    pub fn allows(&self, source: &Source<'_>) -> bool {
        match source {
            Source::Environment { name, .. } => {
                !is_own(name) && self.variables.iter().any(|pattern| matches(pattern, name))
            }
            Source::File(path) => self.folder_of(path).is_some(),
            Source::Vault { mount, path, .. } => {
                let place = format!("{mount}/{path}");
                self.vault_paths.iter().any(|start| below(start.trim_start_matches('/'), &place).is_some())
            }
        }
    }

    /// The folder that allows this file, and the path of the file below it.
    pub fn folder_of<'p>(&self, path: &'p str) -> Option<(&str, &'p str)> {
        self.folders.iter().find_map(|folder| {
            let rest = below(folder, path).filter(|rest| folder.starts_with('/') && !rest.is_empty())?;
            Some((folder.as_str(), rest))
        })
    }

    /// Whether a value at the place of a secret is not one: references that the lists allow and that have no default,
    /// blanks, and one word such as `Bearer` before them.
    pub fn shows_in_clear(&self, text: &str) -> bool {
        Template::parse(text).is_ok_and(|template| {
            let mut references = template.references();
            template.is_only_references()
                && references.all(|Reference { source, default }| default.is_none() && self.allows(source))
        })
    }

    /// Marks which secrets of a configuration are shown in clear to every caller.
    pub fn mark(&self, config: &mut Members) {
        config.values_mut().for_each(|node| self.mark_node(node));
    }

    fn mark_node(&self, node: &mut Node) {
        match node {
            Node::Secret(secret) => {
                secret.is_reference = match &secret.value {
                    SecretValue::Text(text) => self.shows_in_clear(text.expose()),
                    SecretValue::Number(_) | SecretValue::Bool(_) | SecretValue::Unreadable => false,
                };
            }
            Node::Array(elements) => elements.iter_mut().for_each(|node| self.mark_node(node)),
            Node::Object(members) => self.mark(members),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Url(_) => {}
        }
    }
}

impl Default for ReferenceRules {
    fn default() -> Self {
        Self::new(None, Vec::new(), Vec::new())
    }
}

impl Template<'_> {
    /// Whether it is references, blanks, and at most one word such as `Bearer` before them.
    pub fn is_only_references(&self) -> bool {
        let mut has_reference = false;
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) if is_blank(text) => {}
                Piece::Text(text) if !has_reference && text.ends_with(BLANKS) && is_scheme(text) => {}
                Piece::Text(_) => return false,
                Piece::Reference(_) => has_reference = true,
            }
        }
        has_reference
    }
}

fn is_blank(text: &str) -> bool {
    text.trim_matches(BLANKS).is_empty()
}

fn is_scheme(text: &str) -> bool {
    let word = text.trim_matches(BLANKS);
    SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// Whether a variable holds what this service itself is trusted with. No list opens these.
fn is_own(name: &str) -> bool {
    OWN.iter().any(|own| matches(own, name))
}

/// What of a path is below its beginning, which ends where a part of it does.
fn below<'p>(start: &str, path: &'p str) -> Option<&'p str> {
    let start = start.trim_end_matches('/');
    let rest = path.strip_prefix(start)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}
