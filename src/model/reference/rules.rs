//! Which references the service resolves: lists of variables, folders and paths. A value that is nothing but such
//! references is no secret itself.

use super::{Piece, Reference, Source, Template};
use crate::model::config::{Members, Node, SecretValue};
use crate::model::plain_names::matches;

/// The variables that may be named where nothing else is configured.
pub const ENV_DEFAULT: &str = "MCP_SECRET_*";

/// The words before a credential in a header (RFC 9110 §11.1) that are no secret. In any case.
const SCHEMES: [&str; 4] = ["Bearer", "Basic", "Token", "ApiKey"];

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
            Source::Environment { name, .. } => self.variables.iter().any(|pattern| matches(pattern, name)),
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

    /// Whether a value at the place of a secret is none: references that the lists allow and that have no default,
    /// blanks, and one word such as `Bearer` before them.
    pub fn shows_in_clear(&self, text: &str) -> bool {
        let Ok(template) = Template::parse(text) else { return false };
        let mut has_reference = false;
        for piece in template.pieces() {
            let is_harmless = match piece {
                Piece::Text(text) => {
                    is_blank(text) || (!has_reference && text.ends_with([' ', '\t']) && is_scheme(text))
                }
                Piece::Reference(Reference { source, default: None }) => {
                    has_reference = true;
                    self.allows(source)
                }
                Piece::Reference(_) => false,
            };
            if !is_harmless {
                return false;
            }
        }
        has_reference
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

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

fn is_scheme(text: &str) -> bool {
    let word = text.trim_matches([' ', '\t']);
    SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// What of a path is below its beginning, which ends where a part of it does.
fn below<'p>(start: &str, path: &'p str) -> Option<&'p str> {
    let start = start.trim_end_matches('/');
    let rest = path.strip_prefix(start)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}
